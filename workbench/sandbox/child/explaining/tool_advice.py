"""What a script meant: the tool that a call in another dialect names, and what a result has where the script
reads something else of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import all_nodes, awaited

Ask = Callable[[str, str], dict[str, Any]]
"""Asks the host which tools there are: by a name, and by words. See policy:
``{meant, server, found, gives, takes, needs}``."""

_MOST_NAMES = 4
_LONGEST = 300
_ARGUMENTS = ("arguments", "args", "input", "params", "parameters")
_NAMES = ("name", "tool", "toolName", "tool_name")
_READERS = frozenset({"json", "text", "blob", "arrayBuffer"})
"""What a response of fetch has."""
_JAVASCRIPTS_OWN = frozenset({"then", "toJSON", "valueOf", "constructor"})
"""What ``tools.<server>`` has no tool for, whatever its name (catalogue.js)."""
_UNWRAPPED = ("result", "data", "structuredContent", "value", "output", "content")
_ENDING = (
    "final_answer",
    "finalAnswer",
    "submit",
    "emit",
    "respond",
    "set_result",
    "setResult",
    "output",
    "text",
)
_ABOUT_TOOLS = re.compile(
    r"(?i)(?:interfaces?|schemas?|(?:describe|search|list|find|get)_?tools?|tool_?info|help)$"
)
_ABOUT_CALLS = re.compile(r"(?i)servers?/|mcp|(?:call|use|invoke)_?tool")
_HOW_TO_CALL = "; without it: await tools.<server>.<tool>(args)"
_CALLERS = frozenset(
    {
        "tools.call",
        "tools.callTool",
        "tools.call_tool",
        "tools.invoke",
        "tools.run",
        "tools.execute",
    }
)
_TOOL = re.compile(
    r"tools\s*(?:\.\s*([\w$]+)|\[\s*[\"']([^\"']+)[\"']\s*\])"
    r"(?:\s*\.\s*([\w$]+)|\s*\[\s*[\"']([^\"']+)[\"']\s*\])?\s*\Z"
)
_AS_ARRAY = re.compile(
    r"\btools\s*\.\s*(?:find|filter|map|forEach|some|every|reduce|flatMap)\s*\(\s*(?:async\b|function\b|\(|[\w$]+\s*=>)"
)
_ROWS = {
    "list_tools": "an array of {server, tool, description}",
    "search_tools": "an array of {server, tool, description}",
    "describe_tool": "{server, tool, description, input_schema, output_schema, annotations, types}",
}


def call_in_another_dialect(site: FailureSite, ask: Ask | None) -> str | None:
    """The line with the call that stands at the failure as it is written here; None: it names no tool."""
    call = _call_at(site)
    if call is None:
        return None
    function, given = call.child_by_field_name("function"), _arguments(call)
    if function is None:
        return None
    if site.text(function) in _ENDING and given:
        fixed = site.line_with(call.start_byte, site.text(given[0]), call.end_byte)
        return f"a script's value is its last expression; write: {fixed}"
    if ask is None or _ABOUT_TOOLS.search(site.text(function)) is not None:
        return None
    for name, arguments in list(_named(site, function, given))[:_MOST_NAMES]:
        meant = ask(name, "").get("meant")
        if meant is None:
            continue
        waits = "" if site.source[: call.start_byte].rstrip().endswith(b"await") else "await "
        return f"write: {site.line_with(call.start_byte, f'{waits}{meant}({arguments})', call.end_byte)}"
    return None


def not_found(site: FailureSite, ask: Ask | None) -> str | None:
    """Of a ToolError: ``tools.call("server.tool", args)`` and the like, and ``tools.find(t => …)``."""
    if (told := as_array(site)) is not None:
        return told
    call = _call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    if function is None or site.text(function) not in _CALLERS:
        return None
    return call_in_another_dialect(site, ask)


def named_as_javascript_names(
    site: FailureSite, callee: Node, owner: Node, name: str, ask: Ask | None
) -> str | None:
    """``tools.demo.then(args)``, where the server has such a tool."""
    if name not in _JAVASCRIPTS_OWN or ask is None or _TOOL.match(site.text(owner)) is None:
        return None
    full = f"{_tool_name(site.text(owner))}.{name}"
    if ask(full, "").get("meant") is None:
        return None
    fixed = site.line_with(callee.start_byte, f'tools["{full}"]', callee.end_byte)
    return f"JavaScript itself looks for {name} on every object, so it is no tool there; write: {fixed}"


def as_array(site: FailureSite) -> str | None:
    """Of a script that takes ``tools`` for an array; None: it does not."""
    if _AS_ARRAY.search(site.code) is None:
        return None
    return "tools is not an array: list_tools() gives one of {server, tool, description}"


def fields_of(site: FailureSite, ask: Ask | None) -> str | None:
    """Of a ToolError: ``tools.demo.get_issue(101)``, where the field is not named."""
    handed_on = _handed_on(site)
    if handed_on is not None and ask is not None:
        text = site.text(handed_on)
        takes: list[str] = ask(_tool_name(text), "").get("takes") or []
        if not takes:
            return None
        fixed = f"{takes[0]} => {text}({{ {takes[0]} }})"
        written = site.line_with(handed_on.start_byte, fixed, handed_on.end_byte)
        return f"its fields are: {', '.join(takes)}; write: {written}"
    call = _call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    found = None if function is None else _TOOL.match(site.text(function))
    if call is None or found is None or ask is None:
        return None
    answer = ask(_tool_name(found[0]), "")
    takes = answer.get("takes") or []
    given = _arguments(call)
    if not takes or answer.get("meant") is None:
        return None
    told = f"its fields are: {', '.join(takes)}"
    if answer.get("needs") != 1 or len(given) != 1 or given[0].type in {"object", "array", "null"}:
        return told
    value = site.text(given[0])
    inside = value if value == takes[0] else f"{takes[0]}: {value}"
    fixed = site.line_with(given[0].start_byte, f"{{ {inside} }}", given[0].end_byte)
    return f"{told}; write: {fixed}"


def _handed_on(site: FailureSite) -> Node | None:
    """``tools.demo.get_issue`` in ``ids.map(tools.demo.get_issue)``: each item is its argument."""
    path = site.path()
    for parent, node in zip(reversed(path[:-1]), reversed(path), strict=False):
        if parent.type == "arguments" and _TOOL.match(site.text(node)) is not None:
            return node
    call = _call_at(site)  # the place may be that of ``map``
    given = [] if call is None else _arguments(call)
    return next((node for node in given if _TOOL.match(site.text(node)) is not None), None)


def _tool_name(text: str) -> str:
    """``demo.get_issue`` of ``tools.demo.get_issue``."""
    found = _TOOL.match(text)
    return "" if found is None else ".".join(part for part in found.groups() if part)


def _named(site: FailureSite, function: Node, given: list[Node]) -> Iterator[tuple[str, str]]:
    """Names of tools that a call may mean, with the arguments for it."""
    texts = [
        site.text(node)[1:-1] for node in given[:2] if node.type in {"string", "template_string"}
    ]
    rest = [node for node in given if node.type not in {"string", "template_string"}]
    arguments = site.text(rest[0]) if rest else ""
    if len(arguments) > _LONGEST:
        arguments = "…"
    if len(texts) == 2:
        yield ".".join(texts), arguments
    if texts:
        yield texts[0], arguments
    if rest and rest[0].type == "object":
        members = dict(_pairs(site, rest[0]))
        name = next((members[key] for key in _NAMES if key in members), None)
        if name is not None and name.type == "string":
            inner = next((site.text(members[key]) for key in _ARGUMENTS if key in members), "")
            server = members.get("server")
            full = site.text(name)[1:-1]
            if server is not None and server.type == "string":
                full = f"{site.text(server)[1:-1]}.{full}"
            yield full, inner if len(inner) <= _LONGEST else "…"
    names = re.findall(r"[\w$-]+", site.text(function))
    if len(names) > 1 and not texts:
        yield ".".join(names[-2:]), arguments
        yield names[-1], arguments


def names_imported(site: FailureSite, statement: Node) -> list[str]:
    """The names in the braces of a statement that imports."""
    return [
        site.text(node.child_by_field_name("name") or node)
        for node in all_nodes(statement)
        if node.type == "import_specifier"
    ]


def imported(
    site: FailureSite, statement: Node, names: list[str], module: str, ask: Ask | None
) -> str:
    """What is here in place of what a statement imports: tools, or a server (``import * as demo from …``)."""
    if ask is None:
        return ""
    found = [meant for name in names[:_MOST_NAMES] if (meant := ask(name, "").get("meant"))]
    if found:
        return f"; without it: {', '.join(f'await {meant}(args)' for meant in found)}"
    parts = [part.rsplit(".", 1)[0] for part in module.split("/") if part.strip(".")]
    whole = next(
        (site.text(node) for node in all_nodes(statement) if node.type == "identifier"), ""
    )
    for part in (*parts[::-1], whole):
        server = ask(part, "").get("server")
        if server is not None and not names:
            at = f".{server}" if server.isidentifier() else f'["{server}"]'
            return f"; without it: const {whole} = tools{at};"
    return _HOW_TO_CALL if _ABOUT_CALLS.search(" ".join((*names, module))) else ""


# -- results ---------------------------------------------------------------------------------


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
    found = None if function is None else _TOOL.match(site.text(function))
    if function is None or found is None or ask is None:
        return None
    return site.text(function), ask(_tool_name(found[0]), "").get("gives")


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


def _call_at(site: FailureSite) -> Node | None:
    """The innermost call at the failure whose function begins there, or that stands around it."""
    around = [node for node in site.path() if node.type == "call_expression"]
    for call in reversed(around):
        function = call.child_by_field_name("function")
        if function is None or site.offset is None:
            continue
        # Of a call whose value is returned at once the engine gives the place behind its parenthesis.
        if function.start_byte <= site.offset <= function.end_byte + 1:
            return call
    return None


def _arguments(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    return (
        [] if given is None else [node for node in given.named_children if node.type != "comment"]
    )


def _pairs(site: FailureSite, node: Node) -> Iterator[tuple[str, Node]]:
    for pair in node.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if pair.type == "pair" and key is not None and value is not None:
            yield site.text(key).strip("\"'"), value
