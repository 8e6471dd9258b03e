"""``--web``: the terminal UI in a browser, through textual-serve (the optional extra ``web``).

Whoever reaches this port runs scripts, so it listens on loopback only, and a page of another site cannot
reach it through the user's own browser: Host and Origin are checked.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.config import Config

if TYPE_CHECKING:
    from aiohttp import web

_DEFAULT_PORT = 8322
_USAGE = 2


def serve(config: Config, *, data_dir: Path, address: str) -> int:
    """Serve until interrupted; the exit code. Each browser tab gets a process of its own."""
    host, port = _binding(address)
    if port is None:
        sys.stderr.write(f"workbench: --web takes [HOST:]PORT, not {address!r}\n")
        return _USAGE
    if not _is_loopback(host):
        sys.stderr.write(f"workbench: --web listens on loopback only, not on {host!r}\n")
        return _USAGE
    try:
        from textual_serve.server import Server
    except ImportError:
        sys.stderr.write("workbench: --web needs textual-serve: install workbench-mcp[web]\n")
        return _USAGE
    command = [sys.executable, "-m", "workbench", "--data-dir", str(data_dir)]
    if config.path is not None:
        command += ["--config", str(config.path)]

    guard = _guard(port)

    class GuardedServer(Server):
        """textual-serve checks neither Host nor Origin."""

        async def _make_app(self) -> web.Application:
            app: web.Application = await super()._make_app()
            app.middlewares.append(guard)
            return app

    GuardedServer(shlex.join(command), host=host, port=port, title="Workbench").serve()
    return 0


def _binding(address: str) -> tuple[str, int | None]:
    """Host and port of ``[HOST:]PORT``; the port is None where it is none."""
    host, _, port = address.rpartition(":")
    if not port:
        return host or "127.0.0.1", _DEFAULT_PORT
    return host or "127.0.0.1", int(port) if port.isdigit() and int(port) < 65_536 else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _guard(port: int) -> Any:
    """Refuses requests for other hosts (DNS rebinding) and from pages of other sites."""
    from aiohttp import web

    def is_ours(authority: str) -> bool:
        host, _, given = authority.rpartition(":")
        return given == str(port) and _is_loopback(host)

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not is_ours(request.headers.get("Host", "")):
            raise web.HTTPMisdirectedRequest(text="this Host is not served here")
        origin = request.headers.get("Origin")
        if origin is not None and not is_ours(origin.removeprefix("http://")):
            raise web.HTTPForbidden(text="this Origin may not connect")
        return await handler(request)

    return guard
