"""The line of keys: whole entries, the way to all commands always there."""

from __future__ import annotations

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.widgets.key_footer import KeyFooter

pytestmark = pytest.mark.anyio


@pytest.mark.slow
@pytest.mark.parametrize("width", [120, 100, 80, 60, 40])
@pytest.mark.parametrize("pane", ["script", "trace", "detail"])
async def test_keys_fit_and_the_way_to_all_stays(make_app: MakeApp, width: int, pane: str) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(width, 24)) as pilot:
        await app_opened(app)
        app.main.go_to(pane)
        await until(lambda: app.main.target(pane).has_focus)
        await pilot.pause()
        footer = app.main.query_one(KeyFooter)
        names = [entry.description for entry in footer.entries]
        assert names[0] == "Help"
        assert names[-2:] == ["Commands", "Quit"]
        assert footer.entries[-1].end <= width
        assert footer.render_line(0).text.rstrip() == str(footer.render()).rstrip()
        assert "Follow" not in names  # nothing ran: the trace has no rows
        if width == 120:
            assert {"Jump", "Run", "History"} <= set(names)
            assert "Stop" not in names  # nothing runs


async def test_resizing_brings_keys_back(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(40, 24)) as pilot:
        await app_opened(app)
        await pilot.pause()
        footer = app.main.query_one(KeyFooter)
        assert "Save" not in [entry.description for entry in footer.entries]
        await pilot.resize_terminal(120, 40)
        await until(
            lambda: "Save" in [entry.description for entry in footer.entries], "there is room"
        )


@pytest.mark.slow
async def test_a_click_presses_the_key(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(200, 40)) as pilot:
        await app_opened(app)
        await pilot.pause()
        footer = app.main.query_one(KeyFooter)
        (zoom,) = [entry for entry in footer.entries if entry.description == "Zoom"]
        await pilot.click(footer, offset=(zoom.start + 1, 0))
        await until(lambda: app.main.query_one("#panes").has_class("-zoomed"))


async def test_it_shows_what_works_now(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.sleep({ms: 60000})")
    async with app.run_test(size=(160, 40)) as pilot:
        await app_opened(app)
        footer = app.main.query_one(KeyFooter)

        def names() -> set[str]:
            return {entry.description for entry in footer.entries}

        await until(lambda: {"Run", "History", "Tools", "Settings"} <= names())
        assert "Stop" not in names()
        await pilot.press("f5")
        await until(lambda: "Stop" in names() and "Run" not in names())
        await pilot.press("f8")
        await until(lambda: "Run" in names() and "Stop" not in names())
