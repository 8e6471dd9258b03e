"""What a script meant: the tool that a call in another dialect names, and the fields of its arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.grammars import all_nodes

Ask = Callable[[str, str], dict[str, Any]]
"""Asks the host which tools there are: by a name, and by words. See policy:
``{meant, server, found, gives, takes, needs, only_reads}``."""

_MOST_NAMES = 4
_LONGEST = 300
ARGUMENTS = ("arguments", "args", "input", "params", "parameters")
CALLED_BY = ("name", "tool", "toolName", "tool_name")
_JAVASCRIPTS_OWN = frozenset({"then", "toJSON", "valueOf", "constructor"})
"""What ``tools.<server>`` has no tool for, whatever its name (catalogue.js)."""
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
TOOL = re.compile(
    r"tools\s*(?:\.\s*([\w$]+)|\[\s*[\"']([^\"']+)[\"']\s*\])"
    r"(?:\s*\.\s*([\w$]+)|\s*\[\s*[\"']([^\"']+)[\"']\s*\])?\s*\Z"
)
_AS_ARRAY = re.compile(
    r"\btools\s*\.\s*(?:find|filter|map|forEach|some|every|reduce|flatMap)\s*\(\s*(?:async\b|function\b|\(|[\w$]+\s*=>)"
)


def call_in_another_dialect(site: FailureSite, ask: Ask | None) -> str | None:
    """The line with the call that stands at the failure as it is written here; None: it names no tool."""
    call = call_at(site)
    if call is None:
        return None
    function, given = call.child_by_field_name("function"), arguments_of(call)
    if function is None:
        return None
    if site.text(function) in _ENDING and given:
        value, statement = site.text(given[0]), call.parent
        if (
            given[0].type == "object"
            and statement is not None
            and statement.type == "expression_statement"
        ):
            value = f"({value})"  # alone in its line it would be a block
        fixed = site.line_with(call.start_byte, value, call.end_byte)
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


def by_itself(site: FailureSite, tool: str) -> str | None:
    """Of ``list_issues({ limit: 3 })``, without its server: the line with ``tool`` in its place."""
    call = call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    if call is None or function is None or function.type != "identifier":
        return None
    given = arguments_of(call)
    fields = _as_fields(site, given)
    written = f"({_object(fields)})" if fields else site.text(call)[len(site.text(function)) :]
    waits = "" if site.source[: call.start_byte].rstrip().endswith(b"await") else "await "
    return f"write: {site.line_with(call.start_byte, f'{waits}{tool}{written}', call.end_byte)}"


def called_itself(site: FailureSite, callee: Node, ask: Ask | None) -> str | None:
    """Of ``tools("demo.get_issue", args)`` and ``tools.get("demo.get_issue")(args)``."""
    call = callee.parent
    if ask is None or call is None or site.text(callee) not in {"tools", "tools.get", "tools.tool"}:
        return None
    outer = call.parent
    if (
        outer is None
        or outer.type != "call_expression"
        or outer.child_by_field_name("function") != call
    ):
        return call_in_another_dialect(site, ask)
    for name, _ in list(_named(site, callee, arguments_of(call)))[:_MOST_NAMES]:
        meant = ask(name, "").get("meant")
        if meant is not None:
            return f"write: {site.line_with(call.start_byte, meant, call.end_byte)}"
    return None


def not_found(site: FailureSite, ask: Ask | None) -> str | None:
    """Of a ToolError: ``tools.call("server.tool", args)`` and the like, and ``tools.find(t => …)``."""
    if (told := as_array(site)) is not None:
        return told
    call = call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    if function is None or site.text(function) not in _CALLERS:
        return None
    return call_in_another_dialect(site, ask)


def named_as_javascript_names(
    site: FailureSite, callee: Node, owner: Node, name: str, ask: Ask | None
) -> str | None:
    """``tools.demo.then(args)``, where the server has such a tool."""
    if name not in _JAVASCRIPTS_OWN or ask is None or TOOL.match(site.text(owner)) is None:
        return None
    full = f"{tool_name(site.text(owner))}.{name}"
    if ask(full, "").get("meant") is None:
        return None
    fixed = site.line_with(callee.start_byte, f'tools["{full}"]', callee.end_byte)
    return f"JavaScript itself looks for {name} on every object, so it is no tool there; write: {fixed}"


def as_array(site: FailureSite) -> str | None:
    """Of a script that takes ``tools`` for an array; None: it does not."""
    if _AS_ARRAY.search(site.code) is None:
        return None
    return "tools is not an array: list_tools() gives one of {server, tool, description}"


def fields_of(site: FailureSite, tool: str, ask: Ask | None) -> str | None:
    """Of a ToolError: ``tools.demo.get_issue(101)``, where the field is not named.

    tool: ``demo.get_issue``, however it is called.
    """
    handed_on = _handed_on(site)
    if handed_on is not None and ask is not None:
        text = site.text(handed_on)
        takes: list[str] = ask(tool_name(text), "").get("takes") or []
        if not takes:
            return None
        fixed = f"{takes[0]} => {text}({{ {takes[0]} }})"
        written = site.line_with(handed_on.start_byte, fixed, handed_on.end_byte)
        return f"its fields are: {', '.join(takes)}; write: {written}"
    call = call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    if call is None or function is None or not tool or ask is None:
        return None
    answer = ask(tool, "")
    takes = answer.get("takes") or []
    given = arguments_of(call)
    if not takes or answer.get("meant") is None:
        return None
    told = f"its fields are: {', '.join(takes)}"
    if (named := _as_fields(site, given)) is not None and named.keys() <= set(takes):
        fixed = site.line_with(given[0].start_byte, _object(named), given[-1].end_byte)
        return f"{told}; write: {fixed}"
    whole = _as_object(site, given, takes, answer.get("needs") or 0)
    if whole is not None:
        return f"{told}; write: {site.line_with(given[0].start_byte, whole, given[-1].end_byte)}"
    if answer.get("needs") != 1 or len(given) != 1 or given[0].type in {"object", "null"}:
        return told
    value = site.text(given[0])
    inside = value if value == takes[0] else f"{takes[0]}: {value}"
    fixed = site.line_with(given[0].start_byte, f"{{ {inside} }}", given[0].end_byte)
    return f"{told}; write: {fixed}"


def _as_object(site: FailureSite, given: list[Node], takes: list[str], needs: int) -> str | None:
    """Arguments that are handed over as JSON's text, or one after the other: as one object."""
    first = given[0] if given else None
    if first is None:
        return None
    if len(given) == 1 and first.type == "call_expression":
        function, inner = first.child_by_field_name("function"), arguments_of(first)
        if function is not None and site.text(function) == "JSON.stringify" and inner:
            return site.text(inner[0])
    if len(given) == 1 and first.type == "string" and site.text(first)[1:2] == "{":
        try:
            is_object = isinstance(json.loads(site.text(first)[1:-1]), dict)
        except ValueError:
            return None
        return site.text(first)[1:-1] if is_object else None
    if len(given) < 2 or any(
        node.type in {"spread_element", "assignment_expression"} for node in given
    ):
        return None
    *plain, last = given
    values = [site.text(node) for node in plain]
    if last.type == "object":
        named = dict(_pairs(site, last))
        if (len(values) != needs and len(values) != 1) or set(takes[: len(values)]) & named.keys():
            return None
        inside = site.text(last)[1:-1].strip().rstrip(",")
        return f"{_object(dict(zip(takes, values, strict=False)))[:-2]}, {inside} }}"
    if len(given) not in (needs, len(takes)):
        return None
    return _object(dict(zip(takes, map(site.text, given), strict=False)))


def _as_fields(site: FailureSite, given: list[Node]) -> dict[str, str] | None:
    """Of ``(state="open", limit=2)``, as Python hands over fields; None: it is something else."""
    fields: dict[str, str] = {}
    for node in given:
        name, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type != "assignment_expression" or name is None or value is None:
            return None
        fields[site.text(name)] = site.text(value)
    return fields or None


def _object(fields: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{name}: {value}' for name, value in fields.items())} }}"


def _handed_on(site: FailureSite) -> Node | None:
    """``tools.demo.get_issue`` in ``ids.map(tools.demo.get_issue)``: each item is its argument."""
    path = site.path()
    for parent, node in zip(reversed(path[:-1]), reversed(path), strict=False):
        if parent.type == "arguments" and TOOL.match(site.text(node)) is not None:
            return node
    call = call_at(site)  # the place may be that of ``map``
    given = [] if call is None else arguments_of(call)
    return next((node for node in given if TOOL.match(site.text(node)) is not None), None)


def tool_name(text: str) -> str:
    """``demo.get_issue`` of ``tools.demo.get_issue``."""
    found = TOOL.match(text)
    return "" if found is None else ".".join(part for part in found.groups() if part)


def _named(site: FailureSite, function: Node, given: list[Node]) -> Iterator[tuple[str, str]]:
    """Names of tools that a call may mean, with the arguments for it."""
    texts = [
        site.text(node)[1:-1] for node in given[:2] if node.type in {"string", "template_string"}
    ]
    rest = [node for node in given if node.type not in {"string", "template_string"}]
    fields = _as_fields(site, rest)
    arguments = _object(fields) if fields else site.text(rest[0]) if rest else ""
    if len(arguments) > _LONGEST:
        arguments = "…"
    if len(texts) == 2:
        yield ".".join(texts), arguments
    if texts:
        yield texts[0], arguments
    if rest and rest[0].type == "object":
        members = dict(_pairs(site, rest[0]))
        name = next((members[key] for key in CALLED_BY if key in members), None)
        if name is not None and name.type == "string":
            inner = next((site.text(members[key]) for key in ARGUMENTS if key in members), "")
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


def call_at(site: FailureSite) -> Node | None:
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


def _pairs(site: FailureSite, node: Node) -> Iterator[tuple[str, Node]]:
    for pair in node.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if pair.type == "pair" and key is not None and value is not None:
            yield site.text(key).strip("\"'"), value
