"""A ``workbench --serve`` process, driven by hand-written messages: what is on the wire, as it is."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

RAW_SERVER = Path(__file__).with_name("raw_server.py")
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "raw-modern", "version": "1"},
}
HANDSHAKE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "raw-legacy", "version": "1"},
}
_PATIENCE_S = 50
"""Less than what tests let a server sleep: an end within it did not wait for that."""


def write_config(folder: Path, *, enabled: bool = True, raw: bool = False, more: str = "") -> Path:
    """A workbench.toml; ``raw``: with the server ``raw`` (echo, sleep, add, fail).

    ``more``: top-level keys.
    """
    text = f"enable_code_execution = {str(enabled).lower()}\n{more}\n[servers]\n"
    if raw:
        text += f"[servers.raw]\ncommand = {json.dumps(sys.executable)}\n"
        text += f"args = {json.dumps([str(RAW_SERVER)])}\n"
    path = folder / "workbench.toml"
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    return path


def command(folder: Path, *flags: str) -> list[str]:
    """The command line that serves in a folder."""
    return [
        *(sys.executable, "-m", "workbench", "--config", str(folder / "workbench.toml")),
        *("--data-dir", str(folder / "data"), "--serve", *flags),
    ]


def headers_over_http(token: str) -> dict[str, str]:
    """Of every request of 2026-07-28; ``Mcp-Method`` and ``Mcp-Name`` come on top."""
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
    }


async def end(process: asyncio.subprocess.Process) -> None:
    """Kill it, unless it has ended, and close our ends of its pipes.

    A child of it may hold the other ends a moment longer than it lived, so they are not read to their end:
    what is left open would be found by the garbage collector, in another test.
    """
    if process.returncode is None:
        process.kill()
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]
    await asyncio.sleep(0)  # the transports of the pipes let go in the loop's next turn


class Served:
    """One process. Messages that were not asked for yet wait in ``notes``."""

    def __init__(self, folder: Path, *flags: str, **environ: str) -> None:
        self._starting = asyncio.create_subprocess_exec(
            *command(folder, *flags),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environ},
            cwd=folder,
            limit=64 << 20,
        )
        self._process: asyncio.subprocess.Process | None = None
        self._next_id = 0
        self.notes: list[dict[str, Any]] = []

    async def process(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await self._starting
        return self._process

    async def __aenter__(self) -> Served:
        await self.process()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def write(self, data: bytes) -> None:
        process = await self.process()
        assert process.stdin is not None
        process.stdin.write(data)
        await process.stdin.drain()

    async def send(self, method: str, params: Any = None, *, modern: bool = False) -> int:
        """Send a request without waiting for its answer; its id."""
        self._next_id += 1
        if modern:
            params = {**(params or {}), "_meta": {**ENVELOPE, **(params or {}).get("_meta", {})}}
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params}
        await self.write(json.dumps(message).encode() + b"\n")
        return self._next_id

    async def notify(self, method: str, params: Any = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        await self.write(json.dumps(message).encode() + b"\n")

    async def next(self) -> dict[str, Any]:
        """The next message of the server: every line must be one."""
        process = await self.process()
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE_S)
        assert line, "the server closed its stdout"
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    async def answer(self, request_id: int | None) -> dict[str, Any]:
        """The answer to a request; what comes before it is kept in ``notes``."""
        while True:
            message = await self.next()
            if "method" not in message and message.get("id") == request_id:
                return message
            self.notes.append(message)

    async def ask(self, method: str, params: Any = None, *, modern: bool = False) -> Any:
        """The result of a request, or its error where it has one."""
        message = await self.answer(await self.send(method, params, modern=modern))
        return message.get("result", message.get("error"))

    async def call(self, tool: str, arguments: Any, *, modern: bool = True) -> Any:
        """The result of ``tools/call``."""
        return await self.ask("tools/call", {"name": tool, "arguments": arguments}, modern=modern)

    async def note(self, method: str) -> dict[str, Any]:
        """The next notification ``method``, kept or coming."""
        while True:
            for index, message in enumerate(self.notes):
                if message.get("method") == method:
                    return self.notes.pop(index)
            self.notes.append(await self.next())

    async def close_stdin(self) -> None:
        process = await self.process()
        assert process.stdin is not None
        process.stdin.close()

    async def signal(self, number: signal.Signals) -> None:
        (await self.process()).send_signal(number)

    async def exit_code(self) -> int:
        process = await self.process()
        return await asyncio.wait_for(process.wait(), _PATIENCE_S)

    async def stderr_line(self) -> str:
        process = await self.process()
        assert process.stderr is not None
        return (await asyncio.wait_for(process.stderr.readline(), _PATIENCE_S)).decode()

    async def rest(self) -> tuple[str, str]:
        """What is left on stdout and stderr, at the end."""
        process = await self.process()
        assert process.stdout is not None
        assert process.stderr is not None
        return (await process.stdout.read()).decode(), (await process.stderr.read()).decode()

    async def kill(self) -> None:
        await end(await self.process())
