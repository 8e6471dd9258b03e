"""Which executions a question asks for, as conditions on the table of executions."""

from __future__ import annotations

import sqlite3
from dataclasses import field
from typing import TypeAlias

from workbench.core.records import HistoryError, Order, Wanted
from workbench.history import large_texts
from workbench.history.marks import NOT_PINNED, PINNED, has_marks
from workbench.history.owner import is_alive
from workbench.history.row_decoding import CALLS_MADE, RUNNING_OWNERS, marks
from workbench.text.jsontext import dumps
from workbench.text.sanitize import encodable
from workbench.util.dataclass import dataclass

Value: TypeAlias = str | float

ORDERS: dict[Order, str] = {
    "newest": "",
    # One that runs has no duration yet: what it has taken so far counts, without its wait for a worker.
    "longest": "CASE WHEN status = 'running' AND queued_ms = -1 THEN 0 WHEN status = 'running' THEN "
    "((julianday('now') - 2440587.5) * 86400 - started_at) * 1000 - max(coalesce(queued_ms, 0), 0) "
    "ELSE coalesce(duration_ms, 0) END DESC, ",
    "calls": f"{CALLS_MADE} DESC, ",
}
_PLAIN = ("script", "code", "client", "id")
_JSON = ("input", "value", "error")
_CALL_JSON = ("args", "result", "error")
"""Texts stand in these columns as in JSON: a quote has a backslash before it."""
_MOST_TEXTS, _LONGEST_TEXTS = 50, 4_000
"""SQLite's own limits (100 times as many) say that the expression is too large: as if the file were broken."""
_MOST_DOTS = 64
"""In a server's name, which has no more characters."""


@dataclass(slots=True)
class Selection:
    """Conditions, and the values of their marks."""

    conditions: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def add(self, condition: str, *values: Value) -> None:
        """One more that must hold. Texts are looked for as they are kept, without lone surrogates."""
        self.conditions.append(condition)
        self.values += [encodable(one) if isinstance(one, str) else one for one in values]

    @property
    def where(self) -> str:
        """The clause, with a space behind it; nothing where all are asked for."""
        return f"WHERE {' AND '.join(self.conditions)} " if self.conditions else ""


def selection(connection: sqlite3.Connection, wanted: Wanted) -> Selection:
    """What is asked for. Raises sqlite3.Error; HistoryError for more words than SQLite takes."""
    found = Selection()
    for condition, value in (
        ("source = ?", wanted.get("source")),
        ("client = ?", wanted.get("client")),
        ("script = ?", wanted.get("script")),
        ("started_at >= ?", wanted.get("since")),
        ("started_at < ?", wanted.get("until")),
        ("duration_ms > ?", wanted.get("over_ms")),
        ("duration_ms < ?", wanted.get("under_ms")),
    ):
        if value is not None:
            found.add(condition, value)
    inline, pinned = wanted.get("inline"), wanted.get("pinned")
    if inline is not None:
        found.add("script IS NULL" if inline else "script IS NOT NULL")
    if pinned is not None:
        if has_marks(connection):
            found.add(PINNED if pinned else NOT_PINNED)
        elif pinned:
            found.add("FALSE")
    script, tool = wanted.get("script_like"), wanted.get("tool")
    if script is not None:
        found.add(*_named("script", script))
    if tool is not None:
        _calling(found, tool)
    status = wanted.get("status")
    if status is not None:
        _with_status(found, connection, status)
    texts = wanted.get("texts", ())
    if len(texts) > _MOST_TEXTS or sum(map(len, texts)) > _LONGEST_TEXTS:
        raise HistoryError(
            f"a search takes {_MOST_TEXTS} words and {_LONGEST_TEXTS} characters at most"
        )
    named = bool(texts) and has_marks(connection)
    apart = bool(texts) and large_texts.are_in(connection)
    for text in texts:
        _with_text(found, text, named=named, apart=apart)
    return found


def _named(column: str, name: str) -> tuple[str, str]:
    """A condition on a name, and its value: ``*`` and ``?`` stand for what they do in file names."""
    if "*" in name or "?" in name:
        return f"{column} GLOB ?", name.replace("[", "[[]")
    return f"{column} = ?", name


def _calling(found: Selection, tool: str) -> None:
    """``[SERVER.]TOOL``; either may have dots in it."""
    condition, value = _named("tool", tool)
    either, values = [condition], [value]
    parts = tool.split(".", _MOST_DOTS)
    for at in range(1, len(parts)):
        ours, name = _named("tool", ".".join(parts[at:]))
        theirs, server = _named("server", ".".join(parts[:at]))
        either.append(f"{ours} AND {theirs}")
        values += [name, server]
    found.add(f"n IN (SELECT execution FROM calls WHERE {' OR '.join(either)})", *values)


def _with_status(found: Selection, connection: sqlite3.Connection, status: str) -> None:
    """The status as it is shown: what runs by its record, though its process is gone, was interrupted."""
    if status not in ("running", "interrupted"):
        found.add("status = ?", status)
        return
    gone = gone_owners(connection)
    if status == "running":
        found.add(f"(status = 'running' AND owner NOT IN ({marks(gone)}))", *gone)
    else:
        found.add(
            f"(status = 'interrupted' OR status = 'running' AND owner IN ({marks(gone)}))", *gone
        )


def gone_owners(connection: sqlite3.Connection) -> list[str]:
    """Processes that run something by the record, and are no more. Raises sqlite3.Error."""
    running = connection.execute(RUNNING_OWNERS)
    return [owner for owner, since in running if not is_alive(str(owner), since)]


def _with_text(found: Selection, text: str, *, named: bool, apart: bool) -> None:
    """The text somewhere in it. Of one run the short columns are read first, then its calls and its console:
    a page is full long before all of them are read.

    named: the file knows names. apart: and has large texts apart.
    """
    plain, json = _pattern(text), _pattern(dumps(text)[1:-1])
    like = "LIKE ? ESCAPE '\\'"
    either = [f"{name} {like}" for name in (*_PLAIN, *_JSON)]
    values = [plain] * len(_PLAIN) + [json] * len(_JSON)
    if named:
        either.append(
            f"EXISTS (SELECT 1 FROM marks WHERE execution = executions.n AND name {like})"
        )
        values.append(plain)
    in_call = " OR ".join(f"{name} {like}" for name in _CALL_JSON)
    either.append(f"EXISTS (SELECT 1 FROM calls WHERE execution = executions.n AND ({in_call}))")
    values += [json] * len(_CALL_JSON)
    if apart:
        either.append(
            f"EXISTS (SELECT 1 FROM texts WHERE execution = executions.n AND text {like})"
        )
        values.append(json)
    either.append(f"EXISTS (SELECT 1 FROM console WHERE execution = executions.n AND text {like})")
    values.append(plain)
    found.add(f"({' OR '.join(either)})", *values)


def _pattern(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
