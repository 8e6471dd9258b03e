"""The body of a POST, before the SDK reads it: what is no message is answered with its id, as over stdio.

The SDK's parser takes neither lone surrogates nor a byte order mark nor many levels, answers with the id null
in words of its own library, and takes a request whose id is none for a notification.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, TypeAlias

from workbench.core.model import JsonValue
from workbench.mcp.messages import encode
from workbench.serve.client_messages import ClientMessage, NoMessage, read, refused
from workbench.text.jsontext import depth_over

Asgi: TypeAlias = Any

_MOST_LOOKED_AT = 1 << 20
"""Bytes: a longer body is left to the SDK, so that it is held and parsed once."""
_DEEPEST = 199
"""Levels of a message that the SDK's parser takes."""


def is_json_post(method: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the SDK would read the body of such a request as a message."""
    kinds = [value for name, value in headers if name == b"content-type"]
    kind = kinds[0].partition(b";")[0].strip().lower() if kinds else b""
    return method == "POST" and kind == b"application/json"


class Body:
    """Reads the body of one request, and hands it on to whoever reads next."""

    def __init__(self, receive: Asgi) -> None:
        self._receive = receive
        self._read: deque[Asgi] = deque()
        self.asks: JsonValue = None
        """The id of the request that it is; None: it is none, or it was not looked at."""

    async def look(self) -> NoMessage | None:
        """What is wrong with the body; None: nothing that can be seen."""
        pieces: list[bytes] = []
        size, more = 0, True
        while more and size <= _MOST_LOOKED_AT:
            message = await self._receive()
            self._read.append(message)
            if message["type"] != "http.request":  # the client is gone
                return None
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            more = message.get("more_body", False)
        if more:
            return None
        whole = b"".join(pieces)
        asked = read(whole)
        if isinstance(asked, NoMessage):
            return asked
        body = as_sdk_reads(whole, asked)
        if isinstance(body, NoMessage):
            return body
        if "method" in asked.members:
            self.asks = asked.members.get("id")
        self._read.clear()
        self._read.append({"type": "http.request", "body": body, "more_body": False})
        return None

    async def receive(self) -> Asgi:
        """The ASGI messages anew, then those that come."""
        return self._read.popleft() if self._read else await self._receive()


def as_sdk_reads(body: bytes, message: ClientMessage) -> bytes | NoMessage:
    """The body of a message in a form that the SDK reads, or what is wrong with it."""
    if body.count(b"[") + body.count(b"{") > _DEEPEST and depth_over(message.members, _DEEPEST):
        words = f"the message is nested deeper than the {_DEEPEST} levels that are taken over HTTP"
        return refused(message.members.get("id"), words)
    is_anew = message.nearly_json and not message.odd_numbers
    return encode(message.members) if is_anew else body
