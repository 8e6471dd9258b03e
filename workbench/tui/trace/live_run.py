"""The run on the screen: its events on their way from the engine, and what the panes ask of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import field, replace
from typing import TYPE_CHECKING

from workbench.core.model import Execution, JsonValue, LogLine, ScriptError, ToolCall
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.core.events import Event, ToolCallFinished, ToolCallNote
    from workbench.tui.glyphs import Shown

TICK_S = 0.05
"""20 Hz: faster cannot be read, and a busy script must not fill the event loop."""
_AT_MOST = 5_000


class LiveBuffer:
    """A listener of an execution. Appends in the engine's turn, drained in the screen's."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()

    def __call__(self, event: Event) -> None:
        self._events.append(event)

    def __len__(self) -> int:
        return len(self._events)

    def drain(self, at_most: int = _AT_MOST) -> list[Event]:
        """The oldest events, at most so many: the rest waits for the next tick."""
        return [self._events.popleft() for _ in range(min(at_most, len(self._events)))]


@dataclass(slots=True)
class CallState:
    """One call with its payloads, for the detail pane."""

    call: ToolCall
    finished: ToolCallFinished | None = None
    notes: list[ToolCallNote] = field(default_factory=list)

    def timing(self) -> dict[str, JsonValue]:
        """Milliseconds: when it started, how long it took, and how much of that the upstream had."""
        timing: dict[str, JsonValue] = {"started_ms": round(self.call.started_ms, 3)}
        if self.finished is not None:
            timing["duration_ms"] = round(self.finished.duration_ms, 3)
            upstream = self.finished.outcome.upstream_ms
            if upstream is not None:
                timing["upstream_ms"] = round(upstream, 3)
                # Checks, waiting for the server's turn, the way to the worker and back.
                timing["queue_ms"] = round(max(0.0, self.finished.duration_ms - upstream), 3)
            if not self.finished.outcome.dispatched:
                timing["dispatched"] = False
        return timing

    def to_json(self) -> dict[str, JsonValue]:
        """What the detail shows: how it ended, the arguments, the timing, what was sent meanwhile."""
        out: dict[str, JsonValue] = {"tool": f"{self.call.server}.{self.call.tool}"}
        if self.finished is None:
            out["status"] = "running"
        elif self.finished.outcome.error is not None:
            out["error"] = self.finished.outcome.error.to_json()
        else:
            out["result"] = self.finished.outcome.result
        out["args"] = self.call.args
        out["timing"] = self.timing()
        if self.finished is not None and self.finished.outcome.warnings:
            out["warnings"] = list(self.finished.outcome.warnings)
        if self.notes:
            out["notes"] = [note.words for note in self.notes]
        if self.finished is not None and self.finished.outcome.content is not None:
            out["content"] = self.finished.outcome.content
        return out


class LiveRun:
    """One execution as its events tell it."""

    def __init__(self, script: str, code: str = "") -> None:
        """script: its name. code: what runs, for those who look at an error's place."""
        self.script = script
        self.code = code
        self.execution_id = ""
        self.calls: dict[int, CallState] = {}
        self.console: list[LogLine] = []
        self.execution: Execution | None = None
        self.queued = False
        """It waits for a worker."""
        self.max_calls = 0
        self.judged = ""
        """Of a replay, once it is over: ``identical`` or ``diverged``."""
        self._began = time.monotonic()
        self._not_made = 0
        """Calls that were refused, or whose turn never came."""

    @property
    def made(self) -> int:
        """Calls that were let through to a server: what the history and the budget count."""
        return len(self.calls) - self._not_made

    @property
    def status(self) -> Shown:
        if self.execution is not None:
            return self.execution.status
        return "queued" if self.queued else "running"

    @property
    def elapsed_ms(self) -> float:
        """Since it runs, or waits for a worker; the duration once it is over."""
        if self.execution is not None:
            return self.execution.duration_ms
        return (time.monotonic() - self._began) * 1000

    @property
    def upstream_ms(self) -> float:
        """How long at least one call was with an upstream server: calls at the same time count once."""
        spans = []
        for state in self.calls.values():
            done = state.finished
            if done is not None and done.outcome.upstream_ms is not None:
                end = state.call.started_ms + done.duration_ms
                spans.append((max(state.call.started_ms, end - done.outcome.upstream_ms), end))
        total = until = 0.0
        for start, end in sorted(spans):
            total += max(0.0, end - max(start, until))
            until = max(until, end)
        return total

    def timing(self) -> dict[str, JsonValue]:
        """Milliseconds of the run that is over, apart: waiting for a worker, the script's own work, the
        upstream servers, and what is left (the script waits for a timer or for us)."""
        execution = self.execution
        if execution is None:
            return {}
        upstream, script = self.upstream_ms, execution.cpu_ms
        out: dict[str, JsonValue] = {
            "queue_ms": round(execution.queued_ms, 3),
            "duration_ms": round(execution.duration_ms, 3),
            "upstream_ms": round(upstream, 3),
        }
        if script is not None:  # a record does not hold it
            out["script_ms"] = round(script, 3)
            out["other_ms"] = round(max(0.0, execution.duration_ms - upstream - script), 3)
        return out

    def apply(self, events: Iterable[Event]) -> None:
        """Take the next events, in order."""
        from workbench.core.events import (
            ConsoleLine,
            ExecutionFinished,
            ExecutionQueued,
            ExecutionRunning,
            ExecutionStarted,
            ToolCallFinished,
            ToolCallNote,
            ToolCallStarted,
        )

        for event in events:
            match event:
                case ExecutionStarted():
                    self.execution_id = event.execution_id
                    self.max_calls = event.limits.max_tool_calls
                case ExecutionQueued():
                    self.queued = True
                case ExecutionRunning():
                    self.queued = False
                    self._began = time.monotonic()
                case ToolCallStarted(call=call):
                    self.calls[call.seq] = CallState(call)
                case ToolCallNote():
                    if event.seq in self.calls:
                        self.calls[event.seq].notes.append(event)
                case ToolCallFinished(call=call):
                    self.calls.setdefault(call.seq, CallState(call)).finished = event
                    self._not_made += not event.outcome.dispatched
                case ConsoleLine():
                    self.console.append(event.line)
                case ExecutionFinished():
                    self.execution = event.execution
                case _:
                    pass

    def pairs(self) -> list[tuple[ToolCall, ToolCallFinished | None]]:
        """Each call with how it ended."""
        return [(state.call, state.finished) for state in self.calls.values()]

    def failing_call(self, error: ScriptError | None) -> int | None:
        """The number of the call whose failure nobody caught; None: it was no call that ended the run."""
        if error is None:
            return None
        for seq, state in reversed(self.calls.items()):
            failure = state.finished.outcome.error if state.finished is not None else None
            if (
                failure is not None
                and failure.code == error.code
                and failure.message in error.message
            ):
                return seq
        return None

    def at_its_tool(self, error: ScriptError | None, code: str) -> ScriptError | None:
        """The error with the place of the tool whose call failed.

        The engine names the place of the last look-up before it, which may stand in its arguments.
        """
        seq = self.failing_call(error)
        if error is None or error.line is None or error.column is None or seq is None:
            return error
        call = self.calls[seq].call
        lines = code.split("\n")
        if call.line != error.line or error.line > len(lines):
            return error
        place = lines[error.line - 1].rfind(call.tool, 0, error.column - 1 + len(call.tool))
        return error if place < 0 else replace(error, column=place + 1)
