"""The same UI in a browser (``workbench --web``), through the optional textual-serve.

Whoever reaches it can run scripts with the owner's servers. It is bound to loopback only, everything stands
behind a token in the address, Host and Origin are checked (a page elsewhere could reach it through the
user's own browser), and the page may load from nowhere else.
"""

from __future__ import annotations

import html
import os
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from hmac import compare_digest
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config import Config
from workbench.text.sanitize import clean_line
from workbench.util.dataclass import dataclass
from workbench.util.digits import whole
from workbench.util.loopback import is_loopback, is_loopback_authority, is_loopback_page
from workbench.util.os_differences import reuse_address
from workbench.util.own_python import own_module

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Middleware

_DEFAULT_PORT = 8322
_USAGE = 2
_TOKEN_BYTES = 32
_LEAST_TOKEN = 16
_FONT_SIZES = range(6, 73)


@dataclass(frozen=True, slots=True)
class _Binding:
    host: str
    port: int
    token: str = field(repr=False)
    generated: bool


class _Unusable(Exception):
    """What is wrong with the address or the token, and what would be right."""


def serve(config: Config, *, data_dir: Path, address: str) -> int:
    """Serve until interrupted; the exit code. Each browser tab gets a process of its own."""
    try:
        binding = _binding(address, config.serve.token_env, os.environ)
        listener = _listen(binding)
    except _Unusable as error:
        sys.stderr.write(f"workbench: {clean_line(str(error))}\n")
        return _USAGE
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        sys.stderr.write("workbench: --web needs textual-serve: install workbench-mcp[web]\n")
        return _USAGE
    command = [*own_module("workbench"), "--data-dir", str(data_dir)]
    if config.path is not None:
        command += ["--config", str(config.path)]
    port = listener.getsockname()[1]

    class Site(Server):
        """textual-serve's routes, below the token, with a page of our own."""

        async def _make_app(self) -> web.Application:
            routes: web.Application = await super()._make_app()
            app = web.Application(middlewares=[_guard(port, binding.token)])
            app.on_response_prepare.append(_restrict)
            app.add_subapp(f"/{binding.token}", routes)
            app.router.add_get("/", _entrance)
            return app

        async def handle_index(self, request: web.Request) -> web.Response:
            return web.Response(text=_page(request), content_type="text/html")

        async def on_startup(self, app: web.Application) -> None:
            _announce(binding, port)

    site = Site(shlex.join(command), host=binding.host, port=port, title="Workbench")
    web.run_app(site._make_app(), sock=listener, print=None, access_log=None)
    return 0


def _announce(binding: _Binding, port: int) -> None:
    host = f"[{binding.host}]" if ":" in binding.host else binding.host
    # A token of the user's own choice is not shown.
    place = binding.token if binding.generated else "<your token>"
    sys.stderr.write(f"Workbench in a browser: http://{host}:{port}/{place}/\n")
    sys.stderr.flush()


def _binding(address: str, token_env: str, environ: Mapping[str, str]) -> _Binding:
    """The address and token of ``--web [HOST:]PORT``. Raises _Unusable."""
    host, _, written = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    port = whole(written) if written else _DEFAULT_PORT
    if port is None or port > 65_535:
        raise _Unusable(f"--web takes [HOST:]PORT, not {address!r}")
    if not is_loopback(host):
        raise _Unusable(f"--web listens on loopback only, not on {host!r}")
    token = environ.get(token_env, "")
    if token and (len(token) < _LEAST_TOKEN or not token.isascii() or not _is_path(token)):
        raise _Unusable(
            f"the token in {token_env} must be {_LEAST_TOKEN} or more letters, digits, '-', '_', '.' or '~'"
        )
    return _Binding(host, port, token or secrets.token_urlsafe(_TOKEN_BYTES), generated=not token)


def _is_path(token: str) -> bool:
    return all(sign.isalnum() or sign in "-_.~" for sign in token)


def _listen(binding: _Binding) -> socket.socket:
    family = socket.AF_INET6 if ":" in binding.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        reuse_address(listener)
        listener.bind((binding.host, binding.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise _Unusable(
            f"--web {binding.host}:{binding.port}: {error.strerror or error}"
        ) from error
    return listener


_Handler = Callable[["web.Request"], Awaitable["web.StreamResponse"]]


def _guard(port: int, token: str) -> Middleware:
    """Refuses requests for other hosts (DNS rebinding), from pages of other sites, and without the token."""
    from aiohttp import web

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not is_loopback_authority(request.headers.get("Host", ""), port):
            raise web.HTTPMisdirectedRequest(text="this Host is not served here")
        origin = request.headers.get("Origin")
        if origin is not None and not is_loopback_page(origin, port):
            raise web.HTTPForbidden(text="this Origin may not connect")
        place = request.path.split("/", 2)[1]
        given = place or request.query.get("token") or _bearer(request)
        if not compare_digest(given.encode(), token.encode()):
            raise web.HTTPUnauthorized(
                text="a token is needed: open the address that workbench --web shows",
                headers={"WWW-Authenticate": "Bearer"},
            )
        request["token"] = token
        return await handler(request)

    return guard


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _entrance(request: web.Request) -> web.StreamResponse:
    """``/?token=…`` leads in."""
    from aiohttp import web

    raise web.HTTPSeeOther(f"/{request['token']}/")


async def _restrict(request: web.Request, response: web.StreamResponse) -> None:
    """The page loads from here only, and tells nobody its address."""
    inside = f"'self' ws://{request.host}"
    response.headers.update(
        {
            "Content-Security-Policy": f"default-src 'self'; connect-src {inside}; img-src 'self' data: blob:; "
            "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
            "font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
    )


def _page(request: web.Request) -> str:
    """The page, with relative addresses; a socket's must be whole."""
    text = resources.files("workbench.tui").joinpath("web_page.html").read_text(encoding="utf-8")
    size = whole(request.query.get("fontsize", ""))
    font_size = size if size in _FONT_SIZES else 16
    socket_url = f"ws://{request.host}/{request['token']}/ws"
    return text.replace("{{socket}}", html.escape(socket_url)).replace("{{size}}", str(font_size))
