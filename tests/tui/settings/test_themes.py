"""Themes in the settings: shown as one goes, said where there is none, read as they are saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from tests.tui.conftest import MakeApp, app_opened, paste, until
from workbench.config import load
from workbench.tui.dialogs.palette import PaletteScreen
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.settings.rows import about, row_line
from workbench.tui.settings.screen import SettingsScreen

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_themes_in_the_settings(make_app: MakeApp, tmp_path: Path) -> None:
    file, folder = tmp_path / "mine.toml", tmp_path / "config" / "themes"
    file.write_text('[ui]\ntheme = "workbench-dusc"\n')
    folder.mkdir(parents=True)
    app = make_app("return 1", config=load(file))
    async with app.run_test(size=(100, 34)) as pilot:
        await app_opened(app)
        await app.runtime()
        assert app.theme == "workbench-dark"
        await pilot.press("alt+s")
        await until(
            lambda: isinstance(app.screen, SettingsScreen) and app.screen.query("#setting-about")
        )
        shown = app.screen
        assert isinstance(shown, SettingsScreen)
        names = [row.key.name for row in shown.rows.rows]
        shown.rows.move_to(names.index("ui.theme"))
        await pilot.pause()

        def said() -> str:
            return str(shown.query_one("#setting-about").content)  # type: ignore[attr-defined]

        assert "there is no theme 'workbench-dusc'; did you mean 'workbench-dusk'" in said()
        assert "workbench-dark is shown" in said()

        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PickScreen), "the themes")
        await pilot.press(*"light")
        await until(lambda: app.theme == "workbench-light", "it is shown")
        await pilot.press("escape")
        await until(lambda: app.theme == "workbench-dark", "it is as before")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PickScreen), "the themes")
        await pilot.press(*"light", "enter")
        await until(lambda: "light" in file.read_text(), "it is kept")
        assert app.theme == "workbench-light"
        await until(lambda: "no theme" not in said())

        mine = folder / "mine.toml"
        mine.write_text("primary = '#010203'\n")
        await until(lambda: "mine" in app.available_themes, "a new one")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PickScreen), "the themes")
        await pilot.press(*"mine", "enter")
        await until(lambda: '"mine"' in file.read_text(), "it is kept")
        mine.write_text("primary = '#a0b0c0'\n")
        await until(
            lambda: app.theme_variables["primary"] == Color.parse("#a0b0c0").hex, "saved again"
        )
        mine.write_text("primary = 'no-colour'\n")
        await until(
            lambda: any(
                "mine.toml: primary must be" in note.message for note in app._notifications
            ),
            "what is wrong is said",
        )
        assert app.theme == "mine", "it stays as it was"
        await pilot.press("r")
        await until(lambda: app.theme == "workbench-dark", "the usual one")


@pytest.mark.slow
async def test_a_theme_whose_file_is_removed(make_app: MakeApp, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "themes"
    folder.mkdir(parents=True)
    app = make_app("return 1")

    def write(name: str) -> Path:
        file = folder / f"{name}.toml"
        file.write_text("primary = '#010203'\n")
        return file

    async with app.run_test(size=(100, 34)) as pilot:
        await app_opened(app)
        file = write("mine")
        await until(lambda: "mine" in app.available_themes, "a new one")
        app.theme = "mine"
        file.unlink()
        write("other")
        await until(lambda: "other" in app.available_themes, "the folder was read again")
        assert app.theme == "mine", "it stays while it is in force"
        await pilot.press("ctrl+p")
        paste(pilot, "theme: workbench-light")
        await until(lambda: app.theme == "workbench-light", "another is shown")
        await until(lambda: "mine" not in app.available_themes, "it is forgotten")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "the palette is closed")
        await until(
            lambda: any("no theme 'mine'" in note.message for note in app._notifications), "said"
        )
        assert app.theme == "workbench-light"


@pytest.mark.slow
async def test_a_theme_from_the_palette_is_what_the_settings_show(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(100, 34)) as pilot:
        await app_opened(app)
        await app.runtime()
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen), "the palette")
        await pilot.press(*"theme:", "space", *"workbench-light", "enter")
        await until(lambda: app.theme == "workbench-light", "taken")
        await pilot.press("alt+s")
        await until(
            lambda: isinstance(app.screen, SettingsScreen) and app.screen.query("#setting-about")
        )
        shown = app.screen
        assert isinstance(shown, SettingsScreen)
        row = next(row for row in shown.rows.rows if row.key.name == "ui.theme")
        assert "workbench-light" in "".join(text for text, _ in row_line(row, 90))
        assert "nothing: workbench-light is shown" in about(row).plain
