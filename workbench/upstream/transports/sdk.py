"""A session with a child process on the SDK, where there are no POSIX pipes.

Imports mcp (half a second): only ``connection`` loads this, in a thread, when it connects.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeAlias, cast

import anyio
import anyio.abc
import mcp_types as types
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.subscriptions import listen
from mcp.shared.dispatcher import CallOptions, Dispatcher, OnNotifyIntercept
from mcp.shared.exceptions import MCPError
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import TypeAdapter, ValidationError

from workbench import __version__
from workbench.core.model import JsonValue
from workbench.mcp.conversation import Progress
from workbench.mcp.messages import (
    METHOD_NOT_FOUND,
    ConnectionLost,
    Failure,
    Malformed,
    RequestTimeout,
    RpcError,
)
from workbench.upstream.client_side import ClientSide
from workbench.upstream.notes import log_text
from workbench.upstream.repair import repair_listing
from workbench.upstream.transports.client_session import LOG_LEVEL, MOST_PAGES
from workbench.upstream.transports.link import Era, StartAfresh, Way, about_of

LogLine: TypeAlias = Callable[[str], None]

_log = logging.getLogger(__name__)
_CLIENT = types.Implementation(name="workbench", version=__version__)
_RAW = "io.workbench/raw"
_Request: TypeAlias = (
    types.CallToolRequest
    | types.ReadResourceRequest
    | types.GetPromptRequest
    | types.ListResourcesRequest
    | types.ListResourceTemplatesRequest
    | types.ListPromptsRequest
)
_LISTINGS: dict[str, Any] = {
    "resources/list": types.ListResourcesRequest,
    "resources/templates/list": types.ListResourceTemplatesRequest,
    "prompts/list": types.ListPromptsRequest,
}
_HOLLOW: dict[str, dict[str, Any]] = {
    "tools/call": {"content": []},
    "resources/read": {"contents": []},
    "resources/list": {"resources": []},
    "resources/templates/list": {"resourceTemplates": []},
    "prompts/get": {"messages": []},
    "prompts/list": {"prompts": []},
}
"""Methods whose answers are passed on as they come, and what the session's models see in their place."""
_COMPLETE = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
_ANYTHING: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, Any])


class SdkLink:
    """One open session (a ``Link``). Made by ``open_stdio``."""

    def __init__(
        self, session: ClientSession, repaired: dict[str, list[str]], asked: ClientSide
    ) -> None:
        self._session = session
        self._repaired = repaired
        self._asked = asked

    @property
    def protocol_version(self) -> str:
        return self._session.protocol_version or "unknown"

    @property
    def era(self) -> Era:
        return "modern" if self._modern else "handshake"

    @property
    def server(self) -> str:
        info = self._session.server_info
        return f"{info.name} {info.version}" if info is not None else ""

    @property
    def about(self) -> str:
        info = self._session.server_info
        return about_of(info.title if info is not None else None, self._session.instructions)

    async def negotiate(self, way: Way) -> None:
        if way == "probe":
            await self._probe()
        else:
            with _as_ours():
                await self._session.initialize()

    async def _probe(self) -> None:
        """Ask for the newest protocol; whatever comes of it, short of yes, the older one is next."""
        try:
            with _as_ours():
                await self._session.discover()
        except ConnectionLost as error:
            raise StartAfresh(str(error)) from error
        except (RpcError, Failure, RuntimeError) as error:
            _log.info("server/discover: %s", error)
        else:
            return
        try:
            with _as_ours():
                await self._session.initialize()
        except (RpcError, Failure) as error:
            raise StartAfresh(str(error)) from error

    async def list_tools(self) -> tuple[list[dict[str, JsonValue]], dict[str, list[str]]]:
        tools: list[dict[str, JsonValue]] = []
        self._repaired.clear()
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            params = types.PaginatedRequestParams(cursor=cursor) if cursor is not None else None
            try:
                with _as_ours():
                    page = await self._session.list_tools(params=params)
            except RpcError as error:
                if error.code == METHOD_NOT_FOUND and self._offered_tools is None:
                    break  # a server of prompts or resources only
                raise
            tools += [tool.model_dump(by_alias=True, exclude_none=True) for tool in page.tools]
            cursor = page.next_cursor
            if not cursor or cursor in seen:
                break
            seen.add(cursor)
        return tools, dict(self._repaired)

    def offers(self, what: Literal["resources", "prompts"]) -> bool:
        return getattr(self._session.server_capabilities, what, None) is not None

    async def list_all(self, method: str, member: str) -> list[dict[str, JsonValue]]:
        found: list[dict[str, JsonValue]] = []
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            params = types.PaginatedRequestParams(cursor=cursor) if cursor is not None else None
            page = (await self._sent(_LISTINGS[method](params=params), None))[_RAW]
            rows = page.get(member)
            found += [row for row in rows or () if isinstance(row, dict)]
            cursor = page.get("nextCursor")
            if not cursor or cursor in seen:
                break
            seen.add(cursor)
        return found

    async def ask(
        self, method: str, params: dict[str, JsonValue], timeout: float, progress: Progress
    ) -> dict[str, JsonValue]:
        kind = types.ReadResourceRequest if method == "resources/read" else types.GetPromptRequest
        return await self._timed(
            kind.model_validate({"method": method, "params": params}), timeout, progress
        )

    async def watch(self, changed: Callable[[], None]) -> None:
        tools = self._offered_tools
        if not self._modern or tools is None or not tools.list_changed:
            return
        try:
            async with listen(self._session, tools_list_changed=True) as subscription:
                async for _ in subscription:
                    changed()
        except (MCPError, RuntimeError) as error:
            _log.info("no news of changed tools: %s", error)

    async def call_tool(
        self, name: str, args: dict[str, JsonValue], timeout: float, listener: Progress
    ) -> dict[str, JsonValue]:
        request = types.CallToolRequest(
            params=types.CallToolRequestParams(name=name, arguments=args)
        )
        return await self._timed(request, timeout, listener)

    async def _timed(
        self, request: _Request, timeout: float, listener: Progress
    ) -> dict[str, JsonValue]:
        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            listener(progress, total, message)

        limit = asyncio.timeout(timeout)  # the SDK's own has the same code as a server's
        try:
            async with limit:
                answer = await self._sent(request, on_progress)
        except TimeoutError:
            if not limit.expired():
                raise
            raise RequestTimeout(
                f"{request.method} was not answered within {timeout:g} s"
            ) from None
        except RpcError as error:
            await self._asked.shown_first(error)
            raise
        raw: dict[str, JsonValue] = answer[_RAW]
        return raw

    async def _sent(self, request: _Request, on_progress: Any) -> dict[str, JsonValue]:
        with _as_ours():
            anything = cast("TypeAdapter[Any]", _ANYTHING)
            answer: dict[str, JsonValue] = await self._session.send_request(
                cast("types.CallToolRequest", request), anything, progress_callback=on_progress
            )
        return answer

    @property
    def _offered_tools(self) -> types.ToolsCapability | None:
        capabilities = self._session.server_capabilities
        return capabilities.tools if capabilities is not None else None

    @property
    def _modern(self) -> bool:
        return self._session.protocol_version in MODERN_PROTOCOL_VERSIONS


@asynccontextmanager
async def open_stdio(
    command: str,
    args: list[str],
    env: dict[str, str],
    cwd: str | None,
    *,
    changed: Callable[[], None],
    ended: Callable[[], None],
    log: LogLine,
    asked: ClientSide,
) -> AsyncIterator[SdkLink]:
    """A session with a child process through the SDK: where there are no POSIX pipes.

    ended: the server closed its output.
    """
    parameters = StdioServerParameters(command=command, args=args, env=env, cwd=cwd)
    async with _open_streams(stdio_client(parameters), changed, ended, log, asked) as link:
        yield link


@asynccontextmanager
async def _open_streams(
    transport: Any,
    changed: Callable[[], None],
    ended: Callable[[], None],
    log: LogLine,
    asked: ClientSide,
) -> AsyncIterator[SdkLink]:
    repaired: dict[str, list[str]] = {}

    async def on_message(message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            changed()

    async def on_log(params: types.LoggingMessageNotificationParams) -> None:
        log(log_text(params.model_dump(by_alias=True)))

    async def on_roots(context: Any) -> types.ListRootsResult | types.ErrorData:
        return types.ListRootsResult.model_validate(await asked.answer("roots/list", {}))

    async def on_elicit(context: Any, params: Any) -> types.ElicitResult | types.ErrorData:
        given = params.model_dump(by_alias=True, exclude_none=True)
        try:
            told = await asked.answer("elicitation/create", given)
        except RpcError as error:
            return types.ErrorData(code=error.code, message=error.message)
        return types.ElicitResult.model_validate(told)

    offered = asked.capabilities
    async with transport as (read, write):
        dispatcher = _RawDispatcher(JSONRPCDispatcher(read, write), repaired, ended)
        async with ClientSession(
            dispatcher=dispatcher,
            client_info=_CLIENT,
            log_level=LOG_LEVEL,
            message_handler=on_message,
            logging_callback=on_log,
            list_roots_callback=on_roots if "roots" in offered else None,
            elicitation_callback=on_elicit if "elicitation" in offered else None,
        ) as session:
            yield SdkLink(session, repaired, asked)


class _RawDispatcher(Dispatcher[Any]):
    """The SDK's dispatcher, with what is asked for carried past the session's models unread."""

    def __init__(
        self,
        inner: JSONRPCDispatcher[Any],
        repaired: dict[str, list[str]],
        ended: Callable[[], None],
    ) -> None:
        self._inner = inner
        self._repaired = repaired
        self._ended = ended

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        result = await self._inner.send_raw_request(method, params, opts)
        if method == "tools/list":
            repair_listing(result, self._repaired)
        elif method in _HOLLOW:
            return {**_HOLLOW[method], **_COMPLETE, _RAW: result}
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
        self._ended()


@contextlib.contextmanager
def _as_ours() -> Any:
    """The SDK's errors as ours."""
    try:
        yield
    except MCPError as error:
        if (error.code, error.message) == (types.CONNECTION_CLOSED, "Connection closed"):
            raise ConnectionLost("the server closed its output") from None
        raise RpcError(error.code, error.message, error.data) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"malformed answer: {where}: {first['msg']}") from None
