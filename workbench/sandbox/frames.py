"""The frames between a worker and its parent: a 4-byte big-endian length, then UTF-8 text.

Both sides use this module, so it imports the standard library only. The worker is not trusted:
nothing here evaluates or unpickles, and a reader refuses frames past its limit.
"""

from __future__ import annotations

import struct

_LENGTH = struct.Struct(">I")
MAX_FRAME = 1 << 30
EXIT_UNTAKEN = 72
"""A worker ends with it when the answers that its script has not taken outgrow the script's memory: in the
middle of a frame that the parent does not take, there is no other way to say so."""


class FrameTooLarge(Exception):
    """The other side announced a frame past the limit; the connection cannot go on."""


def pack(body: bytes) -> bytes:
    """A body (at most 1 GiB) with its length in front."""
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Cuts a byte stream into frames, linear also for large ones."""

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they arrived; return the bodies that are complete now.

        Raises FrameTooLarge.
        """
        buffer = self._buffer
        if not buffer and len(data) >= 4:  # the usual case: one whole frame in one read
            (length,) = _LENGTH.unpack_from(data)
            if len(data) == 4 + length:
                if length > self._limit:
                    raise FrameTooLarge(length)
                return [data[4:]]
        buffer += data
        frames: list[bytes] = []
        start = 0
        while len(buffer) - start >= 4:
            (length,) = _LENGTH.unpack_from(buffer, start)
            if length > self._limit:
                raise FrameTooLarge(length)
            end = start + 4 + length
            if len(buffer) < end:
                break
            frames.append(bytes(buffer[start + 4 : end]))
            start = end
        if start:
            del buffer[:start]
        return frames
