"""The place of a call that is written over several lines.

The engine gives the place of what was read last before the call: one of its arguments. Which call it is, its
name says, where the script calls it by that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from workbench.sandbox.child.explaining.script_tree import FailureSite, Script
from workbench.sandbox.child.grammars import FUNCTIONS, Path, path_to

_THERE = re.compile(
    r"Math\.(?:max|min|floor|ceil|round|abs|pow|sqrt|random|trunc|sign)|JSON\.(?:stringify|parse)"
    r"|Object\.(?:keys|values|entries|assign|fromEntries)|Array\.(?:isArray|from|of)|Date\.now"
    r"|String|Number|Boolean|parseInt|parseFloat|encodeURIComponent|call_tool|call_tools"
)
"""Functions that every script has."""
_CALLS = {"call_expression": "function", "new_expression": "constructor"}


def place_of_call(script: Script, line: int, column: int, name: str) -> tuple[int, int]:
    """The place of the call of ``name`` that the engine gives a place of; that place where it is right."""
    try:
        offset = script.offset_of(line, column)
        if offset is not None:
            found = _call_at(script.root, offset, name.encode("utf-8", "surrogatepass"))
            if found is not None:
                return script.place_of(found)
    except Exception as error:  # a help that fails must not take the run with it
        os.write(2, f"place of a call: {error!r}\n".encode())
    return line, column


def _call_at(root: Node, offset: int, name: bytes) -> int | None:
    """Where the call of ``name`` is that ``offset`` is a part of; None: there, or nobody knows."""
    path = path_to(root, offset)
    for outer, node in pairwise(path):
        if outer.type == "arguments" and _called_name(node).text == name:
            return None  # handed on, to be called by another: list.map(tools.a.b)
    around: Node | None = None
    is_callee = False
    for callee in _callees(path, offset):
        place = _called_name(callee)
        if place.text == name:
            return place.start_byte
        if callee.start_byte <= offset < callee.end_byte:
            if _THERE.fullmatch((callee.text or b"").decode("utf-8", "replace")) is not None:
                continue
            is_callee = is_callee or around is None
        elif around is None:
            around = place
    return None if is_callee or around is None else around.start_byte


def named_call_at(root: Node, offset: int, name: bytes) -> int | None:
    """Where a call of ``name`` is that ``offset`` is a part of."""
    places = map(_called_name, _callees(path_to(root, offset), offset))
    return next((place.start_byte for place in places if place.text == name), None)


def failed_call_at(site: FailureSite) -> int | None:
    """Where what was called is no function: what stands at the engine's place may be a call that went well."""
    if site.offset is None:
        return None
    for callee in _callees(path_to(site.root, site.offset), site.offset):
        inside = callee.start_byte <= site.offset < callee.end_byte
        if not inside or _THERE.fullmatch(site.text(callee)) is None:
            return None if _goes_on(callee) else _called_name(callee).start_byte
    return None


def _goes_on(callee: Node) -> bool:
    """Whether its arguments begin on a later line, which was meant for one of its own."""
    call = callee.parent
    given = call.child_by_field_name("arguments") if call is not None else None
    return given is not None and given.start_point.row > callee.end_point.row


def _callees(path: Path, offset: int) -> Iterator[Node]:
    """What is called around a place within its function, from the inside. path: the one that leads there."""
    for node in reversed(path):
        if node.type in FUNCTIONS and node.start_byte < offset:
            return  # at its first sign the function is made, and not run: map(x => x)
        field = _CALLS.get(node.type)
        callee = node.child_by_field_name(field) if field is not None else None
        if callee is not None:
            yield callee


def _called_name(callee: Node) -> Node:
    """``c`` of ``a.b.c``."""
    if callee.type == "member_expression":
        return callee.child_by_field_name("property") or callee
    return callee
