"""Parts of a call as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.declarations import key_text
from workbench.tui.editor.analysis.script_places import text_of

if TYPE_CHECKING:
    from tree_sitter import Node


def arguments_of(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        return []
    return [each for each in given.named_children if each.type != "comment"]


def part_of(node: Node, name: str) -> Node | None:
    """What a member of an object is written as."""
    for pair in node.named_children:
        key = pair.child_by_field_name("key") if pair.type == "pair" else None
        if key is not None and key_text(key) == name:
            return pair.child_by_field_name("value")
    return None


def method_of(node: Node, name: str) -> Node | None:
    """What a member of an object is written as, methods, too."""
    for each in node.named_children:
        if each.type == "method_definition":
            key = each.child_by_field_name("name")
            if key is not None and key_text(key) == name:
                return each
    return part_of(node, name)


def member_of(node: Node) -> tuple[Node, str] | None:
    """The variable and the member of ``NAME.member``; None: it is not of that form."""
    if node.type != "member_expression":
        return None
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
    if owner is None or name is None or owner.type != "identifier":
        return None
    return owner, text_of(name)


def string_text(node: Node) -> str | None:
    """What a string says that is written without escapes; None: it is none."""
    if node.type != "string" and (node.type != "template_string" or len(node.named_children) > 1):
        return None
    inside = text_of(node)[1:-1]
    return None if "\\" in inside or "${" in inside else inside


def method_called(call: Node) -> tuple[Node, str] | None:
    """What ``OWNER.method(…)`` is called of, and the method; None: the call is not of that form."""
    callee = call.child_by_field_name("function")
    if callee is None or callee.type != "member_expression":
        return None
    owner, name = callee.child_by_field_name("object"), callee.child_by_field_name("property")
    return None if owner is None or name is None else (owner, text_of(name))
