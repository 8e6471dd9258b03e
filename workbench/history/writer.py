"""The writer: one thread a process turns events into rows, in grouped commits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import asdict, replace
from typing import TypeAlias

from workbench.clean import encodable
from workbench.history.logfile import LogFile, log_line
from workbench.history.owner import this_process
from workbench.jsontext import dumps
from workbench.model import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionStarted,
    HostReading,
    JsonValue,
    ToolCall,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.redact import Redactor

_log = logging.getLogger(__name__)
_BATCH = 2_000
_PRUNE_EVERY = 500
_GATHER_S = 0.01
"""How long events that nobody waits for are gathered into one commit."""

Job = Callable[[sqlite3.Connection], None]


class _Mark:
    """Asks to be told when everything before it is committed."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.future: asyncio.Future[None] = loop.create_future()

    def resolve(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


_Item: TypeAlias = "Event | _Mark | Job | None"
"""What the queue holds; None ends the thread."""


class Writer:
    """Owns the writing connection. Never fails an execution: trouble is kept in ``problem``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        redactor: Redactor,
        log: LogFile,
        prune: Job,
    ) -> None:
        self.problem: str | None = None
        self._connection = connection
        self._redactor = redactor
        self._log = log
        self._prune = prune
        self._queue: deque[_Item] = deque()
        self._idle = True
        self._news = threading.Event()
        self._urgent = threading.Event()
        self._open: dict[str, _Open] = {}
        self._started_calls: dict[tuple[str, int], ToolCall] = {}
        self._finished = 0
        self._late: deque[ExecutionFinished] = deque(maxlen=_BATCH)
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._run, name="history writer", daemon=True)
        self._thread.start()

    def put(self, item: Event | Job) -> None:
        """Take an event, or a job to run on the connection in its turn; written within ``_GATHER_S``."""
        self._queue.append(item)
        if self._idle:  # waking the thread for every event would cost more than writing it
            self._idle = False
            self._news.set()

    def mark(self, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        """Done when everything before it is committed, which begins now."""
        mark = _Mark(loop)
        self._queue.append(mark)
        self._urgent.set()
        self._news.set()
        return mark.future

    def close(self) -> None:
        """Write what is queued, end the thread."""
        self._queue.append(None)
        self._urgent.set()
        self._news.set()
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA optimize")
        self._connection.close()

    # -- the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        going = True
        while going:
            self._news.wait()
            self._urgent.wait(_GATHER_S)
            self._news.clear()
            self._urgent.clear()
            batch: list[_Item] = []
            while self._queue and len(batch) < _BATCH:
                batch.append(self._queue.popleft())
            going = None not in batch
            if batch:
                self._write(batch)
            for item in batch:
                if isinstance(item, _Mark):
                    item.resolve()
            self._idle = True
            if self._queue:  # more came meanwhile, perhaps before idle was set
                self._idle = False
                self._news.set()
                if any(isinstance(item, _Mark) or item is None for item in list(self._queue)):
                    self._urgent.set()

    def _write(self, batch: list[_Item]) -> None:
        items: list[Event | Job] = [
            item for item in batch if item is not None and not isinstance(item, _Mark)
        ]
        items += self._late
        self._late.clear()
        before = {id_: copy(execution) for id_, execution in self._open.items()}
        try:
            self._commit(items)
            self.problem = None
        except sqlite3.OperationalError as error:  # a full disk, a file that went away: run on
            self._undo(before)
            self._lose(f"history is not written: {error}")
            ends = [item for item in items if isinstance(item, ExecutionFinished)]
            self._late.extend(end for end in ends if end.execution_id in before)
        except Exception as error:  # one value that cannot be stored must not cost the others
            self._undo(before)
            self._write_singly(items, error)
        self._write_log()
        if self._finished >= _PRUNE_EVERY:
            self._finished = 0
            self.put(self._prune)

    def _commit(self, items: Sequence[Event | Job]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for item in items:
            self._take(item)
        self._insert_started()
        self._connection.execute("COMMIT")

    def _write_singly(self, items: Sequence[Event | Job], first: Exception) -> None:
        """Write a batch that failed, item by item, so that only what is at fault is lost."""
        self._lose(f"history: something could not be stored: {type(first).__name__}: {first}")
        self._lines.clear()
        for item in items:
            before = {id_: copy(execution) for id_, execution in self._open.items()}
            try:
                self._commit([item])
            except Exception as error:
                self._undo(before)
                self._lose(f"history: {type(item).__name__} is lost: {error}")
                if isinstance(item, ExecutionFinished) and not isinstance(
                    error, sqlite3.OperationalError
                ):
                    self._commit_without_value(item, error)

    def _commit_without_value(self, event: ExecutionFinished, why: Exception) -> None:
        """Record at least how an execution ended whose value cannot be stored."""
        before = {id_: copy(execution) for id_, execution in self._open.items()}
        bare = replace(event, execution=replace(event.execution, value=f"«not stored: {why}»"))
        try:
            self._commit([bare])
        except Exception as error:
            self._undo(before)
            self._lose(f"history: the end of {event.execution_id} is lost: {error}")

    def _undo(self, before: dict[str, _Open]) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("ROLLBACK")
        self._open = before
        self._started_calls.clear()

    def _lose(self, problem: str) -> None:
        self.problem = problem
        _log.warning("%s", problem)

    def _write_log(self) -> None:
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        try:
            self._log.append(lines)
        except OSError as error:
            self._lose(f"main.log is not written: {error}")

    def _take(self, item: Event | Job) -> None:
        if isinstance(item, ToolCallStarted):
            self._call_started(item)
        elif isinstance(item, ToolCallFinished):
            self._call_finished(item)
        elif isinstance(item, ExecutionStarted):
            self._started(item)
        elif isinstance(item, ExecutionFinished):
            self._finish(item)
        elif isinstance(item, ConsoleLine):
            self._console(item)
        elif isinstance(item, HostReading):
            self._reading(item)
        elif isinstance(item, ToolCallNote):
            self._note(item)
        elif callable(item):
            item(self._connection)

    # -- events ----------------------------------------------------------------------------

    def _started(self, event: ExecutionStarted) -> None:
        request = event.request
        code, code_masked = self._redactor.text(request.code)
        given, input_masked = self._redactor.json(request.input)
        cursor = self._connection.execute(
            "INSERT INTO executions (id, source, client, script, original_id, code, input, options, "
            "limits, engine, catalogue_hash, seed, status, owner, started_at, masked) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)",
            (
                event.execution_id,
                request.source,
                encodable(request.client) if request.client is not None else None,
                encodable(request.script) if request.script is not None else None,
                request.original_id,
                code,
                given,
                dumps(request.options.given()),
                dumps(asdict(event.limits)),
                event.engine,
                event.catalogue_hash,
                dumps(event.seed),
                this_process(),
                event.started_at,
                code_masked or input_masked,
            ),
        )
        assert cursor.lastrowid is not None
        masked = code_masked or input_masked
        self._open[event.execution_id] = _Open(cursor.lastrowid, code, masked)

    def _call_started(self, event: ToolCallStarted) -> None:
        # Kept to the end of the batch: most calls are over by then, and are one row in one statement.
        self._started_calls[event.execution_id, event.call.seq] = event.call

    def _insert_started(self) -> None:
        for call in self._started_calls.values():
            execution = self._open.get(call.execution_id)
            if execution is not None:
                self._insert_call(self._call_columns(execution, call) + (None,) * 9)
        self._started_calls.clear()

    def _insert_call(self, values: tuple[object, ...]) -> None:
        self._connection.execute(
            "INSERT INTO calls (execution, seq, server, tool, args, line, column_, started_ms, "
            "duration_ms, upstream_ms, ok, result, content, error, dispatched, settled, warnings) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def _call_columns(self, execution: _Open, call: ToolCall) -> tuple[object, ...]:
        args = self._json(execution, call.args)
        name = (encodable(call.server), encodable(call.tool))
        where = (call.line, call.column, call.started_ms)
        return (execution.n, call.seq, *name, args, *where)

    def _call_finished(self, event: ToolCallFinished) -> None:
        execution = self._open.get(event.execution_id)
        if execution is None:
            return
        outcome = event.outcome
        error = outcome.error.to_json() if outcome.error is not None else None
        ended = (
            event.duration_ms,
            outcome.upstream_ms,
            outcome.ok,
            self._json(execution, outcome.result) if outcome.ok else None,
            self._json(execution, outcome.content) if outcome.content is not None else None,
            self._json(execution, error) if error is not None else None,
            outcome.dispatched,
            event.settled or None,
            dumps(outcome.warnings) if outcome.warnings else None,
        )
        call = self._started_calls.pop((event.execution_id, event.call.seq), None)
        if call is not None:
            self._insert_call(self._call_columns(execution, call) + ended)
            return
        self._connection.execute(
            "UPDATE calls SET duration_ms = ?, upstream_ms = ?, ok = ?, result = ?, content = ?, "
            "error = ?, dispatched = ?, settled = ?, warnings = ? WHERE execution = ? AND seq = ?",
            (*ended, execution.n, event.call.seq),
        )

    def _console(self, event: ConsoleLine) -> None:
        execution = self._open.get(event.execution_id)
        if execution is None:
            return
        execution.lines += 1
        text, masked = self._redactor.text(event.line.text)
        execution.masked |= masked
        self._connection.execute(
            "INSERT INTO console VALUES (?, ?, ?, ?, ?)",
            (execution.n, execution.lines, event.line.level, text, event.line.at_ms),
        )

    def _reading(self, event: HostReading) -> None:
        execution = self._open.get(event.execution_id)
        if execution is None:
            return
        execution.readings += 1
        self._connection.execute(
            "INSERT INTO readings VALUES (?, ?, ?, ?)",
            (execution.n, execution.readings, event.kind, self._json(execution, event.data)),
        )

    def _note(self, event: ToolCallNote) -> None:
        execution = self._open.get(event.execution_id)
        if execution is None:
            return
        execution.notes += 1
        text, masked = self._redactor.text(event.text)
        execution.masked |= masked
        self._connection.execute(
            "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                execution.n,
                execution.notes,
                event.seq,
                event.kind,
                text,
                event.progress,
                event.total,
            ),
        )

    def _finish(self, event: ExecutionFinished) -> None:
        self._insert_started()
        execution = self._open.pop(event.execution_id, None)
        if execution is None:
            return
        done = event.execution
        value = self._json(execution, done.value) if done.ok else None
        error = self._json(execution, done.error.to_json()) if done.error is not None else None
        self._connection.execute(
            "UPDATE executions SET status = ?, finished_at = ?, queued_ms = ?, duration_ms = ?, "
            "cpu_ms = ?, memory_bytes = ?, tool_calls = ?, value = ?, error = ?, error_code = ?, "
            "logs_dropped = ?, masked = ?, catalogue_hash = coalesce(?, catalogue_hash) WHERE n = ?",
            (
                done.status,
                event.finished_at,
                done.queued_ms,
                done.duration_ms,
                done.cpu_ms,
                done.memory_bytes,
                done.tool_calls,
                value,
                error,
                str(done.error.code) if done.error is not None else None,
                done.logs_dropped,
                execution.masked,
                event.catalogue_hash,
                execution.n,
            ),
        )
        self._finished += 1
        self._lines.append(
            log_line(
                done.execution_id, done.status, done.duration_ms, done.tools_called, execution.code
            )
        )

    def _json(self, execution: _Open, value: JsonValue) -> str:
        text, masked = self._redactor.json(value)
        execution.masked |= masked
        return text


class _Open:
    """What the writer keeps of an execution under way."""

    __slots__ = ("code", "lines", "masked", "n", "notes", "readings")

    def __init__(self, n: int, code: str, masked: bool) -> None:
        self.n = n
        self.code = code[:1000]
        self.masked = masked
        self.lines = self.readings = self.notes = 0
