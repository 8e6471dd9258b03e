"""Plain HTTP for the channel: one client a server, redirects held to its origin, refusals in words."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from workbench.mcp.messages import RpcError, answer_of, decode
from workbench.util.dataclass import dataclass
from workbench.util.loopback import is_loopback

_CONNECT_S = 30.0
_MOST_CONNECTIONS = 300
_MOST_IDLE = 50
_MOST_REDIRECTS = 5
_MOST_BODY = 64 << 10
_SHOWN = 300
NO_PROXY = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""``mounts`` of a client that looks for proxies by itself: none reaches what is on this machine."""
_TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server says with a status of 300 or more."""

    words: str
    """Status, challenge, and the first words of the body."""
    error: RpcError | None
    """The JSON-RPC error in the body, where it is one."""


def http_client(url: str, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A client for one server, with the server's own headers on every request.

    Through a proxy where the environment has one (a transport of our own has to look for itself).
    """
    limits = httpx2.Limits(max_connections=_MOST_CONNECTIONS, max_keepalive_connections=_MOST_IDLE)
    return httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(limits=limits, proxy=_proxy_for(url)),
        # A stream may be silent for long while a tool works: the call's own timeout ends it.
        timeout=httpx2.Timeout(_CONNECT_S, read=None, pool=None),
        headers={"accept-encoding": "gzip, deflate", **headers},
    )


async def sent(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
) -> httpx2.Response:
    """The open response to a request; the caller closes it. Raises what httpx2 raises.

    A redirect is followed where it keeps method, body and origin (or leads from http to https on the same
    host): headers and arguments are meant for the configured server.
    """
    request = client.build_request(method, url, headers=headers, content=content)
    for _ in range(_MOST_REDIRECTS):
        response = await client.send(request, stream=True, follow_redirects=False)
        following = response.next_request
        if following is None or not _keeps_to(request, following):
            return response
        await response.aclose()
        request = following
    return await client.send(request, stream=True, follow_redirects=False)


async def text_of(response: httpx2.Response) -> bytes:
    """The beginning of a body, as far as anybody wants to read it."""
    body = bytearray()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _MOST_BODY:
                break
    except (httpx2.HTTPError, httpx2.StreamError):
        pass  # what came of it will do
    return bytes(body[:_MOST_BODY])


def refusal(response: httpx2.Response, body: bytes) -> Refusal:
    """A refusal in words."""
    status = f"HTTP {response.status_code} {response.reason_phrase}".strip()
    challenge = response.headers.get("www-authenticate")
    if challenge is not None:
        status += f" (WWW-Authenticate: {challenge[:_SHOWN]})"
    if response.next_request is not None:
        to = response.next_request.url.copy_with(userinfo=b"", query=None, fragment=None)
        status += f" (redirects to {to}, which is not followed)"
    error = _error_in(body)
    text = error.message if error is not None else body.decode("utf-8", "replace").strip()
    if error is None and "html" in response.headers.get("content-type", ""):
        text = " ".join(_TAG.sub(" ", text).split())
    return Refusal(f"{status}: {text[:_SHOWN]}" if text else status, error)


def words_of(error: BaseException) -> str:
    """An error of the HTTP library in words, with what the system said where it does not say it."""
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    cause = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    number = cause.errno if isinstance(cause, OSError) else None
    if number is not None and number > 0 and os.strerror(number) not in told:
        told += f" ({os.strerror(number)})"
    return told


def _error_in(body: bytes) -> RpcError | None:
    try:
        message = decode(body, _MOST_BODY * 100).value
        if isinstance(message, dict) and isinstance(message.get("error"), dict):
            answer_of(message)
    except RpcError as error:
        return error if "code" in message["error"] or "jsonrpc" in message else None
    except ValueError:
        pass
    return None


def _keeps_to(request: httpx2.Request, following: httpx2.Request) -> bool:
    here, there = request.url, following.url
    same = (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
    safer = (
        here.host == there.host
        and (here.scheme, there.scheme) == ("http", "https")
        and here.port is None
        and there.port is None
    )
    kept = following.method == request.method
    own = not there.userinfo or there.userinfo == here.userinfo
    return kept and own and (same or safer)


def _proxy_for(url: str) -> str | None:
    """What HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say of this server; nothing of one on this machine,
    which no proxy reaches."""
    parts = urlsplit(url)
    proxies = getproxies()
    if not parts.hostname or is_loopback(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
