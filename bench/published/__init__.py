"""The compatibility bench: published MCP servers that nobody here wrote (docs/compatibility.md)."""
