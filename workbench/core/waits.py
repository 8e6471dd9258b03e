"""What an execution waits for, as people and clients are told it. No start imports the records for that."""

from __future__ import annotations

from typing import Literal

from workbench.core.model import JsonValue

QUEUED: Literal["queued"] = "queued"
ASKING: Literal["asking"] = "asking"
"""How people are told that an execution waits for a worker, or for an answer; its status is ``running``."""


def state_of(status: str, waits_behind: int | None, asks: bool) -> str:
    """A status for people."""
    return ASKING if asks else status if waits_behind is None else QUEUED


def waits_to_json(waits_behind: int | None, asks: bool) -> dict[str, JsonValue]:
    """``queued`` and how many wait before it, of one that waits for a worker; ``asking``, for an answer."""
    if asks:
        return {ASKING: True}
    return {} if waits_behind is None else {QUEUED: True, "waits_behind": waits_behind}


def waits_in_words(waits_behind: int | None, asks: bool = False) -> str:
    """``waits for a worker, 3 before it``; ``waits for an answer of its user``; empty: it does not wait."""
    if asks:
        return "waits for an answer of its user"
    if waits_behind is None:
        return ""
    before = f", {waits_behind:,} before it" if waits_behind else ""
    return f"waits for a worker{before}"
