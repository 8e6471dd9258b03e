"""What executions cost and saved in tokens: counted from the record once, when somebody first asks.

Not while it is recorded: to estimate the tokens of a large result takes longer than to write it. Where very
many were not counted yet, some are, and the length of the others is taken at the rate of those.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from workbench.core.savings import Saved, Tokens, answer_tokens, framed, result_tokens
from workbench.history import large_texts
from workbench.history.row_decoding import YEAR_9999, chunks, marks
from workbench.history.tables import column_names
from workbench.util.dataclass import dataclass

COUNTED = 1_000
"""So many are counted at once, about half a second; the others by their length."""
_RATE = 0.3
"""Tokens of a character where nothing was counted."""
_NEWER = ("answer_limit", "answer_tokens", "definition_tokens")
_HEAD = "n, id, started_at, client, script"
# Who is damaged is left out: the list of executions marks it.
_WHOLE = (
    "typeof(started_at) IN ('real', 'integer') AND typeof(client) IN ('text', 'null') "
    "AND typeof(script) IN ('text', 'null') AND status NOT IN ('running', 'interrupted')"
)
_ASKED = f"{_WHOLE} AND source <> 'replay' AND started_at BETWEEN ? AND ?"
# What was refused before it was sent was answered by no server.
_SENT = "coalesce(dispatched, 1)"
_DAY = "date(started_at, 'unixepoch')"
_TEXTS = "value, error, warnings"


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution that was not counted yet, or its tokens were asked for."""

    n: int
    execution_id: str
    day: str
    client: str | None
    script: str | None
    limit: int | None
    answer: int | None
    """None: it was not counted yet."""
    definitions: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One of them with its tokens."""

    row: Ended
    answer: int
    servers: tuple[tuple[str, int, int], ...]
    """Name, calls, tokens of results."""

    @property
    def tokens(self) -> Tokens:
        results = sum(tokens for *_, tokens in self.servers)
        return Tokens(self.answer, results, self.row.definitions)

    @property
    def saved(self) -> Saved:
        servers = tuple((server, 1, calls, tokens) for server, calls, tokens in self.servers)
        return Saved(self.row.day, self.row.client, self.row.script, self.tokens, servers)


def read_fresh(connection: sqlite3.Connection, since: float) -> list[Ended]:
    """Executions that began after ``since`` and ended, and were not counted yet. Raises sqlite3.Error."""
    newer = _newer(connection)
    where = f"{_ASKED} AND answer_tokens IS NULL" if "answer_tokens" in newer else _ASKED
    return _read(connection, newer, where, (since, YEAR_9999))


def read_some(connection: sqlite3.Connection, execution_ids: Sequence[str]) -> list[Ended]:
    """Those of some executions that ended. Raises sqlite3.Error."""
    newer, rows = _newer(connection), []
    for some in chunks(execution_ids):
        rows += _read(connection, newer, f"{_WHOLE} AND id IN ({marks(some)})", some)
    return rows


def _newer(connection: sqlite3.Connection) -> set[str]:
    """A file that only an older Workbench wrote has none of them."""
    return column_names(connection, "executions") & set(_NEWER)


def _read(
    connection: sqlite3.Connection, newer: set[str], where: str, values: Sequence[object]
) -> list[Ended]:
    names = ", ".join(name if name in newer else f"NULL AS {name}" for name in _NEWER)
    found = connection.execute(
        f"SELECT {_HEAD}, {names} FROM executions WHERE {where} ORDER BY n", tuple(values)
    )
    return [
        Ended(
            row["n"],
            str(row["id"]),
            _day(row["started_at"]),
            row["client"],
            row["script"],
            _whole(row["answer_limit"]),
            _whole(row["answer_tokens"]),
            _whole(row["definition_tokens"]),
        )
        for row in found
    ]


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


# -- counting ------------------------------------------------------------------------------


def count(connection: sqlite3.Connection, rows: Sequence[Ended]) -> list[Counted]:
    """The tokens of executions: of very many, those of some are counted. Raises sqlite3.Error."""
    if len(rows) <= COUNTED:
        return [count_tokens(connection, row) for row in rows]
    # One in so many, over the whole time: what tools give changes.
    sample = [rows[place * len(rows) // COUNTED] for place in range(COUNTED)]
    counted = {row.n: count_tokens(connection, row) for row in sample}
    lengths = _lengths_of(connection, rows[0].n, rows[-1].n)
    judged = _Rates.of([counted[row.n] for row in sample], lengths)
    return [counted.get(row.n) or judged.by_length(row, lengths[row.n]) for row in rows]


def count_tokens(connection: sqlite3.Connection, row: Ended) -> Counted:
    """Count one execution, whether it was before or not. Raises sqlite3.Error."""
    parts = connection.execute(f"SELECT {_TEXTS} FROM executions WHERE n = ?", (row.n,)).fetchone()
    lines = connection.execute("SELECT text FROM console WHERE execution = ?", (row.n,))
    calls = connection.execute(
        f"SELECT server, coalesce(result, error) FROM calls WHERE execution = ? AND {_SENT}",
        (row.n,),
    )

    def text(found: object) -> str | None:
        whole = large_texts.read(connection, row.n, found)
        return whole if isinstance(whole, str) else None

    texts = [] if parts is None else [text(part) for part in tuple(parts)]
    answer = answer_tokens(texts, (text(line["text"]) or "" for line in lines), row.limit)
    servers = result_tokens((str(server), text(found)) for server, found in calls)
    return Counted(row, answer, servers)


@dataclass(slots=True)
class _Lengths:
    """How long the texts of one execution are, in characters."""

    answer: int = 0
    lines: int = 0
    servers: tuple[tuple[str, int, int], ...] = ()
    """Name, calls, characters of results."""


def _lengths_of(
    connection: sqlite3.Connection, first: int, last: int
) -> defaultdict[int, _Lengths]:
    found: defaultdict[int, _Lengths] = defaultdict(_Lengths)
    between = "BETWEEN ? AND ?"
    value, result = "length(value)", "length(coalesce(result, error))"
    if large_texts.are_in(connection):
        value = large_texts.length_of("value", "executions.n")
        result = large_texts.length_of("coalesce(result, error)", "calls.execution")
    for n, characters in connection.execute(
        f"SELECT n, coalesce({value}, 0) + coalesce(length(error), 0) + coalesce(length(warnings), 0) "
        f"FROM executions WHERE n {between}",
        (first, last),
    ):
        found[n].answer = int(characters)
    for n, lines, characters in connection.execute(
        "SELECT execution, count(*), total(length(text)) FROM console "
        f"WHERE execution {between} GROUP BY execution",
        (first, last),
    ):
        found[n].lines = int(lines)
        found[n].answer += int(characters)
    for n, server, calls, characters in connection.execute(
        f"SELECT execution, server, count(*), total({result}) FROM calls "
        f"WHERE execution {between} AND {_SENT} GROUP BY execution, server",
        (first, last),
    ):
        found[n].servers += ((str(server), int(calls), int(characters)),)
    return found


@dataclass(frozen=True, slots=True)
class _Rates:
    """Tokens of a character: of answers, and of each server's results."""

    answer: float
    results: float
    servers: dict[str, float]

    @classmethod
    def of(cls, counted: Sequence[Counted], lengths: defaultdict[int, _Lengths]) -> _Rates:
        answers, every = _Rate(), _Rate()
        servers: defaultdict[str, _Rate] = defaultdict(_Rate)
        for each in counted:
            length = lengths[each.row.n]
            if each.answer != each.row.limit:  # what was held to its limit says nothing
                frame = framed(0, length.lines, None)
                answers.add(each.answer - frame, length.answer)
            characters = {server: size for server, _, size in length.servers}
            for server, _, tokens in each.servers:
                every.add(tokens, characters.get(server, 0))
                servers[server].add(tokens, characters.get(server, 0))
        rates = {server: rate.value(every.value(_RATE)) for server, rate in servers.items()}
        return cls(answers.value(_RATE), every.value(_RATE), rates)

    def by_length(self, row: Ended, length: _Lengths) -> Counted:
        answer = framed(round(length.answer * self.answer), length.lines, row.limit)
        servers = tuple(
            (server, calls, round(size * self.servers.get(server, self.results)))
            for server, calls, size in length.servers
        )
        return Counted(row, answer, servers)


@dataclass(slots=True)
class _Rate:
    tokens: int = 0
    characters: int = 0

    def add(self, tokens: int, characters: int) -> None:
        self.tokens += tokens
        self.characters += characters

    def value(self, otherwise: float) -> float:
        return self.tokens / self.characters if self.characters else otherwise


# -- what was counted ----------------------------------------------------------------------


def read_sums(connection: sqlite3.Connection, since: float) -> list[Saved]:
    """What was counted before of executions that began after ``since``, summed. Raises sqlite3.Error."""
    if "answer_tokens" not in _newer(connection):
        return []
    asked = (since, YEAR_9999)
    servers: defaultdict[tuple[object, ...], list[tuple[str, int, int, int]]] = defaultdict(list)
    for *common, server, runs, calls, tokens in connection.execute(
        f"SELECT {_DAY}, client, script, server, count(*), sum(calls), sum(tokens) "
        f"FROM executions JOIN returned ON execution = n WHERE {_ASKED} AND answer_tokens IS NOT NULL "
        "GROUP BY 1, 2, 3, 4",
        asked,
    ):
        servers[tuple(common)].append((str(server), int(runs), int(calls), int(tokens)))
    sums = []
    for day, client, script, runs, answer, definitions in connection.execute(
        f"SELECT {_DAY}, client, script, count(*), sum(answer_tokens), sum(definition_tokens) "
        f"FROM executions WHERE {_ASKED} AND answer_tokens IS NOT NULL GROUP BY 1, 2, 3",
        asked,
    ):
        called = tuple(servers[day, client, script])
        results = sum(tokens for *_, tokens in called)
        tokens = Tokens(int(answer), results, _whole(definitions))
        sums.append(Saved(str(day), client, script, tokens, called, int(runs)))
    return sums


def read_counted(connection: sqlite3.Connection, rows: Sequence[Ended]) -> list[Counted]:
    """The tokens of executions that were counted before. Raises sqlite3.Error."""
    servers: defaultdict[int, list[tuple[str, int, int]]] = defaultdict(list)
    numbers = [row.n for row in rows]
    for some in chunks(numbers):
        for n, server, calls, tokens in connection.execute(
            f"SELECT execution, server, calls, tokens FROM returned WHERE execution IN ({marks(some)})",
            some,
        ):
            servers[n].append((str(server), int(calls), int(tokens)))
    return [Counted(row, row.answer or 0, tuple(servers[row.n])) for row in rows]


def keep(connection: sqlite3.Connection, counted: Sequence[Counted]) -> None:
    """Remember what was counted, unless the execution is gone. Raises sqlite3.Error."""
    connection.executemany(
        "UPDATE executions SET answer_tokens = ? WHERE n = ?",
        [(each.answer, each.row.n) for each in counted],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO returned (execution, server, calls, tokens) "
        "SELECT n, ?, ?, ? FROM executions WHERE n = ?",
        [(*server, each.row.n) for each in counted for server in each.servers],
    )
