"""The token on a server's requests: renewed before it ends or when the server refuses it, without a person."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2
import orjson

from workbench.mcp.messages import Failure
from workbench.upstream.auth.logins import Login, Logins
from workbench.upstream.transports.http_client import NO_PROXY

if TYPE_CHECKING:
    from workbench.config import ServerSettings

_EARLY_S = 30.0
"""A token is renewed so long before it ends."""
_RENEW_S = 10.0
_MOST_BYTES = 256 << 10
_REFUSED = (400, 401, 403)
_SCOPE = re.compile(r'\bscope="?([\x21\x23-\x5b\x5d-\x7e ]+?)"?(?:,|$)')

_log = logging.getLogger(__name__)


class CannotRenew(Failure):
    """The token could not be renewed just now."""


class Bearer:
    """One server's token. Cheap where nobody ever logged in: one look for a file a connection."""

    def __init__(self, settings: ServerSettings, logins: Logins | None) -> None:
        """settings: expanded, of an HTTP server. logins: None: none are kept."""
        self._settings = settings
        self._own = any(name.lower() == "authorization" for name in settings.headers)
        self._logins = logins if not self._own else None
        self._login: Login | None = None
        self._loaded = False
        self._renewing = asyncio.Lock()

    async def header(self) -> dict[str, str]:
        """What to put on a request: nothing where there is no login. Raises Failure."""
        if self._logins is None:
            return {}
        if not self._loaded:
            async with self._renewing:
                if not self._loaded:
                    self._login = await asyncio.to_thread(self._logins.load, self._settings)
                    self._loaded = True
        if self._login is not None and _ends(self._login) and self._login.refresh_token is not None:
            await self._renew(self._login)
        if self._login is None:
            return {}
        return {"authorization": f"Bearer {self._login.access_token}"}

    async def renewed(self, sent: Mapping[str, str]) -> bool:
        """After a request with these headers was refused (401): whether another try is worth it.

        Raises Failure where the token could not be renewed.
        """
        if self._logins is None:
            return False
        before = self._login
        if before is not None and sent.get("authorization") != f"Bearer {before.access_token}":
            return True  # renewed by another request meanwhile
        await self._renew(before)
        if self._login is None:
            return False
        return before is None or self._login.access_token != before.access_token

    def advice(self, status: int, challenge: str | None) -> str:
        """What to do about a refusal, to go behind the server's own words; empty: nothing we know."""
        if self._own or challenge is None or not challenge.lower().startswith("bearer"):
            return ""
        if status == 401:
            return f"; run: workbench servers login {self._settings.name}"
        if status == 403 and "insufficient_scope" in challenge:
            found = _SCOPE.search(challenge)
            more = f" --scope '{found[1]}'" if found is not None and "'" not in found[1] else ""
            return f"; for more rights run: workbench servers login {self._settings.name}{more}"
        return ""

    def scrubbed(self, text: str) -> str:
        """A text of the server without our token, should it echo it."""
        if self._login is None:
            return text
        return text.replace(self._login.access_token, "«masked token»")

    async def _renew(self, before: Login | None) -> None:
        """Take what another process renewed, or renew. In a thread, so that no cancelled call loses
        a refresh token that was used up."""
        logins = self._logins
        assert logins is not None
        async with self._renewing:
            if self._login is not before:
                return
            self._login = await asyncio.to_thread(_renewed, logins, self._settings, before)


def _renewed(logins: Logins, settings: ServerSettings, before: Login | None) -> Login | None:
    """The newest login of a server. Raises CannotRenew."""
    kept = logins.load(settings)
    if kept is None or kept.refresh_token is None or kept != before:
        return kept
    try:
        with logins.changing(settings):
            kept = logins.load(settings)
            if kept is None or kept != before:
                return kept
            fresh = _asked(kept)
            if fresh is None:
                return replace(kept, refresh_token=None)  # the server will refuse the rest
            logins.save(settings, fresh)
            return fresh
    except OSError as error:
        raise CannotRenew(
            f"the login could not be renewed: {error.strerror or type(error).__name__}"
        ) from None


def _asked(login: Login) -> Login | None:
    """The login with new tokens; None: the authorization server takes the refresh token no more.

    Raises CannotRenew.
    """
    form = {
        "grant_type": "refresh_token",
        "refresh_token": login.refresh_token or "",
        "client_id": login.client_id,
    }
    if login.resource is not None:
        form["resource"] = login.resource
    headers = {"accept": "application/json"}
    if login.client_secret is not None and login.client_method == "client_secret_basic":
        words = f"{quote(login.client_id, safe='')}:{quote(login.client_secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(words.encode()).decode()}"
    elif login.client_secret is not None and login.client_method == "client_secret_post":
        form["client_secret"] = login.client_secret
    try:
        with (
            httpx2.Client(
                timeout=_RENEW_S, follow_redirects=False, mounts=dict.fromkeys(NO_PROXY)
            ) as client,
            client.stream("POST", login.token_endpoint, data=form, headers=headers) as response,
        ):
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise CannotRenew("the login could not be renewed: the answer has no end")
            status = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        what = f"{type(error).__name__} at {login.token_endpoint}"
        raise CannotRenew(f"the login could not be renewed: {what}") from None
    if status in _REFUSED:
        _log.info("the login was not renewed: HTTP %d", status)
        return None
    if status != 200:
        raise CannotRenew(f"the login could not be renewed: HTTP {status}")
    try:
        tokens = orjson.loads(bytes(body))
        access = tokens["access_token"]
        lifetime = tokens.get("expires_in")
        return replace(
            login,
            access_token=_text(access),
            refresh_token=_text(tokens.get("refresh_token") or login.refresh_token),
            scope=tokens.get("scope") or login.scope,
            expires_at=time.time() + float(lifetime) if lifetime is not None else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CannotRenew("the login could not be renewed: the answer holds no token") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("no token")
    return value


def _ends(login: Login) -> bool:
    return login.expires_at is not None and time.time() > login.expires_at - _EARLY_S
