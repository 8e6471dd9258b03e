"""A worker as its parent sees it: a connection that takes one job and gives frames."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from workbench.sandbox.frames import FrameReader, FrameTooLarge, pack

_READ_BYTES = 1 << 20
_FRAME_MARGIN = 64 << 20
_LOWEST_PRIORITY = 19


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """How a worker's process ended, as ``wait`` tells it."""

    status: int
    peak_kb: int = 0

    def describe(self) -> str:
        """In words, for the error of an execution that ended with it."""
        number = self.status & 0x7F
        if number:
            if number == getattr(signal, "SIGSYS", 31):
                return "it made a system call that the sandbox forbids (SIGSYS)"
            with contextlib.suppress(ValueError):
                return f"it was killed by {signal.Signals(number).name}"
            return f"it was killed by signal {number}"
        return f"it ended with exit code {self.status >> 8}"


class FrameListener(Protocol):
    """Who uses a worker hears its frames, and once that it is gone."""

    def on_frame(self, body: bytes) -> None: ...

    def on_gone(self) -> None: ...


class Worker:
    """The parent's end of one worker. Not shared: one execution at a time, then it dies."""

    def __init__(
        self,
        connection: socket.socket,
        memory_bytes: int,
        *,
        kill: Callable[[Worker], None],
        gone: Callable[[Worker], None],
    ) -> None:
        self.pid = 0
        self.memory_bytes = memory_bytes
        """The memory limit that it was forked for."""
        self.exit: asyncio.Future[WorkerExit] = asyncio.get_running_loop().create_future()
        self.listener: FrameListener | None = None
        self.closed = False
        self._connection = connection
        # By number: the selector puts the repr of what it does not know into its errors, 10 µs a socket.
        self._fd = connection.fileno()
        self._kill = kill
        self._gone = gone
        self._reader = FrameReader(limit=_FRAME_MARGIN)
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        connection.setblocking(False)
        self._loop.add_reader(self._fd, self._readable)

    def expect(self, largest_frame: int) -> None:
        """Frames past this many bytes break the connection (the worker is not trusted)."""
        self._reader = FrameReader(limit=largest_frame + _FRAME_MARGIN)

    def send(self, body: bytes) -> None:
        """Queue a frame; never blocks."""
        if self.closed:
            return
        data = pack(body)
        if not self._unsent:
            try:
                sent = self._connection.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                return  # it is gone; the reader hears of it
            if sent == len(data):
                return
            data = data[sent:]
            self._loop.add_writer(self._fd, self._writable)
        self._unsent += data

    def yield_cpu(self) -> None:
        """Let others go first from now on: a script that burns must not slow down those that do not."""
        if hasattr(os, "setpriority") and not self.closed:
            with contextlib.suppress(OSError):  # it is gone, or that is not ours to set
                os.setpriority(os.PRIO_PROCESS, self.pid, _LOWEST_PRIORITY)

    def is_computing(self) -> bool:
        """Whether it runs code at this moment rather than waits; False where the system does not say."""
        try:
            with open(f"/proc/{self.pid}/stat", "rb") as file:
                return file.read().rpartition(b")")[2].split()[0] == b"R"
        except (OSError, IndexError):
            return False

    def kill(self) -> None:
        """End the process now, whatever it is doing."""
        self.close()
        self._kill(self)

    def close(self) -> None:
        """Stop listening. A worker that waits for a job ends by itself then."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._connection.close()

    def _readable(self) -> None:
        try:
            data = self._connection.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        try:
            frames = self._reader.feed(data)
        except FrameTooLarge:
            self.kill()
            self._lost()
            return
        for frame in frames:
            if self.listener is None or self.closed:
                break
            self.listener.on_frame(frame)

    def _lost(self) -> None:
        self.close()
        if self.listener is not None:
            self.listener.on_gone()
        self._gone(self)

    def _writable(self) -> None:
        try:
            sent = self._connection.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._unsent.clear()
            sent = 0
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._fd)
