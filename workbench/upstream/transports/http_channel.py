"""Streamable HTTP to a server: a request a POST, its answer one body or a stream of events.

Both eras: sessions, the stream of the server's own messages and resuming belong to the older one, headers
that repeat the message to the newest. What goes wrong with a request is that request's failure only.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import httpx2

from workbench.core.model import JsonValue
from workbench.mcp.asked import OnRequest, nothing
from workbench.mcp.conversation import Conversation, OnNotification, Progress
from workbench.mcp.large_answers import large_answer, result_of
from workbench.mcp.messages import (
    GROWTH,
    METHOD_NOT_FOUND,
    MODERN_VERSIONS,
    VERSION_KEY,
    ConnectionLost,
    Failure,
    LoginNeeded,
    Malformed,
    RequestTimeout,
    RpcError,
    SessionLost,
    Unreachable,
    answer_of,
    decode,
    encode,
    notification,
    request,
)
from workbench.mcp.peer import LONGEST_ANSWER
from workbench.upstream.auth.bearer import Bearer
from workbench.upstream.transports.http_client import (
    http_client,
    refusal,
    sent,
    text_of,
    words_of,
)
from workbench.upstream.transports.http_reading import (
    STREAM,
    Place,
    body_of,
    kind_of,
    messages_in,
)
from workbench.upstream.transports.mirrored import header_text

_log = logging.getLogger(__name__)
_SESSION = "mcp-session-id"
_ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
_EVENTS = {"accept": "text/event-stream", "cache-control": "no-store"}
_NOTHING = (202, 204)
_MOST_RETRIES = 2
_MOST_REPLIES = 32
_FAREWELL_S = 0.5
_RUN_OUT_S = 0.25
_OVER = "the connection was closed"
_STEADY_S = 60.0
"""A stream of the server's own messages that held for so long may end as often as it likes."""
_NO_SESSION = re.compile(r"session|not initialized", re.IGNORECASE)


class HttpChannel:
    """Requests to one address (a ``Channel``). ``close`` it always."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        on_notification: OnNotification,
        *,
        longest: int = LONGEST_ANSWER,
        bearer: Bearer | None = None,
        on_request: OnRequest = nothing,
    ) -> None:
        """headers: the server's own, on every request. longest: bytes of one answer, decompressed.

        bearer: the token of a login, where the server wants one. on_request: answers what the server asks.
        """
        self._bearer = bearer
        self._client = http_client(url, headers)
        self._url = url
        self.longest = longest
        self._session: str | None = None
        self._version: str | None = None
        self._conversation = Conversation(on_notification, on_request, self._reply)
        self._tasks: set[asyncio.Task[None]] = set()
        self._replies = 0
        self._limits: set[asyncio.Timeout] = set()
        """Of the requests under way: moved to now, they end."""
        self._closed = False

    @property
    def has_headers(self) -> bool:
        return True

    def agreed(self, version: str) -> None:
        self._version = version

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
        if self._closed:
            raise ConnectionLost(_OVER)
        request_id, params = self._conversation.begin(params, request_id, progress)
        limit = asyncio.timeout(timeout)
        self._limits.add(limit)
        try:
            own = self._headers(method, params) | dict(headers or {})
            message = encode(request(request_id, method, params))
            async with limit:
                return await self._ask(method, message, own)
        except TimeoutError:
            if not limit.expired():
                raise
            if self._closed:
                raise ConnectionLost(_OVER) from None
            self._stop(request_id, "timed out", cancel)
            raise RequestTimeout(f"{method} was not answered within {timeout:g} s") from None
        except asyncio.CancelledError:
            self._stop(request_id, "the caller was cancelled", cancel)
            raise
        finally:
            self._conversation.ended(request_id)
            self._limits.discard(limit)

    async def notify(self, method: str, params: Mapping[str, JsonValue] | None) -> None:
        await self._post(notification(method, params))
        if method == "notifications/initialized" and self._session is not None:
            self._spawn(self._listen())

    async def close(self) -> None:
        """Let go of the session, where there is one, and of every connection; what is asked fails."""
        self._closed = True
        self._conversation.close()
        for limit in self._limits:
            with suppress(RuntimeError):  # it is over just now
                limit.reschedule(0)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            if self._session is not None:
                async with asyncio.timeout(_FAREWELL_S), self._sent("DELETE", self._headers()):
                    self._session = None
        except (Failure, TimeoutError) as error:
            _log.info("the session was not ended: %s", error)
        finally:
            await self._client.aclose()

    # -- a request ---------------------------------------------------------------------------

    async def _ask(
        self, method: str, message: bytes, headers: dict[str, str]
    ) -> dict[str, JsonValue]:
        place = Place()
        async with AsyncExitStack() as stack:
            response = await stack.enter_async_context(self._sent("POST", headers, message))
            if response.status_code >= 300:
                raise await self._refused(response)
            if method == "initialize":
                self._session = response.headers.get(_SESSION)
            kind = kind_of(response) if response.status_code not in _NOTHING else ""
            if kind == "application/json":
                answer = await self._read(await body_of(response, self.longest))
                if answer is None:
                    raise Malformed("malformed answer: no JSON-RPC answer in it")
                return answer
            if kind != STREAM:
                raise await self._no_answer(response)
            events = messages_in(response, place, self.longest)
            stack.push_async_callback(events.aclose)
            answer = await self._answer_in(events)
            if answer is not None:
                if not self._closed:
                    self._spawn(_run_out(stack.pop_all(), events))
                return answer
        return await self._resumed(place)

    async def _read(self, data: bytes) -> dict[str, JsonValue] | None:
        """The result in a body or an event; None: there is none, the server's own messages at most.

        What answers on a request's own stream is its answer, whatever id it bears.
        """
        large = large_answer(data)
        try:
            if large is not None:
                return await result_of(large, self.longest * GROWTH)
            decoded = decode(data, self.longest * GROWTH)
        except ValueError as error:
            raise Malformed(f"malformed answer: {error}") from None
        value = decoded.value
        for message in value if isinstance(value, list) else [value]:
            if not isinstance(message, dict):
                raise Malformed("malformed answer: no JSON-RPC message")
            if "method" not in message:
                return answer_of(message, decoded.odd_numbers)
            self._pass_on_notification(message)
        return None

    async def _answer_in(self, events: AsyncIterator[bytes]) -> dict[str, JsonValue] | None:
        """The answer in a stream, or None: it ended before."""
        async for data in events:
            answer = await self._read(data)
            if answer is not None:
                return answer
        return None

    async def _resumed(self, place: Place) -> dict[str, JsonValue]:
        """The answer from where its stream was cut off, if the server numbers its events."""
        tries = 0
        while place.event is not None and tries < _MOST_RETRIES:
            await asyncio.sleep(place.retry_s)
            before = place.event
            try:
                async with (
                    self._stream(place) as response,
                    aclosing(messages_in(response, place, self.longest)) as events,
                ):
                    answer = await self._answer_in(events)
            except ConnectionLost:
                answer = None
            if answer is not None:
                return answer
            tries = 0 if place.event != before else tries + 1
        raise ConnectionLost("the connection was lost before the answer")

    async def _refused(self, response: httpx2.Response) -> Exception:
        """What an HTTP status means; a JSON-RPC error in the body has the last word."""
        told = refusal(response, await text_of(response))
        if self._bearer is not None:
            challenge = response.headers.get("www-authenticate")
            advice = self._bearer.advice(response.status_code, challenge)
            words = self._bearer.scrubbed(told.words) + advice
            if advice:
                return LoginNeeded(words)
            told = replace(told, words=words)
        unknown = response.status_code == 404 or (
            response.status_code == 400 and _NO_SESSION.search(told.words)
        )
        if self._session is not None and unknown:
            return SessionLost(f"the session is not known any more: {told.words}")
        if told.error is None:
            return Malformed(told.words)
        plain = response.status_code == 400 or told.error.code == METHOD_NOT_FOUND
        message = told.error.message if plain else told.words
        sent = told.error.sent_code
        return RpcError(told.error.code, message, told.error.data, sent_code=sent)

    async def _no_answer(self, response: httpx2.Response) -> Malformed:
        if response.status_code in _NOTHING:
            return Malformed(f"HTTP {response.status_code}: the server gave no answer to a request")
        kind = kind_of(response) or "no content type"
        words = (await text_of(response)).decode("utf-8", "replace").strip()
        return Malformed(f"the server answered with {kind}: {words[:300]}")

    # -- streams -----------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Hear what the server says on its own, as long as it offers to (older era)."""
        place = Place()
        tries = 0
        while tries < _MOST_RETRIES:
            began = time.monotonic()
            try:
                async with (
                    self._stream(place) as response,
                    aclosing(messages_in(response, place, self.longest)) as events,
                ):
                    async for data in events:
                        self._overheard(data)
            except (Failure, RpcError) as error:
                _log.info("no messages of the server's own: %s", error)
            tries = 0 if time.monotonic() - began > _STEADY_S else tries + 1
            await asyncio.sleep(place.retry_s)

    def _overheard(self, data: bytes) -> None:
        try:
            value = decode(data, self.longest * GROWTH).value
        except ValueError as error:
            _log.info("what is no message: %s", error)
            return
        for message in value if isinstance(value, list) else [value]:
            if isinstance(message, dict) and "method" in message:
                self._pass_on_notification(message)

    @asynccontextmanager
    async def _stream(self, place: Place) -> AsyncIterator[httpx2.Response]:
        headers = self._headers() | _EVENTS
        if place.event is not None:
            headers["last-event-id"] = header_value(place.event)
        async with self._sent("GET", headers) as response:
            if response.status_code >= 300 or kind_of(response) != STREAM:
                raise await self._refused(response)
            yield response

    # -- what the server says beside answers ---------------------------------------------------

    def _pass_on_notification(self, message: dict[str, JsonValue]) -> None:
        method = message.get("method")
        if isinstance(method, str):
            self._conversation.dispatch(method, message)

    def _reply(self, reply: dict[str, JsonValue]) -> None:
        """Send an answer to the server's own question; one that asks faster than it listens gets none."""
        if self._replies >= _MOST_REPLIES:
            return
        self._replies += 1

        async def post() -> None:
            try:
                await self._post(reply)
            finally:
                self._replies -= 1

        self._spawn(post())

    def _stop(self, request_id: int | str, reason: str, cancel: bool) -> None:
        """Tell the server to stop; of the newest protocol the closed request itself says so."""
        if cancel and self._version not in MODERN_VERSIONS:
            params = {"requestId": request_id, "reason": reason}
            self._spawn(self._post(notification("notifications/cancelled", params)))

    async def _post(self, message: dict[str, JsonValue]) -> None:
        """Send what has no answer."""
        try:
            headers = self._headers(message.get("method"))
            async with self._sent("POST", headers, encode(message)) as response:
                if response.status_code >= 300:
                    _log.info("%s: HTTP %d", message.get("method"), response.status_code)
        except Failure as error:
            _log.info("%s: %s", message.get("method"), error)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- headers and errors ------------------------------------------------------------------

    def _headers(
        self, method: str | None = None, params: Mapping[str, JsonValue] | None = None
    ) -> dict[str, str]:
        headers = dict(_ACCEPT)
        if self._session is not None:
            headers[_SESSION] = self._session
        stamped = (params or {}).get("_meta", {}).get(VERSION_KEY)
        version = stamped if stamped is not None else self._version
        if version is not None and method != "initialize":
            headers["mcp-protocol-version"] = version
        if stamped is not None and method is not None:
            headers["mcp-method"] = method
            name = (params or {}).get("uri" if method == "resources/read" else "name")
            if isinstance(name, str):
                headers["mcp-name"] = header_text(name)
        return headers

    @asynccontextmanager
    async def _sent(
        self, method: str, headers: dict[str, str], content: bytes | None = None
    ) -> AsyncIterator[httpx2.Response]:
        try:
            response = await self._authorized(method, headers, content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unreachable(words_of(error)) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise ConnectionLost(words_of(error)) from None
        try:
            yield response
        finally:
            await response.aclose()

    async def _authorized(
        self, method: str, headers: dict[str, str], content: bytes | None
    ) -> httpx2.Response:
        """The response to a request with the token of the login; a token that is over is renewed once."""
        if self._bearer is None:
            return await sent(self._client, method, self._url, headers, content)
        own = headers | await self._bearer.header()
        response = await sent(self._client, method, self._url, own, content)
        if response.status_code != 401:
            return response
        try:
            again = await self._bearer.renewed(own)
        except BaseException:
            await response.aclose()
            raise
        if not again:
            return response
        await response.aclose()
        own = headers | await self._bearer.header()
        return await sent(self._client, method, self._url, own, content)


async def _run_out(stack: AsyncExitStack, events: AsyncIterator[bytes]) -> None:
    """Read a stream on to its end behind the answer: only then can its connection be used again."""
    async with stack:
        with suppress(TimeoutError, Failure):
            async with asyncio.timeout(_RUN_OUT_S):
                async for _ in events:
                    pass


def header_value(text: str) -> str:
    """What the server gave us as text, as a header can carry it."""
    return text.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
