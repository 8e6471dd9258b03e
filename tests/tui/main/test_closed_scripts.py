"""Scripts by their place in the line of tabs, and those that were closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen

pytestmark = pytest.mark.anyio


def names(app: WorkbenchApp) -> list[str]:
    return [tab.document.name for tab in app.main.scripts.tabs]


@pytest.mark.slow
async def test_text_that_was_saved_or_thrown_away_is_not_recovered_after_a_crash(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.tui.ui_state.AFTER_S", 0.05)

    def drafts() -> list[Path]:
        return list((tmp_path / "data" / "tui").glob("draft-*.json"))

    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("x")
        await until(drafts, "typed, and kept")
        await pilot.press("ctrl+s")
        await until(lambda: not app.main.tab.changed, "saved")
        await until(lambda: not drafts(), "nothing is kept")
        await pilot.press("y")
        await until(drafts, "typed again, and kept")
        await pilot.press("ctrl+w")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("right", "right", "enter")
        await until(lambda: names(app) == ["untitled-1.js"], "closed")
        await until(lambda: not drafts(), "nothing is kept of it")


@pytest.mark.slow
async def test_tabs_are_reached_by_number_and_closed_ones_come_back(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("return 1\nreturn 2", '{"a": 1}')
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        scripts = app.main.scripts
        await pilot.press("ctrl+n")
        await until(lambda: names(app) == ["test.js", "untitled-1.js"], "both are open")
        await until(lambda: app.main.tab.script.has_focus, "to write in")
        await pilot.press("x", "y", "left", "alt+1")
        await until(lambda: scripts.current == 0, "the first")
        await pilot.press("alt+2")
        await until(lambda: scripts.current == 1, "the second")
        await pilot.press("alt+3")
        await until(lambda: any("2 scripts open" in t.message for t in app._notifications), "told")
        assert scripts.current == 1
        # Text that was thrown away comes back with the cursor, the one closed before it after that.
        await pilot.press("ctrl+w")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("right", "right", "enter")
        await until(lambda: names(app) == ["test.js"], "closed")
        await until(lambda: app.main.tab.script.has_focus, "the other is in front")
        (tmp_path / "test.js").write_text("return 1\nreturn 3")
        await pilot.press("down", "ctrl+w")
        await until(
            lambda: names(app) == ["untitled-1.js"] and not app.main.tab.changed, "an empty one"
        )
        await pilot.press("alt+shift+w")
        await until(lambda: "test.js" in names(app), "back")
        assert app.main.tab.script.text == "return 1\nreturn 3"  # as the file is now
        assert app.main.tab.script.cursor_location[0] == 1
        await pilot.press("alt+shift+w")
        await until(lambda: app.main.tab.script.text == "xy", "back, too")
        assert app.main.tab.script.cursor_location == (0, 1)
        assert app.main.tab.changed
        await pilot.press("alt+shift+w")
        await until(
            lambda: any("No script was" in t.message for t in app._notifications), "no more"
        )


@pytest.mark.slow
async def test_text_that_was_thrown_away_comes_back_beside_its_file_that_is_open_again(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await pilot.press("x", "ctrl+w")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "asked")
        await pilot.press("right", "right", "enter")
        await until(lambda: names(app) == ["untitled-1.js"], "closed")
        await app.main.scripts.open(tmp_path / "test.js")
        await until(lambda: app.main.tab.script.text == "return 1", "open again")
        await pilot.press("alt+shift+w")
        await until(lambda: app.main.tab.script.text == "xreturn 1", "back")
        assert "return 1" in [tab.script.text for tab in app.main.scripts.tabs]


async def test_scripts_are_written_run_and_saved_where_the_folder_is_gone(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(folder))
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        folder.rmdir()
        await pilot.press("ctrl+n")
        await until(lambda: names(app) == ["test.js", "untitled-1.js"], "both are open")
        await pilot.press("1", "ctrl+s")
        await until(lambda: isinstance(app.screen, LineScreen), "asked for its name")
        await pilot.press("escape")
