"""Upstream MCP servers: connecting, listing, calling. Importing this imports no mcp."""

from workbench.upstream.manager import Manager

__all__ = ["Manager"]
