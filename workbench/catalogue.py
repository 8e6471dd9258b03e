"""The catalogue: which servers and tools there are, and what can be said about them without a call.

Pure data and pure functions over it; knows no protocol. ``upstream.Manager`` makes snapshots, policy
looks names and arguments up in them, the faces list and search them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from workbench.model import JsonValue

ServerState: TypeAlias = Literal["new", "connecting", "ready", "failed", "stopped", "disabled"]


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
    """False: the definition changed since it was approved; a call is refused."""
    problems: tuple[str, ...] = ()
    """What was repaired in the definition that the server sent."""

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``tools list`` in the contract, section 5."""
        return {
            "server": self.server,
            "tool": self.name,
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "annotations": self.annotations,
            "approved": self.approved,
        }


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

    def to_json(self) -> dict[str, JsonValue]:
        """The row of ``servers list`` in the contract, section 5."""
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
