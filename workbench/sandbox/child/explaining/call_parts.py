"""The parts of a call: what is called, what it is given, and the functions among that."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

CALLBACKS = frozenset({"arrow_function", "function_expression"})
"""What a call may be given."""


class Method(NamedTuple):
    """``list.map`` of ``list.map(…)``."""

    owner: Node
    name: str


def method_of(call: Node) -> Method | None:
    """None: it is no call of a member."""
    function = call.child_by_field_name("function") if call.type == "call_expression" else None
    if function is None or function.type != "member_expression":
        return None
    owner, name = function.child_by_field_name("object"), function.child_by_field_name("property")
    if owner is None or name is None:
        return None
    return Method(owner, (name.text or b"").decode())


def arguments_of(call: Node) -> list[Node]:
    """What a call is given."""
    return _listed(call.child_by_field_name("arguments"))


def callback_of(call: Node) -> Node | None:
    """The function that is the first argument of a call."""
    given = arguments_of(call) if call.type == "call_expression" else []
    return given[0] if given and given[0].type in CALLBACKS else None


def parameters_of(function: Node) -> list[Node]:
    """Those of a function, also of ``x => …``."""
    alone = function.child_by_field_name("parameter")
    return [alone] if alone is not None else _listed(function.child_by_field_name("parameters"))


def is_async(function: Node) -> bool:
    return any(child.type == "async" for child in function.children)


def _listed(node: Node | None) -> list[Node]:
    return [] if node is None else [each for each in node.named_children if each.type != "comment"]
