"""A login with a person: the SDK's client provider (discovery, registration, PKCE), its requests sent by us.

Sent by us, since the SDK bounds no body, waits without end, lets tokens travel over plain HTTP, and what it
says of a failure may hold what the server answered with, tokens too.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.auth.utils import extract_field_from_www_auth, union_scopes
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl, ValidationError

from workbench.mcp.messages import encode, request
from workbench.upstream.auth.logins import Login, origin_of
from workbench.upstream.auth.redirect_page import RedirectPage, listening
from workbench.upstream.auth.steps import Name, Steps
from workbench.upstream.transports.http_client import NO_PROXY, refusal, words_of
from workbench.util.dataclass import dataclass
from workbench.util.loopback import is_loopback

if TYPE_CHECKING:
    from workbench.config import ServerSettings

_REQUEST_S = 30.0
_PERSON_S = 600.0
_MOST_BYTES = 1 << 20
_NEWEST_HANDSHAKE = "2025-11-25"
_SENT_ON = ("content-encoding", "content-length", "transfer-encoding")


class LoginFailed(Exception):
    """The login came to nothing; the message is its steps as far as they went, and why."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the authorization server, where it does not register clients by itself."""

    client_id: str
    """Also the address of a client metadata document."""
    secret: str | None = field(default=None, repr=False)


Show = Callable[[str, RedirectPage], Awaitable[None]]
"""Bring a person to the address, and them, or it, back to the page."""


async def log_in(
    settings: ServerSettings,
    show: Show,
    *,
    scope: str | None = None,
    before: Login | None = None,
    client: Client | None = None,
    port: int = 0,
) -> Login:
    """Log in to an HTTP server (settings expanded).

    scope: rights to ask for on top of what the server wants and of what the login ``before`` has.
    port: of the page that the browser comes back to; 0: any. Raises LoginFailed.
    """
    steps = Steps()
    try:
        async with listening(port) as loopback:
            return await _Flow(settings, show, steps, loopback, scope, before, client).run()
    except OSError as error:
        raise LoginFailed(f"port {port} cannot be listened on: {error.strerror}") from None


class _Kept:
    """What the provider keeps during one login: a client that is known already, at most."""

    def __init__(self, client: OAuthClientInformationFull | None) -> None:
        self._client = client

    async def get_tokens(self) -> OAuthToken | None:
        return None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """The provider holds them; they are taken from there once the server took them."""

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info


class _Flow:
    def __init__(
        self,
        settings: ServerSettings,
        show: Show,
        steps: Steps,
        loopback: RedirectPage,
        scope: str | None,
        before: Login | None,
        client: Client | None,
    ) -> None:
        assert settings.url is not None
        self._url = settings.url
        self._headers = dict(settings.headers)
        self._show = show
        self._steps = steps
        self._loopback = loopback
        self._scope = union_scopes(before.scope, scope) if before is not None and scope else scope
        self._at: Name = "challenge"
        self._probed = False
        document = client.client_id if client is not None and _is_document(client) else None
        known = None
        self._by_hand = client is not None and document is None
        if client is not None and document is None:
            known = OAuthClientInformationFull(
                client_id=client.client_id,
                client_secret=client.secret,
                redirect_uris=[AnyUrl(loopback.address)],
                token_endpoint_auth_method="client_secret_basic" if client.secret else "none",
            )
        # A client is registered for each login: one that is known may be known with another port, and
        # one that the authorization server forgot cannot be told from one that it knows.
        self._provider = OAuthClientProvider(
            self._url,
            OAuthClientMetadata(
                client_name="Workbench",
                redirect_uris=[AnyUrl(loopback.address)],
                grant_types=["authorization_code", "refresh_token"],
                response_types=["code"],
            ),
            _Kept(known),
            redirect_handler=self._go,
            callback_handler=self._come_back,
            client_metadata_url=document,
        )

    async def run(self) -> Login:
        try:
            with _quiet():
                final = await self._drive()
        except LoginFailed:
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            raise self._failed(words_of(error)) from None
        except Exception as error:  # what the SDK raises: its own errors, pydantic's, bare ones
            raise self._failed(_words(error)) from None
        if final.status_code in (401, 403):
            told = refusal(final, final.content)
            raise self._failed(f"the server does not take the token: {self._clean(told.words)}")
        self._steps.done("access")
        return self._login()

    # -- the requests ------------------------------------------------------------------------

    async def _drive(self) -> httpx2.Response:
        """Send what the provider wants sent, until it is content; the answer to the request with a token."""
        timeout = httpx2.Timeout(_REQUEST_S)
        async with httpx2.AsyncClient(
            timeout=timeout, follow_redirects=False, mounts=dict.fromkeys(NO_PROXY)
        ) as client:
            # It asks for a list, without a session: nothing begins, and who wants a login says so first.
            probe = client.build_request(
                "POST",
                self._url,
                content=encode(request(1, "tools/list", {})),
                headers={
                    "accept": "application/json, text/event-stream",
                    "content-type": "application/json",
                    "mcp-protocol-version": _NEWEST_HANDSHAKE,
                    **self._headers,
                },
            )
            flow = self._provider.async_auth_flow(probe)
            try:
                outgoing = await anext(flow)
                while True:
                    response = await self._exchange(client, outgoing, outgoing is probe)
                    outgoing = await flow.asend(response)
            except StopAsyncIteration:
                return response
            finally:
                await flow.aclose()

    async def _exchange(
        self, client: httpx2.AsyncClient, outgoing: httpx2.Request, is_probe: bool
    ) -> httpx2.Response:
        step = self._step(outgoing, is_probe)
        self._at = step
        if not is_probe and not _is_safe(outgoing.url, self._url):
            raise LoginFailed(self._failure_report(step, f"{outgoing.url} is not https"))
        async with asyncio.timeout(_REQUEST_S):
            response = await self._sent(client, outgoing, is_probe)
        status = f"HTTP {response.status_code}"
        if is_probe and not self._probed:
            self._probed = True
            return self._challenge(response)
        if is_probe:
            return response
        if response.is_success:
            self._steps.done(step)
        elif step in ("resource", "discovery") and response.status_code < 500:
            self._steps.absent(step, status)
        else:
            self._steps.failed(step, self._clean(refusal(response, response.content).words))
        return response

    async def _sent(
        self, client: httpx2.AsyncClient, outgoing: httpx2.Request, is_probe: bool
    ) -> httpx2.Response:
        """The answer, its body read as far as it may go (of one with a stream nothing)."""
        response = await client.send(outgoing, stream=True, follow_redirects=False)
        body = bytearray()
        try:
            if not (is_probe and response.is_success):
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise LoginFailed(self._failure_report(self._at, "the answer has no end"))
        finally:
            await response.aclose()
        headers = [(n, v) for n, v in response.headers.multi_items() if n not in _SENT_ON]
        copy = httpx2.Response(
            response.status_code, headers=headers, content=bytes(body), request=outgoing
        )
        copy.next_request = response.next_request
        return copy

    def _challenge(self, response: httpx2.Response) -> httpx2.Response:
        """The server's refusal, with the rights that were asked for by hand.

        A server that refuses nothing at first may want a login for single tools: it is asked as if it had.
        """
        if response.status_code == 401:
            self._steps.done("challenge")
        else:
            self._steps.absent("challenge", f"HTTP {response.status_code}")
        told = response.headers.get("www-authenticate", "") if response.status_code == 401 else ""
        headers = {"www-authenticate": told or "Bearer"}
        if self._scope:
            wanted = union_scopes(_parameter(told, "scope"), self._scope)
            rest = _without(told, "scope")
            headers["www-authenticate"] = f'Bearer scope="{wanted}"' + (f", {rest}" if rest else "")
        return httpx2.Response(401, headers=headers, content=b"", request=response.request)

    def _step(self, outgoing: httpx2.Request, is_probe: bool) -> Name:
        if is_probe:
            return "access" if self._probed else "challenge"
        if outgoing.method == "GET":
            path = outgoing.url.path
            known = "oauth-authorization-server" in path or "openid-configuration" in path
            return "discovery" if known else "resource"
        kind = outgoing.headers.get("content-type", "")
        return "registration" if kind.startswith("application/json") else "token"

    # -- the person --------------------------------------------------------------------------

    async def _go(self, address: str) -> None:
        self._at = "authorization"
        query = parse_qs(urlsplit(address).query)
        if not _is_safe(httpx2.URL(address), self._url):
            raise LoginFailed(self._failure_report("authorization", "its address is not https"))
        self._choose_method()
        self._loopback.expect(query["state"][0])
        await self._show(address, self._loopback)

    def _choose_method(self) -> None:
        """How a client that was registered by hand shows its secret: as the authorization server takes it."""
        context = self._provider.context
        metadata, client = context.oauth_metadata, context.client_info
        if not self._by_hand or metadata is None or client is None or client.client_secret is None:
            return
        taken = metadata.token_endpoint_auth_methods_supported
        if taken is not None and "client_secret_basic" not in taken:
            client.token_endpoint_auth_method = "client_secret_post"

    async def _come_back(self) -> AuthorizationCodeResult:
        try:
            async with asyncio.timeout(_PERSON_S):
                query = (await self._loopback.returned()).query
        except TimeoutError:
            raise LoginFailed(
                self._failure_report("authorization", f"nobody came back within {_PERSON_S:g} s")
            ) from None
        if "error" in query:
            why = ": ".join(query[name] for name in ("error", "error_description") if name in query)
            raise LoginFailed(self._failure_report("authorization", why[:300]))
        self._steps.done("authorization")
        return AuthorizationCodeResult(
            code=query["code"], state=query.get("state"), iss=query.get("iss")
        )

    # -- what came of it ---------------------------------------------------------------------

    def _login(self) -> Login:
        context = self._provider.context
        tokens, client = context.current_tokens, context.client_info
        assert tokens is not None
        assert client is not None
        metadata = context.oauth_metadata
        endpoint = (
            str(metadata.token_endpoint)
            if metadata is not None
            else context.get_authorization_base_url(self._url) + "/token"
        )
        wants_resource = context.should_include_resource_param(_NEWEST_HANDSHAKE)
        return Login(
            origin=origin_of(self._url),
            access_token=tokens.access_token,
            token_endpoint=endpoint,
            client_id=client.client_id,
            refresh_token=tokens.refresh_token,
            client_secret=client.client_secret,
            client_method=client.token_endpoint_auth_method,
            expires_at=time.time() + tokens.expires_in if tokens.expires_in is not None else None,
            scope=tokens.scope,
            resource=context.get_resource_url() if wants_resource else None,
        )

    def _failed(self, why: str) -> LoginFailed:
        return LoginFailed(self._failure_report(self._at, why))

    def _failure_report(self, step: Name, why: str) -> str:
        if " ✘ " not in str(self._steps):
            self._steps.failed(step, self._clean(why))
        return str(self._steps)

    def _clean(self, text: str) -> str:
        """What a server says, without the secrets of this login, should it echo them."""
        context = self._provider.context
        secrets = [
            context.current_tokens.access_token if context.current_tokens else None,
            context.current_tokens.refresh_token if context.current_tokens else None,
            context.client_info.client_secret if context.client_info else None,
        ]
        for secret in filter(None, secrets):
            text = text.replace(secret, "«masked»")
        return text


def _is_document(client: Client) -> bool:
    parts = urlsplit(client.client_id)
    return parts.scheme == "https" and parts.path not in ("", "/")


def _is_safe(url: httpx2.URL, server: str) -> bool:
    """Whether secrets may go there: https, this machine, or (no safer than it is) the server itself."""
    return (
        url.scheme == "https" or is_loopback(url.host) or origin_of(str(url)) == origin_of(server)
    )


def _words(error: BaseException) -> str:
    """An error of the SDK in words. What pydantic says holds the value it was given: not that."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ValidationError):
            where = [".".join(map(str, one["loc"])) for one in cause.errors(include_input=False)]
            return f"the answer is not what it should be: {', '.join(where[:5])}"
        cause = cause.__cause__ or cause.__context__
    text = str(error) if type(error).__module__.startswith("mcp.") else type(error).__name__
    return text[:300]


def _parameter(challenge: str, name: str) -> str | None:
    response = httpx2.Response(401, headers={"www-authenticate": challenge})
    return extract_field_from_www_auth(response, name)


def _without(challenge: str, name: str) -> str:
    """The parameters of a challenge but one; without its scheme."""
    rest = re.sub(r"^\s*\w+\s*", "", challenge)
    rest = re.sub(rf'\b{name}=("[^"]*"|[^\s,]+)\s*,?\s*', "", rest)
    return rest.strip().strip(",")


@contextmanager
def _quiet() -> Iterator[None]:
    """The SDK logs its errors with tracebacks and what the server answered: our message says it."""
    logger = logging.getLogger("mcp.client.auth")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
