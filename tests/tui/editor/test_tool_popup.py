"""What is known of a call, shown in the editor by a key or the resting pointer."""

from __future__ import annotations

import asyncio

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.editor.editor_app import EditorApp
from tests.tui.editor.hints.scripts import catalogue
from workbench.catalogue.inference import SeenType
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import ExecutionRequest
from workbench.tui.editor.analysis.call_at_cursor import tool_on_line
from workbench.tui.editor.tool_help import declaration, said_of
from workbench.tui.editor.tool_popup import ToolPopup

pytestmark = pytest.mark.anyio
CALL = "const x = 1;\nawait tools.tracker.search_issues({ query: '' });\n"


async def opened(pilot: Pilot[None], app: EditorApp) -> None:
    app.area.tool_view.finder = lambda text, place: tool_on_line(catalogue(), text, place)
    app.area.go_to(2, 38)
    await pilot.pause()


def popup(app: EditorApp) -> ToolPopup:
    return app.query_one(ToolPopup)


async def test_a_call_is_described_and_escape_closes() -> None:
    app = EditorApp(CALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert await app.area.show_tool()
        await pilot.pause()
        said = str(popup(app).query_one(Static).content)
        assert "tracker.search_issues" in said
        assert "More text." in said
        assert 'state?: "open" | "closed";' in said
        assert popup(app).region.y == 2
        assert popup(app).region.bottom <= 24
        await pilot.press("escape")
        assert not popup(app).is_open
        assert app.area.has_focus
        assert app.area.text == CALL


async def test_other_keys_close_it_and_are_typed() -> None:
    app = EditorApp(CALL)
    async with app.run_test(size=(60, 10)) as pilot:
        await opened(pilot, app)
        await app.area.show_tool()
        await pilot.pause()
        await pilot.press("down", "pagedown")
        await until(lambda: popup(app).scroll_y > 0, "it scrolls")
        assert app.area.cursor_location[0] == 1
        await pilot.press("x")
        assert not popup(app).is_open
        assert app.area.text.count("x") == CALL.count("x") + 1
        await app.area.show_tool()
        await app.area.show_tool()
        assert not popup(app).is_open


async def test_without_a_call_nothing_is_shown() -> None:
    app = EditorApp(CALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        app.area.go_to(1, 3)
        assert not await app.area.show_tool()
        assert not app.query(ToolPopup)


async def test_the_pointer_rests_on_a_name() -> None:
    app = EditorApp(CALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        gutter = app.area.gutter_width
        await pilot.hover(app.area, (gutter + 22, 1))
        await until(lambda: app.query(ToolPopup) and popup(app).is_open, "shown")
        await pilot.hover(app.area, (gutter + 25, 1))
        assert popup(app).is_open
        await pilot.hover(app.area, (gutter + 2, 0))
        await until(lambda: not popup(app).is_open, "gone")
        app.area.replace_all(CALL.replace("tracker.search_issues", "mcp__tracker__searchIssues"))
        await pilot.hover(app.area, (gutter + 22, 1))
        await until(lambda: popup(app).is_open, "by another spelling, too")


async def test_what_the_pointer_opened_goes_with_it() -> None:
    app = EditorApp(CALL)
    async with app.run_test(size=(80, 30)) as pilot:
        await opened(pilot, app)
        beside = Static("beside")
        beside.styles.dock = "bottom"
        await app.screen.mount(beside)
        gutter = app.area.gutter_width
        await pilot.hover(app.area, (gutter + 22, 1))
        await until(lambda: app.query(ToolPopup) and popup(app).is_open, "shown")
        await pilot.pause()
        await pilot.hover(popup(app), (3, 2))
        await pilot.hover(popup(app), (5, 4))
        await pilot.pause()
        assert popup(app).is_open, "one may read and scroll it"
        await pilot.hover(beside)
        await until(lambda: not popup(app).is_open, "gone")


async def test_a_type_that_was_seen_is_added_once_it_is_known() -> None:
    app = EditorApp(CALL)
    known = asyncio.Event()

    async def seen(tool: ToolInfo) -> SeenType:
        await known.wait()
        return SeenType({"type": "object", "properties": {"found": {"type": "number"}}}, 14)

    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        app.area.tool_view.seen_types = seen
        await app.area.show_tool()
        await pilot.pause()
        text = popup(app).query_one(Static)
        assert "Promise<any>" in str(text.content)
        known.set()
        await until(lambda: "// seen in 14 runs" in str(text.content), "the type that was seen")
        assert "found?: number;" in str(text.content)
        await pilot.press("escape")
        known.clear()
        await app.area.show_tool()
        await pilot.press("escape")
        known.set()
        await pilot.pause()
        assert not popup(app).is_open, "who closed it is not shown it again"


@pytest.mark.slow
async def test_the_results_of_the_history_are_offered(make_app: MakeApp) -> None:
    """In the app: a run teaches what a tool gives that declares nothing, and the editor offers it."""
    call = 'const i = call_tool("demo", "get_issue", {id: 101});'
    app = make_app(call)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(lambda: app.runtime_now, "the runtime is open")
        runtime = app.runtime_now
        assert runtime is not None
        await runtime.upstream.settled()
        await runtime.engine.run(ExecutionRequest(call))
        await runtime.history.committed()
        area = app.main.tab.script
        area.replace(call + "\ni.result", (0, 0), area.document.end)
        area.move_cursor(area.document.end)
        await pilot.press(".")
        await until(lambda: area.offers.is_open, "offered, once the history was asked")
        assert area.offers.popup is not None
        assert "title" in [offer.label for offer in area.offers.popup.offers]
        await pilot.press(*"tit", "tab")
        assert area.text.endswith("i.result.title")


@pytest.mark.slow
async def test_the_key_in_the_app(make_app: MakeApp) -> None:
    app = make_app('await call_tool("demo", "echo", { value: 1 });')
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await (await app.runtime()).upstream.settled()
        app.main.tab.script.go_to(1, 35)
        await pilot.press("f12")
        await until(lambda: app.main.query(ToolPopup), "shown")
        tool = app.main.query_one(ToolPopup).tool
        assert tool is not None
        assert tool.full_name == "demo.echo"


def test_hostile_words_are_shown_not_obeyed() -> None:
    schema = {"properties": {"a\x1b[31m": {"type": "string", "description": "[b]\x1b]0;x\x07"}}}
    tool = ToolInfo("s", "t", "[red]\x1b[2J" + "long " * 2000, "T\x1b", schema)
    said = "\n".join(paragraph.plain for paragraph in said_of(tool))
    assert "\x1b" not in said
    assert "[red]" in said
    assert "more characters" in said
    assert "\x1b" not in declaration(tool)
