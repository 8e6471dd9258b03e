"""What is taken for a list, and is none: ``Promise.all(a, b)``, ``for await (const x of r)``;
and ``", ".join(list)``, where the list stands on the other side."""

from __future__ import annotations

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import FUNCTIONS

_MOST_NAME = 80


def joined_by_text(site: FailureSite) -> str | None:
    """Of ``", ".join(list)``, as Python has it: the engine gives the place of what is in the brackets."""
    for call in reversed(site.path()):
        function = call.child_by_field_name("function") if call.type == "call_expression" else None
        owner = None if function is None else function.child_by_field_name("object")
        if function is None or owner is None or owner.type not in {"string", "template_string"}:
            continue
        given = arguments_of(call)
        if not site.text(function).endswith(".join") or len(given) != 1:
            return None
        listed = f"{site.text(given[0])}.join({site.text(owner)})"
        fixed = site.line_with(call.start_byte, listed, call.end_byte)
        return (
            f"TypeError: {site.text(function)} is not a function; a list has join: write: {fixed}"
        )
    return None


def no_list(site: FailureSite) -> str | None:
    """Of ``Promise.all(a, b)``."""
    for node in reversed(site.path()):
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is None or not site.text(function).startswith("Promise."):
            continue
        given = arguments_of(node)
        told = f"{site.text(function)} takes an array"
        if len(given) < 2:
            is_list = not given or given[0].type in {
                "call_expression",
                "identifier",
                "await_expression",
            }
            return None if is_list else f"{told}: of an object its values"
        several = f"[{', '.join(map(site.text, given))}]"
        fixed = site.line_with(given[0].start_byte, several, given[-1].end_byte)
        return f"{told}; write: {fixed}"
    return None


def looped_over(site: FailureSite) -> str | None:
    """What a `for await` around the failure goes over: of what is no list the engine says "not a function"."""
    for node in reversed(site.path()):
        if node.type in FUNCTIONS or node.type == "statement_block":
            return None
        if node.type == "for_in_statement":
            over = node.child_by_field_name("right")
            waits = any(child.type == "await" for child in node.children)
            if (
                over is None
                or not waits
                or not over.start_byte <= (site.offset or 0) < over.end_byte
            ):
                return None
            text = site.text(over)
            # Of another call it may be what is called.
            is_call = over.type == "call_expression" and not text.startswith("tools.")
            return None if is_call or len(text) > _MOST_NAME or "\n" in text else text
    return None


def over(site: FailureSite) -> Node | None:
    """What a ``for (… of …)`` at the failure goes over; None: there is none."""
    for node in reversed(site.path()):
        right = node.child_by_field_name("right") if node.type == "for_in_statement" else None
        if right is not None and right.start_byte <= (site.offset or 0) < right.end_byte:
            return right
    return None


def of_an_object(site: FailureSite, given: Node | None) -> str | None:
    """Of ``for (const [key, value] of object)``."""
    left = (
        None if given is None or given.parent is None else given.parent.child_by_field_name("left")
    )
    if given is None or left is None or given.type not in {"identifier", "member_expression"}:
        return None
    how = "entries" if left.type == "array_pattern" else "values"
    fixed = site.line_with(given.start_byte, f"Object.{how}({site.text(given)})", given.end_byte)
    return f"of an object its {how}; write: {fixed}"
