"""The catalogue: which servers and tools there are, and what can be said about them without a call.

Pure data and pure functions over it; knows no protocol. ``upstream.Manager`` makes snapshots, policy
looks names and arguments up in them, the faces list and search them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Literal, TypeAlias

from workbench.catalogue import declarations, spelling
from workbench.catalogue.inference import SeenType
from workbench.catalogue.missing import (
    Missing,
    denied,
    not_approved,
    not_at_hand,
    not_started,
    quarantined,
    quoted_name,
)
from workbench.catalogue.search import ToolIndex
from workbench.catalogue.suggestions import near_names, suggestion
from workbench.catalogue.tool_types import member
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue, Offer
from workbench.text.jsontext import canonical
from workbench.util.dataclass import dataclass

ServerState: TypeAlias = Literal[
    "new", "connecting", "ready", "failed", "stopped", "disabled", "untrusted"
]


_MOST_MISSES = 256
_TOOLS_WEIGHED = 10
_WEIGHED = 500
_NAMES = len(',"name":,"description":,"inputSchema":')


@dataclass(frozen=True, slots=True)
class ToolInfo:
    server: str
    name: str
    description: str = ""
    title: str | None = None
    input_schema: dict[str, JsonValue] = field(default_factory=lambda: {"type": "object"})
    output_schema: dict[str, JsonValue] | None = None
    annotations: dict[str, JsonValue] | None = None
    approved: bool = True
    """False: its definition waits for approval; a call is refused."""
    hold: str = ""
    """Why it waits, in words."""
    problems: tuple[str, ...] = ()
    """What was repaired in the definition that the server sent."""
    input_check: SchemaCheck = field(init=False, repr=False, compare=False)
    output_check: SchemaCheck | None = field(init=False, repr=False, compare=False)
    _fingerprint: str | None = field(init=False, repr=False, compare=False, default=None)
    _characters: int = field(init=False, repr=False, compare=False, default=0)
    _form: str | None = field(init=False, repr=False, compare=False, default=None)
    """As ``definitions.form_of`` made it."""

    def __post_init__(self) -> None:
        output = self.output_schema
        object.__setattr__(self, "input_check", SchemaCheck(self.input_schema))
        object.__setattr__(self, "output_check", SchemaCheck(output) if output else None)

    @property
    def full_name(self) -> str:
        """``server.tool``"""
        return f"{self.server}.{self.name}"

    @property
    def wraps_result(self) -> bool:
        """Whether structured content is ``{"result": x}`` around the value that is meant.

        FastMCP marks it; the SDK's own servers make an object with exactly that property.
        """
        schema = self.output_schema
        if not schema:
            return False
        properties = schema.get("properties")
        return bool(schema.get("x-fastmcp-wrap-result")) or (
            isinstance(properties, dict) and set(properties) == {"result"}
        )

    def fingerprint(self) -> str:
        """A hash of everything that the server says about the tool."""
        if self._fingerprint is None:
            text = canonical(
                [
                    self.name,
                    self.title,
                    self.description,
                    self.input_schema,
                    self.output_schema,
                    self.annotations,
                ]
            )
            kept = len(canonical([self.title, self.output_schema, self.annotations]))
            object.__setattr__(self, "_characters", len(text) - kept + _NAMES)
            object.__setattr__(self, "_fingerprint", hashlib.sha256(text.encode()).hexdigest())
        return self._fingerprint or ""

    def characters(self) -> int:
        """About how long ``definition_text`` is."""
        self.fingerprint()
        return self._characters

    def definition_text(self) -> str:
        """What a client that lists the tool sends to its model: no output schema, no annotations."""
        return canonical(
            {
                "name": self.name,
                "description": self.description,
                "inputSchema": self.input_schema,
            }
        )

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``tools list --json``."""
        return {
            "server": self.server,
            "tool": self.name,
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "annotations": self.annotations,
            "approved": self.approved,
        }


SeenTypes: TypeAlias = Callable[[ToolInfo], SeenType | None]
"""What a tool's results were like; asked only for one that declares no output schema. None: nothing was seen.
It may read a file: not to be called in an event loop."""


def nothing_seen(_: ToolInfo) -> SeenType | None:
    """The ``SeenTypes`` of who has no history."""
    return None


@dataclass(frozen=True, slots=True)
class ServerInfo:
    name: str
    transport: Literal["stdio", "http"] = "stdio"
    state: ServerState = "new"
    error: str | None = None
    tools: int = 0
    quarantined: bool = False
    enabled: bool = True
    call_timeout_ms: int = 60_000
    waiting: int = 0
    """How many of its tools wait for approval."""
    demo: bool = False
    """It is the demo server that comes with Workbench."""
    cached: bool = False
    """Its tools are known from an earlier process: it has not answered in this one yet."""
    protocol: str | None = None
    """The protocol version that was agreed on; None before it connected."""
    about: str = ""
    """What it is for: as the configuration says, else its own title or instructions."""
    offers: tuple[Offer, ...] = ()
    """What it has beside tools."""

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``servers list --json``."""
        return {
            "name": self.name,
            "transport": self.transport,
            "state": self.state,
            "error": self.error,
            "tools": self.tools,
            "quarantined": self.quarantined,
            "enabled": self.enabled,
        }


@dataclass(frozen=True)
class Catalogue:
    """An immutable snapshot of all configured servers and the tools they offer."""

    servers: Mapping[str, ServerInfo] = field(default_factory=dict)
    tools: Mapping[str, Mapping[str, ToolInfo]] = field(default_factory=dict)
    """server name -> tool name -> tool; denied tools are not in it."""
    denied: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """server name -> names of its tools that the configuration denies, and the methods that it does."""
    whole: Catalogue | None = None
    """Where this is only what may be read of it (``readable``): so that the rest is refused and not unknown."""

    def __iter__(self) -> Iterator[ToolInfo]:
        for tools in self.tools.values():
            yield from tools.values()

    def find(self, server: str, tool: str) -> ToolInfo | Missing:
        """The tool, or what to say where there is none."""
        tools = self.tools.get(server)
        if tools is not None:
            found = tools.get(tool)
            if found is not None:
                return found
        return self._missing(server, tool)

    def no_server(self, server: str) -> Missing:
        """What to say where there is no server of this name, or one that is disabled."""
        info = self.servers.get(server)
        return (
            self._missing(server, "")
            if info is None
            else not_at_hand(info.name, info.state, info.error)
        )

    def spelled(self, server: str, tool: str) -> ToolInfo | Missing:
        """The tool that a script means by ``tools.<server>.<tool>``, whatever its case and separators."""
        return self._or_held(lambda one: spelling.spelled(one, server, tool))

    def named(self, name: str) -> ToolInfo | Missing:
        """The tool that one name means: ``server.tool`` in many ways, or a tool's name where one has it."""
        return self._or_held(lambda one: spelling.named(one, name))

    def held(self, server: str, tool: str = "") -> Missing | None:
        """Why a tool may be neither called nor read, or none of a server's; None: they may."""
        info = self.servers.get(server)
        if info is not None and info.state == "untrusted":
            return not_started(server, info.error)
        if info is not None and info.quarantined:
            return quarantined(server)
        found = self.tools.get(server, {}).get(tool)
        if found is None or found.approved:
            return None
        return not_approved(server, tool, found.hold)

    def server_in(self, name: str) -> str | None:
        """The server that one name says, as ``server.tool`` and ``mcp__server__tool`` do."""
        return spelling.server_in(self, name)

    def described(
        self, names: Iterable[str | tuple[str, str]], seen: SeenTypes = nothing_seen
    ) -> dict[str, JsonValue]:
        """``{tools: [{server, tool, typescript}], missing: [{name, message, near}]}``."""
        tools: list[JsonValue] = []
        missing: list[JsonValue] = []
        for name in names:
            found = self.named(name) if isinstance(name, str) else self.spelled(*name)
            if isinstance(found, Missing):
                shown = name if isinstance(name, str) else ".".join(name)
                missing.append({"name": shown, "message": found.message, "near": list(found.near)})
            else:
                declared = self.typescript(found, seen)
                tools.append({"server": found.server, "tool": found.name, "typescript": declared})
        return {"tools": tools, "missing": missing}

    def search(self, query: str, limit: int = 10) -> list[ToolInfo]:
        """Tools by relevance to the words of any text, best first."""
        return self._index.search(query, limit)

    def typescript(self, tool: ToolInfo, seen: SeenTypes = nothing_seen) -> str:
        """The declaration of one tool, of bounded size: ``tools.demo.now(): Promise<…>;``."""
        return declarations.declaration(
            tool, f"tools{member(tool.server)}{member(tool.name)}", seen
        )

    def types(self, seen: SeenTypes = nothing_seen) -> str:
        """A whole ``.d.ts``: the globals of a script, with every known tool by its literal name."""
        return declarations.types(self, seen)

    def hash(self) -> str | None:
        """A hash of all tool definitions, whatever their order; None where no tool is known."""
        return self._hash

    @cached_property
    def definition_tokens(self) -> int:
        """About how many tokens the definitions of all its tools are: an estimate from some of them."""
        return definition_tokens(list(self))

    def restricted(self, allowed: Collection[str] | None) -> Catalogue:
        """Only the allowed servers; None: all of them."""
        if allowed is None or set(self.servers) <= set(allowed):
            return self
        key = frozenset(allowed)
        if key not in self._restrictions:
            self._restrictions[key] = Catalogue(
                {name: info for name, info in self.servers.items() if name in key},
                {name: tools for name, tools in self.tools.items() if name in key},
                {name: tools for name, tools in self.denied.items() if name in key},
                None if self.whole is None else self.whole.restricted(allowed),
            )
        return self._restrictions[key]

    @cached_property
    def readable(self) -> Catalogue:
        """What a model may read: no tools of quarantined servers, no definitions that wait for approval."""
        held = {name for name, info in self.servers.items() if info.quarantined}
        if not held and all(tool.approved for tool in self):
            return self
        tools = {
            server: {}
            if server in held
            else {name: tool for name, tool in known.items() if tool.approved}
            for server, known in self.tools.items()
        }
        return Catalogue(self.servers, tools, self.denied, self)

    @cached_property
    def _index(self) -> ToolIndex:
        return ToolIndex(self)

    @cached_property
    def _restrictions(self) -> dict[frozenset[str], Catalogue]:
        return {}

    @cached_property
    def _hash(self) -> str | None:
        lines = sorted(f"{tool.server}\0{tool.fingerprint()}" for tool in self)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else None

    def _or_held(self, look: Callable[[Catalogue], ToolInfo | Missing]) -> ToolInfo | Missing:
        """What is found here, or why what would be found in the whole may not be read."""
        found = look(self)
        if self.whole is None or isinstance(found, ToolInfo):
            return found
        meant = look(self.whole)
        if isinstance(meant, Missing):
            return found
        return self.whole.held(meant.server, meant.name) or found

    def _missing(self, server: str, tool: str) -> Missing:
        """Looking for near names takes milliseconds: once for each wrong name, and not for ever."""
        known = self._misses.get((server, tool))
        if known is not None:
            return known
        if len(self._misses) >= _MOST_MISSES:
            return Missing(f"no tool {quoted_name(tool)} on a server {quoted_name(server)}")
        info = self.servers.get(server)
        if info is None and server not in self.tools:
            missing = self._no_server(server, tool)
        else:
            missing = self._no_tool(server, tool, info)
        self._misses[server, tool] = missing
        return missing

    @cached_property
    def _misses(self) -> dict[tuple[str, str], Missing]:
        return {}

    def _no_server(self, server: str, tool: str) -> Missing:
        near = near_names(server, self.servers)
        told = suggestion(near, self.servers, "the servers are")
        if not self.servers:
            told = "; no server is configured"
        if not near and tool:
            near, told = self._elsewhere(tool, told)
        return Missing(f"no server {quoted_name(server)}{told}", near)

    def _no_tool(self, server: str, tool: str, info: ServerInfo | None) -> Missing:
        if tool in self.denied.get(server, ()):
            return denied(f"tool {server}.{tool}", server)
        held = None if self.whole is None else self.whole.held(server, tool)
        if held is not None:
            return held
        known = self.tools.get(server, {})
        if info is not None and not known and info.state != "ready":
            return not_at_hand(info.name, info.state, info.error)
        near = near_names(tool, known)
        told = suggestion(near, known, "its tools are")
        near = tuple(f"{server}.{name}" for name in near)
        if not near:
            near, told = self._elsewhere(tool, told)
        return Missing(f"server {server!r} has no tool {quoted_name(tool)}{told}", near)

    def _elsewhere(self, tool: str, otherwise: str) -> tuple[tuple[str, ...], str]:
        """Servers that do have a tool of this name."""
        near = tuple(found.full_name for found in self if found.name == tool)[:3]
        return near, suggestion(near, (), "") or otherwise


def definition_tokens(tools: Sequence[ToolInfo]) -> int:
    """About how many tokens the definitions are: all their characters, at the rate of some (5 ms at most)."""
    some = "\n".join(
        tool.definition_text()[:_WEIGHED]
        for tool in tools[:: -(-len(tools) // _TOOLS_WEIGHED) or 1]
    )
    if not some:
        return 0
    from workbench.text.tokens import estimate

    return round(sum(tool.characters() for tool in tools) * estimate(some) / len(some))
