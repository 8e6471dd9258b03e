"""Removing executions: one, those that are too old, the oldest of a file too large.

Every step is a transaction of a few milliseconds, however large what goes: an execution first leaves the
table that readers look at, then its calls and its console go bit by bit. So no other writer waits long,
and the database's log stays small.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.history.marks import NOT_PINNED
from workbench.history.owner import is_alive
from workbench.history.row_decoding import RUNNING_OWNERS

_DAY_S = 86_400
_STEP_S = 0.01
"""After so long a step ends; what it does at once is smaller, but for one very large value."""
_ROWS = 4
_PAGES = 256
_OLD_AT_ONCE = 50
_DOWN_TO = 0.9
"""A file over its size is brought down to this part of it, so that it is not pruned at every run."""
_PARTS = ("calls", "console", "readings", "notes", "returned", "texts")
"""Texts after the calls that they belong to: who reads a call finds them."""
_LOOK_EVERY_S = 3600.0
_REST_S = 10.0
_FREE_PART = 4
"""More than this part of a large file unused is given back to the file system."""
_LARGE_PAGES = 4096


class Pruner:
    """Brings a file within its age and size, step by step."""

    def __init__(self, max_age_days: int, max_size_mb: int) -> None:
        self._going = True
        self._too_large = False
        self._max_age_days, self._max_size_mb = max_age_days, max_size_mb
        self._written = 0
        self._look_at = 0.0

    def wrote(self, size: int) -> None:
        """So many characters more are in the file: when to look again."""
        self._written += size

    @property
    def due(self) -> bool:
        """Whether the next step may have something to do."""
        if not self._going:
            # A sixty-fourth of the size allowed: never much over it, and seldom looked at.
            much = max(1, self._max_size_mb << 14)
            self._going = self._written >= much or time.monotonic() >= self._look_at
        return self._going

    def limit(self, max_age_days: int, max_size_mb: int) -> None:
        """Other limits, from the next step on."""
        self._max_age_days, self._max_size_mb = max_age_days, max_size_mb
        self._going = True

    def prune_soon(self) -> None:
        """Look at the next opportunity: it is another file."""
        self._going = True

    def rest(self) -> None:
        """Not again for a while: it cannot be done now."""
        self._going = False
        self._look_at = time.monotonic() + _REST_S

    def step(self, connection: sqlite3.Connection) -> int:
        """One step; how many executions it took from readers. Raises sqlite3.Error; nothing is half done.

        Never one that runs or is pinned; and for its size, never the newest.
        """
        gone, more = 0, True
        with transaction(connection):
            mark_interrupted(connection)
            take_out(
                connection, _left_behind(connection)
            )  # first: nothing else goes for their size
            until = time.monotonic() + _STEP_S
            while more and time.monotonic() < until:
                if not self._remove_parts(connection):
                    numbers = self._too_old(connection) or self._oldest(connection)
                    take_out(connection, numbers)
                    gone, more = gone + len(numbers), bool(numbers)
        if not more:
            more = self._give_back(connection)
        self._going = more
        if not more:
            self._written = 0
            self._look_at = time.monotonic() + _LOOK_EVERY_S
        return gone

    def _remove_parts(self, connection: sqlite3.Connection) -> bool:
        """Some rows of an execution that is gone for readers; whether there were any."""
        row = connection.execute("SELECT min(n) FROM removed").fetchone()
        if row[0] is None:
            return False
        for table in _PARTS:
            cursor = connection.execute(
                f"DELETE FROM {table} WHERE rowid IN "
                f"(SELECT rowid FROM {table} WHERE execution = ? LIMIT {_ROWS})",
                (row[0],),
            )
            if cursor.rowcount:
                return True
        connection.execute("DELETE FROM removed WHERE n = ?", (row[0],))
        return True

    def _too_old(self, connection: sqlite3.Connection) -> list[int]:
        """Of the oldest by number, those that are too old: the others need not be looked at."""
        oldest = time.time() - self._max_age_days * _DAY_S
        rows = connection.execute(
            f"SELECT n, started_at FROM executions WHERE status <> 'running' AND {NOT_PINNED} "
            "ORDER BY n LIMIT ?",
            (_OLD_AT_ONCE,),
        ).fetchall()
        return [n for n, started_at in rows if started_at < oldest]

    def _oldest(self, connection: sqlite3.Connection) -> list[int]:
        """The oldest, where the file is over its size or on its way down from there."""
        most = self._max_size_mb << 20
        used = _used_bytes(connection)
        self._too_large = used > (most * _DOWN_TO if self._too_large else most)
        if not self._too_large:
            return []
        # One: how much goes with it is known when it is gone.
        rows = connection.execute(
            f"SELECT n FROM executions WHERE status <> 'running' AND {NOT_PINNED} AND n < "
            "(SELECT max(n) FROM executions WHERE status <> 'running') ORDER BY n LIMIT 1"
        )
        return [n for (n,) in rows]

    def _give_back(self, connection: sqlite3.Connection) -> bool:
        """Give some unused pages back to the file system; whether there are more that should go.

        Not while the file is within its size: later executions use them.
        """
        pages, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
        most = (self._max_size_mb << 20) // _pragma(connection, "page_size")
        much = pages > _LARGE_PAGES and free > pages // _FREE_PART
        if not free or not (pages > most or much):
            return False
        give_back(connection, _PAGES)
        return True


def _left_behind(connection: sqlite3.Connection) -> list[int]:
    """Those that an older Workbench removed, which knows nothing of large texts."""
    rows = connection.execute(
        "SELECT DISTINCT execution FROM texts WHERE execution NOT IN (SELECT n FROM executions)"
    ).fetchall()
    return [n for (n,) in rows]


def take_out(connection: sqlite3.Connection, numbers: list[int]) -> None:
    """Executions are gone for readers from here on; what belongs to them goes later."""
    for n in numbers:
        connection.execute("INSERT OR IGNORE INTO removed (n) VALUES (?)", (n,))
        connection.execute("DELETE FROM executions WHERE n = ?", (n,))
        connection.execute("DELETE FROM marks WHERE execution = ?", (n,))


def mark_interrupted(connection: sqlite3.Connection) -> None:
    """Mark what runs by its record, though its process is gone: it may be pruned like any other."""
    for owner, since in connection.execute(RUNNING_OWNERS).fetchall():
        if not is_alive(str(owner), since):
            connection.execute(
                "UPDATE executions SET status = 'interrupted' WHERE status = 'running' AND owner = ?",
                (owner,),
            )


def give_back(connection: sqlite3.Connection, pages: int) -> None:
    """Give unused pages back to the file system, outside any transaction."""
    # execute() would step the PRAGMA once, which is one page.
    connection.executescript(f"PRAGMA incremental_vacuum({pages})")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _used_bytes(connection: sqlite3.Connection) -> int:
    used = _pragma(connection, "page_count") - _pragma(connection, "freelist_count")
    return used * _pragma(connection, "page_size")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
