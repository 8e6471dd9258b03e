"""Settings of real servers for tests, and calls to them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from workbench.config import ServerSettings
from workbench.core.events import ToolCallNote
from workbench.core.model import JsonValue, Outcome, ToolCall
from workbench.upstream import Manager

_HERE = Path(__file__).parent
RAW_SERVER = _HERE / "raw_server.py"
ODD_SERVER = _HERE / "odd_server.py"
HTTP_SERVER = _HERE.parent / "upstream" / "http_server.py"
"""The SDK's, under uvicorn: ``http_server.py PORT``."""
OLDER = ("exits-when-asked", "fails-when-asked", "silent-when-asked", "wedged-when-asked")
"""Modes of the odd server: an older one that is asked for the newest protocol."""
NPM_BIN = _HERE.parent / "npm" / "node_modules" / ".bin"


def demo_settings(name: str = "demo", **more: Any) -> ServerSettings:
    """The bundled demo server; half a second to connect."""
    return ServerSettings(name, sys.executable, ("-m", "workbench.demo"), **more)


def raw_settings(name: str = "raw", **more: Any) -> ServerSettings:
    """A small fast server: ``echo``, ``sleep``, ``add``, ``fail``."""
    return ServerSettings(name, sys.executable, (str(RAW_SERVER),), **more)


def odd_settings(how: str, name: str = "odd", **more: Any) -> ServerSettings:
    """A server that misbehaves; ``how`` is one of the modes of odd_server.py."""
    return ServerSettings(name, sys.executable, (str(ODD_SERVER), how), **more)


def script_settings(name: str, code: str, **more: Any) -> ServerSettings:
    """A process of a few lines of Python as a server."""
    return ServerSettings(name, sys.executable, ("-u", "-c", code), **more)


@asynccontextmanager
async def managing(*servers: ServerSettings, **more: Any) -> AsyncIterator[Manager]:
    """A manager of these servers; closed at the end."""
    manager = Manager(servers, **more)
    try:
        yield manager
    finally:
        await manager.close()


async def call(
    manager: Manager,
    server: str,
    tool: str,
    args: JsonValue = None,
    notes: list[ToolCallNote] | None = None,
) -> Outcome:
    """One call as the engine makes it."""
    issued = ToolCall("test", 1, server, tool, args if args is not None else {})
    return await manager.call(issued, notes.append if notes is not None else lambda _: None)


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until ``condition()`` holds; fails the test after ``seconds``, later on a busy machine."""
    for _ in range(round(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came true")
