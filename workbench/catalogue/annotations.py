"""A tool's annotations in words. They are what its server says of it, and no more than that."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.core.model import JsonValue


def reads_only(annotations: Mapping[str, JsonValue] | None) -> bool:
    """Whether the server says that a call changes nothing."""
    return (annotations or {}).get("readOnlyHint") is True


def may_destroy(annotations: Mapping[str, JsonValue] | None) -> bool:
    """Whether the server says that a call may destroy something."""
    noted = annotations or {}
    return noted.get("destructiveHint") is True and not reads_only(noted)


def in_words(annotations: Mapping[str, JsonValue] | None) -> list[str]:
    """``["may destroy", "reaches outside"]``; empty where the server says nothing of the kind."""
    noted = annotations or {}
    words = []
    if reads_only(noted):
        words.append("reads only")
    elif may_destroy(noted):
        words.append("may destroy")
    elif noted.get("destructiveHint") is False:
        words.append("destroys nothing")
    elif noted.get("readOnlyHint") is False:
        words.append("may change something")
    if noted.get("idempotentHint") is True and not reads_only(noted):
        words.append("may be repeated")
    outside = noted.get("openWorldHint")
    if isinstance(outside, bool):
        words.append("reaches outside" if outside else "stays inside")
    return words
