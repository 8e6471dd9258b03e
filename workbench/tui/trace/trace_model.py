"""What the trace shows, without a screen: an execution's events as rows, and what is known of all of them."""

from __future__ import annotations

import heapq
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbench.core.model import LEAST, JsonValue, ToolCall
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.trace.overview import Overview
from workbench.tui.trace.rows import (
    SHOWN_ARGS,
    SHOWN_CONSOLE,
    CallRow,
    ConsoleRow,
    EndRow,
    Row,
    Totals,
    status_of_call,
)
from workbench.tui.trace.shown_rows import ShownRows
from workbench.tui.values import one_line
from workbench.tui.widgets.hues import LineNote, ServerHues
from workbench.tui.wording import duration

if TYPE_CHECKING:
    from workbench.core.events import Event, ExecutionFinished, ToolCallFinished, ToolCallNote


class TraceModel:
    """The rows of one execution, and which of them are shown."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, folds_by_itself: bool = True
    ) -> None:
        """folds_by_itself: many calls of one line become one row without being asked to."""
        self._clock = clock
        self.hues = ServerHues()
        self.shown = ShownRows(folds_by_itself=folds_by_itself)
        self.execution_id: str | None = None
        self.rows: list[Row] = []
        self._planned_args: dict[int, tuple[JsonValue, str]] = {}
        """With what their rows say of them, by seq: a replay that goes back plans the same calls anew."""
        self._clear()

    def anew(self, clock: Callable[[], float]) -> TraceModel:
        """An empty one beside this: for the same run once more, from its start."""
        other = TraceModel(clock)
        other.hues, other._planned_args = self.hues, self._planned_args
        other.shown = self.shown.anew(other.rows)
        return other

    def _clear(self) -> None:
        self.rows = []
        self.finished = False
        self.waits = False
        """Whether it waits for a worker."""
        self.lines: dict[int, tuple[int, float, str | None]] = {}
        """Script line -> (calls, ms in all, their server; None: several)."""
        self._index = array("q")  # by seq - 1; -1 where there is none
        self._calls = 0
        self._running: set[int] = set()
        self._failed = self._refused = self._unsent = self._dropped = 0
        self._least = ""
        self._console = 0
        self._span = self._planned_span = 0.0
        self._planned_console: deque[int] = deque()
        self._began: float | None = None
        self._free: list[int] = []
        self._lanes = 0
        self._last_args: dict[tuple[str, str], JsonValue] = {}
        self.overview = Overview()
        self.shown.begin(self.rows)

    # -- events ----------------------------------------------------------------------------

    def begin(self, execution_id: str | None) -> None:
        """Forget everything and wait for the events of another execution."""
        self.execution_id = execution_id
        self._clear()

    def plan(self, events: Iterable[Event]) -> None:
        """What is to come, in order (a replay knows it): rows that wait for their events. In pieces, too."""
        from workbench.core.events import (
            ConsoleLine,
            ExecutionFinished,
            ToolCallFinished,
            ToolCallStarted,
        )

        for event in events:
            if isinstance(event, ToolCallStarted) and self._place(event.call.seq) < 0:
                self._add(event.call, "pending", 0)
            elif isinstance(event, ToolCallFinished):
                ended = event.call.started_ms + event.duration_ms
                self._planned_span = max(self._planned_span, ended)
            elif isinstance(event, ConsoleLine):
                self._planned_console.append(len(self.rows))
                self.rows.append(ConsoleRow("", "", event.line.at_ms))
            elif isinstance(event, ExecutionFinished):
                ended = event.execution.duration_ms
                self._planned_span = max(self._planned_span, ended)

    def apply(self, events: Iterable[Event]) -> None:
        """Take events of the execution; those of others are passed over."""
        from workbench.core.events import (
            ConsoleCut,
            ConsoleLine,
            ExecutionFinished,
            ExecutionQueued,
            ExecutionRunning,
            ToolCallFinished,
            ToolCallNote,
            ToolCallStarted,
        )

        for event in events:
            if self.execution_id is not None and event.execution_id != self.execution_id:
                continue
            if isinstance(event, ToolCallStarted):
                self._start(event.call)
            elif isinstance(event, ToolCallFinished):
                self._finish(event)
            elif isinstance(event, ConsoleLine):
                text = clean_line(event.line.text, SHOWN_CONSOLE)
                row = ConsoleRow(sys.intern(event.line.level), text, event.line.at_ms)
                if self._planned_console:
                    index = self._planned_console.popleft()
                    self.rows[index] = row
                    self.shown.changed(index)
                else:
                    self.rows.append(row)
                self._console += 1
                self._span = max(self._span, event.line.at_ms)
            elif isinstance(event, ToolCallNote):
                self._note(event)
            elif isinstance(event, ConsoleCut):
                self._dropped, self._least = event.dropped, LEAST
            elif isinstance(event, ExecutionQueued):
                self.waits, self._began = True, None
            elif isinstance(event, ExecutionRunning):
                self.waits, self._began = False, self._clock()
            elif isinstance(event, ExecutionFinished):
                self._end(event)

    def _start(self, call: ToolCall) -> None:
        index = self._place(call.seq)
        if index >= 0 and self._call(index).status != "pending":
            return
        if self._free:
            lane = heapq.heappop(self._free)
        else:
            lane = self._lanes
            self._lanes += 1
        if self._began is None:
            self._began = self._clock() - call.started_ms / 1000
        if index < 0:
            self._add(call, "running", lane)
        else:
            row = self._call(index)
            row.status, row.lane = "running", lane
            self.shown.changed(index)
        self._calls += 1
        self._running.add(call.seq)
        self.overview.started(call.started_ms)
        self._span = max(self._span, call.started_ms)

    def _add(self, call: ToolCall, status: str, lane: int) -> None:
        missing = call.seq - len(self._index)
        self._index.extend([-1] * missing)
        self._index[call.seq - 1] = len(self.rows)
        server, tool = sys.intern(clean_line(call.server)), sys.intern(clean_line(call.tool))
        planned, args = self._planned_args.get(call.seq, (None, ""))
        if planned is None or planned is not call.args:
            args = one_line.arguments(call.args, self._last_args.get((server, tool)))
            if status == "pending":
                self._planned_args[call.seq] = call.args, args
        self._last_args[server, tool] = call.args
        row = CallRow(call.seq, server, tool, args, call.line, call.started_ms, lane, status)
        index = len(self.rows)
        self.rows.append(row)
        self.shown.call_started(row.key, index, call.started_ms)

    def _call(self, index: int) -> CallRow:
        row = self.rows[index]
        assert isinstance(row, CallRow)
        return row

    def _finish(self, event: ToolCallFinished) -> None:
        self._start(event.call)
        index = self._place(event.call.seq)
        row = self._call(index)
        if row.seq not in self._running:
            return
        self._running.discard(row.seq)
        heapq.heappush(self._free, row.lane)
        row.status = status_of_call(event.outcome)
        row.duration_ms = event.duration_ms
        error = event.outcome.error
        row.summary = (
            clean_line(error.message[:SHOWN_ARGS])
            if error
            else sys.intern(one_line.result(event.outcome.result))  # many results read alike
        )
        self._span = max(self._span, row.started_ms + event.duration_ms)
        self._over(row, made=event.outcome.dispatched)
        if row.line is not None and event.outcome.dispatched:
            calls, total, server = self.lines.get(row.line, (0, 0.0, row.server))
            same = row.server if server == row.server else None
            self.lines[row.line] = (calls + 1, total + event.duration_ms, same)
        self.shown.changed(index)

    def _note(self, event: ToolCallNote) -> None:
        index = self._place(event.seq)
        if index < 0 or event.seq not in self._running:
            return
        row = self._call(index)
        row.summary = clean_line(event.words[:SHOWN_ARGS])
        self.shown.changed(index)

    def _end(self, event: ExecutionFinished) -> None:
        self.finished = True
        self._dropped, self._least = event.execution.logs_dropped, event.execution.least
        self._span = max(self._span, event.execution.duration_ms)
        for seq in sorted(self._running):
            index = self._place(seq)
            row = self._call(index)
            row.status = "cancelled"
            row.duration_ms = max(0.0, event.execution.duration_ms - row.started_ms)
            self._over(row)
            self.shown.changed(index)
        self._running.clear()
        self.shown.settle()
        error = event.execution.error
        if error is not None:
            text = clean_line(f"{error.code} — {error.message[:SHOWN_CONSOLE]}", SHOWN_CONSOLE)
            ended = event.execution.duration_ms
            self.rows.append(EndRow("error", text, ended, error.line, error.column))

    def _over(self, row: CallRow, *, made: bool = True) -> None:
        """made: it was let through to a server, which is what counts as a call."""
        failed = row.status != "ok"
        if not made:
            self._refused += row.status == "refused"
            self._unsent += row.status != "refused"
        elif failed:
            self._failed += 1
        if failed:
            self.overview.failure(row.started_ms)
        self.shown.call_over(row, failed=failed)

    # -- what is known ---------------------------------------------------------------------

    @property
    def totals(self) -> Totals:
        made = self._calls - self._refused - self._unsent
        return Totals(
            made,
            len(self._running),
            self._failed,
            self._console,
            self._refused,
            self._unsent,
            self._dropped,
            self._least,
        )

    @property
    def is_running(self) -> bool:
        """Whether a worker has the run now."""
        return self._began is not None and not self.finished

    def elapsed_ms(self) -> float:
        """Since the execution began to run; its whole duration once it has ended."""
        if self.finished or self._began is None:
            return self._span
        return max(self._span, (self._clock() - self._began) * 1000)

    @property
    def span_ms(self) -> float:
        """The time that the waterfall must hold."""
        return max(self.elapsed_ms(), self._planned_span)

    def row_of(self, seq: int) -> CallRow | None:
        """The row of a call."""
        index = self._place(seq)
        row = self.rows[index] if index >= 0 else None
        return row if isinstance(row, CallRow) else None

    @property
    def last_seq(self) -> int:
        """The largest number of a call."""
        return len(self._index)

    def place(self, seq: int) -> int | None:
        """The index into ``rows`` of a call."""
        index = self._place(seq)
        return index if index >= 0 else None

    def console_number(self, index: int) -> int:
        """Which of the console's lines a row is, from 0."""
        rows = self.rows[:index]
        return sum(isinstance(row, ConsoleRow) for row in rows)

    def line_notes(self) -> dict[int, LineNote]:
        """Beside each script line that made calls: how many and how long, ``3 calls 41 ms``, in the hue of
        their server; of several servers in none."""
        return {
            line: LineNote(
                f"{count(calls, 'call')} {duration(total)}",
                self.hues.of(server) if server is not None else None,
            )
            for line, (calls, total, server) in self.lines.items()
        }

    def _place(self, seq: int) -> int:
        return self._index[seq - 1] if 0 < seq <= len(self._index) else -1
