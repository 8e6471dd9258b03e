"""A recording as the events it was made of, in time: what the replay screen steps through."""

from __future__ import annotations

import os
from typing import TypeAlias

from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.core.model import (
    CallError,
    Execution,
    LogLine,
    Outcome,
    ScriptError,
    Status,
    known_code,
)
from workbench.core.ports import HistoryReader
from workbench.history import CallRow, Recording, read_recording
from workbench.history.follow import call_of
from workbench.util.dataclass import dataclass
from workbench.util.here import expanded

_STATUSES: dict[str, Status] = {
    "running": "running",
    "ok": "ok",
    "error": "error",
    "timeout": "timeout",
    "cancelled": "cancelled",
    "crashed": "crashed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and when it was: ms since the execution began to run."""

    at_ms: float
    event: Event

    @property
    def line(self) -> int | None:
        """The line of the script that was at it, from 1."""
        if isinstance(self.event, ToolCallStarted | ToolCallFinished):
            return self.event.call.line
        return None if self.error is None else self.error.line

    @property
    def error(self) -> ScriptError | None:
        """Of the end of a run that failed: how."""
        return self.event.execution.error if isinstance(self.event, ExecutionFinished) else None

    @property
    def failed(self) -> bool:
        """A call that did not end well, or the run itself."""
        call = self.event if isinstance(self.event, ToolCallFinished) else None
        return self.error is not None or (call is not None and not call.outcome.ok)


Recorded: TypeAlias = tuple[Recording, list[Step]]


def read(name: str, history: HistoryReader) -> Recorded:
    """An exported file, or an execution of the history: by its id or the start of it. Raises HistoryError."""
    file = expanded(name)
    return with_steps(read_recording(file) if os.path.isfile(file) else history.recording(name))


def with_steps(recording: Recording) -> Recorded:
    """With its steps, made where nobody waits: of 4 000 calls they take 50 ms."""
    return recording, steps_of(recording)


def steps_of(recording: Recording) -> list[Step]:
    """Every call's start and end, every console line, and the end; in the order of time.

    Of one that still runs there is no end.
    """
    execution_id = recording.execution_id
    steps: list[Step] = []
    for row in recording.calls:
        call = call_of(row, execution_id)
        steps.append(Step(row.started_ms, ToolCallStarted(execution_id, call)))
        if row.ok is not None:
            took = row.duration_ms or 0.0
            end = ToolCallFinished(execution_id, call, _outcome(row), took, row.settled or 0)
            steps.append(Step(row.started_ms + took, end))
    for entry in recording.logs:
        at_ms = entry.get("at_ms") or 0.0
        line = LogLine(entry["level"], entry["text"], at_ms)
        steps.append(Step(at_ms, ConsoleLine(execution_id, line)))
    steps.sort(key=lambda step: step.at_ms)  # stable: a call starts before it ends
    if recording.status == "running":
        return steps
    end_ms = max([recording.duration_ms or 0.0, *(step.at_ms for step in steps)])
    finished = ExecutionFinished(
        execution_id, execution_of(recording), recording.finished_at or recording.started_at
    )
    return [*steps, Step(end_ms, finished)]


def step_of(event: Event) -> Step:
    """An event of an execution that is followed as it goes."""
    match event:
        case ToolCallStarted():
            return Step(event.call.started_ms, event)
        case ToolCallFinished():
            return Step(event.call.started_ms + event.duration_ms, event)
        case ConsoleLine():
            return Step(event.line.at_ms, event)
        case _:
            return Step(0.0, event)


def execution_of(recording: Recording) -> Execution:
    """How it ended; an execution that was cut off counts as interrupted."""
    error = recording.error
    return Execution(
        recording.execution_id,
        _STATUSES.get(recording.status, "interrupted"),
        recording.value,
        None if error is None else ScriptError.from_json(error),
        tool_calls=recording.tool_calls,
        queued_ms=recording.queued_ms or 0.0,
        duration_ms=recording.duration_ms or 0.0,
        logs_dropped=recording.logs_dropped,
        warnings=recording.warnings,
    )


def _outcome(row: CallRow) -> Outcome:
    if row.ok:
        return Outcome(True, row.result, upstream_ms=row.upstream_ms, warnings=row.warnings)
    error = row.error if isinstance(row.error, dict) else {}
    return Outcome(
        False,
        error=CallError(
            known_code(error.get("code")), str(error.get("message", "")), error.get("details")
        ),
        dispatched=row.dispatched,
        upstream_ms=row.upstream_ms,
    )
