"""How much is read of a pipe at once: little where messages are small, much in the middle of a large one.

What is to be read is allocated before it is known how much there is. A block past 128 KiB is one that the C
library may ask the system for, map, and give back, at each read: 50 µs for a message of a hundred bytes
(glibc; whether it does depends on what was freed before).
"""

from __future__ import annotations

import asyncio

READ_BYTES = 1 << 16
"""At first; also what a pipe holds where nobody asked for more."""
READ_MANY_BYTES = 1 << 18


class ReadSize:
    """Of one of the event loop's reading transports, by what came last."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._size = 0
        self._set(READ_BYTES)

    def came(self, size: int) -> None:
        """So many bytes were read."""
        wanted = READ_MANY_BYTES if size >= READ_BYTES else READ_BYTES
        if wanted != self._size:
            self._set(wanted)

    def _set(self, size: int) -> None:
        self._size = size
        # Of all of CPython's event loops, documented nowhere; one that has it not reads as it likes.
        if hasattr(self._transport, "max_size"):
            self._transport.max_size = size
