"""Workbench: write, watch and replay the JavaScript that agents run over MCP tools."""

__version__ = "0.1.0"
