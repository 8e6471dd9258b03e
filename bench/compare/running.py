"""One started peer: asked over its pipes, several questions at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bench.compare.peers import Peer
from bench.compare.scripts import EXPECTED
from tests.support.processes import command_line, family_of, pss_mb
from tests.support.serving import RAW_SERVER

TIMEOUT_MS, MEMORY_MB = 500, 64
_LIMIT = 64 << 20
_READY_S = 30.0
_PAUSE_S = 0.05


class Failed(Exception):
    """A script failed, or gave what it should not."""


class Running:
    """The process. limited: with the limits of a runaway, where they are the server's."""

    def __init__(self, peer: Peer, folder: Path, *, limited: bool = False) -> None:
        self._peer, self._folder, self._last = peer, folder, 0
        self._limited = limited
        self.wrong = ""
        """What the last failure said."""
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def __aenter__(self) -> Running:
        """Started, and a script with a call works."""
        # The same python3 for every upstream: a version manager's shim costs 100 ms a start.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environ = {
            **os.environ,
            **{
                "PATH": path,
                "HOME": str(self._folder),
                "NO_COLOR": "1",
                "PYTHONWARNINGS": "ignore",
            },
            **{"CONFIG_PATH": str(self._folder / "config.json"), "QUIET_LOGS": "1"},
            **{"MCP_GWAY_ALLOW_LOCAL_COMMANDS": "python3", "MCP_GWAY_LOG_LEVEL": "error"},
            **{"TIMEOUT_MS": str(TIMEOUT_MS), "MEMORY_MB": str(MEMORY_MB)},
            **({"LIMITED": "1"} if self._limited else {}),
        }
        self.process = await asyncio.create_subprocess_exec(
            *self._peer.start(self._peer, self._folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LIMIT,
            env=environ,
            cwd=self._folder,
            start_new_session=True,
        )
        self._reading = asyncio.create_task(self._read())
        try:
            await self._greet()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _greet(self) -> None:
        if self._peer.tool:
            hello = {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "compare", "version": "1"},
            }
            await self._asked("initialize", hello)
            await self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        async with asyncio.timeout(_READY_S):
            for tool, arguments in self._peer.before:
                while "not found" in json.dumps(await self._called(tool, arguments)):  # noqa: ASYNC110
                    await asyncio.sleep(_PAUSE_S)  # it connects meanwhile
            name = "1 call" if "1 call" in self._peer.scripts else "1 + 1"
            while True:
                try:
                    return await self.run(name)
                except Failed:
                    if self.process.returncode is not None:
                        raise
                    await asyncio.sleep(_PAUSE_S)

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        self._reading.cancel()

    async def run(self, name: str, *, timeout_ms: int = 30_000) -> None:
        """Run a scenario's script. Raises Failed where it does not give what it should."""
        code = self._peer.scripts[name]
        if not self._peer.tool:
            answer = await self._reply(
                {"code": code, "timeout_ms": timeout_ms, "memory_mb": MEMORY_MB}
            )
            if "error" in answer:
                raise self._failed(answer["error"])
            value = answer["value"]
        else:
            arguments: dict[str, Any] = {self._peer.argument: code}
            if self._peer.own_timeouts:
                arguments["options"] = {"timeout_ms": timeout_ms}
            answer = await self._called(self._peer.tool, arguments)
            try:
                value = self._peer.value(answer["result"])
            except (LookupError, ValueError, TypeError):
                raise self._failed(json.dumps(answer)) from None
        if value != EXPECTED.get(name):
            raise self._failed(f"{name} gave {value!r}")

    def _failed(self, why: str) -> Failed:
        self.wrong = why[:300]
        return Failed(self.wrong)

    async def tools(self) -> Any:
        """What a model's context gets of it."""
        return (await self._asked("tools/list", {}))["result"]["tools"]

    async def _called(self, tool: str, arguments: Any) -> dict[str, Any]:
        return await self._asked("tools/call", {"name": tool, "arguments": arguments})

    async def _asked(self, method: str, params: Any) -> dict[str, Any]:
        return await self._reply({"jsonrpc": "2.0", "method": method, "params": params})

    async def _reply(self, message: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        answer = self._waiting[self._last] = asyncio.get_running_loop().create_future()
        await self._write({**message, "id": self._last})
        return await answer

    async def _write(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        await self.process.stdin.drain()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if "method" not in message and message.get("id") in self._waiting:
                self._waiting.pop(message["id"]).set_result(message)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(EOFError("it has ended"))

    def memory_mb(self) -> float:
        """PSS of all its processes but the upstream server."""
        pid = self.process.pid
        ours = (one for one in family_of(pid) if one == pid or _is_ours(one))
        return pss_mb(ours)


def _is_ours(pid: int) -> bool:
    return RAW_SERVER.name not in command_line(pid)
