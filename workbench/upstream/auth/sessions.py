"""Logging in and out where servers run: the flow, with what a running process knows of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.config import ServerSettings
from workbench.upstream.auth.logins import Logins, Place

if TYPE_CHECKING:
    from workbench.upstream.auth.flow import Show


class CannotLogIn(Exception):
    """There is no login to make at this server; the message says why."""


def own_authorization(settings: ServerSettings) -> str | None:
    """The header that the configuration gives it, as it is spelled there: a login would not replace it."""
    return next((name for name in settings.headers if name.lower() == "authorization"), None)


def checked(settings: ServerSettings) -> ServerSettings:
    """The settings, where a login can be made with them. Raises CannotLogIn."""
    if settings.url is None:
        raise CannotLogIn(
            f"{settings.name} is started by a command: only servers with a url have logins"
        )
    if settings.held:
        raise CannotLogIn(f"{settings.name} is not trusted yet: workbench trust")
    own = own_authorization(settings)
    if own is not None:
        raise CannotLogIn(
            f"{settings.name} has a header {own!r} of its own, which a login would not replace; "
            "remove the header first"
        )
    return settings


async def log_in(
    settings: ServerSettings, environ: Mapping[str, str], logins: Logins | None, show: Show
) -> Place:
    """Log in and keep the login; where. Raises CannotLogIn, LoginFailed, OSError."""
    from workbench.upstream.auth.flow import log_in as run_flow

    if logins is None:
        raise CannotLogIn("there is no data folder to keep a login in")
    expanded = await asyncio.to_thread(checked(settings).expanded, environ)
    before = await asyncio.to_thread(logins.load, expanded)
    login = await run_flow(expanded, show, before=before)
    return await asyncio.to_thread(logins.save, expanded, login)


async def log_out(
    settings: ServerSettings, environ: Mapping[str, str], logins: Logins | None
) -> bool:
    """Forget the login; False: there was none. Raises CannotLogIn, OSError."""
    if settings.url is None or logins is None:
        raise CannotLogIn(f"{settings.name} has no login")
    expanded = await asyncio.to_thread(settings.expanded, environ)
    return await asyncio.to_thread(logins.forget, expanded)
