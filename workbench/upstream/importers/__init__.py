"""Servers from the configuration files of other MCP clients."""
