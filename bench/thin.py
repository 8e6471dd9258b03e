"""A client over stdio that writes lines and parses JSON and nothing else: what it measures is the server."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.support.serving import command, write_config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

_LONGEST = 64 << 20
VERSION = "2025-06-18"


class ThinClient:
    """Requests to one server; any number may be under way."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._in, self._out = process.stdin, process.stdout
        self._last = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The result. Raises RuntimeError for an error or a server that is gone."""
        self._last += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = answer
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        message = await answer
        if "result" not in message:
            raise RuntimeError(message.get("error"))
        return dict(message["result"])

    async def tool(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a tool."""
        return await self.request("tools/call", {"name": name, "arguments": arguments})

    async def script(self, code: str, **options: int) -> dict[str, Any]:
        """Run a script on a Workbench: its answer, whatever it is."""
        found = await self.tool("code_execution", {"code": code, "options": options})
        return dict(found["structuredContent"])

    async def initialize(self) -> None:
        """The handshake."""
        me = {"name": "thin", "version": "1"}
        await self.request(
            "initialize", {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": me}
        )
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _send(self, message: dict[str, Any]) -> None:
        self._in.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    async def _read(self) -> None:
        while line := await self._out.readline():
            message = json.loads(line)
            waiting = self._waiting.pop(message.get("id"), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        for waiting in self._waiting.values():
            waiting.set_exception(RuntimeError("the server is gone"))

    async def close(self) -> None:
        """Hang up."""
        self._in.close()
        await self._reader


@asynccontextmanager
async def connected(words: Sequence[str]) -> AsyncIterator[ThinClient]:
    """A server, started, and a client of it after the handshake."""
    process = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST
    )
    client = ThinClient(process)
    try:
        await client.initialize()
        yield client
    finally:
        await client.close()
        await process.wait()


def workbench(folder: Path, pool: int, **settings: int | str) -> list[str]:
    """The command of a Workbench that serves one upstream server, ``raw``."""
    more = {"code_execution_pool_size": pool, **settings}
    write_config(
        folder,
        raw=True,
        more="".join(f"{name} = {json.dumps(value)}\n" for name, value in more.items()),
    )
    return command(folder)
