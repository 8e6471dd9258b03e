"""What is said where a name is no server's and no tool's."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.core.model import ErrorCode


@dataclass(frozen=True, slots=True)
class Missing:
    """No such server or tool, or one that may not be called."""

    message: str
    near: tuple[str, ...] = ()
    """Names that may have been meant: servers, or tools as ``server.tool``."""
    code: ErrorCode = ErrorCode.NOT_FOUND
