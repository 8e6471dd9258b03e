"""Following what other processes write: new and changed executions, and the events of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.core.model import (
    CallError,
    ConsoleLine,
    ErrorCode,
    Event,
    Outcome,
    ToolCall,
    ToolCallFinished,
    ToolCallStarted,
)
from workbench.history.rows import CallRow, ExecutionRow
from workbench.history.store import Store

POLL_S = 0.1
"""How often to ask; a poll without news costs some microseconds."""


@dataclass
class Follower:
    """Call ``poll`` every ``POLL_S``: it gives the executions that are new, ended, or made calls."""

    store: Store
    _seen: int = field(init=False)
    _running: dict[int, int] = field(init=False, default_factory=dict)
    """The calls so far, by ``n``."""
    _version: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._seen = self.store.newest()
        running = self.store.list_executions(status="running")
        self._running = {row.n: row.tool_calls for row in running}

    def poll(self) -> list[ExecutionRow]:
        """Oldest first. Nothing where no other connection has written since the last poll."""
        version = self.store.data_version()
        if version == self._version and not self._running:
            return []
        self._version = version
        newest = self.store.newest()
        numbers = set(range(max(self._seen, newest - 500) + 1, newest + 1)) | set(self._running)
        self._seen = newest
        rows = self.store.rows(sorted(numbers)) if numbers else []
        changed = [
            row
            for row in rows
            if row.status != "running" or self._running.get(row.n) != row.tool_calls
        ]
        self._running = {row.n: row.tool_calls for row in rows if row.status == "running"}
        return sorted(changed, key=lambda row: row.n)


@dataclass
class CallFollower:
    """The calls of one execution as events, for a trace of a run that another process owns."""

    store: Store
    execution_id: str
    _started: int = 0
    _open: set[int] = field(default_factory=set)

    def poll(self) -> list[Event]:
        """Calls that started or ended since the last poll."""
        first = min(self._open, default=self._started + 1)
        events: list[Event] = []
        for row in self.store.calls(self.execution_id, offset=first - 1):
            if row.seq > self._started:
                events.append(ToolCallStarted(self.execution_id, call_of(row, self.execution_id)))
                self._started = row.seq
                self._open.add(row.seq)
            if row.ok is not None and row.seq in self._open:
                self._open.discard(row.seq)
                events.append(finished_of(row, self.execution_id))
        return events


@dataclass
class ExecutionFollower:
    """One execution of another process: its calls and its console as they come, until it ends.

    ``poll`` raises HistoryError: the execution was deleted, or the file is damaged.
    """

    store: Store
    execution_id: str
    ended: bool = field(init=False, default=False)
    """Everything was told; its end is in ``store.recording``."""
    _calls: CallFollower = field(init=False)
    _lines: int = field(init=False, default=0)
    _version: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._calls = CallFollower(self.store, self.execution_id)

    def poll(self) -> list[Event]:
        """What happened since the last poll, in the order of time."""
        version = self.store.data_version()
        status = self.store.status(self.execution_id)
        if version == self._version and status == "running":
            return []
        self._version = version
        timed = [(_at(event), event) for event in self._calls.poll()]
        for line in self.store.console(self.execution_id, offset=self._lines):
            timed.append((line.at_ms, ConsoleLine(self.execution_id, line)))
            self._lines += 1
        self.ended = status != "running"
        return [event for _, event in sorted(timed, key=lambda pair: pair[0])]


def _at(event: Event) -> float:
    if isinstance(event, ToolCallFinished):
        return event.call.started_ms + event.duration_ms
    return event.call.started_ms if isinstance(event, ToolCallStarted) else 0.0


def call_of(row: CallRow, execution_id: str) -> ToolCall:
    """A recorded call as the script issued it."""
    return ToolCall(
        execution_id, row.seq, row.server, row.tool, row.args, row.line, row.column, row.started_ms
    )


def outcome_of(row: CallRow) -> Outcome:
    """How a recorded call ended; its ``ok`` must not be None."""
    error = row.error
    return Outcome(
        ok=bool(row.ok),
        result=row.result,
        content=row.content,
        error=None
        if error is None
        else CallError(ErrorCode(error["code"]), error["message"], error.get("details")),
        dispatched=row.dispatched,
        upstream_ms=row.upstream_ms,
        warnings=row.warnings,
    )


def finished_of(row: CallRow, execution_id: str) -> ToolCallFinished:
    """The event of a recorded call's end."""
    return ToolCallFinished(
        execution_id,
        call_of(row, execution_id),
        outcome_of(row),
        row.duration_ms or 0.0,
        row.settled or 0,
    )
