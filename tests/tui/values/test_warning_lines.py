"""What deserves to be known of a run stands over its value, and whole a key away."""

from __future__ import annotations

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.main.status_lines import StatusLine
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.values.text_screen import TextLines, TextScreen
from workbench.tui.values.warning_lines import WarningLines

pytestmark = pytest.mark.anyio

SCRIPT = "const result = { a: 1 };"
"""Its value is null: what it ends with gives none."""


def said(lines: WarningLines) -> str:
    return str(lines.content).replace("\n", "")


@pytest.mark.slow
async def test_warnings_of_a_run_are_told_and_opened(make_app: MakeApp) -> None:
    """They were on the command line and in answers to agents, on no screen: null, and not a word."""
    app = make_app(SCRIPT)
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        main = app.main
        shown = main.detail.warnings
        main.go_to("detail")
        await pilot.press("f5")
        await until(lambda: main.runs.now and main.runs.now.execution, "it ends")
        await until(lambda: shown.display and "end with: result" in said(shown), "told")
        assert said(shown).startswith("! the value is null because")
        line = main.query_one("#status", StatusLine)
        assert "test.js: 1 warning" in str(line.content)
        await pilot.press("!")
        await until(lambda: isinstance(app.screen, TextScreen), "all of it")
        assert app.screen.query(TextLines)
        await pilot.press("escape")
        await until(lambda: app.screen is main, "back")

        assert main.runs.now is not None
        run = main.runs.now.execution_id
        runtime = await app.runtime()
        await runtime.history.committed()
        await app.push_screen(ReplayScreen(runtime.history.recording(run)))
        recorded = app.screen.query_one(WarningLines)
        await until(lambda: recorded.display, "its record has them, too")
        await pilot.press("escape")
        await until(lambda: app.screen is main, "back again")
        main.tab.script.text = "return 1"
        await pilot.press("f5")
        await until(lambda: not shown.display, "the next run has none")
        assert main.detail.check_action("warnings", ()) is False


async def test_many_warnings_leave_room_for_the_value(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        detail = app.main.detail
        detail.warnings.show(["a long sentence " * 20, "another", "\x1b[31mred"])
        await until(lambda: "! shows 3 warnings whole" in str(detail.warnings.content), "the rest")
        assert len(str(detail.warnings.content).splitlines()) == 4
        assert detail.result.size.height >= 4
        detail.warnings.show(["\x1b[31mred"])
        await until(lambda: "red" in str(detail.warnings.content), "another")
        assert "\x1b" not in str(detail.warnings.content)
        await pilot.resize_terminal(80, 24)
        app.main.go_to("detail")
        await until(lambda: detail.warnings.size.width > 70, "wider")
