"""Streamable HTTP: who may come in, and a uvicorn that stops when it is told to. Imports mcp and uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TypeAlias

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from workbench.serve import UsageError
from workbench.serve.binding import Binding
from workbench.serve.mcp_server import GONE, OfferServer
from workbench.serve.offer import Offer

Asgi: TypeAlias = Any

PATH = "/mcp"
_BACKLOG = 128
_DRAIN_S = 1
_LISTENS_END_S = 0.05
_NO_TOKEN = b'{"error":"a bearer token is needed: Authorization: Bearer <token>"}'
_NO_PAGES = b'{"error":"requests of web pages (Origin) are not taken"}'


class HttpApp:
    """The ASGI application of one server."""

    def __init__(self, server: OfferServer, binding: Binding) -> None:
        self.server = server
        self._inner = server.streamable_http_app(
            streamable_http_path=PATH,
            max_request_body_size=binding.max_body_bytes,
            transport_security=_transport_security(binding),
        )
        self._loopback = binding.loopback
        self._expected = f"Bearer {binding.token}".encode()

    def list_changed(self) -> None:
        """Tell every client that ``tools/list`` has another answer now."""
        self.server.list_changed()

    async def __call__(self, scope: Asgi, receive: Asgi, send: Asgi) -> None:
        if scope["type"] == "http":
            if not self._may_enter(scope["headers"]):
                await _refuse(send, 401, _NO_TOKEN)
                return
            if not self._loopback and any(name == b"origin" for name, _ in scope["headers"]):
                await _refuse(send, 403, _NO_PAGES)
                return
            gone = scope[GONE] = asyncio.Event()
            receive = _watching(receive, gone)
        await self._inner(scope, receive, send)

    def _may_enter(self, headers: list[tuple[bytes, bytes]]) -> bool:
        given = [value for name, value in headers if name == b"authorization"]
        if len(given) != 1:
            return False
        scheme, _, token = given[0].partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(
            b"Bearer " + token.strip(), self._expected
        )


def build_app(offer: Offer, binding: Binding) -> HttpApp:
    """The application that serves an offer behind a binding's token."""
    return HttpApp(OfferServer(offer), binding)


class Listening:
    """``async with``: listens on the binding's address; on leaving, ends every connection in time."""

    def __init__(self, app: HttpApp, binding: Binding) -> None:
        self._app = app
        self._binding = binding
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                log_level="error",
                lifespan="on",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where clients connect to, with the port that the system chose."""
        assert self._socket is not None
        host = self._binding.host
        port = self._socket.getsockname()[1]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"

    async def __aenter__(self) -> Listening:
        """Raises UsageError where the address cannot be had."""
        host, port = self._binding.host, self._binding.port
        try:
            self._socket = _listen(host, port)
        except OSError as error:
            raise UsageError(f"--http {host}:{port}: {error.strerror or error}") from error
        self._task = asyncio.create_task(self._server.serve([self._socket]))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._app.server.end_listens()
        await asyncio.sleep(_LISTENS_END_S)  # their last frames leave
        self._server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours (``serving``)."""
        yield


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket that says it is TCP: asyncio sets TCP_NODELAY on no other (40 ms a call)."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _transport_security(binding: Binding) -> TransportSecuritySettings:
    """Host and Origin must be our own: a page in a browser must not reach us by a name of its own.

    On other addresses clients use names that we cannot know: there no page at all may come in (an
    ``Origin`` is refused), and the token stands in front of the rest.
    """
    if not binding.loopback:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    names = ("127.0.0.1", "localhost", "[::1]")
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[host for name in names for host in (name, f"{name}:*")],
        allowed_origins=[
            origin for name in names for origin in (f"http://{name}", f"http://{name}:*")
        ],
    )


def _watching(receive: Asgi, gone: asyncio.Event) -> Asgi:
    """``receive`` that sets ``gone`` when it tells of a closed connection."""

    async def watched() -> Asgi:
        message = await receive()
        if message["type"] == "http.disconnect":
            gone.set()
        return message

    return watched


async def _refuse(send: Asgi, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
