"""Trace and detail belong to the script in front."""

from __future__ import annotations

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.main.status_lines import StatusLine

pytestmark = pytest.mark.anyio


def trace_title(app: WorkbenchApp) -> str:
    return str(app.main.query_one("#trace").border_title)


@pytest.mark.slow
async def test_each_script_keeps_its_run(make_app: MakeApp) -> None:
    app = make_app("console.log('first'); return [1, 2, 3]")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        main = app.main
        await pilot.press("f5")
        await until(lambda: main.runs.now and main.runs.now.execution, "the first ends")
        first = main.tab
        await pilot.press("ctrl+n")
        await until(lambda: main.tab is not first and main.tab.script.has_focus, "another script")
        assert main.runs.shown is None
        assert main.trace.model.rows == []
        assert main.detail.result.shown is None
        assert "test.js" not in trace_title(app)

        main.tab.script.text = "await sleep(60_000)"
        await pilot.press("f5")
        await until(lambda: main.runs.active and main.runs.now, "the second runs")
        second = main.runs.now
        await pilot.press("ctrl+pageup")
        await until(lambda: main.tab is first, "the first again")
        shown = main.detail.result.shown
        assert shown is not None
        assert shown.value == [1, 2, 3]
        assert "test.js" in trace_title(app)
        assert [row.text for row in main.trace.model.rows if hasattr(row, "text")] == ["first"]

        await pilot.press("f8")
        await until(lambda: second and second.execution, "it is stopped from here")
        shown = main.detail.result.shown
        assert shown is not None
        assert shown.value == [1, 2, 3], "the end of the other run is not shown here"
        await pilot.press("ctrl+pagedown")
        await until(lambda: main.runs.shown is second, "the second again")
        await until(lambda: main.detail.error_card.display, "how it ended")
        assert main.detail.error_card.error is not None
        assert main.detail.error_card.error.code == "CANCELLED"
        await pilot.press("ctrl+w")
        assert second is not None


async def test_a_run_that_is_shown_leaves_the_focus_where_a_key_put_it(make_app: MakeApp) -> None:
    """What was in front of its card knows only later that it has lost the focus."""
    app = make_app("throw new Error('no')")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        main = app.main
        await pilot.press("f5")
        await until(lambda: main.detail.error_card.display, "it has failed")
        failed = main.runs.shown
        main.detail.show_run(None)
        main.go_to("detail")
        await until(lambda: main.detail.result.has_focus, "the detail is gone to")
        main.set_focus(main.tab.script)
        main.detail.show_run(failed)
        await pilot.pause()
        assert main.detail.error_card.display
        assert main.focused is main.tab.script


async def test_a_script_that_comes_to_the_front_says_again_how_it_ran(make_app: MakeApp) -> None:
    """On small terminals the first line does not: “F5 runs the script” stood there beside its error."""
    app = make_app("throw new Error('no')")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        main = app.main
        line = main.query_one("#status", StatusLine)
        await pilot.press("f5")
        await until(lambda: "RUNTIME_ERROR at test.js:1" in str(line.content), "it failed")
        await pilot.press("ctrl+n")
        await until(lambda: len(main.scripts.tabs) == 2, "another script")
        await until(lambda: "F5 runs" in str(line.content), "which never ran")
        await pilot.press("ctrl+pageup")
        await until(lambda: "RUNTIME_ERROR at test.js:1" in str(line.content), "the first again")
