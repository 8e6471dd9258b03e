"""Promises that a script reads as their values, or starts and leaves: which call, and its line with ``await``.

A Promise has no members of the value to come, so what is read is undefined, text is ``[object Promise]``, a
condition is true: nothing fails there, and the run ends with something that nobody meant.
"""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from workbench.sandbox.child.explaining.awaiting import (
    all_of,
    edited,
    function_around,
    in_place,
    is_map,
    may_wait,
    told_of,
)
from workbench.sandbox.child.explaining.call_parts import (
    CALLBACKS,
    callback_of,
    is_async,
)
from workbench.sandbox.child.explaining.not_waiting import waits_for_nothing
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import Path, all_nodes, path_to, words

_CHAINED = frozenset({"then", "catch", "finally"})
_COMBINED = re.compile(r"Promise\.(?:all|allSettled|race|any)\Z")
_CHAINED_CALL = re.compile(r"call_tools?\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*\.then\Z")
_READERS = re.compile(
    r"console\.\w+|JSON\.stringify|String|Number|Array\.isArray|Array\.from|Object\.(?:keys|values|entries)|parseInt"
)
_READS = frozenset(
    {"template_substitution", "binary_expression", "subscript_expression", "spread_element"}
)
_MOST_CALLS = 200
_MOST_USES = 50
"""Of one variable; of what is used more often nothing is said."""
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_PARTS = frozenset({"array", "pair", "object", "spread_element", "parenthesized_expression"})
_READ, _LEFT = 0, 1
"""How certain it is: its value is read without it; it is started, and nobody waits for it."""


def promise_read(site: FailureSite, *, or_left: bool = False) -> str | None:
    """What to say of the first Promise that is read as its value; None: there is none.

    or_left: also of one that nobody waits for.
    """
    if site.script.is_large:
        return None
    left: str | None = None
    looked_at = 0
    for call in all_nodes(site.root):
        if call.type != "call_expression":
            continue
        looked_at += 1
        if looked_at > _MOST_CALLS:
            break
        if (told := waits_for_nothing(site, call)) is not None:
            return told
        if _maps_async(call):
            found = _list_use(site, call, call)
        elif gives_promise(site, call):
            found = _use_of(site, call)
        else:
            continue
        if found is None:
            continue
        certain, told = found
        if certain == _READ:
            return told
        left = left or told
    return left if or_left else None


def gives_promise(site: FailureSite, call: Node) -> bool:
    """Whether what is called gives a Promise: a tool, a combinator, an async function of the script's own."""
    function = call.child_by_field_name("function")
    if function is None:
        return False
    text = site.text(function)
    if re.match(r"tools\s*[.\[]", text):
        # Of a chain the call of the tool is told; `tools.a.b({}).issues.map(f)` is none.
        return b"(" not in (function.text or b"")
    if _COMBINED.match(text) or _CHAINED_CALL.match(text):
        return True
    inner = function.named_children[0] if function.type == "parenthesized_expression" else None
    if inner is not None and inner.type in CALLBACKS:
        return is_async(inner)
    return function.type == "identifier" and text in site.script.async_functions


def _use_of(site: FailureSite, call: Node) -> tuple[int, str] | None:
    """How the Promise that ``call`` gives is used where that is wrong, with what to say."""
    node, parent = call, call.parent
    while parent is not None:
        if parent.type == "parenthesized_expression":
            node, parent = parent, parent.parent
            continue
        member = (
            parent.child_by_field_name("property") if parent.type == "member_expression" else None
        )
        is_owner = parent.child_by_field_name("object") == node
        if member is not None and is_owner and site.text(member) in _CHAINED:
            chained = parent.parent
            if chained is None or chained.type != "call_expression":
                return None
            node, parent = chained, chained.parent
            continue
        if parent.type == "arguments" and parent.parent is not None:
            function = parent.parent.child_by_field_name("function")
            # The grammar takes `await (f()).a` for a call of a function of that name.
            if function is not None and site.text(function) == "await":
                outer = parent.parent.parent
                if outer is None or outer.type != "member_expression":
                    return None
                return _READ, in_place(site, call, node)
        break
    if parent is None:
        return None
    if parent.type in {"member_expression", "subscript_expression"}:
        return (
            (_READ, in_place(site, call, node))
            if parent.child_by_field_name("object") == node
            else None
        )
    if parent.type == "variable_declarator":
        return _kept_in_variable(site, call, parent)
    if parent.type == "arrow_function" and parent.child_by_field_name("body") == node:
        return _mapped(site, call, parent)
    if parent.type in {"template_substitution", "binary_expression"}:
        operator = parent.child_by_field_name("operator")
        if operator is not None and operator.type in {"??", "||", "&&"}:
            return None
        return _READ, in_place(site, call, node)
    if parent.type == "ternary_expression" and parent.child_by_field_name("condition") == node:
        return _READ, in_place(site, call, node)
    if parent.type == "arguments" and parent.parent is not None:
        function = parent.parent.child_by_field_name("function")
        if function is not None and _READERS.fullmatch(site.text(function)):
            return _READ, in_place(site, call, node)
        return None
    if parent.type in {"pair", "array"}:
        combined = _in_combinator(site, parent)
        return None if combined else (_LEFT, in_place(site, call, node))
    if parent.type == "unary_expression" and site.text(parent).startswith("void"):
        return _LEFT, told_of(
            site, call, site.line_with(parent.start_byte, "await ", node.start_byte)
        )
    if parent.type == "expression_statement" and may_wait(site, call):
        is_last = parent.next_named_sibling is None and parent.parent == site.root
        return (
            None
            if is_last
            else (_LEFT, told_of(site, call, site.line_with(node.start_byte, "await ")))
        )
    return None


def _in_combinator(site: FailureSite, node: Node) -> bool:
    """Whether a list is what a combinator, or another function, is given."""
    outer: Node | None = node
    while outer is not None and outer.type in _PARTS:
        outer = outer.parent
    return outer is not None and outer.type in {
        "arguments",
        "variable_declarator",
        "assignment_expression",
    }


def _kept_in_variable(site: FailureSite, call: Node, declarator: Node) -> tuple[int, str] | None:
    pattern = declarator.child_by_field_name("name")
    if pattern is None:
        return None
    fixed = site.line_with(call.start_byte, "await ") if may_wait(site, call) else None
    told = told_of(site, call, fixed)
    if pattern.type in {"object_pattern", "array_pattern"}:
        return _READ, told
    uses = _uses(site, pattern, declarator)
    if uses is None or any(_is_waited_for(site, path) for path in uses):
        return None
    if any(_reads(site, path) for path in uses):
        return _READ, told
    return _LEFT, told


def _mapped(site: FailureSite, call: Node, arrow: Node) -> tuple[int, str] | None:
    """Of ``const all = list.map(x => tools.a.b(x))``, whose items are read, and nobody waits for them."""
    mapped = arrow.parent.parent if arrow.parent is not None else None
    if mapped is None or callback_of(mapped) != arrow or not is_map(mapped):
        return None
    return _list_use(site, call, mapped)


def _maps_async(call: Node) -> bool:
    callback = callback_of(call)
    return callback is not None and is_async(callback) and is_map(call)


def _list_use(site: FailureSite, call: Node, mapped: Node) -> tuple[int, str] | None:
    """How a list of Promises is used, where that is wrong."""
    holder = mapped.parent
    if holder is None or holder.type == "arguments" or not may_wait(site, mapped):
        return None
    told = told_of(site, call, edited(site, all_of(site, mapped)))
    if holder.type == "pair":
        return None if _in_combinator(site, holder) else (_READ, told)
    if holder.type == "member_expression":
        path = path_to(site.root, mapped.start_byte)
        at = next((at for at, node in enumerate(path) if node == mapped), 0)
        return None if at == 0 or _is_list_waited_for(site, path[: at + 1]) else (_READ, told)
    pattern = holder.child_by_field_name("name") if holder.type == "variable_declarator" else None
    uses = None if pattern is None else _uses(site, pattern, holder)
    if uses is None or any(_is_list_waited_for(site, path) for path in uses):
        return None
    return _READ, told


def _is_list_waited_for(site: FailureSite, path: Path) -> bool:
    """Whether it is waited for what is in a list: ``all(list.map(p => p.catch(f)))``, ``await list[0]``, and
    ``await p`` in a loop over them."""
    if _is_waited_for(site, path):
        return True
    at, is_list = len(path) - 1, True
    while at > 1:
        node, parent = path[at], path[at - 1]
        if parent.type == "subscript_expression" and parent.child_by_field_name("object") == node:
            is_list = False
        elif parent.type == "member_expression":
            if not is_list or path[at - 2].type != "call_expression":
                return False
            at -= 1
        else:
            break
        at -= 1
    if not is_list:
        return _is_waited_for(site, path[: at + 1])
    parent = path[at - 1]
    if parent.type == "for_in_statement":
        left, body = parent.child_by_field_name("left"), parent.child_by_field_name("body")
        names = [] if left is None else [one for one in all_nodes(left) if one.type in _NAMES]
        return body is not None and any(
            _is_waited_for(site, use)
            for name in names
            for use in words(site.root, site.source, site.text(name).encode())
            if body.start_byte <= use[-1].start_byte < body.end_byte
        )
    return (
        at < len(path) - 1 and parent.type == "arguments" and _is_waited_for(site, path[: at + 1])
    )


def _uses(site: FailureSite, pattern: Node, declarator: Node) -> list[Path] | None:
    """The places behind it where a variable is used, within the function that declares it; None: too many."""
    around = function_around(site, declarator) or site.root
    found = words(site.root, site.source, site.text(pattern).encode())
    within = (
        path for path in found if declarator.end_byte <= path[-1].start_byte < around.end_byte
    )
    uses = list(islice(within, _MOST_USES + 1))
    return uses if len(uses) <= _MOST_USES else None


def _is_waited_for(site: FailureSite, path: Path) -> bool:
    """Whether the use waits for it: ``await p``, ``return p``, ``p.then(f)``, ``all([p])``, ``f(p)``; or hands
    it on: ``await (fast ? p : q)``, ``const q = p``."""
    at = len(path) - 1
    while at > 1 and _stands_for(site, path[at - 1], path[at]):
        at -= 1
    path = path[: at + 1]
    node, parent = path[-1], path[-2]
    if parent.type == "variable_declarator":
        name = parent.child_by_field_name("name")
        return name is not None and name != node and name.type == "identifier"
    if parent.type in {
        "await_expression",
        "return_statement",
        "yield_expression",
        "assignment_expression",
    }:
        return True
    if parent.type == "member_expression" and parent.child_by_field_name("object") == node:
        member = parent.child_by_field_name("property")
        return member is not None and site.text(member) in _CHAINED
    if (
        parent.type in {"array", "spread_element", "pair"}
        or node.type == "shorthand_property_identifier"
    ):
        return True
    if parent.type == "for_in_statement":
        return any(child.type == "await" for child in parent.children)
    if parent.type == "arguments":
        function = path[-3].child_by_field_name("function")
        return function is None or not _READERS.fullmatch(site.text(function))
    return parent.type == "arrow_function" or (
        parent.type == "expression_statement" and path[-3] == site.root
    )


def _stands_for(site: FailureSite, parent: Node, node: Node) -> bool:
    """Whether an expression gives what ``node`` in it does."""
    if parent.type == "ternary_expression":
        return parent.child_by_field_name("condition") != node
    if parent.type == "binary_expression":
        operator = parent.child_by_field_name("operator")
        return operator is not None and operator.type in {"??", "||", "&&"}
    return parent.type == "parenthesized_expression"


def _reads(site: FailureSite, path: Path) -> bool:
    parent = path[-2]
    if parent.type == "member_expression":
        return parent.child_by_field_name("object") == path[-1]
    return parent.type in _READS or parent.type in {
        "for_in_statement",
        "arguments",
        "ternary_expression",
    }
