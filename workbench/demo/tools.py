"""The demo's tools: what each is called, takes and gives; what it does is in ``actions``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeAlias

from workbench.demo import actions
from workbench.demo.actions import Answer, Progress
from workbench.demo.world import CHANNELS, LABELS, USERS, Missing, Row, World
from workbench.util.dataclass import dataclass

Schema: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["read", "write", "destructive"]


Handler: TypeAlias = Callable[[World, Row, Progress], Answer | Coroutine[None, None, Answer]]


@dataclass(frozen=True, slots=True)
class DemoTool:
    name: str
    description: str
    handler: Handler
    properties: Schema
    required: tuple[str, ...] = ()
    output: Schema | None = None
    kind: Kind = "read"

    @property
    def input_schema(self) -> Schema:
        return {
            "type": "object",
            "properties": self.properties,
            "required": list(self.required),
            "additionalProperties": False,
        }


# -- schemas -------------------------------------------------------------------------------

_NUMBER: Schema = {"type": "integer", "description": "Issue number", "minimum": 1}
_LABEL_LIST: Schema = {
    "type": "array",
    "items": {"type": "string", "enum": list(LABELS)},
    "description": "Labels",
}
_ASSIGNEE: Schema = {"type": "string", "description": "A user's handle, e.g. amy"}
_TEXT: Schema = {"type": "string", "minLength": 1, "description": "The text"}
_STATE: Schema = {"type": "string", "enum": ["open", "closed"]}


def _object(properties: Schema, *optional: str) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _wrapped(value: Schema) -> Schema:
    """The object around a value that is none, marked as FastMCP marks it."""
    return {**_object({"result": value}), "x-fastmcp-wrap-result": True}


_ISSUE = _object(
    {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "state": _STATE,
        "labels": _list_of({"type": "string"}),
        "assignee": {"type": ["string", "null"], "description": "null: nobody"},
        "votes": {"type": "integer"},
        "created_at": {"type": "string", "format": "date-time"},
    }
)
_STATS_PROPERTIES: Schema = {
    "open": {"type": "integer"},
    "closed": {"type": "integer"},
    "unassigned": {"type": "integer", "description": "Open and without an assignee"},
    "open_by_label": {"type": "object", "additionalProperties": {"type": "integer"}},
}

TOOLS: tuple[DemoTool, ...] = (
    DemoTool(
        "list_issues",
        "List issues of the tracker, oldest first, optionally by state, labels and assignee.",
        actions.list_issues,
        {
            "state": {
                "type": "string",
                "enum": ["open", "closed", "all"],
                "default": "open",
                "description": "Which issues",
            },
            "labels": {**_LABEL_LIST, "description": "Only issues that have all of these"},
            "assignee": {
                "type": "string",
                "description": "Only issues of this user; none for issues without an owner",
            },
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            "offset": {"type": "integer", "minimum": 0, "default": 0},
        },
        output=_object(
            {
                "issues": _list_of(_ISSUE),
                "total": {"type": "integer", "description": "Without limit and offset"},
                "next_offset": {"type": ["integer", "null"], "description": "null: the last page"},
            }
        ),
    ),
    DemoTool(
        "search_issues",
        "Search issues by words in title and labels, most voted first.",
        actions.search_issues,
        {
            "query": {"type": "string", "description": "Words that must all occur"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        },
        ("query",),
        _object({"items": _list_of(_ISSUE)}),
    ),
    DemoTool(
        "get_issue",
        "One issue with its comments, as JSON text.",
        actions.get_issue,
        {"id": _NUMBER},
        ("id",),
    ),
    DemoTool(
        "create_issue",
        "Open a new issue.",
        actions.create_issue,
        {
            "title": {"type": "string", "minLength": 1, "maxLength": 200},
            "labels": _LABEL_LIST,
            "assignee": _ASSIGNEE,
        },
        ("title",),
        _ISSUE,
        "write",
    ),
    DemoTool(
        "update_issue",
        "Change title, state, labels or assignee of an issue; what is not given stays.",
        actions.update_issue,
        {
            "id": _NUMBER,
            "title": {"type": "string", "minLength": 1},
            "state": _STATE,
            "labels": _LABEL_LIST,
            "assignee": {"type": ["string", "null"], "description": "null: nobody"},
        },
        ("id",),
        _ISSUE,
        "destructive",
    ),
    DemoTool(
        "add_comment",
        "Add a comment to an issue.",
        actions.add_comment,
        {"id": _NUMBER, "author": _ASSIGNEE, "text": _TEXT},
        ("id", "author", "text"),
        _object(
            {"id": {"type": "integer"}, "author": {"type": "string"}, "text": {"type": "string"}}
        ),
        "write",
    ),
    DemoTool(
        "list_labels", "All labels with what they mean, as JSON text.", actions.list_labels, {}
    ),
    DemoTool(
        "issue_stats",
        "Counts of open, closed and unassigned issues, and of open ones by label.",
        actions.issue_stats,
        {},
        output=_object(_STATS_PROPERTIES),
    ),
    DemoTool(
        "daily_summary",
        "The state of the tracker in two sentences of prose.",
        actions.daily_summary,
        {},
    ),
    DemoTool(
        "export_report",
        "Make the weekly report: slow, reports progress for each of its steps.",
        actions.export_report,
        {
            "steps": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 5},
            "delay_ms": {"type": "number", "minimum": 0, "maximum": 10_000, "default": 200},
        },
        output=_object(
            {"url": {"type": "string"}, "pages": {"type": "integer"}, **_STATS_PROPERTIES}
        ),
    ),
    DemoTool(
        "list_channels",
        "The chat's channels.",
        actions.list_channels,
        {},
        output=_wrapped(
            _list_of(
                _object(
                    {
                        "name": {"type": "string"},
                        "topic": {"type": "string"},
                        "members": {"type": "integer"},
                    }
                )
            )
        ),
    ),
    DemoTool(
        "post_message",
        "Post a message to a channel of the chat.",
        actions.post_message,
        {
            "channel": {
                "type": "string",
                "description": "One of: " + ", ".join(channel["name"] for channel in CHANNELS),
            },
            "text": _TEXT,
        },
        ("channel", "text"),
        _object(
            {"id": {"type": "integer"}, "channel": {"type": "string"}, "text": {"type": "string"}}
        ),
        "write",
    ),
    DemoTool(
        "lookup_user",
        "A member of the team by handle: full name, team and time zone.",
        actions.lookup_user,
        {
            "handle": {
                "type": "string",
                "description": "One of: " + ", ".join(user["handle"] for user in USERS),
            }
        },
        ("handle",),
        _object({key: {"type": "string"} for key in ("handle", "name", "team", "timezone")}),
    ),
    DemoTool(
        "now",
        "The current time in UTC.",
        actions.now,
        {},
        output=_object(
            {
                "iso": {"type": "string", "format": "date-time"},
                "unix_ms": {"type": "integer"},
                "weekday": {"type": "string"},
            }
        ),
    ),
    DemoTool(
        "deploy",
        "Deploy a service. Always refused with an error: to see how a script handles one.",
        actions.deploy,
        {"service": {"type": "string", "minLength": 1}},
        ("service",),
        kind="destructive",
    ),
    DemoTool(
        "echo",
        "Give back the value that was sent, any JSON.",
        actions.echo,
        {"value": {"description": "Any JSON value"}},
        output=_wrapped({}),
    ),
    DemoTool(
        "sleep",
        "Answer after a while.",
        actions.sleep,
        {"ms": {"type": "number", "minimum": 0, "maximum": 600_000, "description": "How long"}},
        ("ms",),
        _object({"slept_ms": {"type": "number"}}),
    ),
)

__all__ = ["TOOLS", "Answer", "DemoTool", "Missing", "Progress"]
