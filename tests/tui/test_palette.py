"""The command palette: every command, and themes shown while one looks for them."""

from __future__ import annotations

import pytest
from textual.command import CommandPalette
from textual.widgets import OptionList

from tests.tui.conftest import MakeApp, app_opened, paste, until
from workbench.tui.commands import COMMANDS

pytestmark = pytest.mark.anyio


async def test_theme_is_shown_while_it_is_highlighted(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        before = app.theme
        await pilot.press("ctrl+p")
        paste(pilot, "theme: workbench-light")
        await until(lambda: app.theme == "workbench-light", "it is shown")
        await pilot.press("escape")
        await until(lambda: app.theme == before, "it is as before")
        await until(lambda: app.screen is app.main)
        await pilot.press("ctrl+p")
        paste(pilot, "theme: workbench-light")
        await until(lambda: app.theme == "workbench-light")
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        await pilot.pause()
        assert app.theme == "workbench-light"


async def test_palette_has_every_command_and_runs_it(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {c.title for c in COMMANDS if c.id != "palette"} <= titles
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"run script")
        await pilot.pause()
        await until(lambda: app.screen.query(OptionList).first().option_count)
        await pilot.press("enter")
        await until(lambda: app.main.run_now and app.main.run_now.execution, "it ran")
