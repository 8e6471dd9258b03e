"""JSON-RPC over lines of text, on the event loop's own callbacks: no task and no stream per message.

A call costs one future, one write and one read. What a server sends is outside data: anything that is
no message is kept as garbage to show, and never ends the connection.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from workbench.text import jsontext

Json: TypeAlias = Any
Progress: TypeAlias = Callable[[float, float | None, str | None], None]
OnNotification: TypeAlias = Callable[[str, dict[str, Json]], None]

CONNECTION_CLOSED = -32000
REQUEST_TIMEOUT = -32001
METHOD_NOT_FOUND = -32601
MALFORMED = -32603

_LONGEST_LINE = 256 << 20
_GARBAGE_LINES = 20
_GARBAGE_SHOWN = 300
_ID = re.compile(rb'"id"\s*:\s*(\d+)')


class RpcError(Exception):
    """An error answer, a timeout or a lost connection."""

    def __init__(self, code: int, message: str, data: Json = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(slots=True)
class _Pending:
    answer: asyncio.Future[dict[str, Json]]
    progress: Progress | None


class Peer:
    """The other side of a pipe. Feed it what was read; it writes through the transport."""

    def __init__(self, on_notification: OnNotification) -> None:
        self._loop = asyncio.get_running_loop()
        self.on_notification = on_notification
        self._transport: asyncio.WriteTransport | None = None
        self._room: asyncio.Future[None] | None = None
        """Not None: the pipe is full; done when it has room again."""
        self._pending: dict[int | str, _Pending] = {}
        self._last_id = 0
        self._parts: list[bytes] = []
        self._held = 0
        self._closed: str | None = None
        self.garbage: deque[str] = deque(maxlen=_GARBAGE_LINES)
        """The last lines that were no message, cut."""

    @property
    def closed(self) -> bool:
        return self._closed is not None

    def attach(self, transport: asyncio.WriteTransport) -> None:
        """Write through ``transport`` from now on."""
        self._transport = transport

    async def request(
        self,
        method: str,
        params: Mapping[str, Json] | None,
        *,
        timeout: float | None = None,
        progress: Progress | None = None,
        request_id: int | str | None = None,
        cancel: bool = True,
    ) -> dict[str, Json]:
        """Send a request and wait for its result, an object.

        timeout: seconds; on it, and when the caller is cancelled, the other side is told to stop
        (unless ``cancel`` is False: the protocol forbids it for some methods).
        Raises RpcError.
        """
        if self._closed is not None:
            raise RpcError(CONNECTION_CLOSED, self._closed)
        if request_id is None:
            self._last_id += 1
            request_id = self._last_id
        params = dict(params) if params is not None else {}
        if progress is not None:
            params["_meta"] = {**params.get("_meta", {}), "progressToken": request_id}
        message: dict[str, Json] = {"jsonrpc": "2.0", "id": request_id, "method": method}
        if params:
            message["params"] = params
        line = _encode(message)
        answer: asyncio.Future[dict[str, Json]] = self._loop.create_future()
        self._pending[request_id] = _Pending(answer, progress)
        timer = None
        if timeout is not None:
            timer = self._loop.call_later(timeout, self._expire, request_id, method, timeout)
        sent = False
        try:
            while self._room is not None and not answer.done():
                await asyncio.wait((self._room, answer), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self._write(line)
                sent = True
            return await answer
        except asyncio.CancelledError:
            if sent and cancel:
                self._stop(request_id, "the caller was cancelled")
            raise
        except RpcError as error:
            if sent and cancel and error.code == REQUEST_TIMEOUT:
                self._stop(request_id, "timed out")
            raise
        finally:
            if timer is not None:
                timer.cancel()
            self._pending.pop(request_id, None)

    def notify(self, method: str, params: Mapping[str, Json] | None) -> None:
        """Send a notification; dropped when the connection is closed."""
        message: dict[str, Json] = {"jsonrpc": "2.0", "method": method}
        if params:
            message["params"] = dict(params)
        self._write(_encode(message))

    def close(self, reason: str) -> None:
        """End it: every waiting request fails with ``reason``."""
        if self._closed is not None:
            return
        self._closed = reason
        for pending in self._pending.values():
            if not pending.answer.done():
                pending.answer.set_exception(RpcError(CONNECTION_CLOSED, reason))
        self.resume()

    def pause(self) -> None:
        """The pipe is full: further requests wait."""
        if self._room is None:
            self._room = self._loop.create_future()

    def resume(self) -> None:
        """The pipe has room again."""
        if self._room is not None:
            self._room.set_result(None)
            self._room = None

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        if b"\n" not in data:
            self._hold(data)
            return
        first, *lines = data.split(b"\n")
        self._line(b"".join((*self._parts, first)) if self._parts else first)
        self._parts = []
        self._held = 0
        rest = lines.pop()
        for line in lines:
            self._line(line)
        if rest:
            self._hold(rest)

    def finish(self) -> None:
        """The other side closed its end: a last line without its newline counts."""
        if self._parts:
            self._line(b"".join(self._parts))
            self._parts = []

    def _hold(self, data: bytes) -> None:
        self._held += len(data)
        if self._held > _LONGEST_LINE:
            self._parts = []
            self._held = 0
            self.close(f"the server sent a line of more than {_LONGEST_LINE >> 20} MiB")
        else:
            self._parts.append(data)

    def _line(self, line: bytes) -> None:
        if not line or line.isspace():
            return
        try:
            message = _decode(line)
        except _TooDeep:
            message = _refusal_of(line)
        except ValueError:
            message = None
        for one in message if isinstance(message, list) and message else (message,):
            if not (isinstance(one, dict) and self._message(one)):
                self.garbage.append(line[:_GARBAGE_SHOWN].decode("utf-8", "replace"))

    def _message(self, message: dict[str, Json]) -> bool:
        """Handle one message; False: it is none."""
        method = message.get("method")
        if isinstance(method, str):
            params = message.get("params")
            if not isinstance(params, dict):
                params = {}
            if "id" in message:
                self._asked(message["id"], method)
            elif method == "notifications/progress":
                self._progressed(params)
            else:
                self.on_notification(method, params)
            return True
        if "id" not in message or not ("result" in message or "error" in message):
            return False
        self._answered(message)
        return True

    def _answered(self, message: dict[str, Json]) -> None:
        pending = self._pending.get(_key(message["id"]))
        if pending is None or pending.answer.done():
            return  # of a request that was cancelled or timed out
        error = message.get("error")
        if error is not None:
            pending.answer.set_exception(_rpc_error(error))
            return
        result = message["result"]
        if isinstance(result, dict):
            pending.answer.set_result(result)
        else:
            pending.answer.set_exception(
                RpcError(MALFORMED, "malformed answer: the result is not an object")
            )

    def _asked(self, request_id: Json, method: str) -> None:
        """A server may ping; everything else it could ask for was not offered."""
        answer: dict[str, Json] = {"jsonrpc": "2.0", "id": request_id}
        if method == "ping":
            answer["result"] = {}
        else:
            answer["error"] = {"code": METHOD_NOT_FOUND, "message": f"{method} is not offered"}
        self._write(_encode(answer))

    def _progressed(self, params: dict[str, Json]) -> None:
        pending = self._pending.get(_key(params.get("progressToken")))
        if pending is None or pending.progress is None:
            return
        progress, total, text = (params.get(key) for key in ("progress", "total", "message"))
        if isinstance(progress, int | float):
            pending.progress(
                progress,
                total if isinstance(total, int | float) else None,
                text if isinstance(text, str) else None,
            )

    def _expire(self, request_id: int | str, method: str, timeout: float) -> None:
        pending = self._pending.get(request_id)
        if pending is not None and not pending.answer.done():
            pending.answer.set_exception(
                RpcError(REQUEST_TIMEOUT, f"{method} was not answered within {timeout:g} s")
            )

    def _stop(self, request_id: int | str, reason: str) -> None:
        self.notify("notifications/cancelled", {"requestId": request_id, "reason": reason})

    def _write(self, line: bytes) -> None:
        if self._transport is not None and self._closed is None:
            self._transport.write(line)


def _encode(message: dict[str, Json]) -> bytes:
    try:
        return orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # integers over 64 bits, lone surrogates
        return jsontext.dumps(message).encode() + b"\n"


class _TooDeep(ValueError):
    """More levels than a parser can hold."""


def _decode(line: bytes) -> Json:
    """The value of a line, also of one that is nearly JSON. Raises ValueError."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        text = line.decode("utf-8", "replace")
    try:
        return jsontext.loads(text)
    except RecursionError:
        raise _TooDeep from None
    except ValueError:
        pass
    try:
        return json.loads(
            text, parse_constant=lambda _: None
        )  # NaN, Infinity: as JavaScript has it
    except RecursionError:
        raise _TooDeep from None


def _refusal_of(line: bytes) -> Json:
    """An error answer in place of one that is too deep, where its id can be seen at either end."""
    found = _ID.search(line[:_GARBAGE_SHOWN]) or _ID.search(line[-_GARBAGE_SHOWN:])
    if found is None:
        return None
    error = {"code": MALFORMED, "message": "malformed answer: nested too deeply"}
    return {"id": int(found[1]), "error": error}


def _key(request_id: Json) -> int | str:
    """Some servers answer the request 7 as "7"."""
    if isinstance(request_id, str):
        return int(request_id) if request_id.isdecimal() else request_id
    return request_id if isinstance(request_id, int) else -1


def _rpc_error(error: Json) -> RpcError:
    if not isinstance(error, dict):
        return RpcError(MALFORMED, f"malformed error answer: {error!r}")
    code = error.get("code")
    message = error.get("message")
    return RpcError(
        code if isinstance(code, int) else MALFORMED,
        message if isinstance(message, str) else "no message",
        error.get("data"),
    )
