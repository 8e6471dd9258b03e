"""A ``ToolProvider`` as a server of the SDK: what the HTTP binding serves. Imports mcp."""

from __future__ import annotations

import asyncio
import logging
import uuid
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, cast

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from workbench import __version__
from workbench.core.elicitation import CANCELLED, DECLINED, Elicit, Elicitation, Reply
from workbench.core.model import JsonValue
from workbench.mcp.messages import RpcError
from workbench.serve import task_wire
from workbench.serve.asking import mode_of, modes_of, question, reply_of
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import (
    NO_CURSOR,
    SERVER_NAME,
    Caller,
    Progress,
    ToolProvider,
    UnknownTool,
)
from workbench.util.digits import is_finite

Context = ServerRequestContext[Any, Any]
GONE = "workbench.gone"
"""Key of the ASGI scope: an ``asyncio.Event`` that is set when the client closed its connection."""

_MOST_PROGRESS = 10_000
_NO_CACHE = CacheHint(ttl_ms=0, scope="private")
_log = logging.getLogger(__name__)


class ProviderServer(Server[Any]):
    """Serves an offer to any number of clients, in both protocol eras."""

    def __init__(self, provider: ToolProvider, tasks: Tasks | None = None, **more: Any) -> None:
        """tasks: those of the provider, where calls may be tasks."""
        self._provider = provider
        self._tasks = tasks
        self._bus = InMemorySubscriptionBus()
        self._listens = ListenHandler(self._bus)
        self._handshakes: weakref.WeakKeyDictionary[Connection, str] = weakref.WeakKeyDictionary()
        self._telling: set[asyncio.Task[None]] = set()
        super().__init__(
            SERVER_NAME,
            version=__version__,
            instructions=provider.instructions,
            on_list_tools=self.list_tools,
            on_call_tool=self.call_tool,
            on_subscriptions_listen=self._listens,
            cache_hints={"tools/list": _NO_CACHE, "server/discover": _NO_CACHE},
            **more,
        )
        # Ours instead of the SDK's tracing: executions have spans of their own (telemetry.py).
        self.middleware[:] = [self._remember_connection]
        if tasks is not None:
            # What a task of 2025-11-25 is answered with is not in the SDK's tables: it goes out as it is.
            self.middleware.append(self._first_task)
            self.extensions[task_wire.EXTENSION] = {}
            for method in {*task_wire.METHODS, *task_wire.FIRST_METHODS}:
                self.add_request_handler(method, types.RequestParams, self._task)

    def create_initialization_options(self, *args: Any, **given: Any) -> InitializationOptions:
        """The HTTP application takes no options: ``listChanged`` is set here."""
        options = super().create_initialization_options(
            NotificationOptions(tools_changed=True), **given
        )
        if self._tasks is not None:
            options.capabilities.extensions = None  # of 2026-07-28
            options.capabilities.tasks = types.ServerTasksCapability.model_validate(
                task_wire.FIRST_CAPABILITY
            )
        return options

    def list_changed(self) -> None:
        """Tell every client that ``tools/list`` has another answer now."""
        task = asyncio.get_running_loop().create_task(self._tell_all())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def end_listens(self) -> None:
        """End the streams on which clients hear of changes; they would hold the exit up."""
        self._listens.close()

    async def list_tools(
        self, ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        if params is not None and params.cursor is not None:
            raise MCPError(types.INVALID_PARAMS, NO_CURSOR)
        listing = self._provider.listing()
        if self._tasks is not None:
            listing = task_wire.listed(listing, self._tasks, ctx.protocol_version)
        return types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in listing])

    async def call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        _check_numbers(params.arguments)
        meta = dict(ctx.meta or {})
        reports = _Reports(ctx) if "progressToken" in meta or "progress_token" in meta else None
        caller = self._caller(ctx, meta, reports.put if reports is not None else None)
        try:
            work = self._called(params, caller)
            work = reports.during(work) if reports is not None else work
            result = await _unless_gone(work, ctx)
        except UnknownTool as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from error
        except RpcError as error:
            raise MCPError(error.code, error.message, error.data) from error
        except MCPError:  # the client went away: nothing of ours failed
            raise
        except Exception as error:  # a handshake client would be shown its text
            _log.exception("tools/call failed")
            raise MCPError(types.INTERNAL_ERROR, "Internal server error") from error
        if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            result = {"resultType": "complete", **result}
        # A dict goes out as it is: models would cost more than the call.
        return cast("types.CallToolResult", result)

    async def _called(self, params: types.CallToolRequestParams, caller: Caller) -> JsonValue:
        if self._tasks is not None and caller.protocol_version in MODERN_PROTOCOL_VERSIONS:
            given = {"name": params.name, "arguments": params.arguments}
            result = await task_wire.call(self._tasks, given, caller)
            if result is not None:
                return result
        return await self._provider.call(params.name, params.arguments or {}, caller)

    async def _task(self, ctx: Context, _params: types.RequestParams) -> Any:
        """A request ``tasks/…``, in both eras."""
        assert self._tasks is not None
        params = ctx.params or {}
        named = getattr(ctx.request, "headers", {}).get(MCP_NAME_HEADER)
        if named is not None and decode_header_value(named) != params.get("taskId"):
            words = f"{MCP_NAME_HEADER} header does not match the request body's 'taskId' parameter"
            raise MCPError(types.HEADER_MISMATCH, words)
        try:
            session = self._session_of(ctx)
            version = ctx.protocol_version
            return await task_wire.answer(self._tasks, ctx.method, params, version, session)
        except RpcError as error:
            raise MCPError(error.code, error.message, error.data) from error

    async def _first_task(
        self, ctx: Context, call_next: Callable[[Context], Awaitable[Any]]
    ) -> Any:
        params = ctx.params or {}
        if self._tasks is None or ctx.method != "tools/call" or "task" not in params:
            return await call_next(ctx)
        _check_numbers(params)
        try:
            caller = self._caller(ctx, dict(ctx.meta or {}))
            result = await task_wire.call(self._tasks, params, caller)
        except RpcError as error:
            raise MCPError(error.code, error.message, error.data) from error
        return await call_next(ctx) if result is None else result

    async def _remember_connection(
        self, ctx: Context, call_next: Callable[[Context], Awaitable[Any]]
    ) -> Any:
        if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            # mcp 2.3 has no public way to the connections of handshake clients.
            self._handshakes.setdefault(ctx.session._connection, str(uuid.uuid4()))
        result = await call_next(ctx)
        if ctx.method == "initialize" and result["protocolVersion"] != task_wire.FIRST_VERSION:
            # The SDK asks for the capabilities before it knows the version.
            result["capabilities"].pop("tasks", None)
        return result

    def _caller(
        self, ctx: Context, meta: Mapping[str, JsonValue], progress: Progress | None = None
    ) -> Caller:
        modern, given = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS, ctx.params or {}
        return Caller(
            client=_client_name(ctx),
            progress=progress,
            meta=meta,
            request_id=ctx.request_id,
            protocol_version=ctx.protocol_version,
            session=self._session_of(ctx),
            elicit=None if modern else _elicit(ctx),
            input_state=given.get("requestState") if modern else None,
            input_responses=given.get("inputResponses") if modern else None,
        )

    def _session_of(self, ctx: Context) -> str:
        """Of a handshake client; "": the others have none."""
        return self._handshakes.get(ctx.session._connection, "")

    async def _tell_all(self) -> None:
        await self._bus.publish(ToolsListChanged())
        await asyncio.gather(
            *(
                connection.notify("notifications/tools/list_changed", None)
                for connection in list(self._handshakes)
            ),
            return_exceptions=True,
        )


def _check_numbers(value: JsonValue) -> None:
    """Refuse a number that JSON, or a script, has not: the SDK's parser takes them."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, int | float):
            if not is_finite(each):
                words = "arguments: NaN, Infinity and numbers out of range are not JSON"
                raise MCPError(types.INVALID_PARAMS, words)
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


class _Reports:
    """Progress of one call: taken without waiting, sent by a task of its own in order."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._queue: asyncio.Queue[tuple[float, float | None, str] | None] = asyncio.Queue()

    def put(self, done: float, text: str, total: float | None = None) -> None:
        if self._queue.qsize() < _MOST_PROGRESS:  # a client that does not read loses progress
            self._queue.put_nowait((done, total, text))

    async def during(self, work: Coroutine[Any, Any, JsonValue]) -> JsonValue:
        """Send what comes while ``work`` goes on, and all of it before its result."""
        sender = asyncio.create_task(self._send())
        try:
            result = await work
            self._queue.put_nowait(None)
            await sender
            return result
        finally:
            sender.cancel()

    async def _send(self) -> None:
        while (report := await self._queue.get()) is not None:
            await self._ctx.session.report_progress(*report)


async def _unless_gone(work: Coroutine[Any, Any, JsonValue], ctx: Context) -> JsonValue:
    """Cancel the work when the connection that waits for its answer is closed.

    The SDK does so for clients of 2026-07-28. A handshake client could come back for its answer only
    if we stored events for it, which we do not.
    """
    gone: asyncio.Event | None = getattr(ctx.request, "scope", {}).get(GONE)
    if gone is None:
        return await work
    task = asyncio.create_task(work)
    leaving = asyncio.create_task(gone.wait())
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
            raise MCPError(types.CONNECTION_CLOSED, "the client went away")
        return task.result()
    finally:
        leaving.cancel()
        task.cancel()


def _elicit(ctx: Context) -> Elicit | None:
    """The user of a client with a handshake; None: it takes no questions."""
    client = ctx.session.client_params
    if client is None or client.capabilities is None:
        return None
    modes = modes_of(client.capabilities.model_dump(by_alias=True, exclude_none=True))
    if not modes:
        return None

    async def put(asked: Elicitation) -> Reply:
        if mode_of(asked) not in modes:
            return DECLINED
        told, of = question(asked), ctx.request_id
        try:
            answer = await (
                ctx.session.elicit_form(
                    told["message"], told["requestedSchema"], related_request_id=of
                )
                if asked.url is None
                else ctx.session.elicit_url(
                    told["message"], told["url"], told["elicitationId"], related_request_id=of
                )
            )
        except MCPError as error:
            _log.info("elicitation/create: %s", error)
            return CANCELLED
        return reply_of(answer.model_dump(by_alias=True, exclude_none=True))

    return put


def _client_name(ctx: Context) -> str | None:
    params = ctx.session.client_params
    return params.client_info.name if params is not None and params.client_info else None
