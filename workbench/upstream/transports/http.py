"""Streamable HTTP to a server, so that a failed request is a failed call and says why.

The SDK ends the whole session when one request cannot be sent, and keeps no word of an error status.
This transport under its HTTP client turns both into JSON-RPC errors of that one request.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from mcp_types import CONNECTION_CLOSED, METHOD_NOT_FOUND

_CONNECT_S = 30.0
_MOST_CONNECTIONS = 200
_MOST_IDLE = 50
_SHOWN_BODY = 300


class ResilientTransport(httpx2.AsyncBaseTransport):
    """Wraps a transport; what it raises becomes an answer."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.TransportError as error:
            return _error(request, 503, CONNECTION_CLOSED, _words(error))
        if response.status_code >= 400 and request.method == "POST" and not _is_json(response):
            return await _explained(request, response)
        response.stream = _ResilientStream(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _ResilientStream(httpx2.AsyncByteStream):
    """A body whose loss ends this response only."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except httpx2.TransportError as error:
            raise httpx2.StreamError(_words(error)) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


def http_client(url: str, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A client for one server, with the server's own headers on every request.

    Through a proxy where the environment has one (a transport of our own has to look for itself).
    """
    limits = httpx2.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_MOST_IDLE)
    return httpx2.AsyncClient(
        transport=ResilientTransport(
            httpx2.AsyncHTTPTransport(limits=limits, proxy=_proxy_for(url))
        ),
        # A stream may be silent for long while a tool works: the call's own timeout ends it.
        timeout=httpx2.Timeout(_CONNECT_S, read=None),
        headers=dict(headers),
    )


def _proxy_for(url: str) -> str | None:
    """What HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say of this server."""
    parts = urlsplit(url)
    proxies = getproxies()
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")


async def _explained(request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
    body = (await response.aread())[:_SHOWN_BODY].decode("utf-8", "replace").strip()
    await response.aclose()
    message = f"HTTP {response.status_code} {response.reason_phrase}"
    challenge = response.headers.get("www-authenticate")
    if challenge is not None:
        message += f" (WWW-Authenticate: {challenge})"
    code = METHOD_NOT_FOUND if response.status_code == 404 else CONNECTION_CLOSED
    return _error(request, response.status_code, code, f"{message}: {body}" if body else message)


def _is_json(response: httpx2.Response) -> bool:
    kind = str(response.headers.get("content-type", ""))
    return kind.lower().startswith("application/json")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _error(request: httpx2.Request, status: int, code: int, message: str) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}
    return httpx2.Response(
        status,
        headers={"content-type": "application/json"},
        content=json.dumps(body).encode(),
        request=request,
    )
