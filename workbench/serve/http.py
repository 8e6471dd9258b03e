"""Streamable HTTP: who may come in, and a uvicorn that stops when it is told to. Imports mcp and uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, TypeAlias, cast

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from workbench.core.model import JsonValue
from workbench.mcp.messages import encode
from workbench.serve import UsageError
from workbench.serve.access import Access, Refusal
from workbench.serve.binding import Binding
from workbench.serve.client_messages import NoMessage, refused
from workbench.serve.connections import Room, most_connections
from workbench.serve.http_messages import Body, is_json_post
from workbench.serve.mcp_server import GONE, ProviderServer
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import ToolProvider
from workbench.text.jsontext import dumps
from workbench.util.os_differences import reuse_address

Asgi: TypeAlias = Any

PATH = "/mcp"
_SESSION_HEADER = b"mcp-session-id"
_BACKLOG = 128
_DRAIN_S = 0.5
"""For clients to take their last answers; an upstream server that will not go needs most of the 2 s."""
_LISTENS_END_S = 0.05
_LINGER_S = 5.0
"""For who is refused to end a body that nobody keeps."""
_SESSION_IDLE_S = 30 * 60.0
_MOST_SESSIONS = 2000
_log = logging.getLogger(__name__)


class HttpApp:
    """The ASGI application of one server."""

    def __init__(
        self,
        server: ProviderServer,
        binding: Binding,
        *,
        most_body: Callable[[], int] | None = None,
        session_idle_s: float = _SESSION_IDLE_S,
    ) -> None:
        """most_body: how many bytes a body may have now; None: what the binding says.

        session_idle_s: a handshake client that asks nothing and listens to nothing for so long has to
        begin anew.
        """
        self.server = server
        self.access = Access(binding, most_body)
        self._underway: set[tuple[bytes, str]] = set()
        """Session and request: the SDK would answer two of one id on one stream, and leave the other open."""
        self._inner = server.streamable_http_app(
            streamable_http_path=PATH,
            max_request_body_size=sys.maxsize,  # counted here: the limit may change
            session_idle_timeout=session_idle_s,
            max_sessions=_MOST_SESSIONS,
            # The access has looked at Host and Origin.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    def list_changed(self) -> None:
        """Tell every client that ``tools/list`` has another answer now."""
        self.server.list_changed()

    async def __call__(self, scope: Asgi, receive: Asgi, send: Asgi) -> None:
        if scope["type"] == "http":
            refusal = self.access.refusal(scope["headers"])
            if refusal is not None:
                if refusal.status != 401:  # a page or a client that is set up wrong: worth a line
                    _log.warning("%s", refusal.message)
                await _refuse(receive, send, refusal)
                return
            # Nothing is stored to be sent again: who comes back for what was lost gets a stream that
            # begins now. The SDK leaves such a request without any answer.
            headers = [pair for pair in scope["headers"] if pair[0] != b"last-event-id"]
            exchange = _Exchange(self.access, receive, send)
            scope = {**scope, "headers": headers, GONE: exchange.gone}
            receive, send = exchange.receive, exchange.send
            if is_json_post(scope["method"], scope["headers"]):
                body = Body(receive)
                problem = await body.look()
                key = _key(scope["headers"], body.asks)
                if problem is None and key is not None and key in self._underway:
                    problem = refused(body.asks, f"request id {body.asks!r} is already in use")
                if problem is not None:
                    await _answer(send, problem)
                    return
                with self._during(key):
                    await self._inner(scope, body.receive, send)
                return
        await self._inner(scope, receive, send)

    @contextlib.contextmanager
    def _during(self, key: tuple[bytes, str] | None) -> Iterator[None]:
        if key is None:
            yield
            return
        self._underway.add(key)
        try:
            yield
        finally:
            self._underway.discard(key)


class _Exchange:
    """One request: sees when its client goes away, and ends it where its body is too large."""

    def __init__(self, access: Access, receive: Asgi, send: Asgi) -> None:
        self.gone = asyncio.Event()
        self._access = access
        self._receive = receive
        self._send = send
        self._received = 0
        self._refused = False

    async def receive(self) -> Asgi:
        if self._refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone.set()
            return message
        self._received += len(message.get("body", b""))
        refusal = self._access.too_large(self._received)
        if refusal is None:
            return message
        self._refused = True
        _log.warning("%s", refusal.message)
        await _refuse(self._receive, self._send, refusal)
        return {"type": "http.disconnect"}

    async def send(self, message: Asgi) -> None:
        if not self._refused:
            await self._send(message)


def build_app(
    provider: ToolProvider,
    binding: Binding,
    most_body: Callable[[], int] | None = None,
    *,
    tasks: Tasks | None = None,
) -> HttpApp:
    """The application that serves an offer behind a binding's token."""
    return HttpApp(ProviderServer(provider, tasks), binding, most_body=most_body)


class Listening:
    """``async with``: listens on the binding's address; on leaving, ends every connection in time."""

    def __init__(self, app: HttpApp, binding: Binding, room: Room | None = None) -> None:
        self._app = app
        self._binding = binding
        self._room = room or Room(most_connections())
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                http=self._room.protocol(),
                # asyncio takes so many connections in a turn, and tells of each that it could not take.
                backlog=1,
                log_config=None,  # what it says goes where all our warnings go
                log_level="error",
                lifespan="on",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=cast("int", _DRAIN_S),  # a fraction works
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
        asyncio.get_running_loop().set_exception_handler(self._room.on_loop_error)
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
        # What it would say of clients that did not hang up in time is no failure.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        asyncio.get_running_loop().set_exception_handler(None)


class _Uvicorn(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_BACKLOG)  # the loop has set the backlog of its turns

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: ``serving`` hears them."""
        yield


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket that says it is TCP: asyncio sets TCP_NODELAY on no other (40 ms a call)."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        reuse_address(listener)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _key(headers: Iterable[tuple[bytes, bytes]], request_id: JsonValue) -> tuple[bytes, str] | None:
    """What tells a request from others of its session; None: it has no session, or is none."""
    session = next((value for name, value in headers if name == _SESSION_HEADER), None)
    return (session, str(request_id)) if session and request_id is not None else None


async def _answer(send: Asgi, problem: NoMessage) -> None:
    body = encode({"jsonrpc": "2.0", "id": problem.request_id, "error": problem.error.to_json()})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(receive: Asgi, send: Asgi, refusal: Refusal) -> None:
    body = dumps({"error": refusal.message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),  # nobody who is refused keeps a place
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    # Closed over what it still sends, a client loses the answer, and says "connection reset".
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_S):
            await _heard_out(receive)
    await send({"type": "http.response.body", "body": b""})


async def _heard_out(receive: Asgi) -> None:
    """Drop what is left of a body."""
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return
