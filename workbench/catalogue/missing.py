"""What is said where a name is no server's and no tool's, or one that may not be called."""

from __future__ import annotations

from workbench.core.model import ErrorCode
from workbench.text.sanitize import shortened
from workbench.util.dataclass import dataclass

_LONGEST_NAME = 128


@dataclass(frozen=True, slots=True)
class Missing:
    """No such server or tool, or one that may not be called."""

    message: str
    near: tuple[str, ...] = ()
    """Names that may have been meant: servers, or tools as ``server.tool``."""
    code: ErrorCode = ErrorCode.NOT_FOUND


def not_at_hand(server: str, state: str, error: str | None) -> Missing:
    """What to say of a tool of a configured server that cannot be asked now: it may well be there."""
    if state == "disabled":
        why = "is disabled (enabled = false in its configuration)"
    elif state == "failed":
        why = f"is not connected: {error or 'it gave no reason'}"
    else:
        why = f"is not connected: it is {state}" + (f" ({error})" if error else "")
    return Missing(f"server {server!r} {why}", code=ErrorCode.UPSTREAM_ERROR)


def quoted_name(name: str) -> str:
    """A name that somebody gave, in a message: in quotes, and no longer than names are."""
    return repr(shortened(name, _LONGEST_NAME))


def quarantined(server: str) -> Missing:
    return Missing(
        f"server {server!r} is quarantined; its owner can release it with: "
        f"workbench servers quarantine {server} --off",
        code=ErrorCode.SERVER_QUARANTINED,
    )


def not_started(server: str, why: str | None) -> Missing:
    return Missing(f"server {server!r} is not started: {why}", code=ErrorCode.SERVER_QUARANTINED)


def not_approved(server: str, tool: str, why: str | None) -> Missing:
    return Missing(
        f"{server}.{tool}: {why or 'it is not approved'}; "
        f"look at it and approve it with: workbench servers approve {server}",
        code=ErrorCode.TOOL_NOT_APPROVED,
    )


def denied(what: str, server: str) -> Missing:
    return Missing(
        f"{what} is denied by the configuration of {server!r} (allow_tools, deny_tools)",
        code=ErrorCode.TOOL_DENIED,
    )
