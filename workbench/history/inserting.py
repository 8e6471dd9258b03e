"""What an event becomes in the tables: one inserter a writer, inside its transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from functools import lru_cache

from workbench.core.events import (
    ConsoleCut,
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
    HostReading,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.core.model import JsonValue, Limits, Outcome, ToolCall
from workbench.history.clean_texts import CleanTexts
from workbench.history.large_texts import LARGE, Remembered, block_of, reference
from workbench.history.owner import this_process
from workbench.history.waiting import FOR_ANSWER, FOR_WORKER
from workbench.text.jsontext import dumps
from workbench.text.redact import Redactor
from workbench.text.sanitize import encodable
from workbench.util.dataclass import dataclass

_MOST_MISSING = 500
"""Characters of what is said to be missing from a record."""


class Inserter:
    """Turns events into rows. What it knows of open executions can be put back after a rollback."""

    def __init__(self, redactor: Redactor, masked_code: Callable[[str, str], None]) -> None:
        """masked_code: is told the id and the masked code of each execution that is inserted."""
        self.redactor = redactor
        self.written = 0
        """Characters of values, about: what the log of the database grew by."""
        self._masked_code = masked_code
        self._connection: sqlite3.Connection | None = None
        self._clean = CleanTexts()
        self._large = Remembered()
        self._open: dict[str, _Open] = {}
        self._started_calls: dict[tuple[str, int], ToolCall] = {}
        self._early: set[str] = set()
        """Executions whose start is in the file though it still waits in the queue."""
        self._before: dict[str, _Open | None] = {}
        """Of the executions that this transaction has touched: as they were."""

    # -- transactions ----------------------------------------------------------------------

    def begin(self) -> None:
        """What follows can be taken back by ``restore``."""
        self._before.clear()
        self._started_calls.clear()

    def restore(self) -> None:
        """Know again what was known at ``begin``: the transaction was rolled back."""
        for execution_id, before in self._before.items():
            if before is None:
                self._open.pop(execution_id, None)
            else:
                self._open[execution_id] = before
        self._large.forget()
        self.begin()

    def move_to(self, connection: sqlite3.Connection, *, replaced: bool) -> None:
        """Insert into another connection from now on.

        replaced: it is to another file. Executions under way that are not in it begin in it anew, and
        their records say what is missing. Raises sqlite3.Error.
        """
        self._connection = connection
        self._large.forget()
        numbers = {id_: self._number_of(execution.start) for id_, execution in self._open.items()}
        for execution_id, number in numbers.items():
            execution = self._open[execution_id]
            if replaced or number != execution.n:
                execution.n = number
                execution.lacks("what came before was in a history file that is gone")

    def _number_of(self, start: ExecutionStarted) -> int:
        """Of an execution in a file that knows it already or not yet."""
        found = self._execute(
            "SELECT n FROM executions WHERE id = ?", (start.execution_id,)
        ).fetchone()
        return int(found[0]) if found is not None else self._insert_start(start)[0]

    @property
    def any_open(self) -> bool:
        """Whether an execution is under way."""
        return bool(self._open)

    def knows(self, execution_id: str) -> bool:
        """Whether the execution has a row, and no end yet."""
        return execution_id in self._open

    def lacks(self, execution_id: str, what: str) -> None:
        """Something of an execution under way will not be in its record."""
        execution = self._touched(execution_id)
        if execution is not None:
            execution.lacks(what)

    # -- events ----------------------------------------------------------------------------

    def take(self, item: Event) -> None:
        """Write one event; ``flush`` writes what it kept back. Raises sqlite3.Error, ValueError."""
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
        elif isinstance(item, ConsoleCut):
            self._set(item, "logs_dropped", item.dropped)
        elif isinstance(item, ExecutionQueued):
            self._set(item, "queued_ms", FOR_WORKER)
        elif isinstance(item, ExecutionRunning):
            execution = self._set(item, "queued_ms", item.queued_ms)
            if execution is not None:
                execution.queued_ms = item.queued_ms
        elif isinstance(item, ToolCallNote):
            self._note(item)

    def flush(self) -> None:
        """Write the calls that are still under way."""
        for call in self._started_calls.values():
            execution = self._touched(call.execution_id)
            if execution is not None:
                self._insert_call(self._call_columns(execution, call) + (None,) * 10)
        self._started_calls.clear()

    def take_early(self, event: ExecutionStarted) -> None:
        """Write a start of which ``take`` will hear again, with all that follows it."""
        self._started(event)
        self._early.add(event.execution_id)

    def note_end(self, event: ExecutionFinished, missing: str) -> None:
        """Write how an execution ended and nothing that needs room; ``take`` may still write it whole."""
        execution = self._open.get(event.execution_id)
        if execution is None:
            return
        done = event.execution
        self._execute(
            "UPDATE executions SET status = ?, finished_at = ?, duration_ms = ?, tool_calls = ?, "
            "error_code = ?, missing = ? WHERE n = ?",
            (
                done.status,
                event.finished_at,
                done.duration_ms,
                done.tool_calls,
                str(done.error.code) if done.error is not None else None,
                missing[:_MOST_MISSING],
                execution.n,
            ),
        )

    def _started(self, event: ExecutionStarted) -> None:
        if event.execution_id in self._early and event.execution_id in self._open:
            return
        n, code, masked = self._insert_start(event)
        self._before.setdefault(event.execution_id, self._open.get(event.execution_id))
        self._open[event.execution_id] = _Open(n, event, masked)
        self._masked_code(event.execution_id, code)

    def _insert_start(self, event: ExecutionStarted) -> tuple[int, str, bool]:
        """Its number, its masked code, whether anything was masked."""
        request = event.request
        code, code_masked = self.redactor.text(request.code)
        given, input_masked = self.redactor.json(request.input)
        masked = code_masked or input_masked
        cursor = self._execute(
            "INSERT INTO executions (id, source, client, script, original_id, code, input, options, "
            "limits, engine, catalogue_hash, seed, status, owner, started_at, masked, answer_limit) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)",
            (
                event.execution_id,
                request.source,
                encodable(request.client) if request.client is not None else None,
                encodable(request.script) if request.script is not None else None,
                request.original_id,
                code,
                given,
                dumps(request.options.to_json()),
                _limits_text(event.limits),
                event.engine,
                event.catalogue_hash,
                dumps(event.seed),
                this_process(),
                event.started_at,
                masked,
                request.answer_limit,
            ),
        )
        assert cursor.lastrowid is not None
        self.written += len(code) + len(given)
        return cursor.lastrowid, code, masked

    def _call_started(self, event: ToolCallStarted) -> None:
        # Kept to the end of the batch: most calls are over by then, and are one row in one statement.
        self._started_calls[event.execution_id, event.call.seq] = event.call

    def _call_finished(self, event: ToolCallFinished) -> None:
        execution = self._touched(event.execution_id)
        if execution is None:
            return
        outcome = event.outcome
        error = outcome.error.to_json() if outcome.error is not None else None
        result = self._payload(execution, outcome.result) if outcome.ok else None
        ended = (
            event.duration_ms,
            outcome.upstream_ms,
            outcome.ok,
            result,
            self._content(execution, outcome, result),
            self._json(execution, error) if error is not None else None,
            outcome.dispatched,
            event.settled or None,
            self._json(execution, list(outcome.warnings)) if outcome.warnings else None,
            outcome.definition,
        )
        call = self._started_calls.pop((event.execution_id, event.call.seq), None)
        if call is None:
            cursor = self._execute(
                "UPDATE calls SET duration_ms = ?, upstream_ms = ?, ok = ?, result = ?, content = ?, "
                "error = ?, dispatched = ?, settled = ?, warnings = ?, definition = ? "
                "WHERE execution = ? AND seq = ?",
                (*ended, execution.n, event.call.seq),
            )
            if cursor.rowcount:
                return
            call = event.call  # its start went into a file that is gone
        self._insert_call(self._call_columns(execution, call) + ended)

    def _insert_call(self, values: tuple[object, ...]) -> None:
        self._execute(
            "INSERT INTO calls (execution, seq, server, tool, args, line, column_, started_ms, "
            "kind, duration_ms, upstream_ms, ok, result, content, error, dispatched, settled, warnings, "
            "definition) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )

    def _call_columns(self, execution: _Open, call: ToolCall) -> tuple[object, ...]:
        args = self._payload(execution, call.args)
        name = (encodable(call.server), encodable(call.tool))
        where = (call.line, call.column, call.started_ms)
        kind = None if call.kind == "tool" else call.kind
        return (execution.n, call.seq, *name, args, *where, kind)

    def _console(self, event: ConsoleLine) -> None:
        execution = self._touched(event.execution_id)
        if execution is None:
            return
        execution.lines += 1
        text, masked = self.redactor.text(event.line.text)
        execution.masked |= masked
        self.written += len(text)
        self._execute(
            "INSERT INTO console (execution, n, level, text, at_ms) VALUES (?, ?, ?, ?, ?)",
            (execution.n, execution.lines, event.line.level, text, event.line.at_ms),
        )

    def _set(self, event: Event, column: str, value: float | None) -> _Open | None:
        """How an execution stands, until its end is written."""
        execution = self._touched(event.execution_id)
        if execution is not None:
            self._execute(f"UPDATE executions SET {column} = ? WHERE n = ?", (value, execution.n))
        return execution

    def _reading(self, event: HostReading) -> None:
        execution = self._touched(event.execution_id)
        if execution is None:
            return
        execution.readings += 1
        self._execute(
            "INSERT INTO readings (execution, n, kind, data) VALUES (?, ?, ?, ?)",
            (execution.n, execution.readings, event.kind, self._json(execution, event.data)),
        )

    def _note(self, event: ToolCallNote) -> None:
        execution = self._touched(event.execution_id)
        if execution is None:
            return
        execution.notes += 1
        if event.kind in ("asks", "answered"):
            execution.asked += 1 if event.kind == "asks" else -1
            self._set(event, "queued_ms", FOR_ANSWER if execution.asked else execution.queued_ms)
        text, masked = self.redactor.text(event.text)
        execution.masked |= masked
        self._execute(
            "INSERT INTO notes (execution, n, seq, kind, text, progress, total) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
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
        execution = self._touched(event.execution_id)
        if execution is None:
            return
        del self._open[event.execution_id]
        done = event.execution
        value = self._payload(execution, done.value) if done.ok else None
        error = self._json(execution, done.error.to_json()) if done.error is not None else None
        warnings = self._json(execution, list(done.warnings)) if done.warnings else None
        self._execute(
            "UPDATE executions SET status = ?, finished_at = ?, queued_ms = ?, duration_ms = ?, "
            "cpu_ms = ?, memory_bytes = ?, tool_calls = ?, value = ?, error = ?, error_code = ?, "
            "logs_dropped = ?, masked = ?, warnings = ?, missing = ?, "
            "catalogue_hash = coalesce(?, catalogue_hash), definition_tokens = ?, worker_run = ? "
            "WHERE n = ?",
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
                execution.missing,
                event.catalogue_hash,
                event.definition_tokens,
                done.worker_run,
                execution.n,
            ),
        )
        if not self._open:
            self._clean.forget()
            self._large.forget()

    # -- inside ----------------------------------------------------------------------------

    def _execute(self, statement: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        assert self._connection is not None
        return self._connection.execute(statement, values)

    def _touched(self, execution_id: str) -> _Open | None:
        """An execution under way, which may be changed; None: its start was not stored."""
        execution = self._open.get(execution_id)
        if execution is not None and execution_id not in self._before:
            self._before[execution_id] = copy(execution)
        return execution

    def _json(self, execution: _Open, value: JsonValue) -> str:
        text = self._masked_json(execution, value)
        self.written += len(text)
        return text

    def _payload(self, execution: _Open, value: JsonValue) -> str | bytes:
        """What a column holds that may be large: its text, or where that is (large_texts.py)."""
        text = self._masked_json(execution, value)
        number = self._large.find(execution.n, text) if len(text) >= LARGE else None
        if number is not None:
            return reference(number)
        self.written += len(text)
        if len(text) < LARGE:
            return text
        execution.texts += 1
        self._execute(
            "INSERT INTO texts (execution, n, text) VALUES (?, ?, ?)",
            (execution.n, execution.texts, text),
        )
        self._large.add(execution.n, execution.texts, text)
        return reference(execution.texts)

    def _content(
        self, execution: _Open, outcome: Outcome, result: str | bytes | None
    ) -> str | bytes | None:
        if outcome.content is None:
            return None
        if isinstance(result, bytes) and outcome.is_its_text:
            return block_of(result)
        return self._json(execution, outcome.content)

    def _masked_json(self, execution: _Open, value: JsonValue) -> str:
        text, masked = self._clean.json(self.redactor, value)
        execution.masked |= masked
        return text


@lru_cache(maxsize=64)
def _limits_text(limits: Limits) -> str:
    """The same for most executions, and half the work of a short one's start."""
    return dumps(asdict(limits))


@dataclass(slots=True)
class _Open:
    """What the writer keeps of an execution under way."""

    n: int
    start: ExecutionStarted
    masked: bool
    missing: str | None = None
    lines: int = 0
    readings: int = 0
    notes: int = 0
    texts: int = 0
    asked: int = 0
    """Questions that wait for an answer."""
    queued_ms: float | None = None

    def lacks(self, what: str) -> None:
        if self.missing is None or what not in self.missing:
            self.missing = (f"{self.missing}; {what}" if self.missing else what)[:_MOST_MISSING]
