"""The content of large results, which a script gets when it first looks at it.

Most scripts read `result` alone, and `content` is the same text once more: a megabyte of it took 7 ms of a
call, and the script's memory.
"""

from __future__ import annotations

from workbench.core.model import JsonValue

_LARGE = 65_536
"""Characters from which it is kept back; asking for it takes 0.3 ms."""
_MOST = 16 << 20
"""Characters that are kept for one run; what is past it is given at once."""


class Contents:
    """Of one run, by the number of the call. Kept to its end: a script that had no memory may ask again."""

    def __init__(self) -> None:
        self._kept: dict[int, list[JsonValue]] = {}
        self._size = 0

    def keep(self, seq: int, content: list[JsonValue], size: int) -> bool:
        """Keep one back, of so many characters, where that is worth it."""
        if size < _LARGE or self._size + size > _MOST:
            return False
        self._kept[seq] = content
        self._size += size
        return True

    def of(self, seq: int) -> list[JsonValue] | None:
        """What was kept back of a call; None: nothing."""
        return self._kept.get(seq)

    def forget(self) -> None:
        """Nobody asks any more."""
        self._kept.clear()


def size_of(content: list[JsonValue]) -> int:
    """Characters of its texts: what blocks have besides is little."""
    return sum(_texts_of(block) for block in content)


def _texts_of(block: JsonValue, levels: int = 2) -> int:
    if isinstance(block, str):
        return len(block)
    if isinstance(block, dict) and levels:
        return sum(_texts_of(value, levels - 1) for value in block.values())
    return 0
