"""Why the history cannot be written for the time being, and how patient each of its causes makes us."""

from __future__ import annotations

import sqlite3
import time

from workbench.core.records import HistoryError
from workbench.history.database import Locked, NoRoom
from workbench.util.back_off import doubling
from workbench.util.dataclass import dataclass

PATIENCE_S = 5.0
"""How long a result waits for a file that is locked. Past it, it is delivered, and says so."""
CLOSE_S = 60.0
"""How long a process that wants to end waits for a file that is locked."""
_ROOM_S = 1.0
_FIRST_PAUSE_S = 0.025
_LONGEST_PAUSE_S = 1.0
"""Between two attempts."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing can be written; times by the monotonic clock."""

    error: HistoryError
    since: float
    last: float
    tries: int

    @classmethod
    def after(cls, before: Trouble | None, error: HistoryError) -> Trouble:
        now = time.monotonic()
        if before is not None and type(before.error) is type(error):
            return cls(error, before.since, now, before.tries + 1)
        return cls(error, now, now, 1)

    @property
    def is_known(self) -> bool:
        """A lock is nothing to speak of before it has lasted."""
        return not isinstance(self.error, Locked) or self.last - self.since >= PATIENCE_S

    @property
    def pause(self) -> float:
        """Seconds before the next attempt."""
        return doubling(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, self.tries)

    @property
    def worth_waiting_s(self) -> float:
        """For a process that wants to end."""
        if isinstance(self.error, Locked):
            return CLOSE_S
        return _ROOM_S if isinstance(self.error, NoRoom) else 0.0


def is_of_the_file(error: Exception) -> bool:
    """Whether it is the file that cannot be written, not the one value."""
    if isinstance(error, HistoryError | OSError | UnicodeDecodeError | sqlite3.OperationalError):
        return True
    return type(error) is sqlite3.DatabaseError  # its subclasses speak of values
