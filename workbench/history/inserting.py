"""What an event becomes in the tables: one inserter a writing connection, inside its transactions."""

from __future__ import annotations

import sqlite3
from copy import copy
from dataclasses import asdict
from typing import TypeAlias

from workbench.core.model import (
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
from workbench.history.logfile import log_line
from workbench.history.owner import this_process
from workbench.text.jsontext import dumps
from workbench.text.redact import Redactor
from workbench.text.sanitize import encodable


class Inserter:
    """Turns events into rows. What it knows of open executions can be put back after a rollback."""

    def __init__(self, connection: sqlite3.Connection, redactor: Redactor) -> None:
        self.lines: list[str] = []
        """For main.log: one for each execution that ended."""
        self.finished = 0
        self.written = 0
        """Characters of values, about: what the WAL grew by."""
        self._connection = connection
        self._redactor = redactor
        self._open: dict[str, _Open] = {}
        self._started_calls: dict[tuple[str, int], ToolCall] = {}

    def snapshot(self) -> Snapshot:
        """What is known now; for ``restore`` after a rollback."""
        return {id_: copy(execution) for id_, execution in self._open.items()}

    def restore(self, before: Snapshot) -> None:
        self._open = before
        self._started_calls.clear()

    def take(self, item: Event) -> None:
        """Write one event; ``flush`` writes what it kept back."""
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

    def flush(self) -> None:
        """Write the calls that are still under way."""
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
        self.written += len(text)
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
        self.flush()
        execution = self._open.pop(event.execution_id, None)
        if execution is None:
            return
        done = event.execution
        value = self._json(execution, done.value) if done.ok else None
        error = self._json(execution, done.error.to_json()) if done.error is not None else None
        warnings = self._json(execution, list(done.warnings)) if done.warnings else None
        self._connection.execute(
            "UPDATE executions SET status = ?, finished_at = ?, queued_ms = ?, duration_ms = ?, "
            "cpu_ms = ?, memory_bytes = ?, tool_calls = ?, value = ?, error = ?, error_code = ?, "
            "logs_dropped = ?, masked = ?, warnings = ?, "
            "catalogue_hash = coalesce(?, catalogue_hash) WHERE n = ?",
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
                warnings,
                event.catalogue_hash,
                execution.n,
            ),
        )
        self.finished += 1
        self.lines.append(
            log_line(
                event.finished_at,
                done.execution_id,
                done.status,
                done.duration_ms,
                done.tools_called,
                execution.code,
            )
        )

    def _json(self, execution: _Open, value: JsonValue) -> str:
        text, masked = self._redactor.json(value)
        execution.masked |= masked
        self.written += len(text)
        return text


class _Open:
    """What the writer keeps of an execution under way."""

    __slots__ = ("code", "lines", "masked", "n", "notes", "readings")

    def __init__(self, n: int, code: str, masked: bool) -> None:
        self.n = n
        self.code = code[:1000]
        self.masked = masked
        self.lines = self.readings = self.notes = 0


Snapshot: TypeAlias = dict[str, _Open]
