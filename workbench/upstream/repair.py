"""Mending a ``tools/list`` page: one bad tool must not cost the others (the SDK refuses the page).

What was repaired is kept per tool, to be shown beside it.
"""

from __future__ import annotations

from typing import Any

import orjson

from workbench.text.jsontext import depth_over
from workbench.upstream.bounds import bound
from workbench.upstream.results import DEEPEST

_NO_SCHEMA: dict[str, Any] = {"type": "object"}
_KEPT = ("name", "title", "description", "inputSchema", "outputSchema", "annotations", "execution")
"""What of a definition we use; the rest (icons, ``_meta``) could only be wrong."""
_DROPPED_IF_NOT_OBJECT = ("annotations", "execution")
_DROPPED_IF_NOT_TEXT = ("title", "description")
_LONGEST_NAME = 1_000
"""What is longer names nothing; the protocol has 128."""


def repair_listing(page: dict[str, Any], repaired: dict[str, list[str]]) -> None:
    """Mend a page in place; add what was done to ``repaired``, tool name -> what."""
    tools = page.get("tools")
    page["tools"] = [
        {key: tool[key] for key in _KEPT if key in tool}
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict) and _is_name(tool.get("name"))
    ]
    cursor = page.get("nextCursor")
    if cursor is not None and not isinstance(cursor, str):
        page["nextCursor"] = str(cursor) if isinstance(cursor, int) else None
    for tool in page["tools"]:
        problems = _cut_size(tool) + _repair_tool(tool)
        if problems:
            repaired[tool["name"]] = problems


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) <= _LONGEST_NAME


def _cut_size(tool: dict[str, Any]) -> list[str]:
    """What is nested without measure would break whoever writes it down; what is large, hold it up."""
    try:
        return bound(tool, orjson.dumps(tool))
    except TypeError:
        deep = [key for key, value in tool.items() if _is_deep(value)]
        for key in deep:
            del tool[key]
        said = [f"its {key} is nested too deeply: left out" for key in deep]
        return said + _cut_size(tool) if deep else []


def _is_deep(value: Any) -> bool:
    return isinstance(value, dict | list) and depth_over(value, DEEPEST)


def _repair_tool(tool: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    schema = tool.get("inputSchema")
    if not isinstance(schema, dict):
        tool["inputSchema"] = dict(_NO_SCHEMA)
        problems.append("it has no input schema: any arguments are passed on")
    elif schema.get("type") != "object":
        problems.append(f"its input schema has type {schema.get('type')!r:.80} instead of 'object'")
        tool["inputSchema"] = dict(_NO_SCHEMA) if "type" in schema else {**schema, "type": "object"}
    output = tool.get("outputSchema")
    if output is not None and (not isinstance(output, dict) or output.get("type") != "object"):
        del tool["outputSchema"]
        problems.append("its output schema describes no object: left out")
    for names, wanted in ((_DROPPED_IF_NOT_OBJECT, dict), (_DROPPED_IF_NOT_TEXT, str)):
        for name in names:
            if tool.get(name) is not None and not isinstance(tool[name], wanted):
                del tool[name]
                problems.append(f"its {name} is malformed: left out")
    annotations = tool.get("annotations")
    if isinstance(annotations, dict):
        tool["annotations"] = {
            name: value
            for name, value in annotations.items()
            if isinstance(value, str if name == "title" else bool)
        }
    return problems
