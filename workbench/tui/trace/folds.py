"""Calls of one line of a script that repeat: one row stands for them, with their figures."""

from __future__ import annotations

from array import array
from dataclasses import field
from typing import TypeAlias

from workbench.util.dataclass import dataclass

Key: TypeAlias = tuple[str, str, int | None]
"""server, tool, line of the script"""

FOLDS_FROM = 50
"""So many calls of one line become one row, until somebody unfolds it."""
_GROWN = 1.05


@dataclass(frozen=True, slots=True)
class Figures:
    """Times of calls that ended, in milliseconds."""

    count: int
    median_ms: float
    p95_ms: float


@dataclass(slots=True, eq=False)
class Fold:
    """The calls of one line. ``head``: the row that stands for all of them."""

    head: int
    by_itself: bool = True
    """Whether many calls become one row without being asked to."""
    count: int = 0
    failed: int = 0
    running: int = 0
    unfolded: bool | None = None
    """None: as many calls as there are decide."""
    first_ms: float = 0.0
    last_ms: float = 0.0
    _spent: array[float] = field(default_factory=lambda: array("f"))
    _figures: Figures | None = None

    @property
    def folded(self) -> bool:
        """Whether one row stands for all."""
        if self.unfolded is None:
            return self.by_itself and self.count >= FOLDS_FROM
        return not self.unfolded and self.count > 1

    def ended(self, started_ms: float, spent_ms: float, *, failed: bool) -> None:
        """A call of it is over."""
        self.running -= 1
        self.failed += failed
        self._spent.append(spent_ms)
        self.last_ms = max(self.last_ms, started_ms + spent_ms)

    def settle(self) -> None:
        """No call follows: the figures are counted anew."""
        self._figures = None

    def figures(self) -> Figures:
        """Median and p95; for many calls they are counted anew only once there are some more."""
        known = self._figures
        if known is None or len(self._spent) > known.count * _GROWN:
            known = self._figures = figures_of(self._spent)
        return known


def figures_of(spent: array[float] | list[float]) -> Figures:
    """Median and p95 of durations; zeros for none."""
    if not spent:
        return Figures(0, 0.0, 0.0)
    ordered = sorted(spent)
    last = len(ordered) - 1
    return Figures(len(ordered), ordered[last // 2], ordered[round(last * 0.95)])


class Folds:
    """All lines of one execution that made calls."""

    def __init__(self, *, by_itself: bool = True) -> None:
        self._by_itself = by_itself
        self._by_key: dict[Key, Fold] = {}

    def of(self, key: Key) -> Fold | None:
        return self._by_key.get(key)

    def started(self, key: Key, index: int, started_ms: float) -> bool:
        """A call began, or waits; True: with it the line becomes one row."""
        fold = self._by_key.get(key)
        if fold is None:
            fold = self._by_key[key] = Fold(index, self._by_itself, first_ms=started_ms)
        before = fold.folded
        fold.count += 1
        fold.running += 1
        return fold.folded and not before

    def settle(self) -> None:
        """The run is over: the figures are those of all calls."""
        for fold in self._by_key.values():
            fold.settle()

    @property
    def any_folded(self) -> bool:
        return any(fold.folded for fold in self._by_key.values())

    def fold_all(self) -> None:
        """Each line that repeats as one row; where all are, each call its own."""
        repeated = [fold for fold in self._by_key.values() if fold.count > 1]
        unfold = all(fold.folded for fold in repeated)
        for fold in repeated:
            fold.unfolded = unfold
