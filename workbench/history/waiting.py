"""What executions that run by their status wait for, as the file has it: ``queued_ms`` below 0 says so.

A process hands out its workers first come first served, so who is before whom is read off the numbers.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

FOR_WORKER = -1.0
"""``queued_ms`` of one that waits for a worker. Where it never did, the column is empty until its end."""
FOR_ANSWER = -2.0
"""Of one that a server asks a person something for."""


def waited_ms(queued_ms: float | None) -> float | None:
    """How long an execution waited for a worker, where that is known."""
    return None if queued_ms is None or queued_ms < 0 else queued_ms


def waits_for(status: str, queued_ms: float | None) -> float | None:
    """``FOR_WORKER``, ``FOR_ANSWER`` or None. status: as it is shown, which knows whether its process lives."""
    waits = status == "running" and queued_ms in (FOR_WORKER, FOR_ANSWER)
    return queued_ms if waits else None


def places(connection: sqlite3.Connection) -> dict[int, int]:
    """How many wait for a worker before each of those that do, by ``n``. Raises sqlite3.Error."""
    found: dict[int, int] = {}
    before: Counter[str] = Counter()
    for n, owner in connection.execute(
        "SELECT n, owner FROM executions WHERE status = 'running' AND queued_ms = ? ORDER BY n",
        (FOR_WORKER,),
    ):
        found[n] = before[owner]
        before[owner] += 1
    return found
