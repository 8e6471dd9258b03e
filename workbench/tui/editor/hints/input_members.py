"""What the script's input has, for completing ``input.user.``: its value as a schema."""

from __future__ import annotations

import json
from typing import Any

from workbench.core.model import JsonValue

_LONGEST = 100_000
_DEEPEST = 12
_MOST_ITEMS = 20
_KINDS = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}


def input_schema(text: str) -> dict[str, Any]:
    """The schema of the value that is written in the input pane; one that says nothing where that is no JSON,
    or long."""
    if len(text) > _LONGEST:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return _schema(value, 0)


def _schema(value: JsonValue, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    if isinstance(value, dict):
        members = {name: _schema(member, depth + 1) for name, member in value.items()}
        return {"type": "object", "properties": members, "required": list(members)}
    if isinstance(value, list):
        items = [_schema(item, depth + 1) for item in value[:_MOST_ITEMS]]
        distinct = [each for at, each in enumerate(items) if each not in items[:at]]
        if not distinct:
            return {"type": "array"}
        return {
            "type": "array",
            "items": distinct[0] if len(distinct) == 1 else {"anyOf": distinct},
        }
    return {"type": _KINDS[type(value)]}
