"""A worker as its parent sees it: a connection that takes one job and gives frames."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections import deque
from collections.abc import Callable

from workbench.core.worker_ports import FrameListener
from workbench.sandbox.frames import LARGE, Frame, FrameReader, FrameTooLarge, length_of
from workbench.sandbox.job import REHEARSE
from workbench.util import system
from workbench.util.dataclass import dataclass
from workbench.util.read_size import READ_BYTES
from workbench.util.shared_timers import SharedTimer, SharedTimers

_FRAME_MARGIN = 16 << 20
_BURNS_S = 0.05
"""Processor time of a worker, with all its scripts, from which on it lets others go first."""
REHEARSALS = 2
"""Of a worker: for any script, and for one of 100 lines (``child/runner.py: Runner.rehearse``)."""
_LINGERS_S = 1.0
"""What has run a script ends by itself; after so long it is killed."""
_TURN_S = 0.005
"""How long one worker's frames may keep the event loop from everybody else."""


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """How a worker's process ended, as ``wait`` tells it."""

    status: int

    @property
    def code(self) -> int | None:
        """The exit code; None: a signal ended it."""
        return None if self.status & 0x7F else self.status >> 8

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


class Worker:
    """The parent's end of one worker. Not shared: one execution, then it dies; or some of one client, one after
    the other."""

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
        self.rehearsals = 0
        """How many it was asked for."""
        self.client: str | None = None
        """The only one that it may run another script of."""
        self.nth: int | None = None
        self.rests = False
        """It may take another script of its client; whatever it says before that ends it."""
        self._yields = False
        self._last_resort: SharedTimer | None = None
        self.unsent = 0
        """Bytes that were sent and have not left this process."""
        self._connection = connection
        # By number: the selector puts the repr of what it does not know into its errors, 10 µs a socket.
        self._fd = connection.fileno()
        self._kill = kill
        self._gone = gone
        self._reader = FrameReader(limit=_FRAME_MARGIN)
        self._frames: deque[Frame] = deque()
        """Read, and not given to the listener yet."""
        self._queue: deque[memoryview] = deque()
        self._held = False
        self._loop = asyncio.get_running_loop()
        connection.setblocking(False)
        self._reading = True
        self._loop.add_reader(self._fd, self._readable)

    def begin(self, client: str | None) -> None:
        """It is handed out; ``client``: who may have it again."""
        self.client = client
        self.rests = False
        if client is None:
            return
        self.nth = (self.nth or 0) + 1
        while self.rehearsals < REHEARSALS:  # else its first script may touch too much for the next
            self.rehearse()

    def rest(self) -> None:
        # Its priority cannot be given back, and what is on its way to it is none of the next script's.
        self.rests = not (self._yields or self._held or self.unsent)

    def expect(self, largest_frame: int) -> None:
        """Frames past this many bytes break the connection (the worker is not trusted)."""
        self._reader = FrameReader(limit=largest_frame + _FRAME_MARGIN)

    def send(self, *parts: bytes) -> None:
        """Queue a frame, which is its parts one after the other; never blocks."""
        if self.closed:
            return
        size = sum(map(len, parts))
        # What is large is not copied, only to have its length in front.
        parts = (length_of(size), *parts)
        if size < LARGE:
            parts = (b"".join(parts),)
        sent = 0
        if not self._queue:
            try:
                sent = self._connection.sendmsg(parts)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                return  # it is gone; the reader hears of it
        for part in parts:
            if sent < len(part):
                if not self._queue:
                    self._loop.add_writer(self._fd, self._writable)
                self._queue.append(memoryview(part)[sent:])
                self.unsent += len(part) - sent
            sent = max(0, sent - len(part))

    def rehearse(self) -> None:
        """Let it get ready, while it has no job: first for any script, then for one of 100 lines."""
        self.rehearsals += 1
        self.send(REHEARSE)

    def hold(self) -> None:
        """Take no more frames until ``resume``: its next write blocks. The end of one that dies is heard."""
        if not self.exit.done():
            self._held = True

    def resume(self) -> None:
        if self._held:
            self._held = False
            self._loop.call_soon(self._deliver)

    def ended(self, exit: WorkerExit) -> None:
        """Its process is over; what it sent before is still read."""
        if self._last_resort is not None:
            self._last_resort.cancel()
        if not self.exit.done():
            self.exit.set_result(exit)
        self.resume()

    def yield_cpu(self) -> bool:
        """Let others go first from now on: a script that burns must not slow down those that do not.

        False: it may get another script, which would have to go last too, and has hardly computed.
        """
        if self.closed:
            return True
        if self.client is not None:
            state = system.process_state(self.pid)
            if state is not None and state.processor_s < _BURNS_S:
                return False
        self._yields = True
        system.yield_cpu(self.pid)
        return True

    def is_computing(self) -> bool:
        """Whether it runs code at this moment rather than waits; False where the system does not say."""
        state = system.process_state(self.pid)
        return state is not None and state.letter == "R"

    def kill(self) -> None:
        """End the process now, whatever it is doing."""
        self.close()
        self._kill(self)

    def leave(self, timers: SharedTimers) -> None:
        """``close`` once the answer is on its way; it is gone soon then, unless somebody took it over."""
        self._loop.call_soon(self.close)
        if not self.exit.done():
            self._last_resort = timers.call_later(_LINGERS_S, self.kill)

    def close(self) -> None:
        """Stop listening. A worker that waits for a job ends by itself then."""
        if self.closed:
            return
        self.closed = True
        self.rests = False
        self._loop.remove_reader(self._fd)
        if self._queue:
            self._loop.remove_writer(self._fd)
        self._connection.close()
        self._frames.clear()
        self._queue.clear()
        self.unsent = 0

    def _readable(self) -> None:
        try:
            came = self._read()
        except (BlockingIOError, InterruptedError):
            return
        except FrameTooLarge:
            self.kill()
            came = False
        except OSError:
            came = False
        if came:
            self._deliver()
        else:
            self._lost()

    def _read(self) -> bool:
        """Take what is there; False: it is the end. Raises OSError, FrameTooLarge."""
        if self._reader.is_between:
            data = self._connection.recv(READ_BYTES)
            if data:
                self._frames += self._reader.feed(data)
            return bool(data)
        with self._reader.room() as room:
            size = self._connection.recv_into(room)
        self._frames += self._reader.filled(size)
        return size > 0

    def _deliver(self) -> None:
        """Give the listener what was read, for as long as it takes it and nobody else is kept waiting."""
        if self.closed:
            return
        turn_ends = time.monotonic() + _TURN_S
        while self._frames and not self._held:
            frame = self._frames.popleft()
            if self.rests:
                self.kill()
                self._gone(self)
                return
            if self.listener is not None:
                self.listener.on_frame(frame)
            if self._frames and time.monotonic() > turn_ends:
                self._loop.call_soon(self._deliver)
                break
        self._read_on(not self._frames and not self._held)

    def _read_on(self, reading: bool) -> None:
        if reading != self._reading and not self.closed:
            self._reading = reading
            if reading:
                self._loop.add_reader(self._fd, self._readable)
            else:
                self._loop.remove_reader(self._fd)

    def _lost(self) -> None:
        self.close()
        if self.listener is not None:
            self.listener.on_gone()
        self._gone(self)

    def _writable(self) -> None:
        data = self._queue[0]
        try:
            sent = self._connection.send(data)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # it is gone; the reader hears of it
            self._queue.clear()
            sent = self.unsent
        self.unsent -= sent
        if self._queue:
            if sent < len(data):
                self._queue[0] = data[sent:]
            else:
                self._queue.popleft()
        if not self._queue:
            self._loop.remove_writer(self._fd)
        if self.listener is not None:
            self.listener.on_room()
