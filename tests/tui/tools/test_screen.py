"""The tools screen on the real upstream with the bundled demo server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from tests.tui.conftest import until
from tests.tui.editor.hints.scripts import catalogue
from tests.tui.tools.tools_app import ToolsApp, lines, opened, said, screen
from workbench.catalogue.annotations import may_destroy
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.config import Config, ServerSettings
from workbench.core.model import ExecutionRequest
from workbench.core.records import ToolStatistics
from workbench.core.runtime import open_runtime
from workbench.tui.editor.hints.tool_calls import call_text, example
from workbench.tui.tools.pages import about_tool, statistics_line, whole_error
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.tree import ToolRow, most_likely, row_line, tree
from workbench.tui.values.text_screen import TextLines
from workbench.tui.widgets.pane import Pane

pytestmark = pytest.mark.anyio


def whole_text(app: ToolsApp) -> str:
    """The first lines of a text over the screen; empty while there is none."""
    return "".join(
        text.render_line(y).text for text in app.screen.query(TextLines) for y in range(6)
    )


@pytest.mark.slow
async def test_servers_and_tools_are_shown_and_inserted(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot, _):
        assert "✔ ready" in lines(app)
        assert "✘ failed" in lines(app)
        await pilot.press("g")  # what failed comes first
        assert "no-such-program-anywhere" in said(app)
        await pilot.press("slash", *"list_issues", "enter")
        assert [row.tool.name for row in screen(app).rows.rows if row.tool] == ["list_issues"]
        await pilot.press("j")
        assert "list_issues(args" in said(app)
        await pilot.press("y")
        assert app.clipboard.startswith("await tools.demo.list_issues(")
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [app.clipboard]


@pytest.mark.slow
async def test_servers_fold_and_the_filter_is_left_with_escape(tmp_path: Path) -> None:
    async with opened(tmp_path, (80, 24)) as (app, pilot, _):
        whole = len(screen(app).rows.rows)
        await pilot.press("enter")
        assert len(screen(app).rows.rows) == 2
        assert str(screen(app).query_one(Pane).border_title) == "Tools · 17 · 2 servers"
        await pilot.press("enter")
        assert len(screen(app).rows.rows) == whole
        await pilot.press("slash", *"comment")
        row = screen(app).rows.row
        assert row is not None
        assert row.tool is not None, "what was looked for, not its server"
        await pilot.press(*"zzz")
        assert "No tool matches" in lines(app)
        await pilot.press("escape")
        assert len(screen(app).rows.rows) == whole
        await pilot.press("slash", *"zzz", "enter")
        assert "Esc forgets it" in lines(app)
        await pilot.press("escape")
        assert len(screen(app).rows.rows) == whole, "also from the list, of which nothing is left"
        await pilot.press("escape")
        assert app.answers == [None]


async def test_what_a_tool_gave_is_its_type_where_it_declares_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot, runtime):
        code = 'call_tool("demo", "get_issue", {id: input})'
        for number in (101, 102):
            await runtime.engine.run(ExecutionRequest(code, input=number))
        await runtime.history.committed()
        screen(app).query_one(Input).value = "get_issue"
        await pilot.pause()
        await pilot.press("j")
        await until(lambda: "// seen in 2 runs" in said(app), "the type that was seen")
        assert "title: string;" in said(app)


@pytest.mark.parametrize(
    ("annotations", "asks"),
    [
        (None, False),
        ({}, False),
        ({"destructiveHint": True}, True),
        ({"destructiveHint": False}, False),
        ({"destructiveHint": True, "readOnlyHint": True}, False),
        ({"destructiveHint": "yes"}, False),
    ],
)
def test_which_tools_may_destroy(annotations: dict[str, Any] | None, asks: bool) -> None:
    assert may_destroy(annotations) is asks


@pytest.mark.slow
async def test_what_a_server_writes_is_seen_as_it_comes(tmp_path: Path) -> None:
    script = tmp_path / "talker.py"
    script.write_text(
        "import sys, time, pathlib\n"
        "print('one \\x1b[2J line', file=sys.stderr, flush=True)\n"
        f"while not pathlib.Path({str(tmp_path / 'go')!r}).exists(): time.sleep(0.02)\n"
        "print('another line', file=sys.stderr, flush=True)\n"
        "time.sleep(60)\n"
    )
    talker = ServerSettings(name="talker", command=sys.executable, args=(str(script),))
    async with open_runtime(
        Config(servers={"talker": talker}), data_dir=tmp_path / "data"
    ) as runtime:
        app = ToolsApp()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(ToolsScreen(runtime), app.answers.append)
            await until(lambda: "one ␛[2J line" in said(app), "the first line")
            (tmp_path / "go").touch()
            await until(lambda: "another line" in said(app), "the second")
            await pilot.press("e")
            await until(lambda: "one ␛[2J line" in whole_text(app), "all of it")
            await until(lambda: app.screen.query_one(Pane).border_title, "its title")


async def test_a_page_is_read_on_from_the_list(tmp_path: Path) -> None:
    async with opened(tmp_path, (60, 20)) as (app, pilot, _):
        page = screen(app).query_one("#tool-pane VerticalScroll")
        row = next(
            row for row in screen(app).rows.rows if row.tool and row.tool.name == "get_issue"
        )
        screen(app).rows.move_to(screen(app).rows.rows.index(row))
        await until(lambda: page.max_scroll_y > 0, "it is longer than the pane")
        await pilot.press("J", "J")
        assert page.scroll_y > 0
        chosen = screen(app).row  # made anew as the servers tell of themselves
        assert chosen is not None
        assert chosen.tool is not None
        assert chosen.tool.name == "get_issue"
        await pilot.press("K", "K")
        assert page.scroll_y == 0


def test_statistics_in_a_line() -> None:
    assert str(statistics_line(None)) == "Not called yet"
    found = ToolStatistics(200, 1, 380.0, 1910.0, 0.0, '{"message": "no \\u001b such"}')
    assert str(statistics_line(found)) == (
        "Last 200 calls · p50 380 ms · p95 1.910 s · 1 failed (under 1%)\nNewest error: no ␛ such"
    )


def test_a_long_error_stands_whole_at_the_end_of_the_page() -> None:
    """The line below the figures ended with the sign of a cut, and no key opened it."""
    (tool,) = (row.tool for row in tree(catalogue(), "SAY something") if row.tool)
    message = "expected one of:\n" + ", ".join(f"name{n}" for n in range(90)) + " and the end"
    found = ToolStatistics(2, 1, 1.0, 2.0, 0.5, json.dumps({"message": message}))
    page = about_tool(tool, statistics_line(found), None, whole_error(found)).plain
    assert "Newest error (whole below, J reads on): expected one of:⏎name0" in page
    assert page.endswith(message)
    short = ToolStatistics(2, 1, 1.0, 2.0, 0.5, '{"message": "no such"}')
    assert not whole_error(short)
    assert not whole_error(None)
    vast = ToolStatistics(2, 1, 1.0, 2.0, 0.5, json.dumps({"message": "x" * 30_000}))
    assert whole_error(vast).endswith("\n… 10,000 characters more are in the history")


def test_what_needs_somebody_comes_first() -> None:
    infos = [
        ServerInfo("calm"),
        ServerInfo("changed", waiting=1),
        ServerInfo("other"),
        ServerInfo("broken", state="failed"),
    ]
    found = tree(Catalogue({info.name: info for info in infos}))
    assert [row.server.name for row in found] == ["broken", "changed", "calm", "other"]


def test_the_tree_filters_by_words_of_names_and_descriptions() -> None:
    names = [row.tool.name if row.tool else row.server.name for row in tree(catalogue())]
    assert names == ["my-chat", "post", "tracker", "search_issues", "close-issue"]  # failed first
    found = tree(catalogue(), "SAY something")
    assert [row.tool.name for row in found if row.tool] == ["post"]
    folded = tree(catalogue(), folded=frozenset({"tracker", "my-chat"}))
    assert all(row.tool is None for row in folded)
    assert tree(catalogue(), "nothing at all") == []


def test_a_filter_goes_to_the_tool_that_is_called_so() -> None:
    server = ServerInfo("files")
    names = ["list_directory", "seek_find", "find_all", "find"]
    rows = [ToolRow(server), *(ToolRow(server, ToolInfo("files", name, "find")) for name in names)]

    def gone_to(text: str) -> str:
        number = most_likely(rows, text)
        assert number is not None
        return rows[number].name[2]

    assert gone_to("find") == "find"
    assert gone_to("files.find_a") == gone_to("Find_A") == "find_all"
    assert gone_to("seek files") == "seek_find", "each word is in its name"
    assert gone_to("words of a description") == "list_directory"
    assert most_likely([ToolRow(server)], "files") is None


def test_a_failed_server_says_why_where_there_is_room() -> None:
    server = ServerInfo("db", state="failed", error="no such \x1bfile: /srv/db.sqlite")
    for width in (0, 10, 30, 46, 120):
        parts = row_line(ToolRow(server), width)
        text = "".join(part for part, _ in parts)
        assert ("no such ␛fi" in text) == (width >= 46)
        assert len(text) == max(width, len(parts[-1][0]))


def test_a_call_begins_with_what_is_required() -> None:
    tools = {tool.name: tool for tool in catalogue()}
    assert call_text(tools["search_issues"]) == 'await tools.tracker.search_issues({ query: "" })'
    assert call_text(tools["close-issue"]) == 'await tools.tracker["close-issue"]()'


def test_examples_follow_the_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "integer", "default": 5},
            "b": {"enum": ["x", "y"]},
            "c": {"type": ["boolean", "null"]},
            "d": {"type": "array"},
            "e": {"properties": {"f": {"type": "string"}}, "required": ["f"]},
            "g": {},
            "h": {"type": "integer", "minimum": 1},
            "i": {"type": "number", "exclusiveMaximum": 0},
            "j": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/k"}]},
            "l": {"type": "array", "minItems": 2, "items": {"const": "m"}},
        },
        "$defs": {"k": {"type": "integer", "exclusiveMinimum": 3, "maximum": 4}},
        "required": [*"abcdeghijl"],
    }
    assert example(schema) == {
        "a": 5,
        "b": "x",
        "c": False,
        "d": [],
        "e": {"f": ""},
        "g": None,
        "h": 1,
        "i": -1,
        "j": 4,
        "l": ["m", "m"],
    }
    assert example(None) is None


async def test_servers_fold_with_the_keys_of_the_other_trees(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot, _):
        rows = screen(app).rows
        assert rows.rows[0].server.state == "failed"  # what needs a look comes first
        await pilot.press("G", "left")
        assert rows.row is not None
        assert rows.row.tool is None
        assert len(rows.rows) == 2
        await pilot.press("right")
        assert len(rows.rows) > 2
        await pilot.press("minus")
        assert len(rows.rows) == 2
        await pilot.press("asterisk")
        assert len(rows.rows) > 2
