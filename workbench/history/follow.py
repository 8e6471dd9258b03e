"""Following what other processes write: new and changed executions, and the events of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.history.rows import CallRow, ExecutionRow
from workbench.history.store import Store
from workbench.model import (
    CallError,
    ErrorCode,
    Event,
    Outcome,
    ToolCall,
    ToolCallFinished,
    ToolCallStarted,
)

POLL_S = 0.1
"""How often to ask; a poll without news costs some microseconds."""


@dataclass
class Follower:
    """Call ``poll`` every ``POLL_S``: it gives the executions that are new or have changed."""

    store: Store
    _seen: int = field(init=False)
    _running: set[int] = field(init=False, default_factory=set)
    _version: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._seen = self.store.newest()
        self._running = {row.n for row in self.store.list_executions(status="running")}

    def poll(self) -> list[ExecutionRow]:
        """Oldest first. Nothing where no other connection has written since the last poll."""
        version = self.store.data_version()
        if version == self._version and not self._running:
            return []
        self._version = version
        newest = self.store.newest()
        numbers = set(range(max(self._seen, newest - 500) + 1, newest + 1)) | self._running
        self._seen = newest
        rows = self.store.rows(sorted(numbers)) if numbers else []
        changed = [row for row in rows if row.n not in self._running or row.status != "running"]
        self._running = {row.n for row in rows if row.status == "running"}
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
