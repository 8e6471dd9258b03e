"""The line of a Promise with ``await`` in its place, and what has to be async around it for that."""

from __future__ import annotations

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import callback_of, is_async, method_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import FUNCTIONS, path_to

_MOST_SHOWN = 80
_WHOLE_CALL = 200


def in_place(site: FailureSite, call: Node, node: Node) -> str:
    """With ``(await …)`` where it stands; a function around it must be async, and be waited for."""
    whole = site.text(call)
    is_read = node.parent is not None and node.parent.type in {
        "member_expression",
        "subscript_expression",
    }
    fixed = (
        f"(await {whole})"
        if is_read and node.type != "parenthesized_expression"
        else f"await {whole}"
    )
    if len(whole) > _WHOLE_CALL:
        return told_of(site, call, None)
    edits = [(call.start_byte, call.end_byte, fixed)]
    around = function_around(site, call)
    if around is None or is_async(around):
        return told_of(site, call, edited(site, edits))
    mapped = around.parent.parent if around.parent is not None else None
    if mapped is None or callback_of(mapped) != around or not is_map(mapped):
        return told_of(site, call, None)
    edits += [(around.start_byte, around.start_byte, "async "), *all_of(site, mapped)]
    return told_of(site, call, edited(site, edits))


def all_of(site: FailureSite, mapped: Node) -> list[tuple[int, int, str]]:
    """``await Promise.all(…)`` around ``list.map(…)``, where it is not there."""
    parent = mapped.parent
    if parent is not None and parent.type == "arguments":
        return []
    is_read = parent is not None and parent.type == "member_expression"
    before, after = ("(await Promise.all(", "))") if is_read else ("await Promise.all(", ")")
    return [
        (mapped.start_byte, mapped.start_byte, before),
        (mapped.end_byte, mapped.end_byte, after),
    ]


def told_of(site: FailureSite, call: Node, fixed: str | None) -> str:
    function = call.child_by_field_name("function")
    name = "" if function is None else f"{site.text(function)}(…)"
    if not name or len(name) > _MOST_SHOWN or "\n" in name or "(" in name[:-3]:
        name = "what is called"
    line, _ = site.place_of(call.start_byte)
    told = f"{name} in line {line} gives a Promise"
    return (
        f"{told}; write: {fixed}"
        if fixed is not None
        else f"{told}: await it, in an async function"
    )


def edited(site: FailureSite, edits: list[tuple[int, int, str]]) -> str | None:
    """The lines from the first edit to the last (there is one), with all of them; None: more than fits."""
    edits = sorted(edits)
    first, last = edits[0][0], max(end for _, end, _ in edits)
    text, at = b"", first
    for start, end, put in edits:
        text += site.source[at:start] + put.encode()
        at = end
    fixed = site.line_with(first, text.decode("utf-8", "replace"), last)
    return None if fixed.endswith("…") else fixed


def function_around(site: FailureSite, node: Node) -> Node | None:
    path = path_to(site.root, node.start_byte)
    within = [
        one
        for one in path
        if one.type in FUNCTIONS and one.end_byte >= node.end_byte and one != node
    ]
    # `path_to` goes down to the leaf: a function that begins where the node does is inside of it.
    return next((one for one in reversed(within) if one.start_byte < node.start_byte), None)


def may_wait(site: FailureSite, node: Node) -> bool:
    around = function_around(site, node)
    return around is None or is_async(around)


def is_map(call: Node) -> bool:
    called = method_of(call)
    return called is not None and called.name == "map"
