"""Logins to HTTP servers (OAuth 2.1): kept, renewed without a person, made with one.

``logins`` and ``bearer`` are on the way of every request and import nothing heavy; ``flow`` is the SDK's
client provider with a person in front of it, and is imported by ``servers login`` only.
"""
