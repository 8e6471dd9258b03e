"""Which rows of a trace are shown, and where: filtered in steps, calls of one line as one row, in an order."""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from typing import overload

from workbench.tui.trace.arranged import Arranged, Order
from workbench.tui.trace.filter import Filter, parse_filter
from workbench.tui.trace.folds import Fold, Folds, Key
from workbench.tui.trace.rows import CallRow, EndRow, Row

_CHUNK = 1000


class ShownRows(Sequence[int]):
    """Indices into the rows, ascending or in another order: those that match, as far as the filter has come."""

    def __init__(self, *, folds_by_itself: bool) -> None:
        """folds_by_itself: many calls of one line become one row without being asked to."""
        self._folds_by_itself = folds_by_itself
        self.show_console = True
        self.filter = Filter()
        self.order: Order = "made"
        self._arranged: Arranged | None = None
        """The rows in that order, if it is another."""
        self.begin([])

    def begin(self, rows: list[Row]) -> None:
        """Show other rows, which may still become more, as the ones before."""
        self._rows = rows
        self._folds = Folds(by_itself=self._folds_by_itself)
        self._matching: list[int] | None = None
        """None: all rows."""
        self._scanned = 0
        self._restart()

    def anew(self, rows: list[Row]) -> ShownRows:
        """Of other rows what this shows of its own: filter, order, console."""
        other = ShownRows(folds_by_itself=self._folds_by_itself)
        other.begin(rows)
        other.take_over(self)
        return other

    def take_over(self, other: ShownRows) -> None:
        """Filter, order and console as another has them now; ``step`` carries it out."""
        wanted = other.filter, other.order, other.show_console
        if wanted != (self.filter, self.order, self.show_console):
            self.filter, self.order, self.show_console = wanted
            self._restart()

    def __len__(self) -> int:
        if self._arranged is not None:
            return len(self._arranged)
        return len(self._rows if self._matching is None else self._matching)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        if self._arranged is not None:
            if isinstance(place, slice):
                return self._arranged.at(place)
            place = range(len(self))[place]
            return self._arranged.at(slice(place, place + 1))[0]
        return (range(len(self._rows)) if self._matching is None else self._matching)[place]

    def settle(self) -> None:
        """The run is over: rows that stand for many have the figures of all of them."""
        self._folds.settle()

    # -- the filter ------------------------------------------------------------------------

    def set_filter(self, text: str) -> None:
        """Take a new filter; ``step`` carries it out. Raises FilterError and keeps the old one."""
        self.filter = parse_filter(text)
        self._restart()

    def set_order(self, order: Order) -> None:
        """Show calls in another order: each its own row, without the console."""
        self.order = order
        self._restart()

    def fold_console(self, folded: bool) -> None:
        """Hide or show the console lines."""
        self.show_console = not folded
        self._restart()

    @property
    def progress(self) -> float:
        """How far the filter has come, 0 to 1."""
        if self._matching is None or not self._rows:
            return 1.0
        return self._scanned / len(self._rows)

    def step(self, budget_s: float = 0.02) -> bool:
        """Filter some more rows, for about ``budget_s``; False: nothing was left to do."""
        if self._matching is None or self._scanned >= len(self._rows):
            return False
        until = time.monotonic() + budget_s
        rows, shown, matches = self._rows, self._matching, self._matches
        while self._scanned < len(rows):
            end = min(self._scanned + _CHUNK, len(rows))
            found = (i for i in range(self._scanned, end) if matches(i))
            if self._arranged is not None:
                self._arranged.put_all(found)
            else:
                shown.extend(found)
            self._scanned = end
            if time.monotonic() >= until:
                break
        return True

    def position(self, index: int) -> int:
        """Where the row ``index`` is (or would be) among the shown ones."""
        if self._arranged is not None:
            return self._arranged.place(index)
        index = self.standing_for(index)
        return index if self._matching is None else bisect_left(self._matching, index)

    # -- lines that repeat -----------------------------------------------------------------

    def call_started(self, key: Key, index: int, started_ms: float) -> None:
        """A row was added for a call: its line may be long enough now to be one row."""
        if self._folds.started(key, index, started_ms):
            self._restart()

    def call_over(self, row: CallRow, *, failed: bool) -> None:
        """A call ended: the figures of its fold count it."""
        fold = self._folds.of(row.key)
        if fold is not None:
            fold.ended(row.started_ms, row.duration_ms or 0.0, failed=failed)

    def fold_of(self, index: int) -> Fold | None:
        """The calls of the line that a row's call is of."""
        row = self._rows[index]
        return self._folds.of(row.key) if isinstance(row, CallRow) else None

    def folded_at(self, index: int) -> Fold | None:
        """What a row stands for, where it stands for all calls of its line."""
        fold = self.fold_of(index)
        return fold if fold is not None and fold.head == index and self._is_folded(fold) else None

    def standing_for(self, index: int) -> int:
        """The row that is shown for a row: itself, or the one of its line."""
        fold = self.fold_of(index) if index < len(self._rows) else None
        return fold.head if fold is not None and self._is_folded(fold) else index

    def fold(self, index: int, folded: bool) -> bool:
        """Have the calls of a row's line as one row, or each its own; False: it is alone."""
        fold = self.fold_of(index)
        if fold is None or fold.count < 2 or self._is_flat:
            return False
        fold.unfolded = not folded
        self._refold()
        return True

    def fold_all(self) -> None:
        """Every line that repeats as one row; if they are, each call its own."""
        self._folds.fold_all()
        self._refold()

    def _refold(self) -> None:
        self._restart()
        while self.step():
            pass

    def _is_folded(self, fold: Fold) -> bool:
        return fold.folded and not self._is_flat

    @property
    def _is_flat(self) -> bool:
        """Filters and orders look at single calls."""
        return bool(self.filter) or self._arranged is not None

    # -- looking for a call ----------------------------------------------------------------

    def find(
        self, start: int, direction: int, wanted: Callable[[CallRow], bool], *, ends: bool = False
    ) -> int | None:
        """The next shown position after ``start`` (-1 for the way up) whose call is ``wanted``.
        ends: also where the execution failed."""
        if self._matching is not None and not self._is_flat:
            return self._find_within(start, direction, wanted, ends=ends)
        position = start + direction
        while 0 <= position < len(self):
            row = self._rows[self[position]]
            if wanted(row) if isinstance(row, CallRow) else ends and isinstance(row, EndRow):
                return position
            position += direction
        return None

    def _find_within(
        self, start: int, direction: int, wanted: Callable[[CallRow], bool], *, ends: bool
    ) -> int | None:
        """As ``find``, also among calls that one row stands for: their line is unfolded then."""
        index = self[start] if 0 <= start < len(self) else -1 if start < 0 else len(self._rows)
        index += direction
        while 0 <= index < len(self._rows):
            row = self._rows[index]
            if wanted(row) if isinstance(row, CallRow) else ends and isinstance(row, EndRow):
                if self.standing_for(index) != index:
                    self.fold(index, False)
                return self.position(index)
            index += direction
        return None

    def _matches(self, index: int) -> bool:
        row = self._rows[index]
        if isinstance(row, CallRow):
            return self.filter.call(row) if self.filter else self.standing_for(index) == index
        shows_lines = self.show_console and self._arranged is None
        return (shows_lines or isinstance(row, EndRow)) and self.filter.console(row)

    def _restart(self) -> None:
        in_order = self.order == "made"
        whole = not self.filter and self.show_console and not self._folds.any_folded and in_order
        self._matching = None if whole else []
        self._arranged = None if in_order else Arranged(self.order, self._rows.__getitem__)
        self._scanned = 0

    def changed(self, index: int) -> None:
        """A row that was filtered already may match now, or no longer."""
        if self._matching is None or index >= self._scanned:
            return
        if self._arranged is not None:
            self._arranged.take_out(index)
            if self._matches(index):
                self._arranged.put(index)
            return
        place = bisect_left(self._matching, index)
        there = place < len(self._matching) and self._matching[place] == index
        matches = self._matches(index)
        if matches and not there:
            insort(self._matching, index)
        elif there and not matches:
            del self._matching[place]
