"""The demo as a client sees it: a real process on stdio, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from workbench.demo.tools import TOOLS
from workbench.demo.world import Missing, World

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _demo(mode: str = "auto") -> AsyncIterator[Client]:
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "workbench.demo"])
    async with Client(parameters, mode=mode) as client:
        yield client


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_every_tool_answers(mode: str, version: str) -> None:
    calls: dict[str, dict[str, Any]] = {
        "list_issues": {"state": "all", "limit": 3},
        "search_issues": {"query": "bug"},
        "get_issue": {"id": 101},
        "create_issue": {"title": "New", "labels": ["bug"], "assignee": "amy"},
        "update_issue": {"id": 101, "state": "closed", "assignee": None},
        "add_comment": {"id": 101, "author": "ben", "text": "Done"},
        "list_labels": {},
        "issue_stats": {},
        "daily_summary": {},
        "export_report": {"steps": 2, "delay_ms": 0},
        "list_channels": {},
        "post_message": {"channel": "general", "text": "hello"},
        "lookup_user": {"handle": "amy"},
        "now": {},
        "deploy": {"service": "site"},
        "echo": {"value": {"deep": [1, None, "ä"]}},
        "sleep": {"ms": 1},
    }
    async with _demo(mode) as client:
        assert client.protocol_version == version
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == set(calls)
        for name, args in calls.items():
            result = await client.call_tool(name, args)
            assert result.is_error is (name == "deploy"), (name, result)


async def test_progress_is_reported() -> None:
    seen: list[tuple[float, float | None]] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total))

    async with _demo() as client:
        await client.call_tool(
            "export_report", {"steps": 3, "delay_ms": 1}, progress_callback=heard
        )
    assert sorted(seen) == [(1, 3), (2, 3), (3, 3)]


async def test_what_was_written_before_it_started_is_answered() -> None:
    asked = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n'
        b'{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n'
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workbench.demo"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(asked)
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1, 2]
    assert process.returncode == 0


async def test_wrong_use_is_told() -> None:
    async with _demo() as client:
        for name, args, words in (
            ("get_issue", {}, "missing field 'id'"),
            ("get_issue", {"id": 7}, "numbered 101 to 124"),
            ("lookup_user", {"handle": "zoe"}, "the team is amy, ben"),
            ("post_message", {"channel": "x", "text": "y"}, "there are general"),
        ):
            result = await client.call_tool(name, args)
            assert result.is_error
            assert words in result.content[0].text  # type: ignore[union-attr]


def test_the_world_is_the_same_every_time() -> None:
    assert World.fresh() == World.fresh()
    assert len(World.fresh().issues) == 24


def test_changes_do_not_reach_another_world() -> None:
    world = World.fresh()
    world.update(101, {"labels": ["docs"]})
    world.comment(101, "amy", "x")
    assert World.fresh().issue(101)["labels"] == ["bug", "p1"]


def test_unknown_names_are_refused_before_anything_changes() -> None:
    world = World.fresh()
    with pytest.raises(Missing, match="no label"):
        world.create("t", ["nonsense"], None)
    with pytest.raises(Missing, match="no user"):
        world.update(101, {"assignee": "zoe"})
    assert world == World.fresh()


def test_definitions_are_good_ones() -> None:
    assert 12 <= len(TOOLS) <= 18
    for tool in TOOLS:
        assert tool.description.endswith(".")
        assert set(tool.required) <= set(tool.properties)
