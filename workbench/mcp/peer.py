"""JSON-RPC over lines of text, on the event loop's own callbacks: no task and no stream per message.

A call costs one future, one write and one read. What a server sends is outside data: anything that is
no message is kept as garbage to show, and never ends the connection. Nothing that it sends or leaves
unread makes us hold more than a bound.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeAlias

from workbench.core.model import JsonValue
from workbench.mcp.asked import LONGEST_ID, OnRequest, nothing
from workbench.mcp.conversation import Conversation, Id, OnNotification, Progress, as_id
from workbench.mcp.framing import Line, LineSplitter, LongLine
from workbench.mcp.large_answers import LargeAnswer, large_answer, result_of
from workbench.mcp.messages import (
    GROWTH,
    ConnectionLost,
    Malformed,
    RequestTimeout,
    RpcError,
    TooLarge,
    TooMuch,
    answer_of,
    decode,
    encode_line,
    id_at_an_edge,
    notification,
    request,
)
from workbench.util.shared_timers import SharedTimers

LONGEST_ANSWER = 64 << 20
_ENDLESS = 4
"""A line of so many times the bound, still without its end, ends the connection."""
_GARBAGE_LINES = 20
_GARBAGE_SHOWN = 300
_EDGE = 1_000
_MOST_UNANSWERABLE = 100
_MOST_OWED = 1 << 20
"""Bytes of answers to a server's own questions that it may leave unread."""


_Answer: TypeAlias = "asyncio.Future[dict[str, JsonValue] | LargeAnswer]"


class Peer:
    """The other side of a pipe. Feed it what was read; it writes through the transport."""

    def __init__(
        self,
        on_notification: OnNotification,
        *,
        longest: int = LONGEST_ANSWER,
        on_close: Callable[[], None] = lambda: None,
        on_request: OnRequest = nothing,
    ) -> None:
        """longest: bytes of one message of the other side. on_close: it was ended, by whichever side.

        on_request: answers what the other side asks.
        """
        self._loop = asyncio.get_running_loop()
        self._timers = SharedTimers()
        self._on_close = on_close
        self.conversation = Conversation(on_notification, on_request, self._reply)
        self._transport: asyncio.WriteTransport | None = None
        self._room: asyncio.Future[None] | None = None
        """Not None: the pipe is full; done when it has room again."""
        self._owed = 0
        """Bytes of our answers since the pipe is full."""
        self._unanswerable = 0
        self._pending: dict[Id, _Answer] = {}
        self._splitter = LineSplitter(self._line, longest, self._long_line)
        self.closed_by: str | None = None
        """Why it was closed; None: it is open."""
        self.garbage: deque[str] = deque(maxlen=_GARBAGE_LINES)
        """The last lines that were no message, cut."""
        self._garbage_seen = 0

    @property
    def has_headers(self) -> bool:
        return False

    @property
    def longest(self) -> int:
        """Bytes of one message of the other side."""
        return self._splitter.longest

    @longest.setter
    def longest(self, longest: int) -> None:
        self._splitter.longest = longest

    def attach(self, transport: asyncio.WriteTransport) -> None:
        """Write through ``transport`` from now on."""
        self._transport = transport

    async def request(
        self,
        method: str,
        params: Mapping[str, JsonValue] | None,
        *,
        timeout: float | None = None,
        progress: Progress | None = None,
        request_id: int | str | None = None,
        cancel: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, JsonValue]:
        """Send a request and wait for its result, an object.

        timeout: seconds; on it, and when the caller is cancelled, the other side is told to stop
        (unless ``cancel`` is False: the protocol forbids it for some methods).
        headers: for transports that have them.
        Raises RpcError for an error answer, Failure for none that can be used.
        """
        if self.closed_by is not None:
            raise ConnectionLost(self.closed_by)
        request_id, params = self.conversation.begin(params, request_id, progress)
        answer: _Answer = self._loop.create_future()
        self._pending[request_id] = answer
        timer = None
        if timeout is not None:
            seen = self._garbage_seen
            timer = self._timers.call_later(
                timeout, self._expire, request_id, method, timeout, seen
            )
        sent = False
        try:
            while self._room is not None and not answer.done():
                await asyncio.wait((self._room, answer), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self._write(encode_line(request(request_id, method, params)))
                sent = True
            found = await answer
            sent = False  # there is nothing to stop any more
            return found if isinstance(found, dict) else await self._result_of(found)
        except (asyncio.CancelledError, RequestTimeout, TooLarge) as error:
            if sent and cancel:
                self._stop(request_id, str(error) or "the caller was cancelled")
            raise
        finally:
            if timer is not None:
                timer.cancel()
            self._pending.pop(request_id, None)
            self.conversation.ended(request_id)
            if answer.done() and not answer.cancelled():
                answer.exception()  # nobody may have come to read it

    async def notify(self, method: str, params: Mapping[str, JsonValue] | None) -> None:
        """Send a notification; dropped when the connection is closed."""
        self._write(encode_line(notification(method, params)))

    def agreed(self, version: str) -> None:
        """The protocol version that was agreed on; nothing on a pipe depends on it."""

    def close(self, reason: str) -> None:
        """End it: every waiting request fails with ``reason``."""
        if self.closed_by is not None:
            return
        self.closed_by = reason
        for pending in self._pending.values():
            _fail(pending, ConnectionLost(reason))
        self.conversation.close()
        self.resume()
        self._on_close()

    def pause(self) -> None:
        """The pipe is full: further requests wait."""
        if self._room is None:
            self._room = self._loop.create_future()

    def resume(self) -> None:
        """The pipe has room again."""
        self._owed = 0
        if self._room is not None:
            self._room.set_result(None)
            self._room = None

    def feed(self, data: bytes) -> None:
        """Take what was read."""
        self._splitter.feed(data)

    def finish(self) -> None:
        """The other side closed its end: a last line without its newline counts."""
        self._splitter.finish()

    # -- what comes --------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        large = large_answer(line)
        if large is not None:
            key = as_id(large.id)
            pending = self._pending.get(key) if key is not None else None
            if pending is not None and not pending.done():
                pending.set_result(large)
                return
        try:
            decoded = decode(line, self.longest * GROWTH)
        except ValueError as error:
            request_id = id_at_an_edge(line[:_EDGE], line[-_EDGE:])
            if request_id is not None or (isinstance(error, TooMuch) and line.endswith(b"}")):
                self._refuse(request_id, Malformed(f"malformed answer: {error}"))
            self._keep(line)
            return
        message = decoded.value
        for one in message if isinstance(message, list) and message else (message,):
            if not (isinstance(one, dict) and self._message(one, decoded.odd_numbers)):
                self._keep(line)

    async def _result_of(self, answer: LargeAnswer) -> dict[str, JsonValue]:
        try:
            return await result_of(answer, self.longest * GROWTH)
        except ValueError as error:
            self._keep(answer.line)
            raise Malformed(f"malformed answer: {error}") from None

    def _long_line(self, line: LongLine) -> None:
        if line.size > _ENDLESS * self.longest and not line.ended:
            self.close(f"the server sends a line without end ({line.size >> 20} MiB so far)")
            return
        request_id = id_at_an_edge(line.head, line.tail if line.ended else b"")
        error = TooLarge(f"the answer is larger than max_upstream_bytes ({self.longest} bytes)")
        if request_id is not None or line.ended:
            self._refuse(request_id, error)
        if line.ended:
            self._keep(line.head)

    def _message(self, message: dict[str, JsonValue], odd_numbers: bool) -> bool:
        """Handle one message; False: it is none."""
        method = message.get("method")
        if isinstance(method, str):
            return self.conversation.dispatch(method, message) or self._unanswered()
        if "id" not in message:
            return False
        if not ("result" in message or "error" in message):
            # Of the protocol, and with the id of a request that waits, it is its answer, a malformed one;
            # without the protocol's mark it may be a line of a log.
            key = as_id(message["id"])
            if "jsonrpc" not in message or key is None or key not in self._pending:
                return False
        return self._answered(message, odd_numbers)

    def _answered(self, message: dict[str, JsonValue], odd_numbers: bool) -> bool:
        key = as_id(message["id"])
        pending = self._pending.get(key) if key is not None else None
        if pending is None:
            if isinstance(key, int) and 0 < key <= self.conversation.last_id:
                return True  # of a request that was cancelled or timed out
            pending = self._only_one()
            if pending is None:
                return False
            if message["id"] is not None or odd_numbers:  # a number without bound is read as None
                shown = f"{message['id']!r:.60}" if key is not None else "no id"
                _fail(pending, Malformed(f"malformed answer: its id is {shown}, of no request"))
                return True
        if pending.done():
            return True
        try:
            pending.set_result(answer_of(message, odd_numbers))
        except (RpcError, Malformed) as error:
            _fail(pending, error)
        return True

    def _refuse(self, request_id: int | str | None, error: Malformed) -> None:
        """Fail the request whose answer cannot be taken, where it can be told which that is."""
        key = as_id(request_id)
        pending = self._pending.get(key) if key is not None else self._only_one()
        if pending is not None:
            _fail(pending, error)

    def _only_one(self) -> _Answer | None:
        """What an answer is for that does not say so: the one request that waits, if it is one.

        A subscription, which has a name for an id, waits for no answer.
        """
        waiting = [one for key, one in self._pending.items() if isinstance(key, int)]
        return waiting[0] if len(waiting) == 1 else None

    def _unanswered(self) -> bool:
        """A request of the other side that cannot be answered: so far it counts as garbage."""
        self._unanswerable += 1
        if self._unanswerable >= _MOST_UNANSWERABLE:
            self.close(f"the server asks with ids of more than {LONGEST_ID} characters")
        return False

    def _reply(self, reply: dict[str, JsonValue]) -> None:
        line = encode_line(reply)
        if self._room is not None:
            self._owed += len(line)
            if self._owed > _MOST_OWED:
                self.close("the server asks on and on, and reads no answer")
                return
        self._write(line)

    def _expire(self, request_id: int | str, method: str, timeout: float, seen: int) -> None:
        pending = self._pending.get(request_id)
        if pending is None:
            return
        message = f"{method} was not answered within {timeout:g} s"
        if self._garbage_seen > seen:
            message += f"; the server sent what is no message: {self.garbage[-1]!r}"
        _fail(pending, RequestTimeout(message))

    def _keep(self, line: Line) -> None:
        self._garbage_seen += 1
        self.garbage.append(line[:_GARBAGE_SHOWN].decode("utf-8", "replace"))

    # -- what goes ---------------------------------------------------------------------------

    def _stop(self, request_id: int | str, reason: str) -> None:
        params = {"requestId": request_id, "reason": reason}
        self._write(encode_line(notification("notifications/cancelled", params)))

    def _write(self, line: bytes) -> None:
        """Write a line, which has its end."""
        if self._transport is not None and self.closed_by is None:
            self._transport.write(line)


def _fail(pending: _Answer, error: Exception) -> None:
    if not pending.done():
        pending.set_exception(error)
