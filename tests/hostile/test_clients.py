"""Clients that misbehave (client_cases.py), over stdio and HTTP: each is answered, the next one is served.

More of it, by mechanism: tests/serve/.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.client_cases import LINES, POSTS, Line, Post
from tests.support.processes import LINUX, children_of, descriptors, resident_bytes
from tests.support.servers import until
from tests.support.serving import ENVELOPE, Served, write_config
from workbench.core.model import PoolSettings

pytestmark = pytest.mark.anyio
_TOKEN = "a-token-for-the-tests"
_GROWTH_BYTES = 100 << 20


def test_the_corpus_is_as_large_as_is_said() -> None:
    assert len({line.name for line in LINES}) == len(LINES) >= 90
    assert len({post.name for post in POSTS}) == len(POSTS) >= 50


@pytest.fixture
async def stdio(tmp_path: Path) -> AsyncIterator[Served]:
    write_config(tmp_path)
    async with Served(tmp_path) as served:
        await served.call("code_execution", {"code": "1"})
        yield served


def _end(message: dict[str, Any]) -> int | str:
    """How an answer ends: the code of its error, our own code, or ok."""
    if "error" in message:
        return int(message["error"]["code"])
    told = message["result"].get("structuredContent", {})
    return str(told["error"]["code"]) if message["result"].get("isError") else "ok"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_line_is_answered_and_the_next_is_served(stdio: Served) -> None:
    pid = (await stdio.process()).pid
    before = (descriptors(pid), resident_bytes(pid)) if LINUX else (0, 0)
    wrong: list[str] = []
    for number, line in enumerate(LINES):
        if (told := await _sent(stdio, line, f"control-{number}")) is not None:
            wrong.append(told)
    assert not wrong, "\n".join(wrong)
    if LINUX:
        # The pool may not have been warm before: a worker has one each.
        most = before[0] + PoolSettings().size + 3
        await until(lambda: descriptors(pid) <= most)
        assert resident_bytes(pid) - before[1] < _GROWTH_BYTES
    await stdio.close_stdin()
    assert await stdio.exit_code() == 0
    out, err = await stdio.rest()
    assert out == ""
    assert "Traceback" not in err
    assert "\x1b" not in err


async def _sent(served: Served, line: Line, control: str) -> str | None:
    """Send a line, then a good request; what is wrong with what came back, in words."""
    params = {"name": "code_execution", "arguments": {"code": "6 * 7"}, "_meta": ENVELOPE}
    good = {"jsonrpc": "2.0", "id": control, "method": "tools/call", "params": params}
    await served.write(line.data)
    await served.write(json.dumps(good).encode() + b"\n")
    ends: list[int | str] = []
    value = None
    while value is None or len(ends) < len(line.answers):
        try:
            message = await asyncio.wait_for(served.next(), 20)
        except TimeoutError:
            break
        if message.get("id") == control:
            value = message["result"]["structuredContent"]["value"]
        elif "method" not in message:
            ends.append(_end(message))
    if value == 42 and tuple(ends) == line.answers:
        return None
    return f"{line.name}: {ends}, not {list(line.answers)}; the next gave {value}"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[tuple[Served, str, int]]:
    write_config(tmp_path)
    async with Served(tmp_path, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=_TOKEN) as served:
        host, port = (await served.stderr_line()).split()[-1].split("/")[2].split(":")
        yield served, host, int(port)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_request_is_answered_and_the_next_is_served(
    site: tuple[Served, str, int],
) -> None:
    served, host, port = site
    pid = (await served.process()).pid
    call = {"name": "code_execution", "arguments": {"code": "6 * 7"}, "_meta": ENVELOPE}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).encode()
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {_TOKEN}\r\n"
        "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: code_execution\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    good = head.encode() + body
    assert b'"value":42' in (await _answer(host, port, good)).replace(b" ", b"")
    before = (descriptors(pid), resident_bytes(pid)) if LINUX else (0, 0)
    wrong: list[str] = []
    for post in POSTS:
        answer = await _answer(host, port, post.data.replace(b"$TOKEN", _TOKEN.encode()))
        if (told := _misanswered(post, answer)) is not None:
            wrong.append(told)
        if b'"value":42' not in (await _answer(host, port, good)).replace(b" ", b""):
            wrong.append(f"after {post.name} the next is not served")
    assert not wrong, "\n".join(wrong)
    if LINUX:
        # The pool may not have been warm before: a worker has one each.
        most = before[0] + PoolSettings().size + 3
        await until(lambda: descriptors(pid) <= most)
        assert resident_bytes(pid) - before[1] < _GROWTH_BYTES
        assert len(children_of(pid)) <= 2


async def _answer(host: str, port: int, data: bytes) -> bytes:
    """All that comes back on a connection of its own."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 22)
    try:
        writer.write(data)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def _misanswered(post: Post, answer: bytes) -> str | None:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1]) if head.startswith(b"HTTP/") else 0
    if status in ((post.status,) if post.status else (400, 0)) and (
        post.code is None or f'"code":{post.code}'.encode() in body
    ):
        return None
    return f"{post.name}: {status} {body[:160]!r}, not {post.status} {post.code or ''}"
