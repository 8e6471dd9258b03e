"""The demo's tools: what each is called, takes and gives, and what it does to the world."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from workbench.demo.world import CHANNELS, LABELS, USERS, Missing, Row, World

Schema: TypeAlias = dict[str, Any]
Progress: TypeAlias = Callable[[float, float, str], None]
"""(how far, of how much, what was done)"""
Kind: TypeAlias = Literal["read", "write", "destructive"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool gives: text, and structured content where it has an output schema."""

    text: str
    structured: Row | None = None
    is_error: bool = False


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


def _structured(value: Row) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False), value)


def _json_text(value: Any) -> Answer:
    """JSON in a text block and nothing structured: what many servers do."""
    return Answer(json.dumps(value, ensure_ascii=False))


def _brief(issue: Row) -> Row:
    return {key: value for key, value in issue.items() if key != "comments"}


# -- issues --------------------------------------------------------------------------------


def _list_issues(world: World, args: Row, _: Progress) -> Answer:
    found = list(world.select(args.get("state", "open"), args.get("labels"), args.get("assignee")))
    start = args.get("offset", 0)
    page = found[start : start + args.get("limit", 20)]
    end = start + len(page)
    return _structured(
        {
            "issues": [_brief(issue) for issue in page],
            "total": len(found),
            "next_offset": end if end < len(found) else None,
        }
    )


def _search_issues(world: World, args: Row, _: Progress) -> Answer:
    found = world.search(args["query"])[: args.get("limit", 10)]
    return _structured({"items": [_brief(issue) for issue in found]})


def _get_issue(world: World, args: Row, _: Progress) -> Answer:
    return _json_text(world.issue(args["id"]))


def _create_issue(world: World, args: Row, _: Progress) -> Answer:
    issue = world.create(args["title"], args.get("labels", []), args.get("assignee"))
    return _structured(_brief(issue))


def _update_issue(world: World, args: Row, _: Progress) -> Answer:
    changes = {key: value for key, value in args.items() if key != "id"}
    return _structured(_brief(world.update(args["id"], changes)))


def _add_comment(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.comment(args["id"], args["author"], args["text"]))


def _list_labels(_world: World, _args: Row, _: Progress) -> Answer:
    return _json_text([{"name": name, "description": text} for name, text in LABELS.items()])


def _issue_stats(world: World, _args: Row, _: Progress) -> Answer:
    return _structured(world.stats())


def _daily_summary(world: World, _args: Row, _: Progress) -> Answer:
    stats = world.stats()
    top = world.search("")[0]
    return Answer(
        f"{stats['open']} issues are open and {stats['unassigned']} of them have no owner. "
        f"Most wanted: #{top['id']} {top['title']!r} with {top['votes']} votes."
    )


async def _export_report(world: World, args: Row, progress: Progress) -> Answer:
    steps, delay = args.get("steps", 5), args.get("delay_ms", 200) / 1000
    for step in range(1, steps + 1):
        await asyncio.sleep(delay)
        progress(step, steps, f"part {step} of {steps}")
    return _structured(
        {"url": "https://reports.example/weekly.pdf", "pages": steps, **world.stats()}
    )


# -- chat ----------------------------------------------------------------------------------


def _list_channels(_world: World, _args: Row, _: Progress) -> Answer:
    return _structured({"result": list(CHANNELS)})


def _post_message(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.post(args["channel"], args["text"]))


def _lookup_user(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.user(args["handle"]))


# -- clock, and tools to try things with ---------------------------------------------------


def _now(_world: World, _args: Row, _: Progress) -> Answer:
    now = datetime.now(UTC)
    return _structured(
        {
            "iso": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "unix_ms": int(now.timestamp() * 1000),
            "weekday": now.strftime("%A"),
        }
    )


def _deploy(_world: World, args: Row, _: Progress) -> Answer:
    return Answer(
        f"deploy of {args['service']!r} refused: the release is frozen until Monday",
        is_error=True,
    )


def _echo(_world: World, args: Row, _: Progress) -> Answer:
    return _structured({"result": args.get("value")})


async def _sleep(_world: World, args: Row, _: Progress) -> Answer:
    await asyncio.sleep(args["ms"] / 1000)
    return _structured({"slept_ms": args["ms"]})


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
        _list_issues,
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
        _search_issues,
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
        _get_issue,
        {"id": _NUMBER},
        ("id",),
    ),
    DemoTool(
        "create_issue",
        "Open a new issue.",
        _create_issue,
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
        _update_issue,
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
        _add_comment,
        {"id": _NUMBER, "author": _ASSIGNEE, "text": _TEXT},
        ("id", "author", "text"),
        _object(
            {"id": {"type": "integer"}, "author": {"type": "string"}, "text": {"type": "string"}}
        ),
        "write",
    ),
    DemoTool("list_labels", "All labels with what they mean, as JSON text.", _list_labels, {}),
    DemoTool(
        "issue_stats",
        "Counts of open, closed and unassigned issues, and of open ones by label.",
        _issue_stats,
        {},
        output=_object(_STATS_PROPERTIES),
    ),
    DemoTool(
        "daily_summary", "The state of the tracker in two sentences of prose.", _daily_summary, {}
    ),
    DemoTool(
        "export_report",
        "Make the weekly report: slow, reports progress for each of its steps.",
        _export_report,
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
        _list_channels,
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
        _post_message,
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
        _lookup_user,
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
        _now,
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
        _deploy,
        {"service": {"type": "string", "minLength": 1}},
        ("service",),
        kind="destructive",
    ),
    DemoTool(
        "echo",
        "Give back the value that was sent, any JSON.",
        _echo,
        {"value": {"description": "Any JSON value"}},
        output=_wrapped({}),
    ),
    DemoTool(
        "sleep",
        "Answer after a while.",
        _sleep,
        {"ms": {"type": "number", "minimum": 0, "maximum": 600_000, "description": "How long"}},
        ("ms",),
        _object({"slept_ms": {"type": "number"}}),
    ),
)

__all__ = ["TOOLS", "Answer", "DemoTool", "Missing", "Progress"]
