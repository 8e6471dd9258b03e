"""What executions cost and saved in tokens: counted from the record once, when somebody first asks.

Not while it is recorded: to estimate the tokens of a large result takes longer than to write it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.core.records import CorruptRecord
from workbench.core.savings import Saved, Tokens, answer_tokens, result_tokens
from workbench.history.rows import YEAR_9999, Columns

_NEWER = {"answer_limit", "definition_tokens", "answer_tokens"}


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution that can be counted, or was."""

    n: int
    day: str
    client: str | None
    script: str | None
    limit: int | None
    definitions: int | None
    answer: int | None

    @property
    def is_counted(self) -> bool:
        return self.answer is not None

    def saved(self, answer: int, servers: Sequence[tuple[str, int, int]]) -> Saved:
        results = sum(tokens for *_, tokens in servers)
        tokens = Tokens(answer, results, self.definitions)
        return Saved(self.day, self.client, self.script, tokens, tuple(servers))


def read_ended(connection: sqlite3.Connection, since: float) -> list[Ended]:
    """Executions that began after ``since`` and ended, replays left out. Raises sqlite3.Error.

    Those whose record is damaged are left out: the list of executions marks them.
    """
    known = {row[1] for row in connection.execute("PRAGMA table_info(executions)")}
    # A file that only an older Workbench wrote has none of them.
    newer = ", ".join(name if name in known else f"NULL AS {name}" for name in sorted(_NEWER))
    rows = connection.execute(
        f"SELECT n, started_at, client, script, {newer} FROM executions "
        "WHERE started_at BETWEEN ? AND ? AND status NOT IN ('running', 'interrupted') "
        "AND source <> 'replay' ORDER BY n",
        (since, YEAR_9999),
    )
    ended: list[Ended] = []
    for row in rows:
        with suppress(CorruptRecord):
            ended.append(_ended(row))
    return ended


def _ended(row: sqlite3.Row) -> Ended:
    columns = Columns(row, f"execution number {row['n']}")
    return Ended(
        columns.whole("n"),
        datetime.fromtimestamp(columns.number("started_at"), UTC).date().isoformat(),
        columns.text_or_none("client"),
        columns.text_or_none("script"),
        columns.whole_or_none("answer_limit"),
        columns.whole_or_none("definition_tokens"),
        columns.whole_or_none("answer_tokens"),
    )


def count_tokens(connection: sqlite3.Connection, row: Ended) -> Saved:
    """Count one execution. Raises sqlite3.Error."""
    parts = connection.execute(
        "SELECT value, error, warnings FROM executions WHERE n = ?", (row.n,)
    ).fetchone()
    lines = connection.execute("SELECT text FROM console WHERE execution = ?", (row.n,))
    calls = connection.execute(
        "SELECT server, coalesce(result, error) FROM calls WHERE execution = ?", (row.n,)
    )
    texts = [] if parts is None else [_text(part) for part in tuple(parts)]
    answer = answer_tokens(texts, (_text(line[0]) or "" for line in lines), row.limit)
    servers = result_tokens((str(server), _text(text)) for server, text in calls)
    return row.saved(answer, servers)


def read_counted(connection: sqlite3.Connection, rows: Sequence[Ended]) -> list[Saved]:
    """Those that were counted before. Raises sqlite3.Error."""
    if not rows:
        return []
    servers: defaultdict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for execution, server, calls, tokens in connection.execute(
        "SELECT execution, server, calls, tokens FROM returned WHERE execution BETWEEN ? AND ?",
        (rows[0].n, rows[-1].n),
    ):
        servers[execution].append((str(server), int(calls), int(tokens)))
    return [row.saved(row.answer or 0, servers.get(row.n, ())) for row in rows]


def keep_tokens(connection: sqlite3.Connection, row: Ended, saved: Saved) -> None:
    """Remember what was counted, unless the execution is gone. Raises sqlite3.Error."""
    changed = connection.execute(
        "UPDATE executions SET answer_tokens = ? WHERE n = ?", (saved.tokens.answer, row.n)
    ).rowcount
    if changed:
        connection.executemany(
            "INSERT OR REPLACE INTO returned (execution, server, calls, tokens) VALUES (?, ?, ?, ?)",
            [(row.n, *server) for server in saved.servers],
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
