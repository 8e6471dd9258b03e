"""The app where something around it is broken: it says so and stays usable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import MakeApp, app_opened, told, until
from workbench.config import Config, ServerSettings, UiSettings
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
