"""Arguments that are sent a second time as HTTP headers (2026-07-28, ``x-mcp-header``).

So that what stands between can route a call without reading its body. The rules are those of the SDK,
which takes a second to import.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from workbench.core.model import JsonValue

Mirror: TypeAlias = dict[tuple[str, ...], str]
"""Where in the arguments a value stands, and the header's name behind ``Mcp-Param-``."""

_KEY = "x-mcp-header"
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PLAIN = re.compile(r"[\x20-\x7E]*")
_ENCODED = re.compile(r"=\?base64\?.*\?=")
_ONE = (
    "items",
    "contains",
    "unevaluatedItems",
    "additionalProperties",
    "propertyNames",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
)
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("patternProperties", "dependentSchemas", "$defs", "definitions")


def mirror_of(schema: JsonValue) -> Mirror | None:
    """What of a tool's arguments goes into headers; None: its schema is wrong about it."""
    mirror: Mirror = {}
    for path, part in _parts(schema):
        if _KEY not in part:
            continue
        name = part[_KEY]
        if not path or not isinstance(name, str) or not _TOKEN.fullmatch(name):
            return None
        if part.get("type") not in ("string", "integer", "boolean"):
            return None
        if name.lower() in (other.lower() for other in mirror.values()):
            return None
        mirror[path] = name
    return mirror


def mirrored(mirror: Mirror, args: Mapping[str, JsonValue]) -> dict[str, str]:
    """The headers of one call."""
    headers: dict[str, str] = {}
    for path, name in mirror.items():
        value: JsonValue = args
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            headers[f"Mcp-Param-{name}"] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            headers[f"Mcp-Param-{name}"] = header_text(str(value))
    return headers


def header_text(text: str) -> str:
    """A text as a header's value; in base64 where it would not arrive as it is."""
    if _PLAIN.fullmatch(text) and text == text.strip() and not _ENCODED.fullmatch(text):
        return text
    return f"=?base64?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?="


def _parts(root: JsonValue) -> Iterator[tuple[tuple[str, ...] | None, dict[str, JsonValue]]]:
    """Every schema in a schema, with the names of the properties that lead to it.

    None instead of names: something else than a property is on the way.
    """
    stack: list[tuple[tuple[str, ...] | None, JsonValue]] = [((), root)]
    while stack:
        path, part = stack.pop()
        if not isinstance(part, dict):
            continue
        yield path, part
        for word, inner in part.items():
            if word == "properties" and isinstance(inner, dict):
                for name, each in inner.items():
                    stack.append(((*path, name) if path is not None else None, each))
            elif word in _ONE:
                stack.append((None, inner))
            elif word in _MANY and isinstance(inner, list):
                stack += [(None, each) for each in inner]
            elif word in _NAMED and isinstance(inner, dict):
                stack += [(None, each) for each in inner.values()]
