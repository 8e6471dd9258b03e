"""The call of a tool as a script writes it, with arguments to begin with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from workbench.catalogue.tool_types import member, property_name
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import JsonValue
from workbench.tui.editor.analysis.schema_walk import Place

_LINE = 88
_DEEPEST = 4
_MOST_ITEMS = 3
_WORDS = frozenset({"default", "const", "enum", "properties"})


def example(schema: Any) -> JsonValue:
    """A value to begin with: what a schema requires, with its defaults, within its bounds."""
    return example_at(Place.of(schema)) if isinstance(schema, dict) else None


def example_at(place: Place, depth: int = 0) -> JsonValue:
    """The same for a place inside a value."""
    schema = next(filter(_says, place.variants), None)
    if schema is None or depth > _DEEPEST:
        return None
    for word in ("default", "const"):
        if word in schema:
            return cast("JsonValue", schema[word])
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return cast("JsonValue", choices[0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), None)
    if kind == "object" or isinstance(schema.get("properties"), dict):
        required = schema.get("required")
        names = map(str, required if isinstance(required, list) else [])
        return {name: example_at(place.inside([name]), depth + 1) for name in names}
    if kind == "array":
        wanted = schema.get("minItems")
        items = [example_at(place.inside([n]), depth + 1) for n in range(_MOST_ITEMS)]
        return items[:wanted] if isinstance(wanted, int) else []
    if kind in ("integer", "number"):
        return _number(schema)
    plain: dict[object, JsonValue] = {"string": "", "boolean": False}
    return plain.get(kind)


def _says(schema: Mapping[str, Any]) -> bool:
    """Whether it says what may stand there, itself; null, where something else may, is no beginning."""
    return bool(schema.keys() & _WORDS) or schema.get("type") not in (None, "null")


def _number(schema: Mapping[str, Any]) -> JsonValue:
    """The one next to nought that is within the bounds."""
    least = [schema.get("minimum"), _next(schema.get("exclusiveMinimum"), 1)]
    most = [schema.get("maximum"), _next(schema.get("exclusiveMaximum"), -1)]
    number: float = max([0, *(each for each in least if isinstance(each, int | float))])
    return min([number, *(each for each in most if isinstance(each, int | float))])


def _next(bound: object, by: int) -> object:
    return bound + by if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def call_text(tool: ToolInfo) -> str:
    """The call of a tool as a script writes it."""
    return f"await tools{member(tool.server)}{member(tool.name)}({arguments_to_fill(tool)})"


def call_with(tool: ToolInfo, args: dict[str, JsonValue]) -> str:
    """The call with these arguments: on one line where it fits, else an argument a line."""
    name = f"await tools{member(tool.server)}{member(tool.name)}"
    if not args:
        return f"{name}()"
    short = f"{name}({literal(args)})"
    if len(short) <= _LINE:
        return short
    lines = [f"  {property_name(each)}: {literal(value)}," for each, value in args.items()]
    return "\n".join([f"{name}({{", *lines, "})"])


def arguments_to_fill(tool: ToolInfo) -> str:
    """The arguments that a tool requires, as a script writes them; empty where it requires none."""
    args = example(tool.input_schema)
    return literal(args) if args else ""


def literal(value: JsonValue) -> str:
    """A JSON value as JavaScript on one line: ``{ query: "", limit: 0 }``."""
    if isinstance(value, dict):
        parts = [f"{property_name(name)}: {literal(part)}" for name, part in value.items()]
        return f"{{ {', '.join(parts)} }}" if parts else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value, ensure_ascii=False)
