"""Following what other processes write: new and changed executions, and the events of one."""

from __future__ import annotations

from workbench.core.events import ConsoleLine, Event, ToolCallFinished, ToolCallStarted
from workbench.core.model import CallError, ErrorCode, Outcome, ToolCall
from workbench.core.ports import HistoryReader, HistoryWatch
from workbench.core.records import CallRow, ExecutionRow, Standing

POLL_S = 0.1
"""How often to ask; a poll without news costs some microseconds."""
_MOST_NEW = 500
"""Of more than these since the last poll, the newest."""


class Follower:
    """Call ``poll`` every ``POLL_S``: it gives the executions that are new, ended, or made calls."""

    def __init__(self, history: HistoryReader) -> None:
        """From now on. Raises HistoryError."""
        self._history = history
        self._watch = history.watch()
        self._watch.changed()
        self.generation = self._watch.generation
        """Other once the history was deleted or replaced: what was told before is of no file that is there."""
        self._seen = history.newest()
        self.under_way = history.list_executions(status="running", limit=_MOST_NEW)
        """What ran at the start."""
        self._running = {row.n: _progress(row) for row in self.under_way}
        """How far those were that run, by ``n``."""

    def poll(self) -> list[ExecutionRow]:
        """Oldest first. Nothing where nobody has written since the last poll. Raises HistoryError."""
        if not self._watch.changed() and not self._running:
            return []
        if self._watch.generation != self.generation:  # another file: all of it is new
            self.generation, self._seen, self._running = self._watch.generation, 0, {}
        newest = self._history.newest()
        numbers = set(range(max(self._seen, newest - _MOST_NEW) + 1, newest + 1)) | set(
            self._running
        )
        self._seen = newest
        rows = self._history.rows(sorted(numbers)) if numbers else []
        changed = [
            row
            for row in rows
            if row.status != "running" or self._running.get(row.n) != _progress(row)
        ]
        self._running = {row.n: _progress(row) for row in rows if row.status == "running"}
        return sorted(changed, key=lambda row: row.n)

    def close(self) -> None:
        self._watch.close()


def _progress(row: ExecutionRow) -> tuple[int, int | None, bool]:
    return row.tool_calls, row.waits_behind, row.asks


class ExecutionFollower:
    """One execution of another process: its calls and its console as they come, until it ends.

    ``poll`` raises HistoryError: the execution was deleted, or the file is damaged.
    """

    def __init__(self, history: HistoryReader, execution_id: str) -> None:
        self.ended = False
        """Everything was told; its end is in ``history.recording``."""
        self.standing = Standing("running")
        """How it stood at the last poll."""
        self._history = history
        self._watch: HistoryWatch = history.watch()
        self._calls = CallFollower(history, execution_id)
        self._execution_id = execution_id
        self._lines = 0

    def poll(self) -> list[Event]:
        """What happened since the last poll, in the order of time."""
        news = self._watch.changed()
        self.standing = self._history.standing(self._execution_id)
        if not news and self.standing.status == "running":
            return []
        timed = [(_at(event), event) for event in self._calls.poll()]
        for line in self._history.console(self._execution_id, offset=self._lines):
            timed.append((line.at_ms, ConsoleLine(self._execution_id, line)))
            self._lines += 1
        self.ended = self.standing.status != "running"
        if self.ended:
            self.close()
        return [event for _, event in sorted(timed, key=lambda pair: pair[0])]

    def close(self) -> None:
        self._watch.close()


class CallFollower:
    """The calls of one execution as events, for a trace of a run that another process owns."""

    def __init__(self, history: HistoryReader, execution_id: str) -> None:
        self._history = history
        self._execution_id = execution_id
        self._started = 0
        self._open: set[int] = set()

    def poll(self) -> list[Event]:
        """Calls that started or ended since the last poll; those told of before are not read again."""
        events: list[Event] = []
        rows = self._history.calls(self._execution_id, after=self._started, ended_of=self._open)
        for row in rows:
            if row.seq > self._started:
                call = call_of(row, self._execution_id)
                events.append(ToolCallStarted(self._execution_id, call))
                self._started = row.seq
                self._open.add(row.seq)
            if row.ok is not None:
                self._open.discard(row.seq)
                events.append(finished_of(row, self._execution_id))
        return events


def _at(event: Event) -> float:
    if isinstance(event, ToolCallFinished):
        return event.call.started_ms + event.duration_ms
    return event.call.started_ms if isinstance(event, ToolCallStarted) else 0.0


def call_of(row: CallRow, execution_id: str) -> ToolCall:
    """A recorded call as the script issued it."""
    return ToolCall(
        execution_id,
        row.seq,
        row.server,
        row.tool,
        row.args,
        row.line,
        row.column,
        row.started_ms,
        kind=row.kind,
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
