"""Results that are read as if something were around them: content blocks, ``data``, text that is JSON. What a
tool gives decides what is right."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.result_advice import (
    ENVELOPE,
    call_in,
    call_name,
    declared_with,
    gives_of,
)
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import Ask, call_at
from workbench.sandbox.child.grammars import all_nodes, awaited, path_to, unwrapped
from workbench.sandbox.child.starting.parallel import ASYNCHRONOUS

_BLOCKS = r"\??\.content\??\.?\[0\]\??\.text|\??\.content\b(?=\??\.?\[)|(?<=\.result)\.content\b"
_READ_AS_BLOCKS = re.compile(_BLOCKS)
_PARSED_BLOCKS = re.compile(rf"JSON\.parse\(\s*([\w$.?]+?)(?:{_BLOCKS})\s*\)")
_CHAIN = re.compile(r"(?:[\w$.?]|\[[\w$]*\])+")
_AROUND = frozenset(
    {"result", "data", "structuredContent", "value", "output", "content", "response", "body"}
)
_ALREADY = "a result is unwrapped already"
_MISSING = re.compile(r"missing field '([^']+)'")
_MOST_SHOWN = 12


def as_blocks(site: FailureSite, name: str, ask: Ask | None) -> str | None:
    """Of ``r.content[0].text``, of which ``name`` could not be read: its line with what is there instead."""
    line, start = site.line_text(), site.script.offset_of(site.line, 1) or 0
    reads = _READ_AS_BLOCKS.finditer(line)
    found = next((read for read in reads if _is_of(site, name, line, start, read)), None)
    if found is None:
        return None
    variable = re.search(r"(?<![\w$.])([A-Za-z_$][\w$]*)\Z", line[: found.start()])
    inside = None if variable is None else _text_member(site, variable[1], ask)
    instead = "" if inside is None else f".{inside}"
    over = (parsed for parsed in _PARSED_BLOCKS.finditer(line) if parsed.end() >= found.end())
    parsed = next((parsed for parsed in over if parsed.start() <= found.start()), None)
    if parsed is not None and inside is None:  # what is JSON is parsed already
        at, end, instead = parsed.start(), parsed.end(), parsed[1].removesuffix("?")
    else:
        at, end = found.span()
    at, end = (start + len(line[:place].encode()) for place in (at, end))
    return f"{_ALREADY}; write: {site.line_with(at, instead, end)}"


def _is_of(site: FailureSite, name: str, line: str, start: int, read: re.Match[str]) -> bool:
    """Whether the failure is that of ``read``: beside it a line may read other blocks, or something else."""
    chain = _CHAIN.match(line, read.start())
    if chain is None or not (name.isdigit() or name in re.findall(r"\w+", chain[0])):
        return False
    at = start + len(line[: read.start()].encode()) + read[0].index("content")
    path = path_to(site.root, at)
    whole = next((node for node in reversed(path) if node.type == "member_expression"), None)
    end = start + len(line[: chain.end()].encode())
    return whole is not None and whole.start_byte <= (site.offset or 0) < end


def parsed_already(site: FailureSite, ask: Ask | None) -> str:
    """Of ``JSON.parse(r)``, where ``r`` is an object."""
    told = "JSON.parse was given an object"
    for node in reversed(site.path()):
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None or site.text(function) != "JSON.parse":
            continue
        given = site.text(arguments)[1:-1]
        inner = arguments.named_children[0] if arguments.named_children else arguments
        inside = _text_member(site, given, ask) or _text_in(site, _call_behind(site, inner), ask)
        if inside is not None:
            whole = given if inner.type == "identifier" else f"({given})"
            fixed = f"({whole}.{inside})"
            written = site.line_with(arguments.start_byte, fixed, arguments.end_byte)
            return f"{told}, and the text is in its {inside}; write: {written}"
        written = site.line_with(node.start_byte, given, node.end_byte)
        return f"{told}: a result that is JSON is parsed already; write: {written}"
    return f"{told}: a result that is JSON is parsed already"


def taken_from_result(site: FailureSite, variable: Node, ask: Ask | None) -> str | None:
    """Of a variable that holds nothing: it was taken out of a result that does not have it."""
    name = site.text(variable)
    for declarator in all_nodes(site.root):
        if declarator.type != "variable_declarator":
            continue
        pattern = declarator.child_by_field_name("name")
        value = unwrapped(declarator.child_by_field_name("value"))
        if pattern is None or value is None:
            continue
        if pattern.type == "object_pattern" and (member := _taken(site, pattern, name)):
            if site.text(value) == "input":
                return f"the request's input has no {member!r}"
            call = _call_behind(site, value)
            if (
                call is not None
                and call_name(site, call) in ASYNCHRONOUS
                and member not in ENVELOPE
            ):
                return _out_of_envelope(site, pattern, value, member, name)
            return _not_in(site, value, member, ask, pattern)
        if site.text(pattern) == name and value.type not in {"identifier", "call_expression"}:
            return read_of_result(site, value, ask)
    return None


def missing_argument(site: FailureSite, message: str, ask: Ask | None) -> str | None:
    """Of ``{ id: input.id }``, of which a call says that ``id`` is missing: where it was to come from."""
    field = _MISSING.search(message)
    call = None if field is None else call_at(site)
    given = [] if call is None else [node for node in arguments_of(call) if node.type == "object"]
    for part in (part for node in given for part in node.named_children):
        key, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        if part.type == "shorthand_property_identifier":
            key = value = part
        if field is None or key is None or value is None or site.text(key) != field[1]:
            continue
        if value.type != "member_expression":
            return taken_from_result(site, value, ask)
        owner, member = value.child_by_field_name("object"), value.child_by_field_name("property")
        if owner is not None and member is not None and site.text(owner) == "input":
            return f"the request's input has no {site.text(member)!r}"
    return None


def _out_of_envelope(site: FailureSite, pattern: Node, value: Node, member: str, name: str) -> str:
    """Of ``const { issues } = await call_tool(…)``."""
    whole = site.text(value) if value.type == "identifier" else f"({site.text(value)})"
    taken = name if member in _AROUND else site.text(pattern)
    fixed = site.line_with(pattern.start_byte, f"{taken} = {whole}.result", value.end_byte)
    return f"call_tool gives {{ok, result}}; write: {fixed}"


def read_of_result(site: FailureSite, value: Node, ask: Ask | None) -> str | None:
    """Of ``r?.content?.[0]?.text``, which is nothing: what ``r`` gives has no ``content``."""
    read = _first_read(awaited(value))
    if read is None:
        return None
    whole, owner, member = read
    if site.text(owner) == "input":
        return f"the request's input has no {member!r}" if whole == awaited(value) else None
    if _READ_AS_BLOCKS.match(site.text(value)[len(site.text(owner)) :]) is not None:
        whole = value
    alone = unwrapped(owner) if whole.end_byte == value.end_byte else owner
    return _not_in(site, alone or owner, member, ask, None, whole)


def _first_read(value: Node | None) -> tuple[Node, Node, str] | None:
    """``r?.a``, ``r`` and ``a`` of ``r?.a[0].b``; None: nothing is read."""
    found: tuple[Node, Node, str] | None = None
    while value is not None and value.type in {"member_expression", "subscript_expression"}:
        owner, member = value.child_by_field_name("object"), value.child_by_field_name("property")
        if owner is None:
            return None
        if member is not None and member.text is not None:
            found = value, owner, member.text.decode()
        value = unwrapped(owner)
    return found


def _taken(site: FailureSite, pattern: Node, name: str) -> str | None:
    """The member that ``{ member: name }`` or ``{ name }`` takes."""
    for part in pattern.named_children:
        if part.type == "shorthand_property_identifier_pattern" and site.text(part) == name:
            return name
        key, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        if key is not None and value is not None and site.text(value) == name:
            return site.text(key)
    return None


def _not_in(
    site: FailureSite,
    value: Node,
    member: str,
    ask: Ask | None,
    pattern: Node | None,
    whole: Node | None = None,
) -> str | None:
    """``value`` gives something without ``member``; ``pattern`` or ``whole`` is where it is taken out."""
    call = _call_behind(site, value)
    found = None if call is None else _known(site, call, ask)
    if found is None:
        return None
    called, gives = found
    inside: dict[str, str] = (gives or {}).get("members") or {}
    if member in inside:
        return None
    if member in _AROUND and "content" not in inside:
        if whole is not None:
            fixed = site.line_with(whole.start_byte, site.text(value), whole.end_byte)
            return f"{_ALREADY}; write: {fixed}"
        if pattern is not None:
            return (
                f"{_ALREADY}; write: {site.line_with(pattern.start_byte, member, pattern.end_byte)}"
            )
    if inside:
        return f"{called} gives {{{', '.join(list(inside)[:_MOST_SHOWN])}}}, no {member}"
    if gives is None:
        return f"the result of {called} has no {member}: look at the whole of it first"
    if gives.get("kind") == "string" and pattern is not None:
        fixed = site.line_with(pattern.start_byte, member, pattern.end_byte)
        return f"{called} gives text; write: {fixed}"
    return None


def _known(
    site: FailureSite, call: Node, ask: Ask | None
) -> tuple[str, dict[str, Any] | None] | None:
    """A tool whose result a call gives, and what that is; None: it gives an envelope, or is none of a tool."""
    return None if call_name(site, call) in ASYNCHRONOUS else gives_of(site, call, ask)


def _call_behind(site: FailureSite, value: Node) -> Node | None:
    given = awaited(value)
    if given is not None and given.type == "identifier":
        return declared_with(site, site.text(given))
    return call_in(given)


def _text_member(site: FailureSite, name: str, ask: Ask | None) -> str | None:
    """The text in the result that a variable holds: its only member, or its content; None: it has none."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        return None
    return _text_in(site, declared_with(site, name), ask)


def _text_in(site: FailureSite, call: Node | None, ask: Ask | None) -> str | None:
    found = None if call is None else _known(site, call, ask)
    gives: dict[str, Any] = (found[1] if found is not None else None) or {}
    members: dict[str, str] = gives.get("members") or {}
    name = next(iter(members)) if len(members) == 1 else "content"
    return name if members.get(name) == "string" else None


def absent(site: FailureSite, owner: Node, ask: Ask | None) -> str | None:
    """Of ``r.member``, which is nothing, where it is not known what the result ``r`` has."""
    member, inner = owner.child_by_field_name("property"), owner.child_by_field_name("object")
    call = None if inner is None else _call_behind(site, inner)
    found = None if call is None or member is None else _known(site, call, ask)
    if found is None or member is None or found[1] is not None:
        return None
    return f"the result of {found[0]} has no {site.text(member)}: look at the whole of it first"
