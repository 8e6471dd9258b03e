"""Scripts with a cursor in them, a catalogue for them, and what is offered there."""

from __future__ import annotations

from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.hints.offers import Completion

SCHEMA = {
    "type": "object",
    "properties": {
        "limit": {"type": "integer", "description": "How many.\nAt most 100."},
        "query": {"type": "string"},
        "state": {"enum": ["open", "closed"]},
        "draft": {"type": "boolean"},
        "two words": {"type": "string"},
    },
    "required": ["query"],
}


def catalogue() -> Catalogue:
    search = ToolInfo("tracker", "search_issues", "Search issues.\nMore text.", None, SCHEMA)
    close = ToolInfo("tracker", "close-issue", "Close one.")
    post = ToolInfo("my-chat", "post", "Say something.", None, {"properties": {"text": {}}})
    return Catalogue(
        servers={
            "tracker": ServerInfo("tracker", state="ready"),
            "my-chat": ServerInfo("my-chat", state="failed", error="\x1b refused"),
        },
        tools={
            "tracker": {tool.name: tool for tool in (search, close)},
            "my-chat": {"post": post},
        },
    )


def cursor(script: str) -> tuple[str, tuple[int, int]]:
    before, _, after = script.partition("|")
    lines = before.split("\n")
    return before + after, (len(lines) - 1, len(lines[-1]))


def offers(script: str) -> list[Completion]:
    return complete(catalogue(), *cursor(script))


def labels(script: str) -> list[str]:
    return [offer.label for offer in offers(script)]


NESTED = {
    "type": "object",
    "properties": {
        "order": {
            "type": "object",
            "properties": {
                "by": {"enum": ["age", "last change", 'the "top"']},
                "also": {"type": "array", "items": {"$ref": "#/$defs/field"}},
            },
            "required": ["by"],
        },
        "where": {"type": "array", "items": {"$ref": "#/$defs/clause"}},
        "either": {"anyOf": [{"type": "null"}, {"properties": {"left": {}, "right": {}}}]},
    },
    "$defs": {
        "field": {"enum": ["name", "size"]},
        "clause": {
            "properties": {
                "field": {"$ref": "#/$defs/field"},
                "not": {"type": "boolean"},
                "and": {"$ref": "#/$defs/clause"},
            }
        },
    },
}
