"""Panes get the sizes that their user gives them, with keys and with the mouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp

pytestmark = pytest.mark.anyio


async def start(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    await app_opened(app)
    await pilot.pause()


def size(app: WorkbenchApp, name: str) -> tuple[int, int]:
    return app.main.query_one(f"#{name}").outer_size


async def drag(pilot: Pilot[int], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=start)
    await pilot.hover(offset=end)
    await pilot.mouse_up(offset=end)
    await pilot.pause()


@pytest.mark.slow
async def test_frames_are_dragged(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        left = app.main.query_one("#left")
        edge = left.region.right
        await drag(pilot, (edge, 10), (79, 12))
        assert left.region.right == 80
        script = app.main.query_one("#script")
        await drag(pilot, (20, script.region.bottom - 1), (30, 14))
        assert script.region.bottom in (14, 15), "whole cells of a share"
        assert app.main.query_one("#input").region.y == script.region.bottom
        await drag(pilot, (edge + 25, app.main.query_one("#trace").region.bottom), (100, 2))
        assert size(app, "trace")[1] >= 0.2 * 37 - 1, "a pane keeps a fifth"
        assert app.mouse_captured is None
        assert app.main.tab.script.has_focus
        await pilot.hover(offset=(80, 10))
        assert app.main.query_one("#script").has_class("-handle")
        await pilot.hover(offset=(40, 10))
        assert not app.main.query(".-handle")


@pytest.mark.slow
async def test_text_is_no_handle(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        before = size(app, "script")
        await drag(pilot, (10, 5), (100, 30))
        assert size(app, "script") == before
        await pilot.press("f7")
        await drag(pilot, (60, 38), (60, 20))
        await pilot.press("f7")
        await pilot.pause()
        assert size(app, "script") == before, "a pane alone has nothing to share"


@pytest.mark.slow
async def test_keys_do_what_the_mouse_does(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        width, height = size(app, "script")
        await pilot.press("ctrl+shift+right", "ctrl+shift+down")
        await pilot.pause()
        wider, taller = size(app, "script")
        assert wider > width
        assert taller > height
        app.main.go_to("detail")
        await pilot.pause()
        width, height = size(app, "detail")
        app.main.action_grow()
        app.main.action_taller()
        await pilot.pause()
        assert size(app, "detail")[0] > width
        assert size(app, "detail")[1] > height


@pytest.mark.slow
async def test_sizes_are_kept_for_each_breakpoint(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await pilot.press("ctrl+shift+right")
        await pilot.pause()
        wide = size(app, "left")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        before = size(app, "left")
        assert before[0] == 80
        await pilot.press("ctrl+shift+left")
        await pilot.pause()
        narrow = size(app, "left")
        assert narrow[1] < before[1]
        await drag(pilot, (20, narrow[1]), (20, 13))
        narrow = size(app, "left")
        assert narrow[1] in (13, 14)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert size(app, "left") == wide
        await pilot.press("ctrl+q")
    kept = json.loads((tmp_path / "data" / "tui" / "session.json").read_text())["shares"]
    assert set(kept) == {"wide", "narrow"}
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await start(app, pilot)
        await until(lambda: size(app, "left") == wide, "as it was left")
        await pilot.resize_terminal(80, 24)
        await until(lambda: size(app, "left") == narrow, "as it was left")
