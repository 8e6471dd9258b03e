"""The worker's end of the connection: frames, standard library only."""

from __future__ import annotations

import os
import select
import time
from collections import deque

from workbench.sandbox.frames import EXIT_UNTAKEN, LARGE, Frame, FrameReader, length_of, pack

_READ_BYTES = 65_536
_PIECE = 65_536
_BLOCKING = b"0\n"


class Channel:
    """Frames over a descriptor (a bare one: a socket object costs a fork a dozen pages).

    The parent takes nothing more from a script for which too much waits already. So whoever sends also
    takes what comes meanwhile, or both sides would wait for each other; what the script has not taken of
    it counts as its memory.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()
        self._answer: Frame | None = None
        self._incoming = select.poll()
        self._incoming.register(descriptor, select.POLLIN)
        self._either = select.poll()
        self._either.register(descriptor, select.POLLIN | select.POLLOUT)
        self._held = 0
        self.most_held = 0
        """The most bytes of answers that ever waited here for the script."""
        self.limit = 1 << 62
        """Past so many, the process ends."""

    @property
    def has_frames(self) -> bool:
        return bool(self._frames)

    def send(self, text: str, start: int = 0, more: str = "") -> None:
        """Send an object's text from ``start`` on, with ``more`` before its last brace.

        Raises EOFError when the parent is gone.
        """
        if len(text) < LARGE:
            if start or more:
                text = f"{text[start:-1]}{more}}}"
            self._write(pack(text.encode("utf-8", "replace")))
            return
        end = f"{more}}}".encode()
        if text.isascii():  # so its bytes are counted: written in pieces it needs no fresh memory
            stop = len(text) - 1
            self._write(length_of(stop - start + len(end)))
            for at in range(start, stop, _PIECE):
                self._write(text[at : min(at + _PIECE, stop)].encode())
        else:
            body = memoryview(text.encode("utf-8", "replace"))[start:-1]
            self._write(length_of(len(body) + len(end)))
            self._write(body)
        self._write(end)

    def _write(self, data: bytes | memoryview) -> None:
        while True:
            try:
                sent = os.write(self._descriptor, data)
            except BlockingIOError:
                sent = 0
            if sent == len(data):
                return
            data = memoryview(data)[sent:]
            for _, event in self._either.poll():
                if event & ~select.POLLOUT:
                    self._take()

    def receive(self) -> Frame:
        """The next frame. Raises EOFError when the parent is gone."""
        while not self._frames:
            self._incoming.poll()
            self._take()
        frame = self._frames.popleft()
        self._held -= len(frame)
        return frame

    def comes_within(self, seconds: float) -> bool:
        """Whether a frame is there, or comes in that time. Raises EOFError when the parent is gone."""
        until = time.monotonic() + seconds
        while not self._frames:
            left = until - time.monotonic()
            if left <= 0:
                return False
            if self._incoming.poll(left * 1000):
                self._take()
        return True

    def takes(self, expected: bytes) -> bool:
        """Wait for the next frame, and take it if it is this one. Raises EOFError when the parent is gone."""
        while not self._frames:
            self._incoming.poll()
            self._take()
        is_expected = self._frames[0] == expected
        if is_expected:
            self.receive()
        return is_expected

    def receive_blocking(self) -> Frame:
        """The answer to the blocking request; what comes before it waits for ``receive``."""
        while self._answer is None:
            self._incoming.poll()
            self._take()
        answer, self._answer = self._answer, None
        return answer

    def _take(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise EOFError
        for frame in self._reader.feed(data):
            if frame[:2] == _BLOCKING:
                self._answer = frame
                continue
            self._frames.append(frame)
            self._held += len(frame)
        if self._held > self.most_held:
            self.most_held = self._held
            if self._held > self.limit:
                os._exit(EXIT_UNTAKEN)


class Rehearsal(Channel):
    """Goes to nobody and gives some frames: for a run whose only purpose is what it touches."""

    def __init__(self, frames: tuple[bytes, ...]) -> None:
        super().__init__(0)
        self._packed = deque(map(pack, frames))

    def send(self, text: str, start: int = 0, more: str = "") -> None:
        if start or more:
            text = f"{text[start:-1]}{more}}}"
        pack(text.encode("utf-8", "replace"))

    def receive(self) -> Frame:
        return self._reader.feed(self._packed.popleft())[0]
