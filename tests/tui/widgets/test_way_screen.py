"""From each screen that fills the terminal the keys of the others work, and the palette has what the scripts' has."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.palette import PaletteScreen
from workbench.tui.history.agents_screen import AgentsScreen
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.replay.screen import ReplayScreen
from workbench.tui.settings.screen import SettingsScreen
from workbench.tui.tools.screen import ToolsScreen
from workbench.tui.tools.try_tool import TryScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.row_list import RowList

pytestmark = pytest.mark.anyio

_WAYS = {
    "ctrl+t": HistoryScreen,
    "alt+t": ToolsScreen,
    "alt+s": SettingsScreen,
    "alt+j": AgentsScreen,
}


async def shown(app: WorkbenchApp, kind: type) -> None:
    await until(lambda: isinstance(app.screen, kind), kind.__name__)


@pytest.mark.slow
async def test_every_screen_leads_to_every_other(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await app.runtime()
        for first, then in permutations(_WAYS, 2):
            await pilot.press(first)
            await shown(app, _WAYS[first])
            here = app.screen
            await pilot.press(first)  # it leads to where one is
            await pilot.pause()
            assert app.screen is here
            await pilot.press(then)
            await shown(app, _WAYS[then])
            assert app.screen_stack[:-1] == [app.main]
            await pilot.press("escape")
            await until(lambda: app.screen is app.main, "Esc leads to the scripts")


@pytest.mark.slow
async def test_what_is_typed_into_a_filter_or_is_replayed_holds_nobody(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ran")
        await pilot.press("ctrl+t")
        await shown(app, HistoryScreen)
        history = app.screen
        assert isinstance(history, HistoryScreen)
        await until(lambda: history.view.runs, "the run")
        was_shown = history.preview.display
        await pilot.press("v", "enter")
        await shown(app, ReplayScreen)
        await pilot.press("alt+t")
        await shown(app, ToolsScreen)
        assert app.screen_stack[:-1] == [app.main]
        assert (
            app.preview_wanted is not was_shown
        )  # it is kept, whoever leaves the history for elsewhere
        await pilot.press("slash", "x", "alt+s")
        await shown(app, SettingsScreen)


@pytest.mark.slow
async def test_the_palette_has_scripts_tools_and_settings_wherever_one_is(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        runtime = await app.runtime()
        await until(lambda: any(runtime.upstream.catalogue().tools.values()), "tools are known")
        for way, typed, kind in (
            ("alt+t", "/hello", type(app.main)),
            ("ctrl+t", "@get_issue", type(app.main)),
            ("alt+j", ":max_age", SettingsScreen),
            ("alt+s", "Tools", ToolsScreen),
        ):
            await pilot.press("escape", way)
            await shown(app, _WAYS[way])
            await pilot.press("ctrl+p", *typed)
            await shown(app, PaletteScreen)
            rows = app.screen.query_one(RowList)
            await until(lambda rows=rows: rows.row is not None, typed)  # type: ignore[misc]
            await pilot.press("enter")
            await shown(app, kind)
            assert app.screen_stack[:-1] in ([], [app.main])
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "back")
        assert "tools.demo.get_issue(" in app.main.tab.script.text
        assert app.main.tab.document.name == "hello.js"


@pytest.mark.slow
async def test_a_form_is_left_by_its_own_key_alone(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        runtime = await app.runtime()
        await until(lambda: any(runtime.upstream.catalogue().tools.values()), "tools are known")
        await pilot.press("alt+t")
        await shown(app, ToolsScreen)
        assert "Tools" not in {e.description for e in app.screen.query_one(KeyFooter).entries}
        await pilot.press("slash", *"create", "enter", "t")
        await shown(app, TryScreen)
        await pilot.press(*"Title", "ctrl+t", "alt+s")
        await pilot.pause()
        assert isinstance(app.screen, TryScreen)
