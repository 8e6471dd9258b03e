"""What can stand in a string at the cursor: a server, a tool, the name of an argument or a member, a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.call_at_cursor import call_here
from workbench.tui.editor.analysis.call_nodes import arguments_of, part_of, string_text
from workbench.tui.editor.analysis.cursor_tree import CursorTree
from workbench.tui.editor.analysis.expression_types import Expressions
from workbench.tui.editor.analysis.script_places import is_field, text_of
from workbench.tui.editor.analysis.value_types import AllTools, ToolsOf
from workbench.tui.editor.hints.argument_offers import argument_offers
from workbench.tui.editor.hints.offers import (
    Completion,
    offers,
    quoted_offers,
    server_rows,
    tool_rows,
    value_offers,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_OF_A_SERVER = (
    *("call_tool", "describe_tool", "list_tools", "read_resource", "list_resources"),
    *("get_prompt", "list_prompts"),
)
"""What takes a server's name first."""
_OF_A_TOOL = ("call_tool", "describe_tool")
"""What takes a tool's name behind it."""
_COMPARES = frozenset({"===", "!==", "==", "!="})


def in_string(known: Expressions, tree: CursorTree) -> list[Completion]:
    """Nothing where it is a text like any other."""
    at = next((n for n, each in enumerate(tree.path) if each.type.endswith("string")), 0)
    if at == 0 or (tree.path[at + 1 :] and tree.path[-1].type != "string_fragment"):
        return []
    string, parent = tree.path[at], tree.path[at - 1]
    typed = tree.source[string.start_byte + 1 : tree.at].decode(errors="replace")
    if parent.type == "subscript_expression":
        return _in_brackets(known, parent, typed)
    if parent.type == "arguments" and at > 1:
        found = _in_call(known, tree.path[at - 2], string, typed)
        if found is not None:
            return found
    if parent.type == "pair" and at > 1:
        found = _in_batch(known, tree.path[at - 2], parent, string, typed)
        if found is not None:
            return found
    here = call_here(tree, known)
    is_begun = parent.type == "ERROR" and at > 1 and tree.path[at - 2].type == "object"
    if here is not None and is_begun:
        return argument_offers(here, tree, typed, quoted=True)
    if here is not None and parent.type == "pair" and is_field(parent, "key", string):
        return argument_offers(here, tree, typed, quoted=True)
    if here is not None and parent.type in ("pair", "array"):
        return value_offers(here.place, typed, tree.inside) or []
    values = compared_values(
        known, tree.path[at - 1], string, tree.path[at - 2] if at > 1 else None
    )
    return quoted_offers(values, typed, tree.inside)


def _in_brackets(known: Expressions, expression: Node, typed: str) -> list[Completion]:
    """``tools["…"]``, ``row["…"]``."""
    owner = known.of(expression.child_by_field_name("object"))
    if isinstance(owner, AllTools):
        return offers(server_rows(known.catalogue), typed, of_call=True)
    if isinstance(owner, ToolsOf):
        server = owner.server
        return (
            []
            if server is None
            else offers(tool_rows(known.catalogue, server), typed, of_call=True)
        )
    if owner is None:
        return []
    return offers(((each.name, each.name, each.detail, each.doc) for each in owner.own()), typed)


def _in_call(known: Expressions, call: Node, string: Node, typed: str) -> list[Completion] | None:
    """``call_tool("…", "…")``."""
    function, given = call.child_by_field_name("function"), arguments_of(call)
    if function is None:
        return None
    at = next((n for n, each in enumerate(given) if each.id == string.id), -1)
    if at == 0 and known.is_global(function, *_OF_A_SERVER):
        return offers(server_rows(known.catalogue), typed, of_call=True)
    if at == 1 and known.is_global(function, *_OF_A_TOOL):
        server = string_text(given[0]) or ""
        return offers(tool_rows(known.catalogue, server), typed, of_call=True)
    return None


def _in_batch(
    known: Expressions, element: Node, pair: Node, string: Node, typed: str
) -> list[Completion] | None:
    """``{server: "…", tool: "…"}``."""
    key = pair.child_by_field_name("key")
    name = "" if key is None else text_of(key).strip("\"'")
    if not is_field(pair, "value", string) or element.type != "object":
        return None
    if name == "server":
        return offers(server_rows(known.catalogue), typed, of_call=True)
    server = part_of(element, "server") if name == "tool" else None
    if server is None:
        return None
    return offers(tool_rows(known.catalogue, string_text(server) or ""), typed, of_call=True)


def compared_values(
    known: Expressions, parent: Node, node: Node, around: Node | None
) -> list[object]:
    """The values of what it is compared with: ``issue.state === "…"``, ``switch (issue.state) { case "…"``."""
    other = None
    if parent.type == "binary_expression":
        operator = parent.child_by_field_name("operator")
        if operator is not None and operator.type in _COMPARES:
            side = "left" if is_field(parent, "right", node) else "right"
            other = parent.child_by_field_name(side)
    elif parent.type == "switch_case" and around is not None and around.parent is not None:
        other = around.parent.child_by_field_name("value")
    found = known.of(other)
    return [] if found is None else found.values()
