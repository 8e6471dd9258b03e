"""A negotiated MCP session with one server, on the SDK: handshake, listing, change notices, calls.

Imports mcp (half a second): only ``connection`` loads this, in a thread, when it connects. The SDK
speaks the protocol in both its eras; a server of our own pipes is called past its models, because they
cost more than the call and refuse what can be used.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, cast

import anyio
import anyio.abc
import mcp_types as types
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import listen
from mcp.shared.dispatcher import CallOptions, Dispatcher, OnNotifyIntercept, run_notify_intercept
from mcp.shared.exceptions import MCPError
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from workbench import __version__
from workbench.upstream.jsonrpc import Peer, Progress, RpcError
from workbench.upstream.notes import log_text
from workbench.upstream.repair import repair_listing
from workbench.upstream.transport_http import http_client

Json: TypeAlias = Any
LogLine: TypeAlias = Callable[[str], None]

_log = logging.getLogger(__name__)
_CLIENT = types.Implementation(name="workbench", version=__version__)
_RAW = "io.workbench/raw"
_MOST_PAGES = 100
_LOG_LEVEL: types.LoggingLevel = "info"
_ANYTHING: TypeAdapter[dict[str, Json]] = TypeAdapter(dict[str, Any])


class Link:
    """One open session. Made by ``open_pipes``, ``open_http`` or ``open_sdk_stdio``."""

    def __init__(
        self, session: ClientSession, peer: Peer | None, repaired: dict[str, list[str]]
    ) -> None:
        self._session = session
        self._peer = peer
        self._repaired = repaired
        self._stamp: dict[str, Json] = {}
        """What every request of this session carries in ``_meta``, where we write them ourselves."""

    @property
    def protocol_version(self) -> str:
        return self._session.protocol_version or "unknown"

    async def negotiate(self, protocol: str) -> None:
        """Agree on a protocol version: ``auto``, or ``legacy`` at once.

        Raises RpcError, or what the transport raises.
        """
        with _as_rpc_errors():
            await (self._session.initialize() if protocol == "legacy" else self._discover())
        if self._modern:
            self._stamp = {
                types.PROTOCOL_VERSION_META_KEY: self.protocol_version,
                types.CLIENT_INFO_META_KEY: _CLIENT.model_dump(by_alias=True, exclude_none=True),
                types.CLIENT_CAPABILITIES_META_KEY: {},
                types.LOG_LEVEL_META_KEY: _LOG_LEVEL,
            }

    async def list_tools(self) -> tuple[list[dict[str, Json]], dict[str, list[str]]]:
        """All tools as the server sends them, and what was repaired, by tool name.

        Stops at a repeated cursor and after 100 pages. Raises RpcError.
        """
        tools: list[dict[str, Json]] = []
        self._repaired.clear()
        capabilities = self._session.server_capabilities
        if capabilities is not None and capabilities.tools is None:
            return tools, {}
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            params = types.PaginatedRequestParams(cursor=cursor) if cursor is not None else None
            with _as_rpc_errors():
                page = await self._session.list_tools(params=params)
            tools += [tool.model_dump(by_alias=True, exclude_none=True) for tool in page.tools]
            cursor = page.next_cursor
            if not cursor or cursor in seen:
                break
            seen.add(cursor)
        return tools, dict(self._repaired)

    async def watch(self, changed: Callable[[], None]) -> None:
        """Hear of changed tools from a server of the newest protocol; returns when it cannot be heard.

        Servers of the older one send a notification without being asked.
        """
        capabilities = self._session.server_capabilities
        tools = capabilities.tools if capabilities is not None else None
        if not self._modern or tools is None or not tools.list_changed:
            return
        try:
            async with listen(self._session, tools_list_changed=True) as subscription:
                async for _ in subscription:
                    changed()
        except (MCPError, RuntimeError) as error:
            _log.info("no news of changed tools: %s", error)

    async def call_tool(
        self, name: str, args: dict[str, Json], timeout: float, progress: Progress
    ) -> dict[str, Json]:
        """One call; the result as the server sent it. Raises RpcError."""
        if self._peer is not None:
            params: dict[str, Json] = {"name": name, "arguments": args}
            if self._stamp:
                params["_meta"] = self._stamp
            return await self._peer.request(
                "tools/call", params, timeout=timeout, progress=progress
            )
        try:
            return await self._call_through_sdk(name, args, timeout, progress)
        except RpcError as error:
            if error.code != types.HEADER_MISMATCH:
                raise
        await self.list_tools()  # refused unsent, for what an old listing says: renew it, ask again
        return await self._call_through_sdk(name, args, timeout, progress)

    async def _call_through_sdk(
        self, name: str, args: dict[str, Json], timeout: float, tell: Progress
    ) -> dict[str, Json]:
        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            tell(progress, total, message)

        request = types.CallToolRequest(
            params=types.CallToolRequestParams(name=name, arguments=args)
        )
        with _as_rpc_errors():
            answer = await self._session.send_request(
                request,
                cast("TypeAdapter[Any]", _ANYTHING),
                request_read_timeout_seconds=timeout,
                progress_callback=on_progress,
            )
        raw: dict[str, Json] = answer[_RAW]
        return raw

    async def _discover(self) -> None:
        """The newest protocol if the server speaks it, else the handshake of the older ones."""
        try:
            await self._session.discover()
        except (MCPError, ValidationError, RuntimeError) as error:
            if isinstance(error, MCPError) and error.code == types.CONNECTION_CLOSED:
                raise
        else:
            return
        try:
            await self._session.initialize()
        except MCPError as error:
            if error.code != types.UNSUPPORTED_PROTOCOL_VERSION:
                raise
            # It was slow to start: the first question timed out here and was answered there.
            await self._session.discover()

    @property
    def _modern(self) -> bool:
        return self._session.protocol_version in MODERN_PROTOCOL_VERSIONS


@asynccontextmanager
async def open_pipes(peer: Peer) -> AsyncIterator[Link]:
    """A session over our own pipes."""
    repaired: dict[str, list[str]] = {}
    dispatcher = _PeerDispatcher(peer, repaired)
    async with ClientSession(dispatcher=dispatcher, client_info=_CLIENT) as session:
        yield Link(session, peer, repaired)


@asynccontextmanager
async def open_http(
    url: str, headers: Mapping[str, str], *, changed: Callable[[], None], log: LogLine
) -> AsyncIterator[Link]:
    """A session over streamable HTTP."""
    async with http_client(headers) as client:
        transport = streamable_http_client(url, http_client=client, max_sse_event_size=None)
        async with _open_streams(transport, changed, log) as link:
            yield link


@asynccontextmanager
async def open_sdk_stdio(
    command: str,
    args: list[str],
    env: dict[str, str],
    cwd: str | None,
    *,
    changed: Callable[[], None],
    log: LogLine,
) -> AsyncIterator[Link]:
    """A session with a child process through the SDK: where there are no POSIX pipes."""
    parameters = StdioServerParameters(command=command, args=args, env=env, cwd=cwd)
    async with _open_streams(stdio_client(parameters), changed, log) as link:
        yield link


@asynccontextmanager
async def _open_streams(
    transport: Any, changed: Callable[[], None], log: LogLine
) -> AsyncIterator[Link]:
    repaired: dict[str, list[str]] = {}

    async def on_message(message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            changed()

    async def on_log(params: types.LoggingMessageNotificationParams) -> None:
        log(log_text(params.model_dump(by_alias=True)))

    async with transport as (read, write):
        dispatcher = _RawDispatcher(JSONRPCDispatcher(read, write), repaired)
        async with ClientSession(
            dispatcher=dispatcher,
            client_info=_CLIENT,
            log_level=_LOG_LEVEL,
            message_handler=on_message,
            logging_callback=on_log,
        ) as session:
            yield Link(session, None, repaired)


class _PeerDispatcher(Dispatcher[Any]):
    """Our pipes behind the interface that the SDK's session drives."""

    def __init__(self, peer: Peer, repaired: dict[str, list[str]]) -> None:
        self._peer = peer
        self._repaired = repaired

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        opts = opts or {}
        try:
            result = await self._peer.request(
                method,
                params,
                timeout=opts.get("timeout"),
                request_id=opts.get("request_id"),
                cancel=opts.get("cancel_on_abandon", True),
            )
        except RpcError as error:
            raise MCPError(error.code, error.message, error.data) from None
        if method == "tools/list":
            repair_listing(result, self._repaired)
        return result

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        self._peer.notify(method, params)

    async def run(
        self,
        on_request: object,
        on_notify: object,
        on_notify_intercept: OnNotifyIntercept | None = None,
        *,
        task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """The pipes are read by the event loop; a subscription's events are all the session is told."""
        own = self._peer.on_notification

        def both(method: str, params: dict[str, Json]) -> None:
            if not run_notify_intercept(on_notify_intercept, method, params):
                own(method, params)

        self._peer.on_notification = both
        task_status.started()
        await asyncio.get_running_loop().create_future()  # until the session is left


class _RawDispatcher(Dispatcher[Any]):
    """The SDK's dispatcher, with a tool's result carried past the session's models unread."""

    def __init__(self, inner: JSONRPCDispatcher[Any], repaired: dict[str, list[str]]) -> None:
        self._inner = inner
        self._repaired = repaired

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        result = await self._inner.send_raw_request(method, params, opts)
        if method == "tools/list":
            repair_listing(result, self._repaired)
        elif method == "tools/call":
            return {"content": [], "resultType": "complete", _RAW: result}
        return result

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        await self._inner.notify(method, params, opts)

    async def run(
        self,
        on_request: Any,
        on_notify: Any,
        on_notify_intercept: OnNotifyIntercept | None = None,
        *,
        task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        await self._inner.run(on_request, on_notify, on_notify_intercept, task_status=task_status)


@contextlib.contextmanager
def _as_rpc_errors() -> Any:
    """The SDK's errors as ours."""
    try:
        yield
    except MCPError as error:
        raise RpcError(error.code, error.message, error.data) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RpcError(
            types.CONNECTION_CLOSED, f"malformed answer: {where}: {first['msg']}"
        ) from None
