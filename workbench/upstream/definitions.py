"""Tool definitions as a server sends them, made into the catalogue's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from workbench.catalogue.tools import ToolInfo
from workbench.text.sanitize import encodable

if TYPE_CHECKING:
    from workbench.config import ServerSettings

_LONGEST_NAME = 128


def read_tools(
    server: str,
    listing: Iterable[Mapping[str, Any]],
    repaired: Mapping[str, Sequence[str]],
) -> dict[str, ToolInfo]:
    """The tools of a listing by name. Of two with one name the first counts, and says so."""
    tools: dict[str, ToolInfo] = {}
    twice: set[str] = set()
    for raw in listing:
        name = encodable(str(raw.get("name", "")))
        if name in tools:
            twice.add(name)
        else:
            tools[name] = _tool(server, name, raw, repaired.get(name, ()))
    for name in twice:
        tools[name] = _with_problem(tools[name], "the server lists it twice: the first one counts")
    return tools


def denied_by(settings: ServerSettings, names: Iterable[str]) -> frozenset[str]:
    """The tools that the configuration of their server keeps from scripts.

    ``*`` matches any text, ``?`` one character.
    """
    allowed, denied = settings.allow_tools, settings.deny_tools
    return frozenset(
        name
        for name in names
        if (allowed is not None and not _matches(name, allowed)) or _matches(name, denied)
    )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Brackets are not special: a tool may well be named ``list[all]``."""
    return any(fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in patterns)


def _tool(server: str, name: str, raw: Mapping[str, Any], repaired: Sequence[str]) -> ToolInfo:
    problems = list(repaired)
    if not name:
        problems.append("it has no name")
    elif len(name) > _LONGEST_NAME:
        problems.append(f"its name is longer than the {_LONGEST_NAME} characters of the protocol")
    execution = raw.get("execution")
    if isinstance(execution, dict) and execution.get("taskSupport") == "required":
        problems.append("it runs as a task only, which is not supported: a call will fail")
    return ToolInfo(
        server=server,
        name=name,
        description=encodable(str(raw.get("description") or "")),
        title=raw.get("title"),
        input_schema=raw.get("inputSchema") or {"type": "object"},
        output_schema=raw.get("outputSchema"),
        annotations=raw.get("annotations"),
        problems=tuple(problems),
    )


def _with_problem(tool: ToolInfo, problem: str) -> ToolInfo:
    return replace(tool, problems=(*tool.problems, problem))
