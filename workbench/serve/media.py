"""Images and audio in a value: content blocks of MCP go to a model as what they are, not as base64 in JSON."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from typing import Any

from workbench.core.model import JsonValue
from workbench.text.jsontext import dumps

_KINDS = ("image", "audio")
_MARKS = tuple(dumps({"type": kind})[1:-1] for kind in _KINDS)
_MOST_BLOCKS = 20
_MOST_BYTES = 5 << 20
"""Of one: what models take."""
_MOST_TOGETHER = 20 << 20
_LOOKED_AT = 50_000
_FEW = 500
_LONG = 65_536
_DEEPEST = 100


def take_out(value: JsonValue) -> tuple[JsonValue, list[JsonValue]]:
    """``value`` with what stands in the place of its images and audio, and these as content blocks.

    In its place: ``{"type": "image", "mimeType": …, "bytes": …, "attached": 1}``, the number of the block.
    """
    if not _may_hold_some(value):
        return value, []
    taking = _Taking()
    return taking.visit(value, 0), taking.blocks


def _may_hold_some(value: JsonValue) -> bool:
    """By its text: to look at every value of a large one takes 20 times as long, unless it has few."""
    if not isinstance(value, list | Mapping):
        return False
    text = dumps(value)
    few = _among_few(value) if len(text) > _LONG else None
    return few if few is not None else any(mark in text for mark in _MARKS)


def _among_few(value: JsonValue) -> bool | None:
    """Whether one is in it; None: there are many values, and not all were looked at."""
    looked_at = 0
    pending = [value]
    while pending:
        outer = pending.pop()
        looked_at += len(outer)
        if looked_at > _FEW:
            return None
        if isinstance(outer, Mapping):
            if outer.get("type") in _KINDS:
                return True
            outer = outer.values()
        pending += (inner for inner in outer if isinstance(inner, list | Mapping))
    return False


class _Taking:
    def __init__(self) -> None:
        self.blocks: list[JsonValue] = []
        self._bytes = 0
        self._looked_at = 0

    def visit(self, value: JsonValue, depth: int) -> JsonValue:
        """The value itself where nothing in it is taken out."""
        self._looked_at += 1
        if self._looked_at > _LOOKED_AT or depth > _DEEPEST:
            return value
        if isinstance(value, list):
            items = [self.visit(item, depth + 1) for item in value[:_LOOKED_AT]]
            if all(new is old for new, old in zip(items, value, strict=False)):
                return value
            return [*items, *value[_LOOKED_AT:]]
        if not isinstance(value, Mapping):
            return value
        if value.get("type") in _KINDS and isinstance(value.get("data"), str):
            return self._taken(value)
        if len(value) > _LOOKED_AT:
            return value
        members = {name: self.visit(inside, depth + 1) for name, inside in value.items()}
        same = all(members[name] is inside for name, inside in value.items())
        return value if same else members

    def _taken(self, block: Mapping[str, Any]) -> JsonValue:
        kind, mime, data = block["type"], block.get("mimeType"), block["data"]
        if not isinstance(mime, str) or not mime.startswith(f"{kind}/"):
            return block
        try:
            size = len(binascii.a2b_base64(data, strict_mode=True))
        except ValueError:
            return block
        told: dict[str, JsonValue] = {"type": kind, "mimeType": mime, "bytes": size}
        too_many = len(self.blocks) >= _MOST_BLOCKS or self._bytes + size > _MOST_TOGETHER
        if size > _MOST_BYTES or too_many:
            return {**told, "note": "too large to be attached" if not too_many else "not attached"}
        self._bytes += size
        self.blocks.append({"type": kind, "data": data, "mimeType": mime})
        return {**told, "attached": len(self.blocks)}
