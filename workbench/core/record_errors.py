"""What is wrong with a history: apart from what is in it, which who only has to catch these does not need."""

from __future__ import annotations


class HistoryError(Exception):
    """The history cannot be used; the message says why."""


class UnknownExecution(HistoryError):
    """No execution has this id, or several begin with it."""


class CorruptRecord(HistoryError):
    """There is a record, but it is damaged; the message says where. It is never guessed at."""


class NotNamed(HistoryError):
    """An execution cannot have this name; the message says why."""
