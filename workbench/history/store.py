"""The history: one SQLite file that several processes write and read at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

from workbench.core.model import Event, LogLine
from workbench.core.paths import make_private
from workbench.history.logfile import LogFile
from workbench.history.owner import is_alive
from workbench.history.pruning import delete_executions, prune_step, transaction
from workbench.history.recording import Recording
from workbench.history.rows import (
    CALLS_OF_ROW,
    ROW_COLUMNS,
    CallRow,
    ExecutionRow,
    read_calls,
    shown_status,
)
from workbench.history.schema import HistoryError, connect
from workbench.history.statistics import LAST, LAST_CALLS, ToolStatistics
from workbench.history.writer import Writer
from workbench.text.jsontext import loads
from workbench.text.redact import Redactor

FILE_NAME = "history.sqlite3"

Order: TypeAlias = Literal["newest", "longest", "calls"]
_ORDERS: dict[Order, str] = {
    "newest": "",
    # One that runs has no duration yet: what it has taken so far counts.
    "longest": "CASE WHEN status = 'running' THEN "
    "((julianday('now') - 2440587.5) * 86400 - started_at) * 1000 ELSE coalesce(duration_ms, 0) END DESC, ",
    "calls": f"{CALLS_OF_ROW} DESC, ",
}


class UnknownExecution(HistoryError):
    """No execution has this id, or several begin with it."""


class Store:
    """Writes events (``seam.Recorder``) and answers queries. Queries may come from any thread."""

    def __init__(
        self,
        path: Path,
        *,
        redactor: Redactor | None = None,
        max_age_days: int = 90,
        max_size_mb: int = 1024,
        log: Path | None = None,
    ) -> None:
        """Open or make the file; old executions are pruned in the background.

        log: main.log; None: beside the file. A file that cannot be opened does not raise: nothing is
        recorded then, and ``problem`` says why.
        """
        self.path = path
        self._max_age_days = max_age_days
        self._max_size_mb = max_size_mb
        self._problem: str | None = None
        self._writer: Writer | None = None
        self._reader: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        try:
            make_private(path.parent)
            writing, checkpointer = connect(path), connect(path)
            self._reader = connect(path)
        except (HistoryError, OSError) as error:
            self._problem = str(error)
            return
        self._writer = Writer(
            writing,
            checkpointer,
            redactor=redactor if redactor is not None else Redactor(),
            log=LogFile(log if log is not None else path.parent / "main.log"),
            prune=self._prune,
        )
        self._writer.put(self._prune)

    @property
    def problem(self) -> str | None:
        """Why nothing is recorded, or None."""
        return self._problem or (self._writer.problem if self._writer is not None else None)

    # -- seam.Recorder ---------------------------------------------------------------------

    def record(self, event: Event) -> None:
        """Take an event for writing. Never blocks, never raises."""
        if self._writer is not None:
            self._writer.put(event)

    async def committed(self) -> None:
        """Return when everything recorded so far is in the file (or cannot be written)."""
        if self._writer is not None:
            await self._writer.committed()

    def close(self) -> None:
        """Write what is queued, close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # -- queries ---------------------------------------------------------------------------

    def list_executions(
        self,
        *,
        limit: int = 50,
        status: str | None = None,
        source: str | None = None,
        tool: str | None = None,
        text: str | None = None,
        before: int | None = None,
        order: Order = "newest",
        offset: int = 0,
    ) -> list[ExecutionRow]:
        """The newest executions first, or the longest, or those with most calls.

        tool: ``tool`` or ``server.tool``. text: in the script's name, code, client or id.
        before: the ``n`` of the last row of the page before, where the newest come first; for other
        orders, offset: the rows of the pages before. Raises HistoryError for a damaged file.
        """
        self.mark_interrupted()
        where: list[str] = []
        values: list[str | int] = []
        for column, value in (("status", status), ("source", source)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        if tool is not None:
            server, dot, name = tool.partition(".")
            where.append(
                "n IN (SELECT execution FROM calls WHERE tool = ?"
                + (" OR (server = ? AND tool = ?))" if dot else ")")
            )
            values += [tool, server, name] if dot else [tool]
        if text:
            pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            where.append(
                "(script LIKE ? ESCAPE '\\' OR code LIKE ? ESCAPE '\\' OR client LIKE ? ESCAPE '\\' "
                "OR id LIKE ? ESCAPE '\\')"
            )
            values += [pattern] * 4
        if before is not None:
            where.append("n < ?")
            values.append(before)
        condition = f"WHERE {' AND '.join(where)} " if where else ""
        rows = self._query(
            f"SELECT {ROW_COLUMNS} FROM executions {condition}"
            f"ORDER BY {_ORDERS[order]}n DESC LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [ExecutionRow.of(row) for row in rows]

    def rows(self, numbers: Iterable[int]) -> list[ExecutionRow]:
        """The rows of executions by their ``n``."""
        wanted = list(numbers)
        marks = ",".join("?" * len(wanted))
        rows = self._query(f"SELECT {ROW_COLUMNS} FROM executions WHERE n IN ({marks})", wanted)
        return [ExecutionRow.of(row) for row in rows]

    def count(self) -> int:
        rows = self._query("SELECT count(*) FROM executions", ())
        return int(rows[0][0]) if rows else 0

    def resolve(self, prefix: str) -> str:
        """The full id that begins with ``prefix``. Raises UnknownExecution."""
        return self._find(prefix)[1]

    def calls(self, execution_id: str, offset: int = 0, limit: int = -1) -> list[CallRow]:
        """Calls of an execution from ``seq`` offset + 1 on. Raises UnknownExecution."""
        n, _ = self._find(execution_id)
        with self._lock, self._told():
            return read_calls(self._connection(), n, offset, limit)

    def status(self, execution_id: str) -> str:
        """``running`` only while the process that runs it lives. Raises UnknownExecution."""
        rows = self._query("SELECT status, owner FROM executions WHERE id = ?", (execution_id,))
        if not rows:
            raise UnknownExecution(f"no execution has the id {execution_id!r}")
        return shown_status(*rows[0])

    def console(self, execution_id: str, offset: int = 0) -> list[LogLine]:
        """Console lines of an execution after the first ``offset``. Raises UnknownExecution."""
        n, _ = self._find(execution_id)
        rows = self._query(
            "SELECT level, text, at_ms FROM console WHERE execution = ? ORDER BY n "
            "LIMIT -1 OFFSET ?",
            (n, offset),
        )
        return [LogLine(level, text, at_ms) for level, text, at_ms in rows]

    def recording(self, prefix: str) -> Recording:
        """Everything of one execution. Raises UnknownExecution."""
        n, _ = self._find(prefix)
        with self._lock, self._told():
            return _read_recording(self._connection(), n)

    def tool_statistics(self, server: str, tool: str, last: int = LAST) -> ToolStatistics | None:
        """How a tool's last calls went; None: there are none. Raises HistoryError."""
        return ToolStatistics.of(self._query(LAST_CALLS, (tool, server, last)))

    def data_version(self) -> int:
        """Changes when another connection has written (a cheap question, for polling)."""
        rows = self._query("PRAGMA data_version", ())
        return int(rows[0][0]) if rows else 0

    def newest(self) -> int:
        """The ``n`` of the newest execution, 0 where there is none."""
        rows = self._query("SELECT coalesce(max(n), 0) FROM executions", ())
        return int(rows[0][0]) if rows else 0

    def mark_interrupted(self) -> None:
        """Mark what runs by its record, though its process is gone."""
        owners = self._query("SELECT DISTINCT owner FROM executions WHERE status = 'running'", ())
        dead = [owner for (owner,) in owners if not is_alive(owner)]
        with suppress(
            sqlite3.OperationalError
        ):  # a file that cannot be written; rows say it anyway
            for owner in dead:
                self._query(
                    "UPDATE executions SET status = 'interrupted' "
                    "WHERE status = 'running' AND owner = ?",
                    (owner,),
                )

    # -- removing --------------------------------------------------------------------------

    def delete(self, execution_id: str) -> None:
        """Remove one finished execution. Raises UnknownExecution."""
        n, _ = self._find(execution_id)
        with self._lock, transaction(self._connection()) as connection:
            delete_executions(connection, [n])

    def prune(self, max_age_days: int | None = None, max_size_mb: int | None = None) -> int:
        """Remove old executions now; how many went."""
        days = max_age_days if max_age_days is not None else self._max_age_days
        size = max_size_mb if max_size_mb is not None else self._max_size_mb
        before = self.count()
        with self._lock:
            connection = self._connection()
            more = True
            while more:  # in steps, so that no other writer waits long
                with transaction(connection):
                    more = prune_step(connection, days, size)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return before - self.count()

    def _prune(self, connection: sqlite3.Connection) -> None:
        """One step, in the writer's transaction; the next one follows in its turn."""
        writer = self._writer
        if prune_step(connection, self._max_age_days, self._max_size_mb) and writer is not None:
            writer.put(self._prune)

    # -- inside ----------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        if self._reader is None:
            raise UnknownExecution(f"the history cannot be read: {self._problem or 'it is closed'}")
        return self._reader

    def _query(self, statement: str, values: Iterable[str | int]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._reader is None:
                return []
            with self._told():
                return self._reader.execute(statement, tuple(values)).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A file that is damaged, or locked for long, is named. Raises HistoryError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{self.path} cannot be read: {error}") from error

    def _find(self, prefix: str) -> tuple[int, str]:
        with self._lock, self._told():
            found = (
                self._connection()
                .execute(
                    "SELECT n, id FROM executions WHERE id >= ? AND id < ? LIMIT 3",
                    (prefix, prefix + "\U0010ffff"),
                )
                .fetchall()
            )
        exact = [row for row in found if row[1] == prefix]
        if prefix and (exact or len(found) == 1):
            n, execution_id = (exact or found)[0]
            return n, execution_id
        if not found or not prefix:
            raise UnknownExecution(f"no execution has the id {prefix!r}")
        names = ", ".join(row[1] for row in found)
        raise UnknownExecution(f"several executions begin with {prefix!r}: {names}, …")


def _read_recording(connection: sqlite3.Connection, n: int) -> Recording:
    connection.execute("BEGIN")  # one moment of an execution that may still run
    try:
        row = connection.execute(
            f"SELECT {ROW_COLUMNS}, code, input, options, limits, engine, catalogue_hash, seed, "
            "finished_at, queued_ms, value, error, logs_dropped, masked FROM executions WHERE n = ?",
            (n,),
        ).fetchone()
        logs = connection.execute(
            "SELECT level, text, at_ms FROM console WHERE execution = ? ORDER BY n", (n,)
        ).fetchall()
        readings = connection.execute(
            "SELECT kind, data FROM readings WHERE execution = ? ORDER BY n", (n,)
        ).fetchall()
        calls = read_calls(connection, n)
    finally:
        connection.execute("COMMIT")
    head = ExecutionRow.of(row[:13])
    code, given, options, limits, engine, catalogue_hash, seed, finished, queued = row[13:22]
    value, error, logs_dropped, masked = row[22:]
    data = [(kind, loads(text)) for kind, text in readings]
    a, b, c, d = loads(seed)
    return Recording(
        execution_id=head.execution_id,
        source=head.source,
        client=head.client,
        script=head.script,
        original_id=head.original_id,
        code=code,
        input=loads(given),
        options=loads(options),
        limits=loads(limits),
        engine=engine,
        catalogue_hash=catalogue_hash,
        status=head.status,
        started_at=head.started_at,
        finished_at=finished,
        queued_ms=queued,
        duration_ms=head.duration_ms,
        tool_calls=head.tool_calls,
        value=None if value is None else loads(value),
        error=None if error is None else loads(error),
        error_code=head.error_code,
        logs=tuple({"level": level, "text": text, "at_ms": at} for level, text, at in logs),
        logs_dropped=logs_dropped,
        masked=bool(masked),
        seed=(a, b, c, d),
        clock=tuple((ms, times) for kind, runs in data if kind == "clock" for ms, times in runs),
        order=tuple(operation for kind, some in data if kind == "order" for operation in some),
        answers=tuple(answer for kind, answer in data if kind == "catalogue"),
        calls=tuple(calls),
    )
