"""The content of large results, which a script gets when it first looks at it.

Most scripts read `result` alone, and `content` is the same text once more: a megabyte of it took 7 ms of a
call, and the script's memory.
"""

from __future__ import annotations

import sys

from workbench.core.model import JsonValue, Outcome

_LARGE = 65_536
"""Bytes from which it is kept back; asking for it takes 0.3 ms."""
_ITS_TEXT = 0
"""In place of a content that is the text of the result, and nothing else: the script has it already."""
_MOST = 16 << 20
"""Bytes that are kept for one run; what is past it is given at once."""
_PART = 64
_PLAIN = 24
"""Bytes of a list or an object without what is in it, and of a number."""


class Contents:
    """Of one run, by the number of the call. Kept to its end: a script that had no memory may ask again."""

    def __init__(self) -> None:
        self._kept: dict[int, list[JsonValue]] = {}
        self._size = 0

    def keep(self, seq: int, outcome: Outcome, size: int) -> int | None:
        """Keep that of a call back, of so many bytes, where that is worth it: what stands in its place. None:
        it is given at once."""
        if size < _LARGE or outcome.content is None:
            return None
        if outcome.is_its_text:
            return _ITS_TEXT
        if self._size + size > _MOST:
            return None
        self._kept[seq] = outcome.content
        self._size += size
        return seq

    def of(self, seq: int) -> list[JsonValue] | None:
        """What was kept back of a call; None: nothing."""
        return self._kept.get(seq)

    def forget(self) -> None:
        """Nobody asks any more."""
        self._kept.clear()


def size_of(content: list[JsonValue]) -> int:
    """About how many bytes it takes here. Servers put what they like into a block: all of it counts."""
    size = 0
    pending: list[JsonValue] = [content]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            size += len(value) if value.isascii() else sys.getsizeof(value)
        elif isinstance(value, dict):
            size += _PART
            pending += value
            pending += value.values()
        elif isinstance(value, list):
            size += _PART
            pending += value
        else:
            size += _PLAIN
    return size
