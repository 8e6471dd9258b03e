"""How a server is doing: put together from its settings, its connection and its login."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from workbench.catalogue.health import ServerHealth
from workbench.upstream.auth.logins import Logins
from workbench.upstream.auth.sessions import own_authorization

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.connection import Connection


def health_of(
    settings: ServerSettings,
    connection: Connection,
    logins: Logins | None,
    environ: Mapping[str, str],
) -> ServerHealth:
    """As of now. Nothing is asked outside: no keyring, no server."""
    pulse = connection.pulse
    return ServerHealth(
        what=_what(settings),
        variables=tuple(settings.env),
        cwd=settings.cwd,
        trust=settings.trust,
        protocol=connection.protocol_version,
        program=pulse.program,
        connected_s=pulse.connected_s,
        connects=pulse.connects,
        calls=pulse.calls,
        p50_ms=pulse.percentile(50),
        p95_ms=pulse.percentile(95),
        logged_in=_logged_in(settings, logins, environ),
        stderr=tuple(connection.stderr.lines()),
    )


def _what(settings: ServerSettings) -> str:
    from workbench.upstream.importers.entries import without_secrets

    shown = without_secrets(settings)
    return shlex.join([shown.command or "", *shown.args]) if shown.url is None else shown.url


def _logged_in(
    settings: ServerSettings, logins: Logins | None, environ: Mapping[str, str]
) -> bool | None:
    if settings.url is None or logins is None or own_authorization(settings) is not None:
        return None
    known = settings if settings.asks_outside else settings.expanded(environ)
    with suppress(OSError):
        return logins.path(known).exists()
    return False
