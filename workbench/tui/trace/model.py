"""What the trace shows, without a screen: compact rows from an execution's events, filtered in steps.

A row keeps only what its line shows. Arguments and results stay with the events and in the history;
so 100 000 calls take less than 40 MB.
"""

from __future__ import annotations

import heapq
import sys
import time
from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from workbench.core.model import (
    ConsoleLine,
    ErrorCode,
    Event,
    ExecutionFinished,
    ExecutionRunning,
    JsonValue,
    Outcome,
    ToolCall,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
)
from workbench.text.sanitize import clean_line
from workbench.tui.trace.filter import Filter, parse_filter
from workbench.tui.trace.folds import Fold, Folds, Key
from workbench.tui.trace.hues import ServerHues
from workbench.tui.trace.overview import Overview
from workbench.tui.values import preview

SHOWN_ARGS = preview.BRIEF
"""Characters of arguments and results that a row keeps (payloads stay with the events)."""
SHOWN_CONSOLE = 400
_CHUNK = 1000


@dataclass(slots=True)
class CallRow:
    """One call. ``args`` and ``summary`` are one line, safe to show, at most SHOWN_ARGS long."""

    seq: int
    server: str
    tool: str
    args: str
    line: int | None
    started_ms: float
    lane: int
    """0 for a call that runs alone; parallel calls take the lowest free lane."""
    status: str = "running"
    duration_ms: float | None = None
    summary: str = ""
    """The result or the error in short; the last progress note while it runs."""

    @property
    def key(self) -> Key:
        """What it has in common with other calls of its line."""
        return self.server, self.tool, self.line


@dataclass(slots=True)
class ConsoleRow:
    """One console line of the script, in its place between the calls."""

    level: str
    text: str
    at_ms: float


@dataclass(slots=True)
class EndRow(ConsoleRow):
    """How an execution failed, after all its calls: so the last error is always a row."""

    line: int | None = None
    column: int | None = None


Row: TypeAlias = CallRow | ConsoleRow


@dataclass(frozen=True, slots=True)
class Totals:
    calls: int = 0
    running: int = 0
    failed: int = 0
    console: int = 0


class TraceModel:
    """The rows of one execution, and which of them are shown."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, folds_by_itself: bool = True
    ) -> None:
        """folds_by_itself: many calls of one line become one row without being asked to."""
        self._clock = clock
        self.hues = ServerHues()
        self._folds_by_itself = folds_by_itself
        self.execution_id: str | None = None
        self.rows: list[Row] = []
        self.show_console = True
        self.filter = Filter()
        self._clear()

    def _clear(self) -> None:
        self.rows = []
        self.finished = False
        self.lines: dict[int, tuple[int, float]] = {}
        """Script line -> (calls, ms in all)."""
        self._index = array("q")  # by seq - 1; -1 where there is none
        self._calls = 0
        self._running: set[int] = set()
        self._failed = 0
        self._console = 0
        self._span = self._planned_span = 0.0
        self._planned_console: deque[int] = deque()
        self._began: float | None = None
        self._free: list[int] = []
        self._lanes = 0
        self._shown: list[int] | None = None
        self._scanned = 0
        self._folds = Folds(by_itself=self._folds_by_itself)
        self._last_args: dict[tuple[str, str], JsonValue] = {}
        self.overview = Overview()
        self._restart_filter()

    # -- events ----------------------------------------------------------------------------

    def begin(self, execution_id: str | None) -> None:
        """Forget everything and wait for the events of another execution."""
        self.execution_id = execution_id
        self._clear()

    def plan(self, events: Iterable[Event]) -> None:
        """What is to come, in order (a replay knows it): rows that wait for their events."""
        for event in events:
            if isinstance(event, ToolCallStarted) and self._place(event.call.seq) < 0:
                self._add(event.call, "pending", 0)
            elif isinstance(event, ToolCallFinished):
                ended = event.call.started_ms + event.duration_ms
                self._planned_span = max(self._planned_span, ended)
            elif isinstance(event, ConsoleLine):
                self._planned_console.append(len(self.rows))
                self._append(ConsoleRow("", "", event.line.at_ms))
            elif isinstance(event, ExecutionFinished):
                ended = event.execution.duration_ms
                self._planned_span = max(self._planned_span, ended)

    def apply(self, events: Iterable[Event]) -> None:
        """Take events of the execution; those of others are passed over."""
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
                    self._changed(index)
                else:
                    self._append(row)
                self._console += 1
                self._span = max(self._span, event.line.at_ms)
            elif isinstance(event, ToolCallNote):
                self._note(event)
            elif isinstance(event, ExecutionRunning):
                self._began = self._clock()
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
            self._changed(index)
        self._calls += 1
        self._running.add(call.seq)
        self.overview.started(call.started_ms)
        self._span = max(self._span, call.started_ms)

    def _add(self, call: ToolCall, status: str, lane: int) -> None:
        missing = call.seq - len(self._index)
        self._index.extend([-1] * missing)
        self._index[call.seq - 1] = len(self.rows)
        server, tool = sys.intern(clean_line(call.server)), sys.intern(clean_line(call.tool))
        args = preview.arguments(call.args, self._last_args.get((server, tool)))
        self._last_args[server, tool] = call.args
        row = CallRow(call.seq, server, tool, args, call.line, call.started_ms, lane, status)
        index = len(self.rows)
        self._append(row)
        if self._folds.started(row.key, index, call.started_ms):
            self._restart_filter()

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
            else sys.intern(preview.result(event.outcome.result))  # many results read alike
        )
        self._span = max(self._span, row.started_ms + event.duration_ms)
        self._over(row)
        if row.line is not None:
            calls, total = self.lines.get(row.line, (0, 0.0))
            self.lines[row.line] = (calls + 1, total + event.duration_ms)
        self._changed(index)

    def _note(self, event: ToolCallNote) -> None:
        index = self._place(event.seq)
        if index < 0 or event.seq not in self._running:
            return
        row = self._call(index)
        row.summary = clean_line(event.text[:SHOWN_ARGS])
        self._changed(index)

    def _end(self, event: ExecutionFinished) -> None:
        self.finished = True
        self._span = max(self._span, event.execution.duration_ms)
        for seq in sorted(self._running):
            index = self._place(seq)
            row = self._call(index)
            row.status = "cancelled"
            row.duration_ms = max(0.0, event.execution.duration_ms - row.started_ms)
            self._over(row)
            self._changed(index)
        self._running.clear()
        error = event.execution.error
        if error is not None:
            text = clean_line(f"{error.code} — {error.message[:SHOWN_CONSOLE]}", SHOWN_CONSOLE)
            ended = event.execution.duration_ms
            self._append(EndRow("error", text, ended, error.line, error.column))

    def _over(self, row: CallRow) -> None:
        failed = row.status != "ok"
        if failed:
            self._failed += 1
            self.overview.failure(row.started_ms)
        fold = self._folds.of(row.key)
        if fold is not None:
            fold.ended(row.started_ms, row.duration_ms or 0.0, failed=failed)

    # -- what is known ---------------------------------------------------------------------

    @property
    def totals(self) -> Totals:
        return Totals(self._calls, len(self._running), self._failed, self._console)

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

    def line_notes(self) -> dict[int, str]:
        """Beside each script line that made calls: how many and how long, ``3 calls 41 ms``."""
        return {
            line: f"{calls} call{'s' if calls != 1 else ''} {total:.0f} ms"
            for line, (calls, total) in self.lines.items()
        }

    def _place(self, seq: int) -> int:
        return self._index[seq - 1] if 0 < seq <= len(self._index) else -1

    # -- what is shown ---------------------------------------------------------------------

    @property
    def shown(self) -> Sequence[int]:
        """Indices into ``rows``, ascending: those that match, as far as the filter has come."""
        return range(len(self.rows)) if self._shown is None else self._shown

    def set_filter(self, text: str) -> None:
        """Take a new filter; ``step`` carries it out. Raises FilterError and keeps the old one."""
        self.filter = parse_filter(text)
        self._restart_filter()

    def fold_console(self, folded: bool) -> None:
        """Hide or show the console lines."""
        self.show_console = not folded
        self._restart_filter()

    @property
    def progress(self) -> float:
        """How far the filter has come, 0 to 1."""
        if self._shown is None or not self.rows:
            return 1.0
        return self._scanned / len(self.rows)

    def step(self, budget_s: float = 0.02) -> bool:
        """Filter some more rows, for about ``budget_s``; False: nothing was left to do."""
        if self._shown is None or self._scanned >= len(self.rows):
            return False
        until = time.monotonic() + budget_s
        rows, shown, matches = self.rows, self._shown, self._matches
        while self._scanned < len(rows):
            end = min(self._scanned + _CHUNK, len(rows))
            shown.extend(i for i in range(self._scanned, end) if matches(i))
            self._scanned = end
            if time.monotonic() >= until:
                break
        return True

    def position(self, index: int) -> int:
        """Where the row ``index`` is (or would be) among the shown ones."""
        index = self.standing_for(index)
        return index if self._shown is None else bisect_left(self._shown, index)

    # -- lines that repeat -----------------------------------------------------------------

    def fold_of(self, index: int) -> Fold | None:
        """The calls of the line that a row's call is of."""
        row = self.rows[index]
        return self._folds.of(row.key) if isinstance(row, CallRow) else None

    def folded_at(self, index: int) -> Fold | None:
        """What a row stands for, where it stands for all calls of its line."""
        fold = self.fold_of(index)
        return fold if fold is not None and fold.head == index and self._is_folded(fold) else None

    def standing_for(self, index: int) -> int:
        """The row that is shown for a row: itself, or the one of its line."""
        fold = self.fold_of(index) if index < len(self.rows) else None
        return fold.head if fold is not None and self._is_folded(fold) else index

    def fold(self, index: int, folded: bool) -> bool:
        """Have the calls of a row's line as one row, or each its own; False: it is alone."""
        fold = self.fold_of(index)
        if fold is None or fold.count < 2 or self.filter:
            return False
        fold.unfolded = not folded
        self._refold()
        return True

    def fold_all(self) -> None:
        """Every line that repeats as one row; if they are, each call its own."""
        self._folds.fold_all()
        self._refold()

    def _refold(self) -> None:
        self._restart_filter()
        while self.step():
            pass

    def _is_folded(self, fold: Fold) -> bool:
        return fold.folded and not self.filter  # which looks for single calls

    def find(
        self, start: int, direction: int, wanted: Callable[[CallRow], bool], *, ends: bool = False
    ) -> int | None:
        """The next shown position after ``start`` (-1 for the way up) whose call is ``wanted``.
        ends: also where the execution failed."""
        shown = self.shown
        if self._shown is not None and not self.filter:
            return self._find_within(start, direction, wanted, ends=ends)
        position = start + direction
        while 0 <= position < len(shown):
            row = self.rows[shown[position]]
            if wanted(row) if isinstance(row, CallRow) else ends and isinstance(row, EndRow):
                return position
            position += direction
        return None

    def _find_within(
        self, start: int, direction: int, wanted: Callable[[CallRow], bool], *, ends: bool
    ) -> int | None:
        """As ``find``, also among calls that one row stands for: their line is unfolded then."""
        shown = self.shown
        index = shown[start] if 0 <= start < len(shown) else -1 if start < 0 else len(self.rows)
        index += direction
        while 0 <= index < len(self.rows):
            row = self.rows[index]
            if wanted(row) if isinstance(row, CallRow) else ends and isinstance(row, EndRow):
                if self.standing_for(index) != index:
                    self.fold(index, False)
                return self.position(index)
            index += direction
        return None

    def _matches(self, index: int) -> bool:
        row = self.rows[index]
        if isinstance(row, CallRow):
            return self.filter.call(row) if self.filter else self.standing_for(index) == index
        return (self.show_console or isinstance(row, EndRow)) and self.filter.console(row)

    def _restart_filter(self) -> None:
        whole = not self.filter and self.show_console and not self._folds.any_folded
        self._shown = None if whole else []
        self._scanned = 0

    def _append(self, row: Row) -> None:
        self.rows.append(row)

    def _changed(self, index: int) -> None:
        """A row that was filtered already may match now, or no longer."""
        if self._shown is None or index >= self._scanned:
            return
        place = bisect_left(self._shown, index)
        there = place < len(self._shown) and self._shown[place] == index
        matches = self._matches(index)
        if matches and not there:
            insort(self._shown, index)
        elif there and not matches:
            del self._shown[place]


def status_of_call(outcome: Outcome) -> str:
    """``ok``, ``timeout``, ``cancelled``, ``refused`` (before it reached the upstream) or ``error``."""
    if outcome.ok:
        return "ok"
    code = outcome.error.code if outcome.error else None
    if code == ErrorCode.TIMEOUT:
        return "timeout"
    if code == ErrorCode.CANCELLED:
        return "cancelled"
    return "error" if outcome.dispatched else "refused"
