"""Leaving asks where a script runs or a text is in no file; nothing that was typed is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.events import Key, MouseDown, MouseUp
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, Static

from tests.support.params import first_fast
from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.model import ExecutionRequest
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen

pytestmark = pytest.mark.anyio
_LEFT, _RIGHT = 1, 3
_SLOW = "await tools.demo.sleep({ms: 60000})"


async def start(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    await app_opened(app)
    await pilot.pause()


def press(app: WorkbenchApp, widget: Widget, button: int) -> None:
    """A button of the mouse, as the terminal's driver tells of it."""
    x, y = widget.region.x + 1, widget.region.y
    for kind in (MouseDown, MouseUp):
        app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))


async def asked(app: WorkbenchApp, pilot: Pilot[int]) -> str:
    await until(lambda: isinstance(app.screen, ChoiceScreen), "it asks")
    await pilot.pause()
    return str(app.screen.query(Static).first().render())


@pytest.mark.slow
async def test_nothing_to_lose_nothing_asked(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        answers: list[str | None] = []
        app.push_screen(ChoiceScreen("Well?", {"no": "No", "yes": "Yes"}), answers.append)
        await asked(app, pilot)
        no, yes = app.screen.query(Button)
        press(app, yes, _RIGHT)
        await pilot.pause()
        assert answers == [], "the right button answers nothing"
        press(app, no, _LEFT)
        await until(lambda: answers == ["no"], "the left one does")
        await pilot.press("ctrl+q")
        await until(lambda: app.return_code is not None, "it leaves")


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24), (60, 20), (42, 16)))
async def test_names_the_run_and_the_text(
    make_app: MakeApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app(_SLOW)
    async with app.run_test(size=size) as pilot:
        await start(app, pilot)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.calls, "it calls")
        await pilot.press("x", "ctrl+q")
        question = await asked(app, pilot)
        assert "1 script running" in question
        assert "test.js" in question
        buttons = list(app.screen.query(Button))
        assert [str(one.label) for one in buttons] == [
            "Stay",
            "Save and quit",
            "Quit without saving",
        ]
        dialog = app.screen.query_one(".dialog").content_region
        for one in buttons:
            assert dialog.contains_region(one.region)
            assert one.region.width >= len(str(one.label))
        await pilot.press("enter")
        await until(lambda: app.screen is app.main, "it stays")
        assert app.main.runs.active
        await pilot.press("ctrl+q")
        await asked(app, pilot)
        await pilot.press("right", "right", "enter")
        await until(lambda: app.return_code is not None, "it leaves")
    assert (tmp_path / "test.js").read_text() == _SLOW


@pytest.mark.slow
async def test_a_run_that_another_screen_started_counts(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        runtime = await app.runtime()
        task = asyncio.create_task(runtime.engine.run(ExecutionRequest(_SLOW, None)))
        await until(lambda: runtime.engine.running, "it runs")
        await pilot.press("ctrl+q")
        assert "1 script running" in await asked(app, pilot)
        await pilot.press("right", "enter")
        await until(lambda: app.return_code is not None, "it leaves")
    assert (await task).status == "cancelled"


async def test_keys_before_it_that_wait_are_not_lost(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        # As a terminal sends them: at once, with no time for the editor in between.
        app.post_message(Key("x", "x"))
        app.post_message(Key("ctrl+q", None))
        assert "test.js" in await asked(app, pilot)


async def test_leaving_while_a_screen_is_made_is_no_crash(make_app: MakeApp) -> None:
    """Textual mounts what is left of it; a hang-up would end with 1 and a report."""
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await start(app, pilot)
        opening = asyncio.ensure_future(app.main.run_action("settings"))
        await asyncio.sleep(0)
        app.exit(0, return_code=129)
        await asyncio.gather(opening, return_exceptions=True)
    assert (app.crashed, app.return_code) == (None, 129)
