"""Lines over the process's own stdin and stdout, for a server: cancellable, and nothing else on stdout.

The SDK's stdio transport reads in a thread that no signal can end; this one is the event loop's own
(Linux, macOS). Where the loop cannot watch the descriptors (Windows, regular files, a terminal, whose
blocking mode is not ours to change) daemon threads do it, which do not hold up the exit either.
"""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Protocol

from workbench.mcp.framing import Line, LineSplitter, LongLine
from workbench.util.os_differences import can_watch, leave_bytes_alone
from workbench.util.read_size import ReadSize
from workbench.util.system import widen_pipe

_CHUNK = 1 << 18
_MOST_BUFFERED = 1 << 20
_LAST_WORDS_S = 0.3


class Lines(Protocol):
    """One open duplex of lines."""

    def send(self, line: bytes) -> None:
        """Write one line, with its newline. Never blocks; after the end it does nothing."""
        ...

    @property
    def congested(self) -> bool:
        """The other side does not read: what can be left out should be."""
        ...

    @property
    def ended(self) -> asyncio.Event:
        """Set when the other side closed its end."""
        ...

    def take_up_to(self, longest: int) -> None:
        """From now on lines may have so many bytes."""
        ...


class Reader(Protocol):
    """Takes what comes, in the event loop."""

    def feed(self, line: Line) -> None:
        """A line that is not blank."""
        ...

    def feed_long(self, line: LongLine) -> None:
        """What is known of one that was too long; called at its end."""
        ...


@asynccontextmanager
async def own_stdio(reader: Reader, longest: int) -> AsyncIterator[Lines]:
    """Take over fd 0 and 1: protocol goes through ``Lines``, everything else printed goes to stderr.

    longest: bytes of a line that are taken; ``Lines.take_up_to`` changes it.
    """
    source, sink = _take_over()
    widen_pipe(source, sink)
    inbox = _Inbox(reader)
    splitter = LineSplitter(inbox.feed, longest, inbox.feed_long)
    lines: _PipeLines | _ThreadLines
    if can_watch(source) and can_watch(sink):
        lines = _PipeLines(splitter)
        await lines.open(source, sink)
    else:
        lines = _ThreadLines(splitter, source, sink)
    asyncio.get_running_loop().call_soon(inbox.open)
    try:
        yield lines
    finally:
        await lines.close()


class _Inbox:
    """Keeps what came before the caller got its ``Lines``: a client writes before we have started."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._early: list[Callable[[], None]] | None = []

    def feed(self, line: Line) -> None:
        if self._early is None:
            self._reader.feed(line)
        else:
            self._early.append(partial(self._reader.feed, line))

    def feed_long(self, line: LongLine) -> None:
        if not line.ended:  # its id may be at its end
            return
        if self._early is None:
            self._reader.feed_long(line)
        else:
            self._early.append(partial(self._reader.feed_long, line))

    def open(self) -> None:
        early, self._early = self._early or [], None
        for take in early:
            take()


class _PipeLines(asyncio.Protocol):
    """On the event loop's own pipe transports."""

    def __init__(self, splitter: LineSplitter) -> None:
        self.ended = asyncio.Event()
        self._splitter = splitter
        self._reader: asyncio.ReadTransport | None = None
        self._writer: asyncio.WriteTransport | None = None
        self._writing = _WriteSide(self.ended)
        self._read_size: ReadSize | None = None

    async def open(self, source: int, sink: int) -> None:
        loop = asyncio.get_running_loop()
        self._reader, _ = await loop.connect_read_pipe(lambda: self, os.fdopen(source, "rb", 0))
        self._writer, _ = await loop.connect_write_pipe(
            lambda: self._writing, os.fdopen(sink, "wb", 0)
        )

    def take_up_to(self, longest: int) -> None:
        self._splitter.longest = longest

    @property
    def congested(self) -> bool:
        return self._writer is not None and self._writer.get_write_buffer_size() > _MOST_BUFFERED

    def send(self, line: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(line)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._read_size = ReadSize(transport)

    def data_received(self, data: bytes) -> None:
        if self._read_size is not None:
            self._read_size.came(len(data))
        self._splitter.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()

    async def close(self) -> None:
        """Give what was written a moment to leave, then let go of both ends."""
        if self._writer is not None:
            self._writer.close()  # flushes first
            with suppress(TimeoutError):
                await asyncio.wait_for(self._writing.lost.wait(), 0.3)
            if not self._writing.lost.is_set():  # a transport that is closed cannot be aborted
                self._writer.abort()
        if self._reader is not None:
            self._reader.close()


class _WriteSide(asyncio.BaseProtocol):
    """Who does not take our answers any more is gone, whatever it still sends."""

    def __init__(self, ended: asyncio.Event) -> None:
        self.lost = asyncio.Event()
        self._ended = ended

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()
        self._ended.set()


class _ThreadLines:
    """A reading and a writing thread."""

    def __init__(self, splitter: LineSplitter, source: int, sink: int) -> None:
        self.ended = asyncio.Event()
        self._splitter = splitter
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(source,), daemon=True).start()
        self._writer = threading.Thread(target=self._write, args=(sink,), daemon=True)
        self._writer.start()

    def take_up_to(self, longest: int) -> None:
        self._splitter.longest = longest

    @property
    def congested(self) -> bool:
        return self._queue.qsize() > 1000

    def send(self, line: bytes) -> None:
        self._queue.put(line)

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join, _LAST_WORDS_S)

    def _read(self, source: int) -> None:
        with suppress(RuntimeError, OSError):  # the loop is closed: the process ends
            while data := os.read(source, _CHUNK):
                self._loop.call_soon_threadsafe(self._splitter.feed, data)
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.ended.set)

    def _write(self, sink: int) -> None:
        with suppress(OSError):  # the client is gone; its end of stdin tells the loop
            while (data := self._queue.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(sink, view) :]


def _take_over() -> tuple[int, int]:
    """Private copies of fd 0 and 1. What others read is empty, what they print goes to stderr.

    The copies are not inherited by child processes (PEP 446).
    """
    sys.stdout.flush()
    source, sink = os.dup(0), os.dup(1)
    leave_bytes_alone(source, sink)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, sink
