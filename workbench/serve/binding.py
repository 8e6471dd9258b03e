"""Where the HTTP face listens, and who may come in."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import field

from workbench.config import ServeSettings
from workbench.serve import UsageError
from workbench.util.dataclass import dataclass
from workbench.util.digits import whole
from workbench.util.loopback import is_loopback

_TOKEN_BYTES = 32
_LEAST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Binding:
    """An address and its token."""

    host: str
    port: int
    """0: the system chooses one."""
    token: str = field(repr=False)
    generated: bool
    """The token was made here, so it must be shown."""
    max_body_bytes: int
    loopback: bool


def read_binding(
    address: str,
    settings: ServeSettings,
    allow_remote: bool,
    environ: Mapping[str, str] = os.environ,
) -> Binding:
    """The binding that ``--http ADDRESS`` means. Raises UsageError."""
    host, port = _split(address, settings)
    loopback = is_loopback(host)
    token = environ.get(settings.token_env, "")
    if not loopback and not allow_remote:
        raise UsageError(
            f"--http {address}: {host} is not a loopback address; whoever reaches it could run "
            "scripts. Add --allow-remote if that is meant"
        )
    if not loopback and not token:
        raise UsageError(
            f"--allow-remote needs a token of your own in the variable {settings.token_env}"
        )
    if token and len(token) < _LEAST_TOKEN:
        raise UsageError(
            f"the token in {settings.token_env} is too short: {_LEAST_TOKEN} characters or more"
        )
    if not token.isascii() or any(sign.isspace() for sign in token):
        raise UsageError(f"the token in {settings.token_env} must be ASCII without spaces")
    return Binding(
        host,
        port,
        token or secrets.token_urlsafe(_TOKEN_BYTES),
        generated=not token,
        max_body_bytes=settings.max_body_bytes,
        loopback=loopback,
    )


def _split(address: str, settings: ServeSettings) -> tuple[str, int]:
    """``HOST:PORT``, ``[V6]:PORT``, ``HOST``, ``PORT``, ``:PORT`` or nothing at all."""
    if "/" in address:
        raise UsageError(f"--http {address}: give HOST:PORT, without http:// and without a path")
    host, port = address, ""
    if address.isdigit():
        host, port = "", address
    elif address.startswith("["):
        host, _, port = address[1:].partition("]")
        port = port.removeprefix(":")
    elif address.count(":") == 1:
        host, _, port = address.partition(":")
    if not port:
        return host or settings.host, settings.port
    number = whole(port)
    if number is None or number > 65_535:
        raise UsageError(f"--http {address}: {port!r} is not a port (0 to 65535)")
    return host or settings.host, number
