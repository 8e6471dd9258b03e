"""The command palette: every command, and themes shown while one looks for them."""

from __future__ import annotations

import asyncio
import shlex
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widget import Widget
from textual.widgets import Input

from tests.tui.conftest import MakeApp, app_opened, paste, until
from workbench.config import Config, demo_server, load
from workbench.history import ExecutionRow
from workbench.tui.app import WorkbenchApp
from workbench.tui.commands import COMMANDS
from workbench.tui.dialogs.palette import PaletteScreen
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.matching import score
from workbench.tui.settings.screen import SettingsScreen
from workbench.tui.trace.figures_screen import FiguresScreen
from workbench.tui.values.error_reading import Fix
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.row_list import RowList

pytestmark = pytest.mark.anyio


@pytest.mark.slow
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


def first_title(app: WorkbenchApp) -> str:
    row = app.screen.query_one(RowList).row
    return row.title if row is not None else ""


@pytest.mark.slow
async def test_palette_has_every_command_and_runs_it(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        titles = {entry.title for entry in app.palette.entries(app.screen)}
        here = [
            c for c in COMMANDS if c.place in ("app", "main", "panes", "ways") and c.id != "palette"
        ]
        assert {c.title for c in here} <= titles
        await pilot.press("ctrl+p", *"run script")
        await until(lambda: isinstance(app.screen, PaletteScreen))
        await until(lambda: first_title(app) == "Run script")
        await pilot.press("enter")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ran")
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen))
        assert first_title(app) == "Run script"  # the last one first


@pytest.mark.slow
@pytest.mark.parametrize("key", ["ctrl+p", "alt+p", "f1"])
async def test_the_key_that_opens_a_dialog_closes_it(make_app: MakeApp, key: str) -> None:
    """The app's own key comes before the dialog's, and did nothing there."""
    app = make_app("return 1")
    async with app.run_test(size=(100, 30)) as pilot:
        await app_opened(app)
        await pilot.press(key)
        await until(lambda: app.screen is not app.main, "it opens")
        await until(lambda: not app.key_order.is_busy, "and is there")
        await pilot.press(key)
        await until(lambda: app.screen is app.main, "it closes")


@pytest.mark.slow
async def test_enter_in_an_empty_palette_does_no_harm(make_app: MakeApp) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("ctrl+n")
        await until(lambda: len(app.main.scripts.tabs) == 2)
        await pilot.press("ctrl+p", *"close script", "enter")
        await until(lambda: len(app.main.scripts.tabs) == 1)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen))
        first = app.screen.query_one(RowList).row
        assert first is not None
        assert first.id not in ("close", "quit", "stop")


@pytest.mark.slow
async def test_it_also_finds_tools_scripts_runs_and_what_the_pane_can_do(make_app: MakeApp) -> None:
    demo = demo_server()
    assert demo.command
    started_late = f"sleep 2; exec {shlex.join((demo.command, *demo.args))}"
    late = replace(demo, command="/bin/sh", args=("-c", started_late))
    app = make_app("return 1", config=Config(servers={"demo": late}))
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ran")
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        for typed, kind in (
            ("dgis", "tool"),
            ("triage", "script"),
            ("test.js ok", "run"),
            ("next error", "trace"),
        ):
            await pilot.press("ctrl+p")
            await until(lambda: isinstance(app.screen, PaletteScreen))
            paste(pilot, typed)

            def is_found(kind: str = kind) -> bool:
                return kind in {row.kind or row.place for row in app.screen.query_one(RowList).rows}

            await until(is_found, typed)
            await pilot.press("escape")
            await until(lambda: app.screen is app.main)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen))
        kinds = {row.kind for row in app.screen.query_one(RowList).rows}
        assert not kinds & {"tool", "script", "run"}  # there are many: only what is typed
        paste(pilot, "@get_issue")
        await until(lambda: first_title(app) == "demo.get_issue", "the tool")
        await pilot.press("enter")
        await until(lambda: "await tools.demo.get_issue({" in app.main.tab.script.text, "its call")


@pytest.mark.slow
async def test_a_theme_that_is_chosen_is_kept_where_the_file_names_one(
    make_app: MakeApp, tmp_path: Path
) -> None:
    file = tmp_path / "workbench.toml"
    file.write_text('# mine\n[ui]\ntheme = "workbench-dusk"\n')
    app = make_app("return 1", config=load(file))
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        assert app.theme == "workbench-dusk"
        await pilot.press("ctrl+p", *"theme workbench-light", "enter")
        await until(lambda: "workbench-light" in file.read_text(), "it is written")
        assert file.read_text().startswith("# mine")
        assert app.theme == "workbench-light"


@pytest.mark.parametrize(
    ("typed", "text", "fits"),
    [
        ("", "Run script", True),
        ("run", "Run script", True),
        ("script run", "Run script", True),
        ("rsc", "Run script", True),
        ("listd", "list_directory", True),
        ("nur", "Run script", False),
        ("gi", "getIssue", True),
    ],
)
def test_what_is_typed_fits(typed: str, text: str, fits: bool) -> None:
    assert (score(typed, text) is not None) == fits


def test_the_better_fit_is_first() -> None:
    texts = ["prerun", "a run", "r u n", "run it"]
    points = {text: score("run", text) for text in texts}
    assert sorted(texts, key=lambda text: points[text] or 0) == [
        "run it",
        "a run",
        "prerun",
        "r u n",
    ]


@pytest.mark.slow
async def test_a_sign_in_front_asks_for_one_kind(make_app: MakeApp) -> None:
    app = make_app("return 'needle ' + 40 + 2")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ran")
        runtime = await app.runtime()
        await runtime.history.committed()
        id_ = runtime.history.list_executions()[0].execution_id
        runtime.history.name(id_, "before the move")
        await until(lambda: any(runtime.upstream.catalogue().tools.values()), "tools are known")
        app.main.navigation.saved_filters.keep("failed", "status:error")
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen), "the palette")
        palette = app.screen
        assert isinstance(palette, PaletteScreen)
        line = palette.query_one(Input)

        def kinds() -> set[str]:
            return {entry.kind for entry in palette.rows.rows}

        for sign, kind in (("/", "script"), ("@", "tool"), ("#", "run"), (":", "setting")):
            line.value = sign
            await until(lambda kind=kind: kinds() == {kind}, kind)  # type: ignore[misc]
            # Nor what the pane with the focus can do, whatever it is called.
            assert {entry.id.partition(":")[0] for entry in palette.rows.rows} == {kind}
        line.value = ">"
        await until(lambda: kinds().isdisjoint({"script", "tool", "run", "setting"}), "commands")
        assert {"run", "editor-duplicate"} <= {entry.id for entry in palette.rows.rows}
        # A run is found by its name, and by what is in it.
        for text in ("#before", "#needle"):
            line.value = text
            await until(lambda: [e.id for e in palette.rows.rows] == [f"run:{id_}"], text)
        line.value = ":max_age"
        await until(lambda: first_title(app) == "history.max_age_days", "the setting")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, SettingsScreen), "the settings")
        settings = app.screen
        assert isinstance(settings, SettingsScreen)
        await until(lambda: len(settings.rows.rows) == 1, "the one")
        assert settings.rows.has_focus
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "back")
        await pilot.press("ctrl+p", *"filter: fai")
        await until(lambda: first_title(app) == "Filter: failed", "the filter")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, HistoryScreen), "the history")
        history = app.screen
        assert isinstance(history, HistoryScreen)
        assert history.view.text == "status:error"
        await until(lambda: history.view.known == 1, "it is read")
        assert history.view.runs == []


@pytest.mark.slow
async def test_one_search_of_the_runs_at_a_time(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        history = (await app.runtime()).history
        begun: list[object] = []
        may_end = threading.Event()
        real = history.list_executions

        def searched(**wanted: Any) -> list[ExecutionRow]:
            if "texts" in wanted:  # else it is not the palette that asks
                begun.append(wanted["texts"])
                may_end.wait(30)
            return real(**wanted)

        monkeypatch.setattr(history, "list_executions", searched)
        find = app.palette._find_runs
        searches = [asyncio.create_task(find("n"))]
        await until(lambda: begun, "the first")
        for text in ("ne", "nee"):
            searches[-1].cancel()  # as who types on does
            searches.append(asyncio.create_task(find(text)))
            await pilot.pause(0.05)
        assert begun == [["n"]], "the others wait"
        may_end.set()
        await searches[-1]
        assert begun == [["n"], ["nee"]]


@pytest.mark.slow
async def test_the_right_button_opens_a_menu_of_what_is_there(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.now({})")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and not app.main.runs.active, "it has run")
        area = app.main.trace.region
        for kind in (events.MouseDown, events.MouseUp):
            place = area.x + 3, area.bottom - 2, 0, 0
            app.post_message(kind(None, *place, 3, False, False, False))
        await until(lambda: isinstance(app.screen, PaletteScreen), "a menu")
        await until(lambda: any(rows.rows for rows in app.screen.query(RowList)), "its rows")
        assert app.main.trace.has_focus
        menu = app.screen
        assert isinstance(menu, PaletteScreen)
        assert {entry.place for entry in menu.rows.rows} == {"trace"}
        dialog = menu.query_one(".dialog").region
        assert menu.region.contains_region(dialog), "all of it is seen"
        assert dialog.height > len(menu.rows.rows)
        await pilot.press(*"summary", "enter")
        await until(lambda: isinstance(app.screen, FiguresScreen), "it is done")


@pytest.mark.slow
async def test_the_menu_of_an_editor_is_about_what_is_selected(make_app: MakeApp) -> None:
    app = make_app("const one = 1;\nconst two = 2;\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        script = app.main.tab.script
        await pilot.press("shift+down")
        assert script.selected_text == "const one = 1;\n"
        at = script.gutter_width + 3

        async def menu(row: int, typed: str) -> None:
            await pilot.click(script, offset=(at, row), button=3)
            await until(lambda: isinstance(app.screen, PaletteScreen), "a menu")
            await pilot.press(*typed, "enter")
            await until(lambda: app.screen is app.main, "it is done")
            await pilot.pause()

        await menu(0, "cut")
        await until(lambda: script.text == "const two = 2;\n", "the line is gone")
        await menu(1, "paste")  # where nothing is selected the click says where
        await until(lambda: script.text == "const two = 2;\nconst one = 1;\n", "it is there")
        assert app.clipboard == "const one = 1;\n"


@pytest.mark.slow
async def test_the_right_button_does_nothing_with_what_is_there(make_app: MakeApp) -> None:
    app = make_app("await tools.demo.now({});\nreturn { a: [1, 2] };")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        main = app.main

        async def menu_of(widget: Widget, row: int) -> set[str]:
            await pilot.click(widget, offset=(5, row), button=3)
            await until(lambda: isinstance(app.screen, PaletteScreen), "a menu")
            await until(lambda: app.screen.query_one(RowList).rows, "its rows")
            places = {entry.place for entry in app.screen.query_one(RowList).rows}
            await pilot.press("escape")
            await until(lambda: app.screen is main, "it closed")
            return places

        await pilot.press("f5")
        await until(lambda: main.runs.now and not main.runs.active, "it has run")
        for _ in range(2):
            assert await menu_of(main.trace, 1) == {"trace"}
        assert main.trace.has_focus, "the row under the cursor is not opened"
        result = main.detail.result
        await until(lambda: result.shown and len(result.shown.rows) > 1, "the value is unfolded")
        assert result.shown
        lines = len(result.shown.rows)
        await menu_of(result, 0)
        assert len(result.shown.rows) == lines, "nothing is folded"
        await menu_of(app.screen.query_one(KeyFooter), 0)

        main.tab.script.text = "await tools.demo.nwo({});"
        await pilot.press("f5")
        card = main.detail.error_card
        await until(lambda: card.error is not None and not main.runs.active, "it failed")
        await menu_of(
            card, next(i for i, row in enumerate(card._rows) if isinstance(row.does, Fix))
        )
        assert main.tab.script.text == "await tools.demo.nwo({});", "nothing is put right"
