"""How much is read of a pipe at once, with the event loop's own transports."""

from __future__ import annotations

import asyncio
import os

import pytest

from workbench.util.read_size import READ_BYTES, READ_MANY_BYTES, ReadSize
from workbench.util.system import widen_pipe

pytestmark = pytest.mark.anyio


class _Pieces(asyncio.Protocol):
    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._read_size = ReadSize(transport)

    def data_received(self, data: bytes) -> None:
        self._read_size.came(len(data))
        self.sizes.append(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


async def test_much_is_read_at_once_only_while_much_comes() -> None:
    source, sink = os.pipe()
    widen_pipe(source)
    sent = READ_BYTES + READ_MANY_BYTES
    os.set_blocking(sink, False)
    written = os.write(sink, bytes(sent))
    transport, pieces = await asyncio.get_running_loop().connect_read_pipe(
        _Pieces, os.fdopen(source, "rb", 0)
    )
    os.close(sink)
    await pieces.ended.wait()
    transport.close()
    assert sum(pieces.sizes) == written
    # Not every system has pipes of a megabyte.
    assert pieces.sizes == [READ_BYTES, READ_MANY_BYTES] or written < sent


async def test_a_transport_that_cannot_be_told_reads_as_it_likes() -> None:
    ReadSize(asyncio.BaseTransport()).came(READ_BYTES)
