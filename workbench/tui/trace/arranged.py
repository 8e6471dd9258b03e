"""Rows of a trace in another order than that in which they were made."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeAlias, get_args

from workbench.tui.trace.rows import CallRow, Row

Order: TypeAlias = Literal["made", "slowest", "tool", "failed"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""As they are gone through."""
ORDER_WORDS: dict[Order, str] = {
    "made": "as they were made",
    "slowest": "slowest first",
    "tool": "by tool",
    "failed": "failed first",
}
_Key: TypeAlias = tuple[Any, ...]


class Arranged:
    """Indices of rows. Each is found again by the key that it was put in with: a row's may have changed."""

    def __init__(self, order: Order, row: Callable[[int], Row]) -> None:
        self._order = order
        self._row = row
        self._keys: list[_Key] = []
        self._of: dict[int, _Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, places: slice) -> Sequence[int]:
        """The rows at some places."""
        return [key[-1] for key in self._keys[places]]

    def __contains__(self, index: int) -> bool:
        return index in self._of

    def put_all(self, indices: Iterable[int]) -> None:
        """Put more rows in; cheap for many at once."""
        fresh = {index: self._key(index) for index in indices}
        self._of |= fresh
        self._keys += fresh.values()
        self._keys.sort()  # of sorted parts: they are merged

    def put(self, index: int) -> None:
        """Put one row in, or again where it belongs now."""
        self.take_out(index)
        key = self._of[index] = self._key(index)
        insort(self._keys, key)

    def take_out(self, index: int) -> None:
        """Take a row out, if it is in."""
        key = self._of.pop(index, None)
        if key is not None:
            del self._keys[bisect_left(self._keys, key)]

    def place(self, index: int) -> int:
        """Where a row is, or would be."""
        return bisect_left(self._keys, self._of.get(index) or self._key(index))

    def _key(self, index: int) -> _Key:
        row = self._row(index)
        if not isinstance(row, CallRow):
            return 3, index  # how it ended
        if self._order == "tool":
            return 0, row.server, row.tool, index
        if self._order == "failed":
            return 0, row.is_quiet, index
        if (
            row.duration_ms is None
        ):  # what runs may become the slowest; what waits has taken no time
            return (2 if row.status == "pending" else 0), index
        return 1, -row.duration_ms, index
