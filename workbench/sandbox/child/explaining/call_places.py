"""The place of a call whose arguments read something, or stand on lines of their own.

The engine gives the place of what was read last before the call: one of its arguments. Which call it is, its
name says, where the script calls it by that. Most scripts have such a call, and nobody has their tree by then:
so signs are asked first.
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
_MOST_GIVEN = 4096
"""Bytes of arguments, and of a line, that are looked through for signs."""
_SIGNS = re.compile(rb"""("[^"\\\n]*+"|'[^'\\\n]*+')|[(){}\[\]"'`/\\]|=>""")
_OPENING = {b")": b"(", b"}": b"{", b"]": b"["}
_DOUBTFUL_BEFORE = re.compile(rb"[\w$\x80-\xff]\Z")
"""The name is the end of another one."""
_CALLS = {"call_expression": "function", "new_expression": "constructor"}


def place_of_call(script: Script, line: int, column: int, name: str) -> tuple[int, int]:
    """The place of the call of ``name`` that the engine gives a place of; that place where it is right."""
    try:
        offset = script.offset_of(line, column)
        if offset is not None:
            wanted = name.encode("utf-8", "surrogatepass")
            found = _seen_before(script.source, offset, wanted)
            if found is None:
                found = _call_at(script.root, offset, wanted)
            if found is not None:
                return script.place_of(found)
    except Exception as error:  # a help that fails must not take the run with it
        os.write(2, f"place of a call: {error!r}\n".encode())
    return line, column


def _seen_before(source: bytes, offset: int, name: bytes) -> int | None:
    """Where the only call of ``name`` begins that is open at a place, with nothing but plain values from there
    on; None: only the tree knows."""
    called = name + b"("
    place = source.rfind(called, max(0, offset - _MOST_GIVEN), offset)
    given, end = place + len(called), source.find(b"\n", offset, offset + _MOST_GIVEN)
    if place < 0 or source.find(name, given, end if end >= 0 else offset + _MOST_GIVEN) >= 0:
        return None
    before = source[max(0, place - _MOST_GIVEN) : place].rpartition(b"\n")[2]
    if (
        len(before) == _MOST_GIVEN
        or _DOUBTFUL_BEFORE.search(before)
        or any(sign[1] is None and sign[0] in b"\"'`/\\" for sign in _SIGNS.finditer(before))
    ):
        return None
    return place if _are_plain(source[given:offset]) else None


def _are_plain(given: bytes) -> bool:
    """Whether arguments up to a place are values of this call: no function, no template, no end of the call."""
    opened: list[bytes] = []
    for found in _SIGNS.finditer(given):
        sign = found[0]
        if found[1] is not None:
            continue
        if sign in b"([{":
            if sign == b"{" and given[: found.start()].rstrip().endswith(b")"):
                return False  # a method
            opened.append(sign)
        elif not opened or _OPENING.get(sign) != opened.pop():
            return False
    return True


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
