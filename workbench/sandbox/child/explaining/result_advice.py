"""What a result has where a script reads something else of it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import TOOL, Ask, tool_name
from workbench.sandbox.child.grammars import all_nodes, awaited
from workbench.sandbox.child.starting.parallel import ASYNCHRONOUS

_READERS = frozenset({"json", "text", "blob", "arrayBuffer"})
"""What a response of fetch has."""
_UNWRAPPED = ("result", "data", "structuredContent", "value", "output", "content")
ENVELOPE = frozenset({"ok", "result", "error", "content"})
"""What call_tool gives has these."""
_INDEX = "[…]"
"""Stands for the index of an item among members."""
_AROUND_ROWS = frozenset({"result", "results", "data", "value", "values", "content"})
_MEMBER = re.compile(rb"\??\.[\w$]+|(?:\?\.)?\[(?:\"[^\"\n]*\"|'[^'\n]*')\]")
_ROWS = {
    "call_tools": "an array of {ok, result} or {ok, error}",
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
    called = call_name(site, call)
    if called in _ROWS and members[:1] != ["length"]:
        told = f"{called} gives {_ROWS[called]}"
        if called != "call_tools" or not members or members[0] not in _AROUND_ROWS:
            return told
        fixed = site.line_with(variable.end_byte, "", _end_of(site, variable.end_byte))
        return f"{told}; write: {fixed}"
    at = variable.end_byte
    if (is_envelope := called in ASYNCHRONOUS) and members[:1] == ["result"]:
        at, members = _end_of(site, at), members[1:]
    elif is_envelope and members:
        return None
    given = gives_of(site, call, ask)
    if given is None:
        return None
    called, gives = given
    if not is_envelope and members and members[0] in ("ok", "error"):
        caught = "try { … } catch (e) { e.message }"
        return f"{called} gives the result itself, and throws where it fails: {caught}"
    if members[:2] == ["content", _INDEX]:
        return None  # content blocks: see unwrapping
    if members and members[0] in _UNWRAPPED and members[0] not in (gives or {}).get("members", {}):
        fixed = site.line_with(at, "", _end_of(site, at))
        return f"a result is unwrapped already; write: {fixed}"
    if is_envelope and at == variable.end_byte:
        return _of_whole_envelope(site, variable, gives, wanted)
    if gives is None:
        return None
    return _told(site, _Read(variable, at, members), called, gives, wanted)


def _of_whole_envelope(
    site: FailureSite, variable: Node, gives: dict[str, Any] | None, wanted: str
) -> str:
    """Of ``for (const i of r)``, where ``r`` is what call_tool gives."""
    lists = [name for name, kind in ((gives or {}).get("members") or {}).items() if kind == wanted]
    inside = f".result.{lists[0]}" if len(lists) == 1 else ".result"
    whole = site.text(variable)
    if variable.type == "await_expression":
        whole = f"({whole})"
    fixed = site.line_with(variable.start_byte, whole + inside, variable.end_byte)
    return f"call_tool gives {{ok, result}}; write: {fixed}"


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
    """A tool as it is called, and what it gives as far as that is known (call_tool: as its result); None: the
    call is none of a tool."""
    called = _tool_of(site, call)
    return None if called is None or ask is None else (called[0], ask(called[1], "").get("gives"))


def only_reads(site: FailureSite, call: Node, ask: Ask | None) -> bool:
    """Whether a call is one of a tool that says so of itself."""
    called = _tool_of(site, call)
    return called is not None and ask is not None and ask(called[1], "").get("only_reads") is True


def _tool_of(site: FailureSite, call: Node) -> tuple[str, str] | None:
    """A tool as it is called, and its name; None: the call is none of a tool."""
    function = call.child_by_field_name("function")
    if function is None:
        return None
    if site.text(function) == "call_tool":
        names = [site.text(node)[1:-1] for node in arguments_of(call)[:2] if node.type == "string"]
        return (".".join(names), ".".join(names)) if len(names) == 2 else None
    found = TOOL.match(site.text(function))
    return None if found is None else (site.text(function), tool_name(found[0]))


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


def call_name(site: FailureSite, call: Node) -> str:
    """What is called, as it is written."""
    function = call.child_by_field_name("function")
    return "" if function is None else site.text(function)


def call_in(value: Node | None) -> Node | None:
    """The call of ``await f()`` or ``(await f())``."""
    inner = awaited(value)
    return inner if inner is not None and inner.type == "call_expression" else None


class _Read(NamedTuple):
    """A result that is read."""

    variable: Node
    at: int
    """The byte behind the result."""
    members: list[str]


def _told(
    site: FailureSite, read: _Read, called: str, gives: dict[str, Any], wanted: str
) -> str | None:
    variable, at, members = read
    inside: dict[str, str] = gives.get("members") or {}
    if members and members[0] in inside:
        return None
    if members and (members[0] == "length" or members[0] == _INDEX):
        members = []  # as of a list: it is the list that is missing
    if not inside:
        return f"{called} gives {_a(gives['kind'])}" if gives.get("kind") else None
    told = f"{called} gives {{{', '.join(inside)}}}"
    if not members and wanted:
        name = "it"
        if variable.type == "identifier":
            name = site.source[variable.start_byte : at].decode("utf-8", "replace")
        told = f"{name} is not {'text' if wanted == 'string' else 'an array'}: {told}"
    elif not wanted:
        return told
    lists = [member for member, kind in inside.items() if kind == wanted]
    if len(lists) == 1:
        end = at if not members else _end_of(site, at)
        if variable.type == "await_expression":
            whole = f"({site.text(variable)}).{lists[0]}"
            return f"{told}; write: {site.line_with(variable.start_byte, whole, end)}"
        told += f"; write: {site.line_with(at, '.' + lists[0], end)}"
    elif len(inside) == 1 and "string" in inside.values():
        told += f", which is text: look at it with console.log({site.text(variable)})"
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
    while node is not None and node.type in {"member_expression", "subscript_expression"}:
        member = node.child_by_field_name("property")
        index = node.child_by_field_name("index")
        if member is not None:
            members.insert(0, site.text(member))
        elif index is not None and index.type == "string":
            members.insert(0, site.text(index)[1:-1])
        else:
            members.insert(0, _INDEX)
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


def _end_of(site: FailureSite, at: int) -> int:
    """The end of the member that is read behind ``at``."""
    found = _MEMBER.match(site.source, at)
    return found.end() if found is not None else at
