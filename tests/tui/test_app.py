"""The app where something around it is broken: it says so and stays usable."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tests.tui.conftest import MakeApp, app_opened, told, until
from workbench.config import Config, ServerSettings, UiSettings
from workbench.tui import app as app_module
from workbench.tui.app import WorkbenchApp

pytestmark = pytest.mark.anyio


def said(app: WorkbenchApp) -> str:
    return "\n".join(notice.message for notice in app._notifications)


@pytest.mark.slow
async def test_data_folder_that_cannot_be_used_is_told(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: "could not be run" in said(app) or app.main.runs.now is not None)
        await until(lambda: app.main.runs.now is None or app.main.runs.now.execution, "it ends")
        await pilot.press("x")
        await until(app.main.scripts.unsaved, "the editor still works")


@pytest.mark.slow
async def test_broken_server_theme_and_keys_are_told(make_app: MakeApp) -> None:
    config = Config(
        servers={"gone": ServerSettings(name="gone", command="no-such-program-anywhere")},
        ui=UiSettings(theme="no-such-theme"),
        keys={"runn": "f9"},
    )
    app = make_app("return call_tool('gone', 'x').error.code", config=config)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app_opened(app)
        await told(app, "no-such-theme")
        await told(app, "keys.runn")
        assert app.theme == "workbench-dark"
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ends")
        assert app.main.runs.now is not None
        assert app.main.runs.now.status == "ok"
        await until(lambda: "servers 0/1 ✘" in str(app.main.query_one("#header").render()))


async def test_script_that_cannot_be_read_opens_an_empty_one(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "bad.js").write_bytes(b"\xff\xfe\x00")
    app = WorkbenchApp(Config(), data_dir=tmp_path / "data", script=tmp_path / "bad.js")
    async with app.run_test(size=(80, 24), notifications=True):
        await until(lambda: app.main.scripts.tabs)
        await told(app, "not UTF-8")
        assert app.main.tab.document.path is None


async def test_the_first_painting_shows_the_script(make_app: MakeApp) -> None:
    """An empty frame was painted before it, and all of it again: the first key waited for both."""
    app = make_app("return 'opened'")
    painted: list[str] = []
    app.after_painting = lambda: painted.append(
        "\n".join("".join(segment.text for segment in line) for line in app.shown_lines())
    )
    async with app.run_test(size=(120, 40)):
        await app_opened(app)
        await until(lambda: any("1 Script" in each for each in painted), "it is painted")
    first = next(each for each in painted if "1 Script" in each)
    assert "return 'opened'" in first


async def test_the_first_painting_is_the_only_one_of_the_whole_screen(make_app: MakeApp) -> None:
    """It was painted again when widgets had said that they know their size, and once more with the focus: the
    first key waited for all that, and each time for the next beat."""
    app = make_app("return 'opened'")
    whole: list[Widget | None] = []
    display = app._display

    def noted(screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, LayoutUpdate):
            whole.append(app.main.focused)
        display(screen, renderable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_display", noted)
        patch.setattr(Timer, "resume", lambda timer: None)  # the beat
        async with app.run_test(size=(120, 40)):
            await until(lambda: whole, "it is painted")
            app.post_message(events.Key("x", "x"))
            await until(lambda: app.main.tab.script.text.startswith("x"))
            await until(lambda: not app.key_order.is_busy)
            assert whole == [app.main.tab.script]


async def test_each_style_is_parsed_once_at_the_start(make_app: MakeApp) -> None:
    """The sheet was parsed for Textual's own colours, for those that were left, and with the first widget."""
    app = make_app("return 1", config=Config(ui=UiSettings(theme="nord")))
    parsed: list[str] = []

    def noted(scope: str, css: str, *more: Any, **options: Any) -> Iterable[RuleSet]:
        parsed.append(css)
        return parse(scope, css, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.css.stylesheet.parse", noted)
        async with app.run_test(size=(120, 40)):
            await app_opened(app)
            sheet = (Path(app_module.__file__).parent / app.CSS_PATH).read_text("utf-8")
            assert parsed.count(sheet) == 1
            app.theme = "gruvbox"
            await until(lambda: parsed.count(sheet) == 2, "for other colours")
