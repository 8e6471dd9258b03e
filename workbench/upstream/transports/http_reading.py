"""What an HTTP response brings: one body or a stream of messages, held to a bound and to short turns."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeAlias, cast

import httpx2

from workbench.mcp.messages import ConnectionLost, Malformed, TooLarge
from workbench.upstream.transports.http_client import words_of
from workbench.util.dataclass import dataclass

STREAM = "text/event-stream"

_log = logging.getLogger(__name__)
_SHORTEST_RETRY_S = 0.05
_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 60.0
_TURN_S = 0.005
"""How long a stream that never pauses may keep the event loop."""
_Events: TypeAlias = AsyncGenerator[httpx2.ServerSentEvent, None]


@dataclass(slots=True)
class Place:
    """How far a stream of events was read, to go on there."""

    event: str | None = None
    retry_s: float = _FIRST_RETRY_S


def kind_of(response: httpx2.Response) -> str:
    """The content type, without its parameters."""
    kind = str(response.headers.get("content-type", ""))
    return kind.partition(";")[0].strip().lower()


async def body_of(response: httpx2.Response, longest: int) -> bytes:
    """A whole body, decompressed. Raises TooLarge, and ConnectionLost where it is cut off."""
    body = bytearray()
    breath = _Breath()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > longest:
                raise _too_large(longest)
            await breath.taken()
    except httpx2.HTTPError as error:
        raise ConnectionLost(words_of(error)) from None
    return bytes(body)


async def messages_in(
    response: httpx2.Response, place: Place, longest: int
) -> AsyncGenerator[bytes, None]:
    """The messages of a stream; ends where it ends, also where it is cut off."""
    breath = _Breath()
    try:
        source = httpx2.EventSource(response, max_event_size=longest)
        async with aclosing(cast(_Events, aiter(source))) as events:
            async for event in events:
                place.event = event.id or place.event
                if event.retry is not None:
                    place.retry_s = min(
                        max(event.retry / 1000, _SHORTEST_RETRY_S), _LONGEST_RETRY_S
                    )
                if event.event == "message" and event.data:
                    yield event.data.encode("utf-8", "replace")
                await breath.taken()
    except httpx2.SSEError:
        raise _too_large(longest) from None
    except httpx2.DecodingError as error:
        raise Malformed(words_of(error)) from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        _log.info("a stream was cut off: %s", words_of(error))


class _Breath:
    """Lets others run where what is read never pauses by itself."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    async def taken(self) -> None:
        if time.monotonic() - self._last > _TURN_S:
            await asyncio.sleep(0)
            self._last = time.monotonic()


def _too_large(longest: int) -> TooLarge:
    return TooLarge(f"the answer is larger than max_upstream_bytes ({longest} bytes)")
