"""In a replay, results reach the script one by one, in the recorded order."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Gate:
    """Hands results over when the script waits, in the recorded order.

    An operation that the recording does not know (an edited script) comes after those that it does,
    lowest number first; so a replay of the same texts is always the same.
    """

    def __init__(self, order: tuple[int, ...]) -> None:
        self._place = {operation: place for place, operation in enumerate(order)}
        self._held: dict[int, Callable[[], None]] = {}
        self._known: list[tuple[int, int]] = []
        """A heap of (place, operation) that the recording knows and that were issued."""
        self._idle = False

    def issue(self, operation: int) -> None:
        place = self._place.get(operation)
        if place is not None:
            heapq.heappush(self._known, (place, operation))

    def hold(self, operation: int, release: Callable[[], None]) -> None:
        """Its result is there; ``release`` hands it over, now or when it is due."""
        self._held[operation] = release
        self._open()

    def script_waits(self) -> None:
        self._idle = True
        self._open()

    def _open(self) -> None:
        release = self._next()
        if release is not None:
            release()

    def _next(self) -> Callable[[], None] | None:
        """The release that is due, if the script waits and one is."""
        if not self._idle or not self._held:
            return None
        if self._known:
            operation = self._known[0][1]
            if operation not in self._held:
                return None  # its turn, and its answer is still being looked up
            heapq.heappop(self._known)
        else:
            operation = min(self._held)
        self._idle = False
        return self._held.pop(operation)
