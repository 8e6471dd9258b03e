"""What a tool's result has inside, as far as its schema tells: names and kinds, for who tells a script what it
read in vain."""

from __future__ import annotations

from typing import Any

from workbench.core.model import JsonValue

_DEEPEST = 6
_MOST = 400
_MOST_NAMES = 60


def shape_of(schema: JsonValue, root: JsonValue = None) -> JsonValue:
    """``{kind, members: {name: shape}}`` of an object, ``{kind, items: shape}`` of an array, ``{kind}`` of a
    plain value; None: nothing is known, or the object may have further members.

    root: what references are looked for in, where that is another schema.
    """
    return _Shaping(schema if root is None else root).of(schema, 0)


class _Shaping:
    def __init__(self, root: JsonValue) -> None:
        self._root = root
        self._left = _MOST

    def of(self, schema: JsonValue, depth: int) -> JsonValue:
        self._left -= 1
        plain = self._plain(schema)
        if plain is None or depth > _DEEPEST or self._left < 0:
            return None
        kind = plain.get("type")
        if kind == "array":
            return {"kind": "array", "items": self.of(plain.get("items"), depth + 1)}
        if kind in ("string", "number", "integer", "boolean"):
            return {"kind": kind}
        properties = plain.get("properties")
        is_open = plain.get("additionalProperties", False) is not False
        if kind != "object" or not isinstance(properties, dict) or not properties or is_open:
            return None
        if len(properties) > _MOST_NAMES:
            return None
        members = {str(name): self.of(inner, depth + 1) for name, inner in properties.items()}
        return {"kind": "object", "members": members}

    def _plain(self, schema: JsonValue) -> dict[str, Any] | None:
        """Without a reference, and without null beside it; None: it may be several things."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict):
                return None
            reference, either = schema.get("$ref"), schema.get("anyOf") or schema.get("oneOf")
            if isinstance(reference, str):
                schema = self._named(reference)
            elif isinstance(either, list):
                rest = [one for one in either if one != {"type": "null"}]
                if len(rest) != 1:
                    return None
                schema = rest[0]
            elif any(name in schema for name in ("allOf", "patternProperties", "if")):
                return None
            elif isinstance(kinds := schema.get("type"), list):
                rest = [kind for kind in kinds if kind != "null"]
                return {**schema, "type": rest[0]} if len(rest) == 1 else None
            else:
                return schema
        return None

    def _named(self, reference: str) -> JsonValue:
        found: JsonValue = self._root
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part) if isinstance(found, dict) else None
        return found if reference.startswith("#/") else None
