"""The arguments of a call as they are written: what of them is a literal, and where each part stands."""

from __future__ import annotations

import json
import re
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from workbench.core.model import JsonValue
from workbench.tui.editor.analysis.declarations import key_text
from workbench.tui.editor.analysis.script_places import text_of
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

Path: TypeAlias = tuple[str | int, ...]
Span: TypeAlias = tuple[int, int]
"""In bytes."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,400})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_WORDS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}
_INSIDE = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
)
_DEEPEST = 20


@dataclass(slots=True)
class Written:
    """A value as it is written."""

    value: JsonValue = None
    """Its literal parts."""
    spans: dict[Path, Span] = field(default_factory=dict)
    """Where each literal part stands."""
    names: dict[Path, Span] = field(default_factory=dict)
    """Where the name of each member stands."""
    unclear: set[Path] = field(default_factory=set)
    """Parts that are no literals; an object or a list with parts of which it is unclear which they are."""


def read_literal(node: Node) -> Written:
    """What an expression says as it is written."""
    written = Written()
    written.value = _value(node, (), written)
    return written


def _value(node: Node, path: Path, written: Written) -> JsonValue:
    written.spans[path] = node.byte_range
    while node.type in _INSIDE and node.named_children:
        node = node.named_children[0]
    kind = node.type
    if len(path) < _DEEPEST and kind == "object":
        return _object(node, path, written)
    if len(path) < _DEEPEST and kind == "array":
        return _list(node, path, written)
    text = text_of(node)
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in ("number", "unary_expression") and _NUMBER.fullmatch(text) is not None:
        number: JsonValue = json.loads(text)
        return number
    if kind == "string" or (kind == "template_string" and "${" not in text):
        said = _string(text)
        if said is not None:
            return said
    written.unclear.add(path)
    return None


def _object(node: Node, path: Path, written: Written) -> JsonValue:
    found: dict[str, JsonValue] = {}
    for part in node.named_children:
        if part.type == "comment":
            continue
        if part.type == "shorthand_property_identifier":
            inner = (*path, text_of(part))
            written.names[inner] = part.byte_range
            written.unclear.add(inner)
            found[text_of(part)] = None
            continue
        key = part.child_by_field_name("key") if part.type == "pair" else None
        value = part.child_by_field_name("value")
        name = None if key is None else key_text(key)
        if key is None or value is None or name is None or "\\" in name:
            written.unclear.add(path)  # a spread, a computed name, a method
            continue
        inner = (*path, name)
        written.names[inner] = key.byte_range
        found[name] = _value(value, inner, written)
    return found


def _list(node: Node, path: Path, written: Written) -> JsonValue:
    items: list[JsonValue] = []
    for part in node.named_children:
        if part.type == "comment":
            continue
        if part.type == "spread_element":
            written.unclear.add(path)
        items.append(_value(part, (*path, len(items)), written))
    return items


def _string(text: str) -> str | None:
    """What it says; None: it has escapes that JSON does not know."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(f'"{inner}"')) if text[0] == '"' else None
    except ValueError:
        return None
