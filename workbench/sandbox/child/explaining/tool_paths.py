"""Tools that are written with more around them than they have: ``tools.servers.demo.now``,
``tools.demo.now.execute``, ``tools.demo.call("now")``, ``tools.demo.get-issue``, ``{ args: { … } }``."""

from __future__ import annotations

import re

from tree_sitter import Node

from workbench.sandbox.child.explaining.call_parts import arguments_of
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import ARGUMENTS, Ask, call_at

_PATH = re.compile(r"tools((?:\s*\??\.\s*[\w$]+|\[\s*[\"'][^\"']+[\"']\s*\])+)\Z")
_PART = re.compile(r"[\"']([^\"']+)[\"']|([\w$]+)")
_CALLER = re.compile(
    r"tools\s*\.\s*([\w$]+)\s*\.\s*(?:call|call_?tool|invoke|run|execute|use)\Z", re.IGNORECASE
)
_DASHED = re.compile(rb"tools(?:\.[\w$-]+)*\.[\w$]+-(?:[\w$]+-)*\Z")
_WHOLE = re.compile(rb"tools(?:\.[\w$]+(?:-[\w$]+)*)+")
_UNKNOWN = re.compile(rf"unknown field '(?:{'|'.join(ARGUMENTS)})'")


def through(site: FailureSite, callee: Node, ask: Ask | None) -> str | None:
    """Of a call of ``tools.a.b.c(…)``: the line with the tool that is meant."""
    found = _PATH.match(site.text(callee))
    if found is None or ask is None:
        return None
    parts = [quoted or plain for quoted, plain in _PART.findall(found[1])]
    if len(parts) < 3:
        return None
    first, inner, last = parts[0], parts[-2], parts[-1]
    names = (
        f"{inner}.{last}",
        f"{first}.{inner}",
        f"{first}.{last}",
        f"{first}.{last}_{inner}",
        f"{first}.{inner}_{last}",
    )
    for name in names:
        meant = ask(name, "").get("meant")
        if meant is not None:
            return f"write: {site.line_with(callee.start_byte, meant, callee.end_byte)}"
    return "a tool is called as tools.<server>.<tool>(args)"


def by_its_name(site: FailureSite, ask: Ask | None) -> str | None:
    """Of ``tools.demo.call("get_issue", args)``."""
    call = call_at(site)
    function = None if call is None else call.child_by_field_name("function")
    found = None if function is None else _CALLER.match(site.text(function))
    given = [] if call is None else arguments_of(call)
    if call is None or found is None or ask is None or not given or given[0].type != "string":
        return None
    name = site.text(given[0])[1:-1]
    meant = ask(f"{found[1]}.{name}", "").get("meant")
    if meant is None:
        return None
    rest = site.text(given[1]) if len(given) > 1 else ""
    return f"write: {site.line_with(call.start_byte, f'{meant}({rest})', call.end_byte)}"


def with_a_dash(site: FailureSite, ask: Ask | None) -> str | None:
    """Of ``tools.demo.get-issue(args)``, which is a subtraction."""
    if site.offset is None or ask is None:
        return None
    before = _DASHED.search(site.source[max(0, site.offset - 200) : site.offset])
    if before is None:
        return None
    start = site.offset - len(before[0])
    whole = _WHOLE.match(site.source, start)
    meant = (
        None if whole is None else ask(whole[0].decode().removeprefix("tools."), "").get("meant")
    )
    if whole is None or meant is None:
        return None
    return f"a name with - stands in brackets; write: {site.line_with(start, meant, whole.end())}"


def wrapped_arguments(site: FailureSite, message: str) -> str | None:
    """Of ``tools.demo.get_issue({ args: { id } })``."""
    call = call_at(site) if _UNKNOWN.search(message) is not None else None
    given = [] if call is None else arguments_of(call)
    if not given or given[-1].type != "object":
        return None
    pairs = [node for node in given[-1].named_children if node.type == "pair"]
    inner = pairs[0].child_by_field_name("value") if len(pairs) == 1 else None
    if inner is None or inner.type != "object":
        return None
    fixed = site.line_with(given[-1].start_byte, site.text(inner), given[-1].end_byte)
    return f"nothing stands around the fields; write: {fixed}"
