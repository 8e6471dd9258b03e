"""Workbench beside others: ``make compare``."""
