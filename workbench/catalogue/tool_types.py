"""TypeScript declarations of tools, from their JSON Schemas: for people, models and editors.

The schemas are outside data: recursion ends, size is bounded, and what cannot be said is ``unknown``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.text.sanitize import shortened
from workbench.util.dataclass import dataclass

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_DEEPEST = 8
_MOST_ENUM = 40
_MOST_COMMENT = 300
_MOST_TYPE = 6_000
_MOST_NODES = 2_000
_PRIMITIVES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def type_text(schema: object, root: Mapping[str, Any] | None = None, most: int = _MOST_TYPE) -> str:
    """A type on one line, without comments; shallower until it fits into ``most`` characters."""
    if root is None:
        root = schema if isinstance(schema, Mapping) else {}
    return _fitting(schema, root, most, comments=False)


def signature(
    name: str,
    description: str,
    input_schema: Mapping[str, Any],
    output_schema: Mapping[str, Any] | None,
    *,
    wrapped: bool = False,
    indent: str = "",
    note: str = "",
) -> str:
    """A method declaration with its description above it.

    wrapped: the tool's result is the property ``result`` of its output schema. note: a comment behind it.
    """
    lines = _comment(description, indent)
    optional = "" if input_schema.get("required") else "?"
    args = ""
    if input_schema.get("properties") or input_schema.get("additionalProperties") is not False:
        text = _fitting(input_schema, input_schema, _MOST_TYPE, comments=True, indent=indent)
        args = f"args{optional}: {text}"
    result = "any"
    if output_schema is not None:
        shape: Any = output_schema
        if wrapped:
            shape = output_schema.get("properties", {}).get("result", {})
        result = _fitting(shape, output_schema, _MOST_TYPE, comments=True, indent=indent)
    lines.append(f"{indent}{name}({args}): Promise<{result}>;{' ' if note else ''}{note}")
    return "\n".join(lines)


def property_name(name: str) -> str:
    """A name as an object key: quoted where it is no identifier."""
    return name if _IDENTIFIER.match(name) else json.dumps(name, ensure_ascii=False)


def member(name: str) -> str:
    """A name as member access: ``.name`` or ``["na me"]``."""
    if _IDENTIFIER.match(name):
        return f".{name}"
    return f"[{json.dumps(name, ensure_ascii=False)}]"


def _fitting(
    schema: object, root: Mapping[str, Any], most: int, *, comments: bool, indent: str = ""
) -> str:
    for depth, say in ((_DEEPEST, comments), (_DEEPEST, False), (4, False), (2, False), (1, False)):
        try:
            text = _Printer(root, say, depth).print(schema, indent, 0)
        except _TooLarge:
            continue
        if len(text) <= most:
            return text
    return "object"


class _TooLarge(Exception):
    """There is more to print than is worth it."""


@dataclass(slots=True)
class _Printer:
    root: Mapping[str, Any]
    comments: bool
    deepest: int
    left: int = _MOST_NODES

    def print(self, schema: object, indent: str, depth: int) -> str:
        if not isinstance(schema, Mapping):
            return "never" if schema is False else "any"
        self.left -= 1
        if self.left < 0:
            raise _TooLarge
        if depth > self.deepest:
            return "unknown"
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = resolve(reference, self.root)
            return self.print(target, indent, depth + 1) if target is not None else "unknown"
        if "const" in schema:
            return _literal(schema["const"])
        if isinstance(options := schema.get("enum"), Sequence) and options:
            shown = [_literal(option) for option in options[:_MOST_ENUM]]
            if len(options) > _MOST_ENUM:
                shown.append(self._of_types(schema, indent, depth) if "type" in schema else "any")
            return _union(shown)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(parts := schema.get(keyword), list) and parts:
                return _union([self.print(part, indent, depth + 1) for part in parts])
        if isinstance(parts := schema.get("allOf"), list) and parts:
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            both = [*parts, rest] if "properties" in rest else parts
            return " & ".join(_grouped(self.print(part, indent, depth + 1)) for part in both)
        return self._of_types(schema, indent, depth)

    def _of_types(self, schema: Mapping[str, Any], indent: str, depth: int) -> str:
        kinds = schema.get("type")
        if kinds is None:
            if "properties" in schema or "additionalProperties" in schema:
                kinds = "object"
            elif "items" in schema or "prefixItems" in schema:
                kinds = "array"
            else:
                return "any"
        names = kinds if isinstance(kinds, list) else [kinds]
        return _union([self._of_type(name, schema, indent, depth) for name in names])

    def _of_type(self, name: object, schema: Mapping[str, Any], indent: str, depth: int) -> str:
        if name == "array":
            return self._array(schema, indent, depth)
        if name == "object":
            return self._object(schema, indent, depth)
        return _PRIMITIVES.get(name, "any") if isinstance(name, str) else "any"

    def _array(self, schema: Mapping[str, Any], indent: str, depth: int) -> str:
        places = schema.get("prefixItems")
        if isinstance(places, list):
            inside = ", ".join(self.print(place, indent, depth + 1) for place in places)
            return f"[{inside}]"
        items = self.print(schema.get("items", True), indent, depth + 1)
        return f"{items}[]" if items.isidentifier() else f"Array<{items}>"

    def _object(self, schema: Mapping[str, Any], indent: str, depth: int) -> str:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            extra = schema.get("additionalProperties", True)
            if extra is False:
                return "{}"
            return f"Record<string, {self.print(extra, indent, depth + 1)}>"
        if depth >= self.deepest:
            return "object"
        listed = schema.get("required")
        required = set(map(str, listed)) if isinstance(listed, list) else set()
        inner = indent + "  "
        lines: list[str] = []
        for key, value in properties.items():
            if self.comments:
                lines += _comment(_describe(value), inner)
            mark = "" if key in required else "?"
            text = self.print(value, inner, depth + 1)
            lines.append(f"{inner}{property_name(str(key))}{mark}: {text};")
        if self.comments:
            return "{\n" + "\n".join(lines) + f"\n{indent}}}"
        return "{ " + " ".join(line.strip() for line in lines).rstrip(";") + " }"


def _describe(schema: object) -> str:
    if not isinstance(schema, Mapping):
        return ""
    parts = []
    if isinstance(text := schema.get("description"), str):
        parts.append(text)
    if "default" in schema:
        parts.append(f"Default: {shortened(_literal(schema['default']), _MOST_COMMENT)}")
    limits = [
        f"{sign} {schema[key]}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"))
        if isinstance(schema.get(key), int | float)
    ]
    if limits:
        parts.append(", ".join(limits))
    return ". ".join(part.rstrip(".") for part in parts)


def _comment(text: str, indent: str) -> list[str]:
    """Lines of a doc comment; none for no text. The text cannot end the comment."""
    words = shortened(" ".join(text.split()).replace("*/", "* /"), _MOST_COMMENT)
    return [f"{indent}/** {words} */"] if words else []


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _union(parts: Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(parts))


def _grouped(text: str) -> str:
    """In brackets where ``&`` would bind to a part of it only."""
    return f"({text})" if " | " in text else text


def resolve(reference: str, root: Mapping[str, Any]) -> object:
    """The target of a local reference (``#/$defs/…``); None for any other."""
    if reference == "#":
        return root
    if not reference.startswith("#/"):
        return None
    node: object = root
    for part in reference[2:].split("/"):
        if not isinstance(node, Mapping):
            return None
        node = node.get(part.replace("~1", "/").replace("~0", "~"))
    return node
