"""The tool that a name means, in the ways that models spell them: ``demo.get_issue``, ``get_issue``,
``mcp__demo__get_issue``, ``demo_get_issue``, ``getIssue``.

Exact names go first; where two tools are meant equally, none is taken and both are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbench.catalogue.missing import Missing, quoted_name
from workbench.catalogue.suggestions import bare, near_names, suggestion
from workbench.catalogue.tool_types import member

if TYPE_CHECKING:
    from workbench.catalogue.tools import Catalogue, ToolInfo

_JOINTS = (".", "__", "_", "-", "/", ":")
_MCP = "mcp"
_MOST_NAMED = 5
_ASKED = frozenset(("list_tools", "search_tools", "describe_tool", "describe_tools"))
"""What asks for tools: a function of the script's own, that is served as a tool, too."""


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two pairs of server and tool are spelled alike."""
    return bare(one[0]) == bare(other[0]) and bare(one[1]) == bare(other[1])


def spelled(catalogue: Catalogue, server: str, tool: str) -> ToolInfo | Missing:
    """What ``tools.<server>.<tool>`` means."""
    exact = catalogue.tools.get(server, {}).get(tool)
    if exact is not None:
        return exact
    servers = [server] if server in catalogue.tools else list(catalogue.tools)
    wanted = (server, tool)
    found = [
        info
        for name in servers
        for info in catalogue.tools[name].values()
        if alike(wanted, (info.server, info.name))
    ]
    return _one_of(catalogue, found, f"tools{member(server)}{member(tool)}") or catalogue.find(
        server, tool
    )


def named(catalogue: Catalogue, name: str) -> ToolInfo | Missing:
    """The tool that one name means, with its server in it or without."""
    name = name.removeprefix("tools.")
    wanted = bare(name)
    full = wanted.removeprefix(_MCP) if wanted.startswith(_MCP) else wanted
    ways: tuple[Callable[[ToolInfo], bool], ...] = (
        lambda tool: name == tool.name or name in _full_names(tool),
        lambda tool: (
            (bool(wanted) and bare(tool.name) == wanted)
            or bare(tool.server + tool.name) in (wanted, full)
        ),
    )  # fmt: skip
    for means in ways:
        found = _one_of(catalogue, [tool for tool in catalogue if means(tool)], f"{name!r}")
        if found is not None:
            return found
    return _unknown(catalogue, name)


def _full_names(tool: ToolInfo) -> Iterable[str]:
    yield f"{_MCP}__{tool.server}__{tool.name}"
    for joint in _JOINTS:
        yield f"{tool.server}{joint}{tool.name}"


def _one_of(
    catalogue: Catalogue, found: list[ToolInfo], spelling: str
) -> ToolInfo | Missing | None:
    """The only one that can be called; else which there are; None where there is none."""
    usable = [
        tool
        for tool in found
        if tool.server not in catalogue.servers or not catalogue.servers[tool.server].quarantined
    ]
    candidates = usable or found
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    names = [f"tools{member(tool.server)}{member(tool.name)}" for tool in candidates]
    shown = " or ".join(names[:_MOST_NAMED])
    return Missing(
        f"{spelling} may be {shown}: name the one that is meant",
        tuple(tool.full_name for tool in candidates[:_MOST_NAMED]),
    )


def server_in(catalogue: Catalogue, name: str) -> str | None:
    """The server that one name says, as ``server.tool`` does."""
    return _split(catalogue, name.removeprefix("tools."))[0]


def _split(catalogue: Catalogue, name: str) -> tuple[str | None, str]:
    """A server that exists and the rest; both may hold the joint: the longest server wins."""
    for joint in (".", "__"):
        parts = name.removeprefix(f"{_MCP}__").split(joint)
        for count in range(len(parts) - 1, 0, -1):
            server = joint.join(parts[:count])
            if server in catalogue.servers:
                return server, joint.join(parts[count:])
    return None, name


def _unknown(catalogue: Catalogue, name: str) -> Missing:
    shown = quoted_name(name)
    if name in catalogue.servers:
        known = catalogue.tools.get(name, {})
        near = tuple(f"{name}.{tool}" for tool in known)
        told = suggestion((), near, "its tools are")
        if known:
            told += f"; call one: tools{member(name)}{member(next(iter(known)))}(args)"
        return Missing(f"{shown} is a server{told}", near[:3])
    server, tool = _split(catalogue, name)
    if server is not None:
        missing = catalogue.find(server, tool)
        if isinstance(missing, Missing):
            return missing
    if name in _ASKED:
        return Missing(f"{shown} is no tool of a server but a function of its own: {name}(…)", ())
    full = {tool.full_name for tool in catalogue}
    by_name: dict[str, list[str]] = {}
    for info in catalogue:
        by_name.setdefault(info.name, []).append(info.full_name)
    found = [full_name for close in near_names(name, by_name) for full_name in by_name[close]]
    near = tuple(found[:3]) or near_names(name, full)
    told = suggestion(near, catalogue.servers, "the servers are")
    if not catalogue.servers:
        told = "; no server is configured"
    return Missing(f"no tool {shown} on any server{told}", near)
