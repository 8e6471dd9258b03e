"""What a result has where a script reads something else of it."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import TOOL, Ask, tool_name
from workbench.sandbox.child.grammars import all_nodes, awaited

_READERS = frozenset({"json", "text", "blob", "arrayBuffer"})
"""What a response of fetch has."""
_UNWRAPPED = ("result", "data", "structuredContent", "value", "output", "content")
_ROWS = {
    "list_tools": "an array of {server, tool, description}",
    "search_tools": "an array of {server, tool, description}",
    "describe_tool": "{server, tool, description, input_schema, output_schema, annotations, types}",
}


def has_something_else(
    site: FailureSite, owner: Node | None, ask: Ask | None, wanted: str = "array"
) -> str | None:
    """What a result has whose member, or whose items, a script wants that it does not have.

    owner: the expression that is no object, or not ``wanted`` (array, string, "": something else); None: the
    one at the failure.
    """
    path = _path_of(site, owner) or (_taken_apart(site) if owner is None else None)
    if path is None:
        return None
    variable, members = path
    if site.text(variable) == "input" and members:
        return f"the request's input has no {members[0]!r}"
    call = call_in(variable) or declared_with(site, site.text(variable))
    if call is None:
        return None
    function = call.child_by_field_name("function")
    called = "" if function is None else site.text(function)
    if called in _ROWS:
        return f"{called} gives {_ROWS[called]}"
    given = gives_of(site, call, ask)
    if given is None:
        return None
    _, gives = given
    if members and members[0] in ("ok", "error"):
        caught = "try { … } catch (e) { e.message }"
        return f"{called} gives the result itself, and throws where it fails: {caught}"
    if members and members[0] in _UNWRAPPED and members[0] not in (gives or {}).get("members", {}):
        start, end = variable.end_byte, _end_of(site, variable)
        return f"a result is unwrapped already; write: {site.line_with(start, '', end)}"
    if gives is None:
        return None
    return _told(site, variable, called, members, gives, wanted)


def of_a_response(site: FailureSite, owner: Node, member: str, ask: Ask | None) -> str | None:
    """Of ``r.json()``, where ``r`` is what a tool gives: it is read already."""
    call = call_in(owner) or declared_with(site, site.text(owner))
    if member not in _READERS or call is None or gives_of(site, call, ask) is None:
        return None
    read = owner.parent.parent if owner.parent is not None else None  # r.json, r.json()
    if read is None:
        return None
    return (
        f"a result is unwrapped already; write: {site.line_with(owner.end_byte, '', read.end_byte)}"
    )


def gives_of(
    site: FailureSite, call: Node, ask: Ask | None
) -> tuple[str, dict[str, Any] | None] | None:
    """A tool as it is called, and what it gives as far as that is known; None: the call is none of a tool."""
    function = call.child_by_field_name("function")
    found = None if function is None else TOOL.match(site.text(function))
    if function is None or found is None or ask is None:
        return None
    return site.text(function), ask(tool_name(found[0]), "").get("gives")


def rows_of_the_catalogue(site: FailureSite) -> str | None:
    """Where a script reads something from a list of tools that its rows do not have."""
    asked = [name for name in _ROWS if re.search(rf"\b{name}\s*\(", site.code)]
    return f"{asked[0]} gives {_ROWS[asked[0]]}" if len(asked) == 1 else None


def _taken_apart(site: FailureSite) -> tuple[Node, list[str]] | None:
    """The variable of the only ``const [a, b] = r``, whose place the engine does not tell."""
    found = [
        value
        for node in all_nodes(site.root)
        if node.type == "variable_declarator"
        and (name := node.child_by_field_name("name")) is not None
        and name.type == "array_pattern"
        and (value := node.child_by_field_name("value")) is not None
        and (value.type == "identifier" or call_in(value) is not None)
    ]
    return (found[0], []) if len(found) == 1 else None


def call_in(value: Node | None) -> Node | None:
    """The call of ``await f()`` or ``(await f())``."""
    inner = awaited(value)
    return inner if inner is not None and inner.type == "call_expression" else None


def _told(
    site: FailureSite,
    variable: Node,
    called: str,
    members: list[str],
    gives: dict[str, Any],
    wanted: str,
) -> str | None:
    inside: dict[str, str] = gives.get("members") or {}
    if members and members[0] in inside:
        return None
    if not inside:
        return f"{called} gives {_a(gives['kind'])}" if gives.get("kind") else None
    told = f"{called} gives {{{', '.join(inside)}}}"
    if not members and wanted:
        name = site.text(variable) if variable.type == "identifier" else "it"
        told = f"{name} is not {'text' if wanted == 'string' else 'an array'}: {told}"
    lists = [member for member, kind in inside.items() if kind == wanted]
    if len(lists) == 1:
        end = variable.end_byte if not members else _end_of(site, variable)
        if variable.type == "await_expression":
            whole = f"({site.text(variable)}).{lists[0]}"
            return f"{told}; write: {site.line_with(variable.start_byte, whole, end)}"
        told += f"; write: {site.line_with(variable.end_byte, '.' + lists[0], end)}"
    return told


def _a(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _path_of(site: FailureSite, owner: Node | None) -> tuple[Node, list[str]] | None:
    """The variable that an expression reads from, and the members on the way."""
    node = owner
    if node is None:
        path = site.path()
        node = path[-1] if path else None
    members: list[str] = []
    while node is not None and node.type == "member_expression":
        member = node.child_by_field_name("property")
        members.insert(0, site.text(member) if member is not None else "")
        node = node.child_by_field_name("object")
    is_result = node is not None and (
        members or node.type in {"await_expression", "parenthesized_expression"}
    )
    if node is None or not (node.type == "identifier" or (is_result and call_in(node) is not None)):
        return None
    return node, members


def declared_with(site: FailureSite, name: str) -> Node | None:
    """The call whose value the variable ``name`` is, whether it was awaited or not."""
    for declarator in all_nodes(site.root):
        if declarator.type != "variable_declarator":
            continue
        declared = declarator.child_by_field_name("name")
        if declared is None or site.text(declared) != name:
            continue
        return call_in(declarator.child_by_field_name("value"))
    return None


def _end_of(site: FailureSite, variable: Node) -> int:
    """The end of the member that is read of a variable first."""
    found = re.compile(rb"\??\.[\w$]+").match(site.source, variable.end_byte)
    return found.end() if found is not None else variable.end_byte
