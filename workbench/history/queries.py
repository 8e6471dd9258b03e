"""What is asked of the history, answered from the file: each question on a connection of its own.

Nothing is written here, so a file can be read that another program locks, that is on a read-only file
system, or whose disk is full.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack
from weakref import WeakSet

from workbench.catalogue.inference import SeenType
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import LogLine
from workbench.core.records import (
    LAST_CALLS,
    CallRow,
    ExecutionRow,
    FinishedCall,
    HistoryError,
    Order,
    PastCall,
    RanScript,
    Recording,
    ScriptRow,
    Standing,
    ToolStatistics,
    UnknownExecution,
    Wanted,
)
from workbench.history import large_texts, seen
from workbench.history.grouping import groups_of
from workbench.history.marks import Mark, number_named, read_marks
from workbench.history.past_calls import past_calls_of
from workbench.history.reading_connections import Connections, SqliteWatch
from workbench.history.row_decoding import (
    CALLS_MADE,
    RAN_COLUMNS,
    ROW_COLUMNS,
    STANDING_COLUMNS,
    call_row,
    chunks,
    execution_row,
    marks,
    ran_script,
    recording_of,
    standing_of,
)
from workbench.history.selecting import ORDERS, selection
from workbench.history.waiting import places
from workbench.text.sanitize import encodable

TOOL_CALLS = (
    "SELECT c.duration_ms, c.ok, e.started_at, CASE WHEN c.ok THEN NULL ELSE c.error END AS error "
    "FROM calls AS c JOIN executions AS e ON e.n = c.execution "
    # What a replay answers says nothing of the tool.
    "WHERE c.tool = ? AND c.server = ? AND c.ok IS NOT NULL AND e.source <> 'replay' "
    "ORDER BY c.execution DESC, c.seq DESC LIMIT ?"
)
"""The last calls of (tool, server, how many), newest first."""


class SqliteReader:
    """Answers what screens, command line, serve and replay ask (``ports.HistoryReader``), from any thread.

    A file that is not there yet is a history without executions. One that is deleted or replaced is
    noticed with the next question. Every question raises HistoryError for a file that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        """May change: the next question goes to the other file."""
        self._connections = Connections(lambda: self.path)
        self._watches: WeakSet[SqliteWatch] = WeakSet()
        self._asked = self._connections.lent

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def problem(self) -> str | None:
        """Why nothing can be read, or None."""
        try:
            with self._asked():
                return None
        except HistoryError as error:
            return str(error)

    def close(self) -> None:
        """Close what is open; a later question opens it again."""
        self._connections.close()
        for watch in list(self._watches):
            watch.close()

    def list_executions(
        self,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
        order: Order = "newest",
        offset: int = 0,
        backwards: bool = False,
        **wanted: Unpack[Wanted],
    ) -> list[ExecutionRow]:
        """The newest executions first, or the longest, or those with most calls.

        before: the ``n`` of the last row of the page before, where the newest come first; for other
        orders, offset: the rows of the pages before. after: only those whose ``n`` is larger.
        backwards: so many from the end, in the same order; offset counts from there.
        """
        with self._asked() as connection:
            if connection is None:
                return []
            chosen = selection(connection, wanted)
            if before is not None:
                chosen.add("n < ?", before)
            if after is not None:
                chosen.add("n > ?", after)
            by = f"{ORDERS[order]}n DESC"
            rows = connection.execute(
                f"SELECT {ROW_COLUMNS} FROM executions {chosen.where}"
                f"ORDER BY {by.replace('DESC', 'ASC') if backwards else by} LIMIT ? OFFSET ?",
                (*chosen.values, limit, offset),
            ).fetchall()
            return _whole(connection, rows[::-1] if backwards else rows)

    def list_scripts(self, **wanted: Unpack[Wanted]) -> list[ScriptRow]:
        """The executions that are asked for by their scripts; first the one whose newest is the newest."""
        with self._asked() as connection:
            if connection is None:
                return []
            groups = groups_of(connection, wanted)
            newest = {
                row.n: row for row in self._rows_of(connection, [group.n for group in groups])
            }
        return [group.row(newest[group.n]) for group in groups if group.n in newest]

    def rows(self, numbers: Iterable[int]) -> list[ExecutionRow]:
        """The rows of executions by their ``n``, in no order."""
        with self._asked() as connection:
            return [] if connection is None else self._rows_of(connection, list(numbers))

    def _rows_of(
        self, connection: sqlite3.Connection, numbers: Sequence[int]
    ) -> list[ExecutionRow]:
        found: list[sqlite3.Row] = []
        for some in chunks(numbers):
            found += connection.execute(
                f"SELECT {ROW_COLUMNS} FROM executions WHERE n IN ({marks(some)})", some
            )
        return _whole(connection, found)

    def count(self) -> int:
        """How many executions there are."""
        return self._number("SELECT count(*) FROM executions")

    def newest(self) -> int:
        """The ``n`` of the newest execution, 0 where there is none."""
        return self._number("SELECT coalesce(max(n), 0) FROM executions")

    def resolve(self, prefix: str) -> str:
        """The full id that begins with ``prefix``, or of the one with this name. Raises UnknownExecution."""
        with self._asked() as connection:
            return _find(connection, prefix)[1]

    def number_of(self, execution_id: str) -> int:
        """The ``n`` of an execution. Raises UnknownExecution."""
        with self._asked() as connection:
            return _find(connection, execution_id)[0]

    def standing(self, execution_id: str) -> Standing:
        """How it stands now. Raises UnknownExecution."""
        with self._asked() as connection:
            row = None
            if connection is not None:
                row = connection.execute(
                    f"SELECT {STANDING_COLUMNS} FROM executions WHERE id = ?",
                    (encodable(execution_id),),
                ).fetchone()
            if row is None:
                raise UnknownExecution(f"no execution has the id {execution_id!r}")
            standing = standing_of(row, execution_id)
            if standing.waits_behind is None:
                return standing
            assert connection is not None
            return standing._replace(waits_behind=places(connection).get(row["n"], 0))

    def calls(
        self, execution_id: str, *, after: int = 0, ended_of: Collection[int] = ()
    ) -> list[CallRow]:
        """The calls past number ``after``, and those of ``ended_of`` that have ended, in order.

        Raises UnknownExecution.
        """
        with self._asked() as connection:
            n, execution_id = _find(connection, execution_id)
            assert connection is not None
            rows: list[sqlite3.Row] = []
            connection.execute("BEGIN")  # a call and its texts, as of one moment
            try:
                for some in chunks(sorted(seq for seq in ended_of if seq <= after)):
                    rows += connection.execute(
                        f"SELECT * FROM calls WHERE execution = ? AND seq IN ({marks(some)}) "
                        "AND ok IS NOT NULL ORDER BY seq",
                        (n, *some),
                    )
                rows += connection.execute(
                    "SELECT * FROM calls WHERE execution = ? AND seq > ? ORDER BY seq",
                    (n, after),
                )
                texts = large_texts.read_all(connection, n, rows)
            finally:
                connection.execute("COMMIT")
        return [call_row(row, execution_id, texts) for row in rows]

    def console(self, execution_id: str, offset: int = 0) -> list[LogLine]:
        """Console lines of an execution after the first ``offset``. Raises UnknownExecution."""
        with self._asked() as connection:
            n, _ = _find(connection, execution_id)
            assert connection is not None
            rows = connection.execute(
                "SELECT level, text, at_ms FROM console WHERE execution = ? AND n > ? ORDER BY n",
                (n, offset),
            ).fetchall()
        return [LogLine(row["level"], row["text"], row["at_ms"]) for row in rows]

    def ran(self, execution_id: str) -> RanScript:
        """What it ran and how it failed, without its calls. Raises UnknownExecution, CorruptRecord."""
        with self._asked() as connection:
            n, execution_id = _find(connection, execution_id)
            assert connection is not None
            row = connection.execute(
                f"SELECT {RAN_COLUMNS} FROM executions WHERE n = ?", (n,)
            ).fetchone()
        if row is None:
            raise UnknownExecution(f"no execution has the id {execution_id!r}")
        return ran_script(row, execution_id)

    def recording(self, prefix: str) -> Recording:
        """Everything of one execution. Raises UnknownExecution, CorruptRecord."""
        with self._asked() as connection:
            n, execution_id = _find(connection, prefix)
            assert connection is not None
            return read_recording_of(connection, n, execution_id)

    def tool_statistics(
        self, server: str, tool: str, last: int = LAST_CALLS
    ) -> ToolStatistics | None:
        """How a tool's last calls went; None: there are none."""
        with self._asked() as connection:
            if connection is None:
                return None
            rows = connection.execute(TOOL_CALLS, (tool, server, last)).fetchall()
        return ToolStatistics.of(
            [
                FinishedCall(row["duration_ms"], row["ok"], row["started_at"], row["error"])
                for row in rows
            ]
        )

    def past_calls(self, server: str, tool: str, last: int = LAST_CALLS) -> list[PastCall]:
        """A tool's last calls with what they were given, newest first."""
        with self._asked() as connection:
            return [] if connection is None else past_calls_of(connection, server, tool, last)

    def seen_type(self, tool: ToolInfo) -> SeenType | None:
        """What the tool's results were like; None: nothing was seen, or the file cannot be read."""
        try:
            with self._asked() as connection:
                return None if connection is None else seen.seen_type_of(connection, tool)
        except HistoryError:  # a type is a convenience; who reads executions is told
            return None

    def watch(self) -> SqliteWatch:
        """A watch of its own connection for who polls; close it when it is not needed any more."""
        watch = SqliteWatch(lambda: self.path)
        self._watches.add(watch)
        return watch

    def _number(self, statement: str) -> int:
        with self._asked() as connection:
            return 0 if connection is None else int(connection.execute(statement).fetchone()[0])


def read_recording_of(connection: sqlite3.Connection, n: int, execution_id: str) -> Recording:
    """Everything of the execution with the number ``n``, as of one moment: it may still run.

    Raises UnknownExecution, CorruptRecord, sqlite3.Error.
    """
    connection.execute("BEGIN")
    try:
        row = connection.execute(
            f"SELECT *, {CALLS_MADE} AS calls_made FROM executions WHERE n = ?", (n,)
        ).fetchone()
        if row is None:
            raise UnknownExecution(f"no execution has the id {execution_id!r}")
        console = connection.execute(
            "SELECT level, text, at_ms FROM console WHERE execution = ? ORDER BY n", (n,)
        ).fetchall()
        readings = connection.execute(
            "SELECT kind, data FROM readings WHERE execution = ? ORDER BY n", (n,)
        ).fetchall()
        calls = connection.execute(
            "SELECT * FROM calls WHERE execution = ? ORDER BY seq", (n,)
        ).fetchall()
        texts = large_texts.read_all(connection, n, (row, *calls))
    finally:
        connection.execute("COMMIT")
    made = (call_row(call, execution_id, texts) for call in calls)
    mark = read_marks(connection, [n]).get(n, Mark())
    recording = recording_of(row, console, readings, made, texts)
    behind = recording.waits_behind
    if behind is not None:
        behind = places(connection).get(n, 0)
    return replace(recording, name=mark.name, pinned=mark.pinned, waits_behind=behind)


def _whole(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[ExecutionRow]:
    """Rows of a list, with their marks, and their places where they wait."""
    found = [execution_row(row) for row in rows]
    if any(row.waits_behind is not None for row in found):
        place = places(connection)
        found = [
            row if row.waits_behind is None else replace(row, waits_behind=place.get(row.n, 0))
            for row in found
        ]
    marked = read_marks(connection, [row.n for row in found])
    if not marked:
        return found
    return [
        replace(row, name=marked[row.n].name, pinned=marked[row.n].pinned)
        if row.n in marked
        else row
        for row in found
    ]


def _find(connection: sqlite3.Connection | None, prefix: str) -> tuple[int, str]:
    """``n`` and whole id of the one execution whose id begins so, or that has this name. Raises
    UnknownExecution."""
    rows: list[sqlite3.Row] = []
    prefix = encodable(prefix)
    if prefix and connection is not None:
        rows = connection.execute(
            "SELECT n, id FROM executions WHERE id >= ? AND id < ? LIMIT 3",
            (prefix, prefix + "\U0010ffff"),
        ).fetchall()
    exact = [row for row in rows if row["id"] == prefix]
    if exact or len(rows) == 1:
        row = (exact or rows)[0]
        return row["n"], row["id"]
    if not rows:
        named = number_named(connection, prefix) if prefix and connection is not None else None
        if named is not None:
            return named
        raise UnknownExecution(f"no execution has the id {prefix!r}")
    names = ", ".join(row["id"] for row in rows)
    raise UnknownExecution(f"several executions begin with {prefix!r}: {names}, …")
