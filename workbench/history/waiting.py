"""Which executions wait for a worker: those that run by their status, with ``queued_ms`` below 0.

A process hands out its workers first come first served, so who is before whom is read off the numbers.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

WAITS = -1.0
"""``queued_ms`` of one that waits. Where it never waited, the column is empty until its end."""


def waited_ms(queued_ms: float | None) -> float | None:
    """How long an execution waited, once that is known."""
    return None if queued_ms is None or queued_ms < 0 else queued_ms


def waits(status: str, queued_ms: float | None) -> bool:
    """Whether it waits now. status: as it is shown, which knows whether its process lives."""
    return status == "running" and queued_ms is not None and queued_ms < 0


def places(connection: sqlite3.Connection) -> dict[int, int]:
    """How many wait before each of those that wait, by ``n``. Raises sqlite3.Error."""
    found: dict[int, int] = {}
    before: Counter[str] = Counter()
    for n, owner in connection.execute(
        "SELECT n, owner FROM executions WHERE status = 'running' AND queued_ms < 0 ORDER BY n"
    ):
        found[n] = before[owner]
        before[owner] += 1
    return found
