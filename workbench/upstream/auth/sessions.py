"""Logging in and out where servers run: the flow, with what a running process knows of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config import ServerSettings
from workbench.upstream.auth.logins import Login, Logins, Place
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.upstream.auth.flow import Client, Show


class CannotLogIn(Exception):
    """There is no login to make at this server; the message says why."""


def own_authorization(settings: ServerSettings) -> str | None:
    """The header that the configuration gives it, as it is spelled there: a login would not replace it."""
    return next((name for name in settings.headers if name.lower() == "authorization"), None)


def checked(settings: ServerSettings) -> ServerSettings:
    """The settings, where a login can be made with them. Raises CannotLogIn."""
    _check_url(settings)
    if settings.held:
        raise CannotLogIn(f"{settings.name} is not trusted yet: workbench trust")
    own = own_authorization(settings)
    if own is not None:
        raise CannotLogIn(
            f"{settings.name} has a header {own!r} of its own, which a login would not replace; "
            "remove the header first"
        )
    return settings


def _check_url(settings: ServerSettings) -> None:
    if settings.url is None:
        raise CannotLogIn(
            f"{settings.name} is started by a command: only servers with a url have logins"
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """A login that was made."""

    login: Login
    place: Place
    """Where it is kept."""
    file: Path
    """Its file, where that is the place."""


async def log_in(
    settings: ServerSettings,
    environ: Mapping[str, str],
    logins: Logins | None,
    show: Show,
    *,
    scope: str | None = None,
    client: Client | None = None,
    port: int = 0,
) -> Kept:
    """Log in as ``flow.log_in`` and keep the login. Raises CannotLogIn, LoginFailed, OSError."""
    from workbench.upstream.auth.flow import log_in as run_flow

    if logins is None:
        raise CannotLogIn("there is no data folder to keep a login in")
    expanded = await asyncio.to_thread(checked(settings).expanded, environ)
    before = await asyncio.to_thread(logins.load, expanded)
    login = await run_flow(expanded, show, scope=scope, before=before, client=client, port=port)
    place = await asyncio.to_thread(logins.save, expanded, login)
    return Kept(login, place, logins.path(expanded))


async def log_out(
    settings: ServerSettings, environ: Mapping[str, str], logins: Logins | None
) -> bool:
    """Forget the login; False: there was none. Raises CannotLogIn, OSError."""
    _check_url(settings)
    if logins is None:
        raise CannotLogIn(f"{settings.name} has no login")
    expanded = await asyncio.to_thread(settings.expanded, environ)
    return await asyncio.to_thread(logins.forget, expanded)
