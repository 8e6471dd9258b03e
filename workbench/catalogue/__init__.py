"""Servers and tools as data: find, check arguments, search, declare as types."""
