"""Catalogues for tests: the demo's tools, without its process."""

from __future__ import annotations

from typing import Any

from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.demo.tools import TOOLS


def demo_catalogue() -> Catalogue:
    """The demo server as it is when it is connected."""
    tools = {
        tool.name: ToolInfo(
            "demo",
            tool.name,
            tool.description,
            input_schema=tool.input_schema,
            output_schema=tool.output,
        )
        for tool in TOOLS
    }
    return catalogue(demo=tools)


def catalogue(**servers: dict[str, ToolInfo]) -> Catalogue:
    """A catalogue of ready servers."""
    infos = {
        name: ServerInfo(name, state="ready", tools=len(tools)) for name, tools in servers.items()
    }
    return Catalogue(infos, servers)


def tool(name: str, properties: dict[str, Any] | None = None, **more: Any) -> ToolInfo:
    """A tool of server ``s`` with these properties; ``required`` and the like go into the schema."""
    own: dict[str, Any] = {
        key: more.pop(key) for key in ("required", "additionalProperties", "$defs") if key in more
    }
    schema: dict[str, Any] = {"type": "object", "properties": properties or {}, **own}
    return ToolInfo(more.pop("server", "s"), name, input_schema=schema, **more)
