"""What is read as a result and is none: a Promise that nobody awaited, the envelope of ``call_tool``."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining import result_advice
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.unawaited import gives_promise
from workbench.sandbox.child.grammars import all_nodes, awaited, unwrapped
from workbench.sandbox.child.starting.parallel import ASYNCHRONOUS

MEMBERS = frozenset({"member_expression", "subscript_expression"})
_AROUND_RESULT = frozenset(
    {"data", "structuredContent", "value", "output", "response", "body", "results"}
)
_MOST_NAME = 80


def of_a_promise(site: FailureSite, owner: Node | None) -> str | None:
    """What to say where a value that is read is a Promise that nobody awaited."""
    if owner is not None:
        inner = leftmost_of(owner)
        if (told := _read_too_early(site, inner)) is not None:
            return told
        if inner.type != "identifier":
            return None
    wanted = None if owner is None else site.text(leftmost_of(owner))
    for declarator in all_nodes(site.root):
        if declarator.type != "variable_declarator":
            continue
        name, value = (
            declarator.child_by_field_name("name"),
            unwrapped(declarator.child_by_field_name("value")),
        )
        if name is None or value is None:
            continue
        read = awaited(value)
        if read is not None and read.type in MEMBERS and site.text(name) == wanted:
            return _read_too_early(site, leftmost_of(read))
        if value.type != "call_expression":
            continue
        names = re.findall(r"[A-Za-z_$][\w$]*", site.text(name))
        if (wanted is None or wanted in names) and gives_promise(site, value):
            line, _ = site.place_of(value.start_byte)
            fixed = site.line_with(value.start_byte, "await ")
            return f"{_short(site, value)} in line {line} gives a Promise; write: {fixed}"
    return None


def _read_too_early(site: FailureSite, inner: Node) -> str | None:
    """Of ``tools.demo.now({}).weekday``: the line with the call awaited; None: no such call begins it."""
    call = unwrapped(inner)
    if call is None or call.type != "call_expression" or not gives_promise(site, call):
        return None
    whole = site.text(call)
    shown = whole if len(whole) <= _MOST_NAME and "\n" not in whole else "it"
    told = f"{_short(site, call)} gives a Promise"
    return f"{told}; write: {site.line_with(call.start_byte, f'(await {shown})', call.end_byte)}"


def of_an_envelope(site: FailureSite, owner: Node, called: str | None) -> str | None:
    """What to say where the envelope of call_tool is read as the result."""
    first = _first_member(owner)
    name = site.text(leftmost_of(owner))
    member = called if first is None else site.text(first)
    if member is None or member in result_advice.ENVELOPE:
        return None
    value = comes_from(site, owner, *ASYNCHRONOUS)
    if value is None:
        return None
    leftmost = leftmost_of(owner)
    # What is around a result elsewhere stands in its place here: r.data.issues.
    around = first if first is not None and site.text(first) in _AROUND_RESULT else None
    fixed = site.line_with(
        leftmost.end_byte, ".result", None if around is None else around.end_byte
    )
    caller = value.child_by_field_name("function")
    function = site.text(caller) if caller is not None else "the call"
    return f"{name} is what {function} gives, {{ok, result}}; write: {fixed}"


def comes_from(site: FailureSite, owner: Node, *functions: str) -> Node | None:
    """The call of one of ``functions`` that the variable at the beginning of ``owner`` was declared with."""
    leftmost = leftmost_of(owner)
    if leftmost.type != "identifier":
        return None
    wanted = site.text(leftmost)
    for declarator in all_nodes(site.root):
        if declarator.type != "variable_declarator":
            continue
        name, value = (
            declarator.child_by_field_name("name"),
            declarator.child_by_field_name("value"),
        )
        if name is None or value is None or site.text(name) != wanted:
            continue
        call = result_advice.call_in(value)
        called = None if call is None else call.child_by_field_name("function")
        if called is not None and site.text(called) in functions:
            return call
    return None


def _short(site: FailureSite, call: Node) -> str:
    function = call.child_by_field_name("function")
    return f"{site.text(function)}(…)" if function is not None else "the call"


def leftmost_of(node: Node) -> Node:
    while True:
        inner = unwrapped(node)
        if inner is None:
            return node
        owner = (
            inner.child_by_field_name("object")
            if inner.type in {"member_expression", "subscript_expression"}
            else None
        )
        if owner is None and inner.type == "call_expression":
            function = inner.child_by_field_name("function")
            if function is not None and function.type == "member_expression":
                called = function.child_by_field_name("object")
                text = called.text if called is not None else None
                if text is not None and not text.startswith(b"tools"):
                    owner = called
        if owner is None:
            return inner
        node = owner


def _first_member(owner: Node) -> Node | None:
    """``items`` of ``r.items[0].title``."""
    member: Node | None = None
    node: Node | None = owner
    while node is not None and node.type in MEMBERS:
        member = (
            node.child_by_field_name("property") if node.type == "member_expression" else member
        )
        node = unwrapped(node.child_by_field_name("object"))
    return member
