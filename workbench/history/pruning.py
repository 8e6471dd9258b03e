"""Removing executions: one, those that are too old, the oldest of a file too large."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

_DAY_S = 86_400
_PRUNED_AT_ONCE = 50
_CLOSE_TO = 0.9
"""A file over its size is brought down to this part of it, so that it is not pruned at every run."""


def delete_executions(connection: sqlite3.Connection, numbers: list[int]) -> None:
    marks = ",".join("?" * len(numbers))
    for table in ("calls", "console", "readings", "notes"):
        connection.execute(f"DELETE FROM {table} WHERE execution IN ({marks})", numbers)
    connection.execute(f"DELETE FROM executions WHERE n IN ({marks})", numbers)


def prune_step(connection: sqlite3.Connection, max_age_days: int, max_size_mb: int) -> bool:
    """Remove some that are too old, or the oldest of a file too large. Whether there is more to do.

    Never one that runs. The file shrinks by what is free.
    """
    oldest = time.time() - max_age_days * _DAY_S
    numbers = _oldest(connection, _PRUNED_AT_ONCE, "AND started_at < ?", (oldest,))
    if numbers:
        delete_executions(connection, numbers)
    elif (most := max_size_mb << 20) < _used_bytes(connection):
        for n in _oldest(connection, _PRUNED_AT_ONCE, "", ()):
            delete_executions(connection, [n])
            numbers.append(n)
            if _used_bytes(connection) <= most * _CLOSE_TO:
                break
    if numbers:
        _give_back(connection)
    return bool(numbers)


def _give_back(connection: sqlite3.Connection) -> None:
    """Free pages to the file system. The module steps a PRAGMA once, which is one page."""
    for _ in range(_pragma(connection, "freelist_count")):
        connection.execute("PRAGMA incremental_vacuum(1)")


def _oldest(
    connection: sqlite3.Connection, limit: int, condition: str, values: tuple[float, ...]
) -> list[int]:
    rows = connection.execute(
        f"SELECT n FROM executions WHERE status <> 'running' {condition} ORDER BY n LIMIT ?",
        (*values, limit),
    )
    return [n for (n,) in rows]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _used_bytes(connection: sqlite3.Connection) -> int:
    used = _pragma(connection, "page_count") - _pragma(connection, "freelist_count")
    return used * _pragma(connection, "page_size")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
