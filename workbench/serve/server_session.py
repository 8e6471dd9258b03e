"""The server's side of MCP over one duplex of lines: both protocol eras, for a server that has tools, and
perhaps resources and prompts that never change.

A request that carries the envelope of 2026-07-28 is answered by its rules, any other by those of
2025-11-25; wire shapes are those of the SDK's server (its HTTP binding serves beside this one). This does
what the SDK would, without its half second of imports and quarter millisecond a request, which are most
of what a client waits for.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from workbench import __version__
from workbench.core.model import ErrorCode, JsonValue
from workbench.mcp.framing import Line, LongLine
from workbench.mcp.messages import (
    CAPABILITIES_KEY,
    CLIENT_KEY,
    HANDSHAKE_VERSIONS,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MODERN_VERSIONS,
    SERVER_KEY,
    SUBSCRIPTION_KEY,
    UNSUPPORTED_VERSION,
    VERSION_KEY,
    RpcError,
    encode_line,
    id_at_an_edge,
)
from workbench.serve import client_messages, task_wire
from workbench.serve.asking import Beside, modes_of
from workbench.serve.client_messages import NoMessage, is_id
from workbench.serve.stdio import Lines
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import (
    NO_CURSOR,
    SERVER_NAME,
    Caller,
    Progress,
    ToolProvider,
    UnknownTool,
)

Answering = Callable[[Mapping[str, JsonValue]], dict[str, JsonValue]]
"""The result for a request's parameters. Raises RpcError."""

_CAPABILITIES = {"tools": {"listChanged": True}}
_MOST_LISTENS = 64
_CANCEL_S = 1.0

_log = logging.getLogger(__name__)


class Session:
    """One client. ``feed`` takes its lines, answers go to ``lines``."""

    def __init__(
        self,
        provider: ToolProvider,
        *,
        name: str = SERVER_NAME,
        limited_by: str = "",
        tasks: Tasks | None = None,
        more: Mapping[str, Answering] | None = None,
    ) -> None:
        """limited_by: what sets how long a message may be, for the answer to one that is longer.

        tasks: those of the provider, where calls may be tasks.
        more: what else is answered, by its method: ``resources/…`` and ``prompts/…``.
        """
        self._provider = provider
        self._tasks = tasks
        self._id = str(uuid.uuid4())
        self._more = dict(more or {})
        self._info = {"name": name, "version": __version__}
        self._stamp = {SERVER_KEY: self._info}
        self._lines: Lines | None = None
        self._client: str | None = None
        self._version = HANDSHAKE_VERSIONS[-1]
        self._initialized = False
        self._underway: dict[JsonValue, asyncio.Task[None]] = {}
        self._listens: dict[JsonValue, asyncio.Event] = {}
        self._questions = Beside(self._send)
        self._answered = asyncio.Event()
        self._limited_by = limited_by or "this server takes"

    def attach(self, lines: Lines) -> None:
        """Take the lines to which answers go."""
        self._lines = lines

    @property
    def answered(self) -> asyncio.Event:
        """Set when the first tool call was answered."""
        return self._answered

    def feed(self, line: Line) -> None:
        """Take one line of the client."""
        message = client_messages.read(line)
        if isinstance(message, NoMessage):
            return self._fail(message.request_id, message.error)
        request_id, method, params = (
            message.members.get(name) for name in ("id", "method", "params")
        )
        if params is None:
            params = {}
        if not isinstance(method, str):
            if is_id(request_id):
                self._questions.take_answer(request_id, message.members.get("result"))
        elif "id" not in message.members:
            self._notified(method, params)
        elif message.odd_numbers:
            words = "NaN, Infinity and numbers out of range are not JSON"
            self._fail(request_id, RpcError(INVALID_PARAMS, words))
        else:
            self._requested(request_id, method, params)

    def feed_long(self, line: LongLine) -> None:
        """A line that was longer than is taken: its sender waits for an answer all the same."""
        words = f"{ErrorCode.INVALID_REQUEST}: the message has {line.size} bytes, more than {self._limited_by}"
        self._fail(id_at_an_edge(line.head, line.tail), RpcError(INVALID_REQUEST, words))

    def list_changed(self) -> None:
        """Tell the client that ``tools/list`` has another answer now."""
        if self._initialized:
            self._send({"method": "notifications/tools/list_changed"})
        for changed in self._listens.values():
            changed.set()

    async def finish(self, grace_s: float) -> None:
        """The client is gone: what still runs may end within ``grace_s``, then it is cancelled."""
        for request_id in list(self._listens):
            self._underway[request_id].cancel()
        tasks = list(self._underway.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCEL_S)

    # -- messages of the client --------------------------------------------------------------

    def _requested(self, request_id: JsonValue, method: str, params: JsonValue) -> None:
        try:
            if not isinstance(params, dict):
                raise RpcError(INVALID_PARAMS, "params must be an object")
            meta = params.get("_meta")
            meta = meta if isinstance(meta, dict) else {}
            modern = VERSION_KEY in meta and method != "initialize"
            if modern:
                _check_envelope(meta)
            self._dispatch(request_id, method, params, meta, modern)
        except RpcError as error:
            self._fail(request_id, error)

    def _dispatch(
        self,
        request_id: JsonValue,
        method: str,
        params: dict[str, JsonValue],
        meta: dict[str, JsonValue],
        modern: bool,
    ) -> None:
        if method == "tools/call":
            self._start(request_id, self._call(request_id, params, meta, modern))
        elif method == "tools/list":
            if params.get("cursor") is not None:
                raise RpcError(INVALID_PARAMS, NO_CURSOR)
            self._answer(request_id, {"tools": self._listing(modern)}, modern, cached=True)
        elif method == "initialize" and not modern:
            self._answer(request_id, self._initialize(params), False)
        elif method == "ping" and not modern:
            self._answer(request_id, {}, False)
        elif method == "server/discover" and modern:
            self._answer(request_id, self._discover(), True, cached=True)
        elif method in self._more:
            self._answer(request_id, self._more[method](params), modern, cached=True)
        elif method == "subscriptions/listen" and modern:
            self._start(request_id, self._listen(request_id, params))
        elif self._tasks is not None and method.startswith("tasks/"):
            self._start(request_id, self._task(self._tasks, request_id, method, params, modern))
        else:
            raise RpcError(METHOD_NOT_FOUND, "Method not found", method)

    def _notified(self, method: str, params: JsonValue) -> None:
        if method == "notifications/cancelled" and isinstance(params, dict):
            request_id = params.get("requestId")
            task = self._underway.get(request_id) if is_id(request_id) else None
            if task is not None:
                task.cancel()

    def _start(self, request_id: JsonValue, work: Coroutine[Any, Any, JsonValue]) -> None:
        if request_id in self._underway:
            work.close()
            raise RpcError(INVALID_REQUEST, f"request id {request_id!r} is already in use")
        task = asyncio.get_running_loop().create_task(self._guarded(request_id, work))
        self._underway[request_id] = task

        def forget(_: asyncio.Task[None]) -> None:
            del self._underway[request_id]
            work.close()  # a request that was cancelled before its first step never began it

        task.add_done_callback(forget)

    async def _guarded(self, request_id: JsonValue, work: Awaitable[None]) -> None:
        """A cancelled request gets no answer (2025-11-25, utilities/cancellation)."""
        try:
            await work
        except RpcError as error:
            self._fail(request_id, error)
        except Exception:  # its text is ours to read, not the client's
            _log.exception("request %r failed", request_id)
            self._fail(request_id, RpcError(INTERNAL_ERROR, "Internal server error"))

    # -- methods -----------------------------------------------------------------------------

    def _initialize(self, params: Mapping[str, JsonValue]) -> JsonValue:
        version, info = params.get("protocolVersion"), params.get("clientInfo")
        if not isinstance(version, str):
            raise RpcError(INVALID_PARAMS, "initialize needs protocolVersion, a string")
        self._client = _client_name(info)
        self._questions.modes = modes_of(params.get("capabilities"))
        self._version = version if version in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1]
        self._initialized = True
        return {
            "protocolVersion": self._version,
            "capabilities": self._capabilities(
                {"tasks": task_wire.FIRST_CAPABILITY}
                if self._version == task_wire.FIRST_VERSION
                else {}
            ),
            "serverInfo": self._info,
            "instructions": self._provider.instructions,
        }

    def _capabilities(self, of_tasks: dict[str, JsonValue]) -> JsonValue:
        more: dict[str, JsonValue] = {method.partition("/")[0]: {} for method in self._more}
        return {**_CAPABILITIES, **more, **({} if self._tasks is None else of_tasks)}

    def _listing(self, modern: bool) -> list[JsonValue]:
        tools = self._provider.listing()
        if self._tasks is None or modern:
            return tools
        return task_wire.listed(tools, self._tasks, self._version)

    def _discover(self) -> JsonValue:
        return {
            "supportedVersions": [MODERN_VERSIONS[0]],
            "capabilities": self._capabilities({"extensions": task_wire.EXTENSIONS}),
            "instructions": self._provider.instructions,
        }

    async def _call(
        self,
        request_id: JsonValue,
        params: Mapping[str, JsonValue],
        meta: Mapping[str, JsonValue],
        modern: bool,
    ) -> None:
        name, arguments = params.get("name"), params.get("arguments")
        if not isinstance(name, str):
            raise RpcError(INVALID_PARAMS, "tools/call needs name, a string")
        if arguments is not None and not isinstance(arguments, dict):
            raise RpcError(INVALID_PARAMS, "arguments of tools/call must be an object")
        caller = Caller(
            client=_client_name(meta.get(CLIENT_KEY)) if modern else self._client,
            progress=self._progress(meta.get("progressToken")),
            meta=meta,
            request_id=request_id,
            protocol_version=MODERN_VERSIONS[0] if modern else self._version,
            session=self._id,
            elicit=None if modern else self._questions.put,
            input_state=params.get("requestState") if modern else None,
            input_responses=params.get("inputResponses") if modern else None,
        )
        try:
            result = None
            if self._tasks is not None:
                result = await task_wire.call(self._tasks, params, caller)
            if result is None:
                result = await self._provider.call(name, arguments or {}, caller)
        except UnknownTool as error:
            raise RpcError(INVALID_PARAMS, str(error)) from error
        self._answer(request_id, result, modern)
        self._answered.set()

    async def _task(
        self,
        tasks: Tasks,
        request_id: JsonValue,
        method: str,
        params: Mapping[str, JsonValue],
        modern: bool,
    ) -> None:
        version = MODERN_VERSIONS[0] if modern else self._version
        result = await task_wire.answer(tasks, method, params, version, self._id)
        self._answer(request_id, result, modern)

    async def _listen(self, request_id: JsonValue, params: Mapping[str, JsonValue]) -> None:
        """Hold the stream of 2026-07-28 on which a client hears of changes."""
        wanted = params.get("notifications")
        if not isinstance(wanted, dict):
            raise RpcError(INVALID_PARAMS, "subscriptions/listen needs notifications, an object")
        if len(self._listens) >= _MOST_LISTENS:
            raise RpcError(INTERNAL_ERROR, "Subscription limit reached")
        honoured = {"toolsListChanged": True} if wanted.get("toolsListChanged") is True else {}
        mark = {"_meta": {SUBSCRIPTION_KEY: request_id}}
        changed = asyncio.Event()
        self._listens[request_id] = changed
        try:
            self._send(
                {
                    "method": "notifications/subscriptions/acknowledged",
                    "params": {**mark, "notifications": honoured},
                }
            )
            while True:
                await changed.wait()
                changed.clear()
                if honoured:
                    self._send({"method": "notifications/tools/list_changed", "params": mark})
        finally:
            del self._listens[request_id]

    def _progress(self, token: JsonValue) -> Progress | None:
        if not is_id(token):
            return None

        def report(done: float, text: str, total: float | None = None) -> None:
            if self._lines is None or self._lines.congested:
                return  # a client that does not read loses progress, never a result
            params = {"progressToken": token, "progress": done, "message": text}
            if total is not None:
                params["total"] = total
            self._send({"method": "notifications/progress", "params": params})

        return report

    # -- messages to the client --------------------------------------------------------------

    def _answer(
        self, request_id: JsonValue, result: JsonValue, modern: bool, *, cached: bool = False
    ) -> None:
        if modern:
            result = {"resultType": "complete", **result, "_meta": self._stamp}
            if cached:
                result |= {"ttlMs": 0, "cacheScope": "private"}
        self._send({"id": request_id, "result": result})

    def _fail(self, request_id: JsonValue, error: RpcError) -> None:
        self._send({"id": request_id, "error": error.to_json()})

    def _send(self, message: dict[str, JsonValue]) -> None:
        if self._lines is not None:
            self._lines.send(encode_line({"jsonrpc": "2.0", **message}))


def _check_envelope(meta: Mapping[str, JsonValue]) -> None:
    """Raises RpcError where a request of 2026-07-28 is not as it must be."""
    version = meta[VERSION_KEY]
    if CAPABILITIES_KEY not in meta:
        raise RpcError(
            INVALID_PARAMS,
            f"params._meta is missing the required envelope key(s): {CAPABILITIES_KEY}",
        )
    if not isinstance(version, str):
        raise RpcError(INVALID_PARAMS, "the protocol-version envelope value must be a string")
    if version != MODERN_VERSIONS[0]:
        raise RpcError(
            UNSUPPORTED_VERSION,
            "Unsupported protocol version",
            {"supported": [MODERN_VERSIONS[0]], "requested": version},
        )


def _client_name(info: JsonValue) -> str | None:
    name = info.get("name") if isinstance(info, dict) else None
    return name if isinstance(name, str) and name else None
