"""The frames between a worker and its parent: a 4-byte big-endian length, then UTF-8 text.

Both sides use this module, so it imports the standard library only. The worker is not trusted:
nothing here evaluates or unpickles, and a reader refuses frames past its limit.
"""

from __future__ import annotations

import struct
from typing import TypeAlias

_LENGTH = struct.Struct(">I")
MAX_FRAME = 1 << 30
LARGE = 1 << 16
"""From so many bytes a body is not copied where that can be helped: fresh memory is what costs."""
Frame: TypeAlias = bytes | bytearray
EXIT_UNTAKEN = 72
"""A worker ends with it when the answers that its script has not taken outgrow the script's memory: in the
middle of a frame that the parent does not take, there is no other way to say so."""


class FrameTooLarge(Exception):
    """The other side announced a frame past the limit; the connection cannot go on."""


def pack(body: bytes) -> bytes:
    """A body (at most 1 GiB) with its length in front."""
    return _LENGTH.pack(len(body)) + body


def length_of(size: int) -> bytes:
    """What stands in front of a body of ``size`` bytes: for one too large to be copied for it."""
    return _LENGTH.pack(size)


class FrameReader:
    """Cuts a byte stream into frames, linear also for large ones: they are read into where they stay."""

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._large: bytearray | None = None
        """A frame of which a part has come, and how much of it."""
        self._filled = 0

    @property
    def is_between(self) -> bool:
        """Whether no frame is half read."""
        return self._large is None

    def room(self) -> memoryview:
        """What of a large frame has not come, to be read into; ``filled`` is told how much was."""
        assert self._large is not None
        return memoryview(self._large)[self._filled :]

    def filled(self, size: int) -> list[Frame]:
        """The frame, if it is complete with that. Nothing may hold its ``room`` any more."""
        assert self._large is not None
        self._filled += size
        if self._filled < len(self._large):
            return []
        frame, self._large = self._large, None
        return [frame]

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes as they arrived; return the bodies that are complete now.

        Raises FrameTooLarge.
        """
        if self._large is not None:
            return self._fill(self._large, data)
        buffer = self._buffer
        if not buffer and len(data) >= 4:  # the usual case: one whole frame in one read
            (length,) = _LENGTH.unpack_from(data)
            if len(data) == 4 + length:
                if length > self._limit:
                    raise FrameTooLarge(length)
                return [data[4:]]
        buffer += data
        frames: list[Frame] = []
        start = 0
        while len(buffer) - start >= 4:
            (length,) = _LENGTH.unpack_from(buffer, start)
            if length > self._limit:
                raise FrameTooLarge(length)
            end = start + 4 + length
            if len(buffer) < end:
                if length > LARGE:
                    self._large, self._filled = bytearray(length), 0
                    self._fill(self._large, bytes(buffer[start + 4 :]))
                    start = len(buffer)
                break
            frames.append(bytes(buffer[start + 4 : end]))
            start = end
        if start:
            del buffer[:start]
        return frames

    def _fill(self, frame: bytearray, data: bytes) -> list[Frame]:
        """What ends with this piece of a large frame, and what comes behind it."""
        at, rest = self._filled, len(frame) - self._filled
        if len(data) < rest:
            frame[at : at + len(data)] = data
            self._filled += len(data)
            return []
        frame[at:] = data if len(data) == rest else data[:rest]
        self._large = None
        return [frame, *(self.feed(data[rest:]) if len(data) > rest else ())]
