"""Finding tools without flooding a context: ``search_tools``, ``describe_tools``, ``get_execution``."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from contextlib import suppress

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.catalogue.tools import Catalogue, Missing, ToolInfo
from workbench.core.ports import History, Upstream
from workbench.core.records import HistoryError, UnknownExecution
from workbench.serve.tool_provider import Json
from workbench.text.jsontext import dumps
from workbench.text.sanitize import clean_line

_SETTLE_S = 3.0
_SHOWN_DESCRIPTION = 200
_MOST_VALUE = 4_000
_PREVIEW = 500
_CALLS = 100
_SHOWN_ID = 60

_TOOL_NAME: Json = {
    "type": ["string", "object"],
    "properties": {"server": {"type": "string"}, "tool": {"type": "string"}},
    "required": ["server", "tool"],
    "additionalProperties": False,
}
SEARCH_SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "description": "Words for what a tool should do."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
    },
    "required": ["query"],
    "additionalProperties": False,
}
DESCRIBE_SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "tools": {
            "type": "array",
            "items": _TOOL_NAME,
            "minItems": 1,
            "maxItems": 50,
            "description": "Names as server.tool.",
        }
    },
    "required": ["tools"],
    "additionalProperties": False,
}
EXECUTION_SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "execution_id": {"type": "string", "description": "As code_execution gave it."},
        "calls_from": {
            "type": "integer",
            "minimum": 1,
            "default": 1,
            "description": f"First call to show; {_CALLS} are shown at a time.",
        },
        "full": {
            "type": "boolean",
            "default": False,
            "description": f"Show values over {_MOST_VALUE} characters whole.",
        },
    },
    "required": ["execution_id"],
    "additionalProperties": False,
}


class NothingFound(Exception):
    """The question has no answer; the message says why."""


class Unreadable(Exception):
    """There is an answer, but the history file is damaged; the message says how."""


async def visible_catalogue(upstream: Upstream) -> Catalogue:
    """What a model may read: without quarantined servers and definitions that wait for approval.

    Waits a moment for servers that are still connecting.
    """
    with suppress(TimeoutError):
        await asyncio.wait_for(upstream.settled(), _SETTLE_S)
    whole = upstream.catalogue()
    servers = {
        name: info for name, info in whole.servers.items() if info.enabled and not info.quarantined
    }
    tools = {
        name: {tool.name: tool for tool in tools.values() if tool.approved}
        for name, tools in whole.tools.items()
        if name in servers
    }
    return Catalogue(servers, tools, whole.denied)


async def search(upstream: Upstream, query: str, limit: int = 10) -> Json:
    """``{tools: [{server, tool, description}], total}``, the best match first."""
    catalogue = await visible_catalogue(upstream)
    found = catalogue.search(query, limit)
    return {
        "tools": [
            {"server": tool.server, "tool": tool.name, "description": _first_words(tool)}
            for tool in found
        ],
        "total": sum(1 for _ in catalogue),
    }


async def describe(upstream: Upstream, names: Iterable[Json]) -> Json:
    """``{tools: [{server, tool, typescript}], missing: [{name, message, near}]}``."""
    catalogue = await visible_catalogue(upstream)
    tools: list[Json] = []
    missing: list[Json] = []
    for name in names:
        found = _find(catalogue, name)
        if isinstance(found, Missing):
            shown = name if isinstance(name, str) else f"{name['server']}.{name['tool']}"
            missing.append({"name": shown, "message": found.message, "near": list(found.near)})
        else:
            tools.append(
                {
                    "server": found.server,
                    "tool": found.name,
                    "typescript": catalogue.typescript(found),
                }
            )
    return {"tools": tools, "missing": missing}


async def trace(
    history: History, execution_id: str, calls_from: int = 1, full: bool = False
) -> Json:
    """The shape of ``history show``, with ``calls_total``; large values cut unless ``full``.

    Raises NothingFound and Unreadable. Only a whole id is taken: ids are not to be guessed by their
    beginnings.
    """
    try:
        wanted = str(uuid.UUID(execution_id))
    except ValueError:
        raise NothingFound(
            f"execution_id {clean_line(execution_id, _SHOWN_ID)!r} is not the whole id of an execution, "
            "a UUID as code_execution gives it"
        ) from None
    await history.committed()
    try:
        recording = await asyncio.to_thread(history.recording, wanted)
    except UnknownExecution as error:
        raise NothingFound(str(error)) from error
    except (HistoryError, ValueError, LookupError, TypeError) as error:
        raise Unreadable(f"the record of {wanted} cannot be read: {error}") from error
    shown: dict[str, Json] = recording.to_json()
    calls = shown["calls"]
    shown["calls_total"] = len(calls)
    shown["calls"] = calls[calls_from - 1 : calls_from - 1 + _CALLS]
    if not full:
        for name in ("value", "input"):
            shown[name] = _cut(shown[name])
        shown["calls"] = [
            {key: _cut(value) for key, value in call.items()} for call in shown["calls"]
        ]
    return shown


def _cut(value: Json) -> Json:
    if not isinstance(value, str | list | dict):
        return value
    text = dumps(value)
    if len(text) <= _MOST_VALUE:
        return value
    return {"truncated": True, "characters": len(text), "preview": text[:_PREVIEW]}


def _first_words(tool: ToolInfo) -> str:
    text = " ".join(tool.description.split())
    return text if len(text) <= _SHOWN_DESCRIPTION else text[: _SHOWN_DESCRIPTION - 1] + "…"


def _find(catalogue: Catalogue, name: Json) -> ToolInfo | Missing:
    """The tool that is meant, in every spelling that clients and scripts have for it."""
    if isinstance(name, dict):
        return catalogue.find(name["server"], name["tool"])
    text: str = name.removeprefix("tools.")
    separator = "."
    if text.startswith("mcp__"):
        text, separator = text.removeprefix("mcp__"), "__"
    # Both may hold the separator: the server that exists wins, the longest first.
    parts = text.split(separator)
    for count in range(len(parts) - 1, 0, -1):
        server = separator.join(parts[:count])
        if server in catalogue.servers:
            return catalogue.find(server, separator.join(parts[count:]))
    same = [tool for tool in catalogue if tool.name == text]
    if len(same) == 1:
        return same[0]
    if same or len(parts) == 1:
        return _unnamed(catalogue, text, [tool.full_name for tool in same])
    return catalogue.find(parts[0], separator.join(parts[1:]))


def _unnamed(catalogue: Catalogue, text: str, same: list[str]) -> Missing:
    """A name without a server that no tool or several have."""
    quoted = repr(clean_line(text, _SHOWN_ID))
    if same:
        return Missing(f"several servers have a tool {quoted}: {', '.join(same)}", tuple(same))
    if text in catalogue.servers:
        tools = [f"{text}.{tool}" for tool in catalogue.tools.get(text, ())]
        return Missing(
            f"{quoted} is a server{suggestion((), tools, 'its tools are')}", tuple(tools[:3])
        )
    by_name = {tool.name: tool.full_name for tool in catalogue}
    near = tuple(by_name[found] for found in near_names(text, by_name))
    return Missing(f"no tool {quoted}{suggestion(near, (), '')}", near)
