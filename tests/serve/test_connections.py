"""Connections that say nothing, sessions that are left: neither takes a place for good."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.serving import HANDSHAKE, Served, command, end, write_config
from workbench.serve.binding import Binding
from workbench.serve.connections import Room, most_connections
from workbench.serve.http import HttpApp, Listening
from workbench.serve.mcp_server import ProviderServer
from workbench.serve.tool_provider import Caller

pytestmark = pytest.mark.anyio
TOKEN = "a-token-for-the-tests"
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE}
LONG_S = 3600.0


class Nothing:
    """An offer without tools."""

    instructions = ""

    def listing(self) -> list[Any]:
        return []

    async def call(self, name: str, arguments: Any, caller: Caller) -> Any:
        raise AssertionError("nothing is offered")


@asynccontextmanager
async def serving(room: Room | None = None, **more: Any) -> AsyncIterator[str]:
    binding = Binding("127.0.0.1", 0, TOKEN, generated=False, max_body_bytes=1000, loopback=True)
    async with Listening(
        HttpApp(ProviderServer(Nothing()), binding, **more), binding, room
    ) as listening:
        yield listening.url


Connect = Callable[..., Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens a connection to a server's address, and sends a text; closed with the test."""
    opened: list[asyncio.StreamWriter] = []

    async def open_one(
        url: str, text: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = url.split("/")[2].split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        opened.append(writer)
        writer.write(text.encode())
        return reader, writer

    yield open_one
    for writer in opened:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def is_closed(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 20) == b""
    except ConnectionResetError:
        return True


async def initialize(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=30) as http:
        return await http.post(url, json=INITIALIZE, headers=HEADERS)


HEAD = f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
BODY = "Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{"


@pytest.mark.parametrize("sent", ["", "POST /mcp HT", HEAD])
async def test_a_connection_that_does_not_ask_is_closed(sent: str, connect: Connect) -> None:
    async with serving(Room(100, head_s=0.3, body_s=LONG_S)) as url:
        reader, _ = await connect(url, sent)
        assert await is_closed(reader)


async def test_drops_of_a_head_do_not_renew_its_time(connect: Connect) -> None:
    async with serving(Room(100, head_s=0.3, body_s=LONG_S)) as url:
        reader, writer = await connect(url)

        async def drip() -> None:
            for sign in HEAD * 1000:
                writer.write(sign.encode())
                await asyncio.sleep(0.01)

        dripping = asyncio.create_task(drip())
        assert await is_closed(reader)
        dripping.cancel()


async def test_a_body_that_stands_still_is_closed_and_a_slow_one_is_not(connect: Connect) -> None:
    async with serving(Room(100, head_s=LONG_S, body_s=1.5)) as url:
        text = json.dumps(INITIALIZE)
        head = f"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        slow, writer = await connect(url, HEAD + head)
        stuck, _ = await connect(url, HEAD + BODY)
        closed = asyncio.create_task(is_closed(stuck))
        sent = 0
        while not closed.done():  # so it takes longer than what stands still may
            writer.write(text[sent : sent + 1].encode())
            sent += 1
            await asyncio.wait((closed,), timeout=0.1)
        assert await closed
        writer.write(text[sent:].encode())
        assert b"200" in await asyncio.wait_for(slow.readline(), 20)


async def test_the_longest_silent_one_makes_room(connect: Connect) -> None:
    async with serving(Room(4, head_s=LONG_S, body_s=LONG_S)) as url:
        silent = [await connect(url) for _ in range(8)]
        assert [await is_closed(reader) for reader, _ in silent[:4]] == [True] * 4
        assert (await initialize(url)).status_code == 200


async def test_connections_that_ask_are_not_put_out(connect: Connect) -> None:
    async with serving(Room(2, head_s=LONG_S, body_s=LONG_S)) as url:
        asking = [await connect(url, HEAD + BODY) for _ in range(2)]
        await asyncio.sleep(0.2)
        late, _ = await connect(url)
        assert await is_closed(late)
        for _, writer in asking:
            assert not writer.transport.is_closing()


async def test_a_session_that_is_left_ends() -> None:
    async with serving(session_idle_s=0.3) as url:
        opened = await initialize(url)
        assert opened.status_code == 200
        headers = {**HEADERS, "Mcp-Session-Id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        status = 200
        async with httpx2.AsyncClient(timeout=30) as http, asyncio.timeout(20):
            while status == 200:
                await asyncio.sleep(0.5)
                status = (await http.post(url, json=ping, headers=headers)).status_code
        assert status == 404, "begin anew, says the protocol"
        assert (await initialize(url)).status_code == 200


def test_half_of_the_descriptors_are_left_to_others() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 16 <= most_connections() <= max(16, soft // 2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are not limited there")
async def test_silent_connections_neither_shut_clients_out_nor_fill_stderr(
    tmp_path: Path, connect: Connect
) -> None:
    """Few descriptors, many that connect and say nothing."""
    write_config(tmp_path)
    words = " ".join(f"'{word}'" for word in command(tmp_path, "--http", "127.0.0.1:0"))
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f"ulimit -n 80; exec env WORKBENCH_TOKEN={TOKEN} {words}",
        stderr=asyncio.subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=tmp_path,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        url = (await asyncio.wait_for(process.stderr.readline(), 30)).decode().split()[-1]
        silent = [await connect(url) for _ in range(300)]
        for _ in range(3):
            assert (await initialize(url)).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        told = (await process.stderr.read()).decode().splitlines()
        assert 1 <= len(told) <= 3, told
        assert "HTTP connections" in told[0]
        for _, writer in silent:
            writer.close()
    finally:
        await end(process)


@pytest.mark.slow
async def test_the_limit_of_a_body_is_followed_by_a_running_server(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text() + "[serve]\nmax_body_bytes = 50\n")
    async with Served(tmp_path, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN) as served:
        url = (await served.stderr_line()).split()[-1]
        refused = await initialize(url)
        assert (refused.status_code, "allows 50" in refused.json()["error"]) == (413, True)
        path.write_text(path.read_text().replace("= 50", "= 100000"))
        async with asyncio.timeout(30):
            while (await initialize(url)).status_code != 200:  # noqa: ASYNC110  (another process)
                await asyncio.sleep(0.05)
