"""Results that are read as if something were around them: content blocks, ``data``, text that is JSON. What a
tool gives decides what is right."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.grammars import all_nodes, awaited, unwrapped
from workbench.sandbox.child.looking import Look
from workbench.sandbox.child.meant import Ask, call_in, declared_with, gives_of

_BLOCKS = r"\??\.content\??\.?\[0\]\??\.text|\??\.content\b(?=\??\.?\[)|(?<=\.result)\.content\b"
_READ_AS_BLOCKS = re.compile(_BLOCKS)
_PARSED_BLOCKS = re.compile(rf"JSON\.parse\(\s*([\w$.?]+?)(?:{_BLOCKS})\s*\)")
_AROUND = frozenset(
    {"result", "data", "structuredContent", "value", "output", "content", "response", "body"}
)
_ALREADY = "a result is unwrapped already"
_MOST_SHOWN = 12


def as_blocks(look: Look, ask: Ask | None) -> str | None:
    """Of a line that reads ``r.content[0].text``: the line with what is there instead."""
    line, start = look.line_text(), look.script.offset_of(look.line, 1) or 0
    found = _READ_AS_BLOCKS.search(line)
    if found is None:
        return None
    variable = re.search(r"(?<![\w$.])([A-Za-z_$][\w$]*)\Z", line[: found.start()])
    inside = None if variable is None else _text_member(look, variable[1], ask)
    instead = "" if inside is None else f".{inside}"
    parsed = _PARSED_BLOCKS.search(line)
    if parsed is not None and inside is None:  # what is JSON is parsed already
        at, end, instead = parsed.start(), parsed.end(), parsed[1].removesuffix("?")
    else:
        at, end = found.span()
    at, end = (start + len(line[:place].encode()) for place in (at, end))
    return f"{_ALREADY}; write: {look.line_with(at, instead, end)}"


def parsed_already(look: Look, ask: Ask | None) -> str:
    """Of ``JSON.parse(r)``, where ``r`` is an object."""
    told = "JSON.parse was given an object"
    for node in reversed(look.path()):
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None or look.text(function) != "JSON.parse":
            continue
        given = look.text(arguments)[1:-1]
        inner = arguments.named_children[0] if arguments.named_children else arguments
        inside = _text_member(look, given, ask) or _text_in(look, _call_behind(look, inner), ask)
        if inside is not None:
            whole = given if inner.type == "identifier" else f"({given})"
            fixed = f"({whole}.{inside})"
            written = look.line_with(arguments.start_byte, fixed, arguments.end_byte)
            return f"{told}, and the text is in its {inside}; write: {written}"
        written = look.line_with(node.start_byte, given, node.end_byte)
        return f"{told}: a result that is JSON is parsed already; write: {written}"
    return f"{told}: a result that is JSON is parsed already"


def taken_from_result(look: Look, variable: Node, ask: Ask | None) -> str | None:
    """Of a variable that holds nothing: it was taken out of a result that does not have it."""
    name = look.text(variable)
    for declarator in all_nodes(look.root):
        if declarator.type != "variable_declarator":
            continue
        pattern = declarator.child_by_field_name("name")
        value = unwrapped(declarator.child_by_field_name("value"))
        if pattern is None or value is None:
            continue
        if pattern.type == "object_pattern" and (member := _taken(look, pattern, name)):
            return _not_in(look, value, member, ask, pattern)
        if look.text(pattern) == name and value.type == "member_expression":
            member_node, owner = (
                value.child_by_field_name("property"),
                unwrapped(value.child_by_field_name("object")),
            )
            if member_node is None or owner is None:
                return None
            return _not_in(look, owner, look.text(member_node), ask, None, value)
    return None


def _taken(look: Look, pattern: Node, name: str) -> str | None:
    """The member that ``{ member: name }`` or ``{ name }`` takes."""
    for part in pattern.named_children:
        if part.type == "shorthand_property_identifier_pattern" and look.text(part) == name:
            return name
        key, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        if key is not None and value is not None and look.text(value) == name:
            return look.text(key)
    return None


def _not_in(
    look: Look,
    value: Node,
    member: str,
    ask: Ask | None,
    pattern: Node | None,
    whole: Node | None = None,
) -> str | None:
    """``value`` gives something without ``member``; ``pattern`` or ``whole`` is where it is taken out."""
    call = _call_behind(look, value)
    found = None if call is None else gives_of(look, call, ask)
    if found is None:
        return None
    called, gives = found
    inside: dict[str, str] = (gives or {}).get("members") or {}
    if member in inside:
        return None
    if member in _AROUND and "content" not in inside:
        if whole is not None:
            fixed = look.line_with(whole.start_byte, look.text(value), whole.end_byte)
            return f"{_ALREADY}; write: {fixed}"
        if pattern is not None:
            return (
                f"{_ALREADY}; write: {look.line_with(pattern.start_byte, member, pattern.end_byte)}"
            )
    if inside:
        return f"{called} gives {{{', '.join(list(inside)[:_MOST_SHOWN])}}}, no {member}"
    if gives is None:
        return f"the result of {called} has no {member}: look at the whole of it first"
    if gives.get("kind") == "string" and pattern is not None:
        fixed = look.line_with(pattern.start_byte, member, pattern.end_byte)
        return f"{called} gives text; write: {fixed}"
    return None


def _call_behind(look: Look, value: Node) -> Node | None:
    given = awaited(value)
    if given is not None and given.type == "identifier":
        return declared_with(look, look.text(given))
    return call_in(given)


def _text_member(look: Look, name: str, ask: Ask | None) -> str | None:
    """The text in the result that a variable holds: its only member, or its content; None: it has none."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        return None
    return _text_in(look, declared_with(look, name), ask)


def _text_in(look: Look, call: Node | None, ask: Ask | None) -> str | None:
    found = None if call is None else gives_of(look, call, ask)
    gives: dict[str, Any] = (found[1] if found is not None else None) or {}
    members: dict[str, str] = gives.get("members") or {}
    name = next(iter(members)) if len(members) == 1 else "content"
    return name if members.get(name) == "string" else None


def absent(look: Look, owner: Node, ask: Ask | None) -> str | None:
    """Of ``r.member``, which is nothing, where it is not known what the result ``r`` has."""
    member, inner = owner.child_by_field_name("property"), owner.child_by_field_name("object")
    call = None if inner is None else _call_behind(look, inner)
    found = None if call is None or member is None else gives_of(look, call, ask)
    if found is None or member is None or found[1] is not None:
        return None
    return f"the result of {found[0]} has no {look.text(member)}: look at the whole of it first"
