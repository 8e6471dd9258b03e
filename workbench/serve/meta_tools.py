"""Finding tools without flooding a context: ``search_tools`` and ``describe_tools``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from workbench.catalogue.tools import Catalogue, SeenTypes, ToolInfo
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue
from workbench.core.ports import Upstream
from workbench.serve.told import Told
from workbench.text.sanitize import shortened
from workbench.text.tokens import estimate

_SETTLE_S = 3.0
_SHOWN_DESCRIPTION = 200
_TOLD_BESIDE = 100
_SHOWN_ID = 60

_TOOL_NAME: JsonValue = {
    "type": ["string", "object"],
    "properties": {"server": {"type": "string"}, "tool": {"type": "string"}},
    "required": ["server", "tool"],
    "additionalProperties": False,
}
# What a client sees is short, because a model pays for it in every turn; the checks know more.
SEARCH_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"query": {"type": "string"}, "limit": {"type": "integer"}},
    "required": ["query"],
    "additionalProperties": False,
}
SEARCH_CHECK = SchemaCheck(
    {
        **SEARCH_SCHEMA,
        "properties": {
            "query": {"type": "string"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50},
        },
    }
)
DESCRIBE_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {
        "tools": {"type": "array", "items": {"type": "string"}, "description": "As server.tool."}
    },
    "required": ["tools"],
    "additionalProperties": False,
}
DESCRIBE_CHECK = SchemaCheck(
    {
        **DESCRIBE_SCHEMA,
        "properties": {
            "tools": {"type": "array", "items": _TOOL_NAME, "minItems": 1, "maxItems": 50}
        },
    }
)


async def visible_catalogue(upstream: Upstream) -> Catalogue:
    """What a model may read: no tools of quarantined servers, no definitions that wait for approval.

    Waits a moment for servers that are still connecting.
    """
    with suppress(TimeoutError):
        await asyncio.wait_for(upstream.settled(), _SETTLE_S)
    return upstream.catalogue().readable


async def search(upstream: Upstream, most: int, query: str, limit: int = 10) -> Told:
    """``{tools: [{server, tool, description}], total}``, the best match first."""
    catalogue = await visible_catalogue(upstream)
    found = catalogue.search(query, int(limit))
    total = sum(1 for _ in catalogue)
    rows = [(tool.server, tool.name, _first_words(tool)) for tool in found]
    lines = [
        f"{server}.{tool}: {words}" if words else f"{server}.{tool}" for server, tool, words in rows
    ]
    kept = _fitting(lines, most)
    tools = [{"server": row[0], "tool": row[1], "description": row[2]} for row in rows[:kept]]
    end = f"{kept} of {total} tools" if kept else f"no tool matches; there are {total}"
    return Told({"tools": tools, "total": total}, "\n".join((*lines[:kept], f"({end})")))


async def describe(
    upstream: Upstream, seen: SeenTypes, most: int, tools: Sequence[JsonValue]
) -> Told:
    """``{tools: [{server, tool, typescript}], missing: [{name, message, near}]}``; ``left_out``: the names of
    those for which there was no room."""
    catalogue = await visible_catalogue(upstream)
    names = [name if isinstance(name, str) else (name["server"], name["tool"]) for name in tools]
    found = await asyncio.to_thread(catalogue.described, names, seen)
    described, missing = found["tools"], found["missing"]
    texts = [tool["typescript"] for tool in described]
    kept = max(1, _fitting(texts, most))
    left_out = [f"{tool['server']}.{tool['tool']}" for tool in described[kept:]]
    told = [*texts[:kept], *(f"// {one['message']}" for one in missing)]
    structured: JsonValue = {"tools": described[:kept], "missing": missing}
    if left_out:
        structured["left_out"] = left_out
        told.append(f"// no room for: {', '.join(left_out)}; ask for them apart")
    return Told(structured, "\n\n".join(told))


def _fitting(texts: Sequence[str], most: int) -> int:
    """How many of the texts fit, from the first on; 0 as ``most``: all."""
    if not most:
        return len(texts)
    left = most - _TOLD_BESIDE
    for number, text in enumerate(texts):
        left -= 2 * estimate(text)  # it stands in the text and in the JSON
        if left < 0:
            return number
    return len(texts)


def _first_words(tool: ToolInfo) -> str:
    return shortened(" ".join(tool.description.split()), _SHOWN_DESCRIPTION)
