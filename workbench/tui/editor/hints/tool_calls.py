"""The call of a tool as a script writes it, with arguments to begin with."""

from __future__ import annotations

import json
from typing import Any

from workbench.catalogue.tool_types import member, property_name
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import JsonValue

_LINE = 88


def example(schema: Any, depth: int = 0) -> JsonValue:
    """A value to begin with: what a schema requires, with its defaults."""
    if not isinstance(schema, dict) or depth > 4:
        return None
    if "default" in schema:
        return schema["default"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    properties = schema.get("properties")
    if kind == "object" or isinstance(properties, dict):
        required = schema.get("required")
        names = required if isinstance(required, list) else []
        parts = properties if isinstance(properties, dict) else {}
        return {str(name): example(parts.get(name), depth + 1) for name in names}
    plain: dict[object, JsonValue] = {"string": "", "integer": 0, "number": 0, "boolean": False}
    return [] if kind == "array" else plain.get(kind)


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
