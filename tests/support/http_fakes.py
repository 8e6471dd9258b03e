"""A small HTTP server on loopback that says exactly what a test tells it to, byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.support.raw_server import TOOLS, initialized, text
from workbench.core.model import JsonValue


@dataclass
class Asked:
    """One request."""

    method: str
    headers: dict[str, str]
    message: JsonValue
    """The JSON-RPC message in the body, or None."""

    @property
    def rpc(self) -> str:
        """The JSON-RPC method; empty for a request that carries none."""
        return str(self.message.get("method", "")) if isinstance(self.message, dict) else ""


@dataclass
class Reply:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    endless: bytes = b""
    """Not empty: sent again and again behind the body until the other side has enough."""
    silent: bool = False
    """Not answered at all."""
    silent_end: bool = False
    """Nothing more comes behind the body, and it does not end."""
    cut: bool = False
    """The connection ends after the body, though more was promised."""


Handler: TypeAlias = Callable[[Asked], Awaitable[Reply] | Reply]


class Fake:
    """A running server: its address, what it was asked, and how much it sent."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[Asked] = []
        self.sent = 0
        self.connections = 0
        self.url = ""

    @property
    def rpcs(self) -> list[str]:
        """The JSON-RPC methods it was asked for, in order."""
        return [asked.rpc for asked in self.asked if asked.rpc]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while (asked := await _read(reader)) is not None:
                self.asked.append(asked)
                told = self.handler(asked)
                if not await self._write(writer, told if isinstance(told, Reply) else await told):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _write(self, writer: asyncio.StreamWriter, reply: Reply) -> bool:
        if reply.silent:
            await asyncio.sleep(600)
        open_end = bool(reply.endless) or reply.cut or reply.silent_end
        length = len(reply.body) + (1_000_000 if reply.cut else 0)
        size = {} if reply.endless or reply.silent_end else {"content-length": str(length)}
        headers = {"content-type": reply.kind, **size, **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} {_REASONS[reply.status]}\r\n{lines}\r\n".encode())
        writer.write(reply.body)
        await writer.drain()
        if reply.silent_end:
            await asyncio.sleep(600)
        while reply.endless:
            writer.write(reply.endless)
            self.sent += len(reply.endless)
            await writer.drain()
        return not open_end


_REASONS = {
    200: "OK",
    202: "Accepted",
    301: "Moved Permanently",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readline()
    if not head:
        return None
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).strip()) != b"":
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head.split()[0].decode(), headers, json.loads(body) if body else None)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Fake]:
    """A server for the time of the block."""
    fake = Fake(handler)
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await fake.serve(reader, writer)
        finally:
            connections.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    try:
        yield fake
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


# -- replies ----------------------------------------------------------------------------------


def result(asked: Asked, value: JsonValue, **more: Any) -> Reply:
    """A result as one body."""
    return Reply(body=_line({"id": asked.message["id"], "result": value}), **more)


def refused(
    status: int, code: int, message: str, request_id: JsonValue = None, **more: Any
) -> Reply:
    """A JSON-RPC error with an HTTP status."""
    error = {"code": code, "message": message}
    return Reply(status, _line({"id": request_id, "error": error}), **more)


def event(message: JsonValue, event_id: str | None = None) -> bytes:
    """A message as an event of a stream."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: message\ndata: {_line(message).decode()}\n\n".encode()


def stream(*events: bytes, **more: Any) -> Reply:
    """A stream of events that ends."""
    return Reply(body=b"".join(events), kind="text/event-stream", **more)


def handshake_server(
    asked: Asked,
    *,
    discover: Callable[[Asked], Reply],
    call: Callable[[Asked], Reply] | None = None,
) -> Reply:
    """A server of the older era with a session; ``discover``: how it takes what it does not know."""
    if asked.rpc == "server/discover":
        return discover(asked)
    if asked.rpc == "initialize":
        answer = {"jsonrpc": "2.0", "id": asked.message["id"], "result": initialized()}
        return stream(event(answer), headers={"mcp-session-id": "s1"})
    if asked.headers.get("mcp-session-id") != "s1":
        return refused(404, -32001, "Session not found")
    if asked.rpc == "tools/list":
        return result(asked, {"tools": TOOLS})
    if asked.rpc == "tools/call":
        return call(asked) if call is not None else result(asked, text("fine"))
    if asked.method == "POST":
        return Reply(202)
    return Reply(405 if asked.method == "GET" else 200)


def _line(message: JsonValue) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()
