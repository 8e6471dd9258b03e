"""What the demo's tools do to the world, and what they give."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from workbench.demo.world import CHANNELS, LABELS, Row, World
from workbench.util.dataclass import dataclass

Progress: TypeAlias = Callable[[float, float, str], None]
"""(how far, of how much, what was done)"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool gives: text, and structured content where it has an output schema."""

    text: str
    structured: Row | None = None
    is_error: bool = False


def _structured(value: Row) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False), value)


def _json_text(value: Any) -> Answer:
    """JSON in a text block and nothing structured: what many servers do."""
    return Answer(json.dumps(value, ensure_ascii=False))


def _brief(issue: Row) -> Row:
    return {key: value for key, value in issue.items() if key != "comments"}


# -- issues --------------------------------------------------------------------------------


def list_issues(world: World, args: Row, _: Progress) -> Answer:
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


def search_issues(world: World, args: Row, _: Progress) -> Answer:
    found = world.search(args["query"])[: args.get("limit", 10)]
    return _structured({"items": [_brief(issue) for issue in found]})


def get_issue(world: World, args: Row, _: Progress) -> Answer:
    return _json_text(world.issue(args["id"]))


def create_issue(world: World, args: Row, _: Progress) -> Answer:
    issue = world.create(args["title"], args.get("labels", []), args.get("assignee"))
    return _structured(_brief(issue))


def update_issue(world: World, args: Row, _: Progress) -> Answer:
    changes = {key: value for key, value in args.items() if key != "id"}
    return _structured(_brief(world.update(args["id"], changes)))


def add_comment(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.comment(args["id"], args["author"], args["text"]))


def list_labels(_world: World, _args: Row, _: Progress) -> Answer:
    return _json_text([{"name": name, "description": text} for name, text in LABELS.items()])


def issue_stats(world: World, _args: Row, _: Progress) -> Answer:
    return _structured(world.stats())


def daily_summary(world: World, _args: Row, _: Progress) -> Answer:
    stats = world.stats()
    top = world.search("")[0]
    return Answer(
        f"{stats['open']} issues are open and {stats['unassigned']} of them have no owner. "
        f"Most wanted: #{top['id']} {top['title']!r} with {top['votes']} votes."
    )


async def export_report(world: World, args: Row, progress: Progress) -> Answer:
    steps, delay = args.get("steps", 5), args.get("delay_ms", 200) / 1000
    for step in range(1, steps + 1):
        await asyncio.sleep(delay)
        progress(step, steps, f"part {step} of {steps}")
    return _structured(
        {"url": "https://reports.example/weekly.pdf", "pages": steps, **world.stats()}
    )


# -- chat ----------------------------------------------------------------------------------


def list_channels(_world: World, _args: Row, _: Progress) -> Answer:
    return _structured({"result": list(CHANNELS)})


def post_message(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.post(args["channel"], args["text"]))


def lookup_user(world: World, args: Row, _: Progress) -> Answer:
    return _structured(world.user(args["handle"]))


# -- clock, and tools to try things with ---------------------------------------------------


def now(_world: World, _args: Row, _: Progress) -> Answer:
    now = datetime.now(UTC)
    return _structured(
        {
            "iso": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "unix_ms": int(now.timestamp() * 1000),
            "weekday": now.strftime("%A"),
        }
    )


def deploy(_world: World, args: Row, _: Progress) -> Answer:
    return Answer(
        f"deploy of {args['service']!r} refused: the release is frozen until Monday",
        is_error=True,
    )


def echo(_world: World, args: Row, _: Progress) -> Answer:
    return _structured({"result": args.get("value")})


async def sleep(_world: World, args: Row, _: Progress) -> Answer:
    await asyncio.sleep(args["ms"] / 1000)
    return _structured({"slept_ms": args["ms"]})
