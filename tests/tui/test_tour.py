"""The tour: offered once, done by doing, never in the way."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Static

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.tour import TourBar
from workbench.tui.trace.rows import CallRow

pytestmark = pytest.mark.anyio
_CODE = "const page = await tools.demo.list_issues({});\nreturn page.total\n"


def said(app: WorkbenchApp) -> str:
    return " ".join(str(bar.content) for bar in app.screen.query(TourBar))


@pytest.mark.slow
async def test_six_steps_each_done_by_doing(make_app: MakeApp) -> None:
    app = make_app(_CODE)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        status = app.main.query_one("#status", Static)
        assert "alt+g" in str(status.content), "who is here for the first time is offered it"
        for _ in range(2):  # a key that bounced begins it once
            app.post_message(events.Key("alt+g", None))
        await until(lambda: "1 of 6" in said(app), "it begins")
        await until(lambda: not app.key_order.is_busy, "both are dealt with")
        assert app.tour.is_on
        assert app.main.tab.script.has_focus
        await pilot.press("space", "backspace")  # typing is typing
        assert "1 of 6" in said(app)
        await pilot.press("alt+t")
        await until(lambda: "Esc goes back to the script: F5 runs" in said(app), "from elsewhere")
        await pilot.press("escape", "f5")
        await until(lambda: "It ran: 1 call" in said(app), "says what happened")
        assert "2 of 6" in said(app)
        await pilot.press("f2")
        await until(lambda: app.screen is not app.main, "the marks")
        await pilot.press("3")
        await until(lambda: "3 of 6" in said(app), "in the trace")
        await until(lambda: app.main.trace.has_focus, "focus")
        assert isinstance(app.main.trace.model.rows[app.main.trace.cursor or 0], CallRow)
        await pilot.press("enter")
        await until(lambda: "4 of 6" in said(app), "at its line")
        await pilot.press("ctrl+end", *"tools.demo.")
        await until(lambda: "5 of 6" in said(app), "offers")
        await pilot.press("escape", "ctrl+t")
        await until(lambda: "6 of 6" in said(app), "the line has come along to the history")
        await pilot.press("alt+s")
        await until(lambda: "^t goes there again: Enter opens" in said(app), "it is left")
        assert "stands here" not in said(app)
        await pilot.press("ctrl+t")
        await until(lambda: "Every run stands here" in said(app), "back")
        await until(lambda: app.screen.query("#runs, RowList"), "the list")
        await pilot.press("enter")
        await until(lambda: "That was all" in said(app), "a recording is open")
        await pilot.press("alt+g")
        await until(lambda: said(app) == "", "it ends")


@pytest.mark.slow
async def test_is_offered_once(make_app: MakeApp) -> None:
    for expected in (True, False):
        app = make_app(_CODE)
        async with app.run_test(size=(120, 40)) as pilot:
            await app_opened(app)
            assert ("alt+g" in str(app.main.query_one("#status", Static).content)) is expected
            app.exit()
            await pilot.pause()
