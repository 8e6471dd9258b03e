"""What is fixed of the served tools: names, the names they have elsewhere, and the shape of a result."""

from __future__ import annotations

from workbench.catalogue.suggestions import near_names
from workbench.core.model import JsonValue

CODE_EXECUTION = "code_execution"

_ANYTHING = ["object", "array", "string", "number", "boolean", "null"]
OUTPUT_SCHEMA: JsonValue = {
    "type": "object",
    "properties": {
        "ok": {"type": ["boolean", "null"], "description": "null: it still runs."},
        "value": {"type": _ANYTHING, "description": "What the script returned; where ok."},
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "stack": {"type": "string"},
                "line": {"type": "integer"},
                "column": {"type": "integer"},
            },
            "required": ["code", "message"],
        },
        "running": {"type": "boolean"},
        "execution_id": {"type": "string"},
        "duration_ms": {"type": "number"},
        "tool_calls": {"type": "integer"},
        "logs": {"type": "array", "items": {"type": "object"}},
        "warnings": {"type": "array", "items": {"type": "string"}},
        "cut": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["ok", "execution_id", "duration_ms", "tool_calls", "logs"],
}
_ALIASES = {
    CODE_EXECUTION: (
        "execute_code", "run_code", "exec_code", "execute_script", "run_script", "execute", "javascript",
        "run_javascript", "execute_javascript", "call_tool", "call_tools", "code_mode",
    ),
    "search_tools": ("find_tools", "tool_search", "list_tools", "retrieve_tools", "query_tools"),
    "describe_tools": ("describe_tool", "get_tool", "tool_schema", "get_tool_schema", "tool_details"),
    "get_execution": ("execution", "show_execution", "execution_result", "get_result", "get_trace"),
}  # fmt: skip
_MEANT = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases)}


def near_tools(name: str) -> tuple[str, ...]:
    """The tools that were meant, also by the names that such tools have elsewhere."""
    meant = [_MEANT[near] for near in near_names(name, _MEANT)]
    return tuple(dict.fromkeys(meant))
