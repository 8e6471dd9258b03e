"""What is said where a name is no server's and no tool's."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.model import ErrorCode

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
    return repr(name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…")
