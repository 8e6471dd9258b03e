"""The worker's end of the connection: blocking frames, standard library only."""

from __future__ import annotations

import os
from collections import deque

from workbench.sandbox.frames import FrameReader, pack

_READ_BYTES = 65_536


class Channel:
    """Blocking frames over a descriptor (a bare one: a socket object costs a fork a dozen pages)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._reader = FrameReader()
        self._frames: deque[bytes] = deque()

    def send(self, text: str) -> None:
        data = pack(text.encode("utf-8", "replace"))
        sent = os.write(self._descriptor, data)
        while sent < len(data):
            sent += os.write(self._descriptor, memoryview(data)[sent:])

    def receive(self) -> bytes:
        """Raises EOFError when the parent is gone."""
        while not self._frames:
            data = os.read(self._descriptor, _READ_BYTES)
            if not data:
                raise EOFError
            self._frames.extend(self._reader.feed(data))
        return self._frames.popleft()


class Rehearsal(Channel):
    """Goes to nobody and gives one frame: for a run whose only purpose is what it touches."""

    def __init__(self, frame: bytes) -> None:
        super().__init__(-1)
        self._packed = pack(frame)

    def send(self, text: str) -> None:
        pack(text.encode("utf-8", "replace"))

    def receive(self) -> bytes:
        return self._reader.feed(self._packed)[0]
