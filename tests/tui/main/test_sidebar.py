"""The sidebar: what it lists, what Enter and a click do, where it lies."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp, app_opened, told, until
from workbench.config import Config
from workbench.history import ExecutionRow, HistoryError
from workbench.tui.app import WorkbenchApp
from workbench.tui.main import sidebar as sidebar_module
from workbench.tui.main.sidebar import SidebarRow, sidebar_rows
from workbench.tui.replay.screen import ReplayScreen

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "mine.js").write_text("return 'mine'")


async def start(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    await app_opened(app)
    await until(lambda: app.runtime_now is not None, "the runtime is open")
    await pilot.pause()


def find(app: WorkbenchApp, kind: str, text: str) -> int | None:
    rows: list[SidebarRow] = app.main.sidebar.rows.rows
    return next((i for i, row in enumerate(rows) if row.kind == kind and text in row.text), None)


async def choose(app: WorkbenchApp, pilot: Pilot[int], kind: str, text: str) -> None:
    await until(lambda: find(app, kind, text) is not None, f"{kind} {text} is listed")
    app.main.sidebar.rows.move_to(find(app, kind, text) or 0)
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.slow
async def test_script_is_opened_by_enter(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        assert not app.main.sidebar.display
        assert app.main.sidebar.rows.rows == [], "nothing is read before it is shown"
        await pilot.press("f9")
        await choose(app, pilot, "script", "mine.js")
        await until(lambda: app.main.tab.document.name == "mine.js", "it is open")
        await until(lambda: app.main.tab.script.has_focus, "the script has the focus")
        assert app.main.sidebar.display
        assert app.main.query_one("#script").region.x == 32


@pytest.mark.slow
async def test_call_is_inserted_by_a_click(make_app: MakeApp) -> None:
    app = make_app("")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f9")
        await choose(app, pilot, "server", "demo")
        await until(lambda: find(app, "tool", "echo") is not None, "its tools are listed")
        rows = app.main.sidebar.rows
        index = find(app, "tool", "echo")
        assert index is not None
        await pilot.click(rows, offset=(6, index + 1 - rows.scroll_offset.y))
        await until(lambda: "await tools.demo.echo(" in app.main.tab.script.text, "a call")
        await until(lambda: app.main.tab.script.has_focus, "the script has the focus")


@pytest.mark.slow
async def test_run_is_opened(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
        await pilot.press("f9")
        await choose(app, pilot, "run", "test.js")
        await until(lambda: isinstance(app.screen, ReplayScreen), "its replay")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (60, 20), (50, 20)])
async def test_lies_over_the_panes_where_there_is_little_room(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        before = app.main.query_one("#script").region
        await pilot.press("f9")
        await until(lambda: app.main.sidebar.region.width, "it is shown")
        assert app.main.query_one("#script").region == before
        assert app.main.get_widget_at(3, 4)[0] is app.main.sidebar.rows
        await pilot.press("escape")
        await until(lambda: app.main.tab.script.has_focus, "back in the script")
        assert not app.main.sidebar.display
        await pilot.press("f9")
        await choose(app, pilot, "script", "mine.js")
        await until(lambda: app.main.tab.document.name == "mine.js", "it is open")
        assert not app.main.sidebar.display


@pytest.mark.slow
async def test_is_remembered(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("f9")
        await until(lambda: app.main.sidebar.display, "it is shown")
        await pilot.press("ctrl+q")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        assert app.main.sidebar.display
        await pilot.press("f9")
        await until(lambda: app.main.sidebar.has_focus_within, "it has the focus")
        await pilot.press("f9")
        await pilot.pause()
        assert not app.main.sidebar.display
        await pilot.press("ctrl+q")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        assert not app.main.sidebar.display


@pytest.mark.slow
async def test_is_open_by_itself_where_there_is_much_room_until_it_is_closed(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(200, 40)) as pilot:
        await start(app, pilot)
        sidebar = app.main.sidebar
        await until(lambda: sidebar.rows.rows, "it is there, and filled")
        assert app.main.tab.script.has_focus, "one begins where one writes"
        assert sidebar.region.right <= app.main.query_one("#script").region.x
        await pilot.resize_terminal(120, 40)
        await until(lambda: not sidebar.display, "it leaves the room to the panes")
        await pilot.resize_terminal(90, 24)
        await pilot.press("f9")
        await until(lambda: sidebar.has_focus_within, "it lies over the panes")
        await pilot.press("escape")  # that says nothing of wide screens
        await until(lambda: not sidebar.display, "it is left")
        await pilot.resize_terminal(200, 40)
        await until(lambda: sidebar.display, "there is room again")
        await pilot.press("f9")
        await until(lambda: sidebar.has_focus_within, "it has the focus")
        await pilot.press("f9")
        await until(lambda: not sidebar.display, "it is closed")
        await pilot.resize_terminal(190, 40)
        await pilot.press("ctrl+q")
    app = make_app("return 1")
    async with app.run_test(size=(200, 40)) as pilot:
        await start(app, pilot)
        assert not app.main.sidebar.display


@pytest.mark.slow
async def test_where_there_is_no_script_samples_are_offered_whatever_is_configured(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "scripts" / "mine.js").unlink()
    app = make_app("", config=Config())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await start(app, pilot)
        await pilot.press("f9")
        await until(lambda: find(app, "note", "need the server demo") is not None, "it says why")
        await choose(app, pilot, "script", "hello.js")
        await until(lambda: app.main.tab.document.name == "hello.js", "it is open")
        await told(app, "[servers.demo]")
        await told(app, "--demo")
        offered = {
            entry.title for entry in app.palette.entries(app.screen) if entry.kind == "script"
        }
        assert {"hello.js", "triage.js"} <= offered


async def test_a_history_that_cannot_be_read_is_told_once(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def broken(**_: object) -> None:
        nonlocal asked
        asked += 1
        raise HistoryError("the history is damaged")

    monkeypatch.setattr(sidebar_module, "_LOOK_S", 0.05)
    app = make_app("return 1")
    async with app.run_test(size=(200, 40)) as pilot:
        await start(app, pilot)
        assert app.runtime_now is not None
        monkeypatch.setattr(app.runtime_now.history, "list_executions", broken)
        await until(lambda: asked > 3, "it is asked again and again")
        said = [each for each in app._notifications if "damaged" in each.message]
        assert len(said) == 1
        assert find(app, "script", "mine.js") is not None, "what else it lists is there"


def test_runs_of_no_script_are_told_apart_by_their_code() -> None:
    """What agents run has no name: fifteen rows said “inline”."""
    run = ExecutionRow(
        1, "aaaa", "serve", "claude", None, "ok", time.time(), 5.0, 0, None, None,
        "  const a = 1;\nreturn a", "7:1",
    )  # fmt: skip
    rows = sidebar_rows([], None, [run, replace(run, n=2, started_at=1_790_000_000.0)])
    first, second = (row.text for row in rows if row.kind == "run")
    assert re.fullmatch(r"\d\d:\d\d const a = 1;⏎return a", first)
    assert re.fullmatch(r"(\d\d-)?\d\d-\d\d( \d\d:\d\d)? const a = 1;⏎return a", second)
