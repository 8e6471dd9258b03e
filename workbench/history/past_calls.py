"""The calls of a tool that are on record with what they were given, newest first: to be made again."""

from __future__ import annotations

import sqlite3

from workbench.core.records import PastCall
from workbench.text.jsontext import loads

_MOST_CHARACTERS = 100_000
"""Of arguments: larger ones, and so all that stand apart (large_texts.py), are not typed again."""
PAST_CALLS = (
    "SELECT e.id, e.source, e.script, e.started_at + c.started_ms / 1000.0 AS at, c.args, c.ok, "
    "c.duration_ms FROM calls AS c JOIN executions AS e ON e.n = c.execution "
    # A replay sends nothing.
    "WHERE c.tool = ? AND c.server = ? AND c.ok IS NOT NULL AND e.source <> 'replay' "
    "AND typeof(c.args) = 'text' AND length(c.args) <= ? ORDER BY c.execution DESC, c.seq DESC LIMIT ?"
)
"""The last calls of (tool, server, characters, how many)."""


def past_calls_of(
    connection: sqlite3.Connection, server: str, tool: str, last: int
) -> list[PastCall]:
    """A damaged record is left out: who shows it says so. Raises sqlite3.Error."""
    found = []
    for name, source, script, at, text, ok, took in connection.execute(
        PAST_CALLS, (tool, server, _MOST_CHARACTERS, last)
    ):
        try:
            args = loads(text)
        except (TypeError, ValueError):
            continue
        whole = isinstance(name, str) and isinstance(source, str) and isinstance(at, float)
        if not whole or not isinstance(args, dict):
            continue
        kept = script if isinstance(script, str) else None
        ms = took if isinstance(took, int | float) else None
        found.append(PastCall(name, source, kept, at, args, bool(ok), ms))
    return found
