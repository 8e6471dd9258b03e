"""In a replay, results reach the script one by one, in the recorded order."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from workbench.core.ports import ReplayGuide


class Gate:
    """Hands results over when the script waits, in the recorded order.

    An operation that the recording does not know (an edited script) comes after those that it does,
    lowest number first; so a replay of the same texts is always the same. Where there is a guide, a sleep
    of that kind ends only when the guide says so.
    """

    def __init__(self, order: tuple[int, ...], guide: ReplayGuide | None = None) -> None:
        self._place = {operation: place for place, operation in enumerate(order)}
        self._guide = guide
        self._held: dict[int, Callable[[], None]] = {}
        self._sleeps: set[int] = set()
        """Those of the held that are no answers."""
        self._known: list[tuple[int, int]] = []
        """A heap of (place, operation) that the recording knows and that were issued."""
        self._idle = False

    def issue(self, operation: int) -> None:
        place = self._place.get(operation)
        if place is not None:
            heapq.heappush(self._known, (place, operation))

    def hold(self, operation: int, release: Callable[[], None], *, is_sleep: bool = False) -> None:
        """Its result is there; ``release`` hands it over, now or when it is due."""
        self._held[operation] = release
        if is_sleep:
            self._sleeps.add(operation)
        self._open()

    def script_waits(self) -> None:
        self._idle = True
        self._open()

    def _open(self) -> None:
        if not self._idle:
            return
        operation = self._due()
        if operation is not None:
            self._idle = False
            self._sleeps.discard(operation)
            self._held.pop(operation)()

    def _due(self) -> int | None:
        """The operation whose result the script gets now."""
        guide = self._guide
        while self._known:
            operation = self._known[0][1]
            if operation not in self._held and (guide is None or guide.is_answering()):
                return None  # its turn, and its answer is still being looked up
            heapq.heappop(self._known)
            if operation in self._held:
                return operation
        may_sleep_end = guide is None or guide.may_end_sleep()
        due = min(self._held if may_sleep_end else self._held.keys() - self._sleeps, default=None)
        if due is None and guide is not None and not guide.is_answering():
            guide.stalled()
        return due
