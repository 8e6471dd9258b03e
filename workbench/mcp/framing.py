"""Bytes in any pieces to lines, with a bound on what is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from workbench.util.dataclass import dataclass

_EDGE = 1_000
Line: TypeAlias = bytes | bytearray
"""One that came in several pieces is handed on as what they were gathered in, not as a copy of megabytes."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line over the bound: its two ends, the rest is let go."""

    head: bytes
    tail: bytes
    size: int
    """Bytes so far."""
    ended: bool
    """False: more of it may come."""


class LineSplitter:
    """Calls ``on_line`` with each line that is not blank, without its end."""

    def __init__(
        self,
        on_line: Callable[[Line], None],
        longest: int,
        on_long: Callable[[LongLine], None],
    ) -> None:
        """longest: bytes of a line that are held.

        on_long: told of one that is longer once it passes the bound, again each time it has doubled
        since, and at its end.
        """
        self.longest = longest
        self._on_line = on_line
        self._on_long = on_long
        self._held = bytearray()
        self._size = 0
        self._head = b""
        self._tail = b""
        self._reported_at = 0
        """Not 0: the line is over the bound, and at this size it was told last."""

    def feed(self, data: bytes) -> None:
        """Take a piece."""
        if b"\n" not in data:
            self._hold(data)
            return
        first, *lines = data.split(b"\n")
        if self._size or len(first) > self.longest:
            self._hold(first)
            self._end()
        elif first and not first.isspace():
            self._on_line(first)
        rest = lines.pop()
        for line in lines:
            if len(line) > self.longest:
                self._hold(line)
                self._end()
            elif line and not line.isspace():
                self._on_line(line)
        if rest:
            self._hold(rest)

    def finish(self) -> None:
        """Nothing more comes: a last line without its end counts."""
        self._end()

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._reported_at:
            self._tail = (self._tail + part[-_EDGE:])[-_EDGE:]
            if self._size >= 2 * self._reported_at:
                self._report_long(ended=False)
            return
        self._held += part
        if self._size > self.longest:
            self._head, self._tail = bytes(self._held[:_EDGE]), bytes(self._held[-_EDGE:])
            self._held = bytearray()
            self._report_long(ended=False)

    def _end(self) -> None:
        line, long = self._held, bool(self._reported_at)
        if long:
            self._report_long(ended=True)
        self._held, self._size, self._reported_at = bytearray(), 0, 0
        self._head = self._tail = b""
        if not long and line and not line.isspace():
            self._on_line(line)

    def _report_long(self, *, ended: bool) -> None:
        self._reported_at = self._size
        self._on_long(LongLine(self._head, self._tail, self._size, ended))
