"""With ``ui.icons = "ascii"`` no sign of ours is left on any screen; texts that are edited stay as they are."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

import workbench.tui
from tests.support.params import first_fast
from tests.tui.conftest import MakeApp, app_opened, until
from workbench.config import Config, UiSettings, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.glyphs import _ASCII, to_ascii
from workbench.tui.replay.screen import ReplayScreen

_CODE = """\
console.warn('one');
await tools.demo.echo({value: [1, {a: 2}]});
await tools.demo.no_such_tool({});
// a line that goes on at the edge of the editor: so long that no terminal of these tests has room for its end
"""
_ASCII_UI = Config(servers={"demo": demo_server()}, ui=UiSettings(icons="ascii"))


def screen_text(app: WorkbenchApp) -> str:
    """What the terminal gets."""
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    )


def strange(app: WorkbenchApp) -> set[str]:
    return {sign for sign in screen_text(app) if not sign.isascii()}


def test_signs_keep_their_width() -> None:
    for sign, plain in _ASCII.items():
        assert plain.isascii()
        assert cell_len(sign) == len(plain), sign
    assert to_ascii("naïve ✔ 漢") == "naïve + 漢"


@pytest.mark.slow
def test_no_sign_of_ours_is_forgotten() -> None:
    forgotten = {}
    for file in Path(workbench.tui.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        said = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in said
        ]
        signs = {sign for text in texts for sign in to_ascii(text) if not sign.isascii()}
        if signs and file.name != "glyphs.py":
            forgotten[file.name] = signs
    assert forgotten == {}


async def run_script(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    await app_opened(app)
    await pilot.press("f5")
    await until(lambda: app.main.runs.now and app.main.runs.now.execution, "the run ends")
    await pilot.pause()


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24)))
async def test_every_screen_is_ascii(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(_CODE, config=_ASCII_UI)
    async with app.run_test(size=size) as pilot:
        await run_script(app, pilot)
        assert strange(app) == set()
        assert "x" in app.main.tab.script.render_line(2).text[:4]
        await pilot.press("f6", "f6", "up", "up")
        await pilot.press("f9")
        await until(lambda: app.main.sidebar.rows.rows, "the sidebar is filled")
        await pilot.pause()
        assert strange(app) == set()
        await pilot.press("escape")
        for action in ("help", "palette"):
            getattr(app, f"action_{action}")()
            await until(lambda: app.screen is not app.main, action)
            await pilot.pause()
            assert strange(app) == set(), action
            await pilot.press("escape")
            await until(lambda: app.screen is app.main, "back")
        for action in ("history", "tools", "settings"):
            getattr(app.main, f"action_{action}")()
            await until(lambda: app.screen is not app.main, action)
            await pilot.pause(0.1)
            assert strange(app) == set(), action
            app.pop_screen()
            await until(lambda: app.screen is app.main, "back")
        assert app.main.runs.now is not None
        await app.open_replay(app.main.runs.now.execution_id)
        await until(lambda: isinstance(app.screen, ReplayScreen), "the replay")
        await pilot.pause(0.1)
        assert strange(app) == set()


@pytest.mark.slow
@pytest.mark.anyio
async def test_an_edited_text_is_shown_as_it_is(make_app: MakeApp) -> None:
    app = make_app("return '✔ … é'", config=_ASCII_UI)
    async with app.run_test(size=(120, 40)) as pilot:
        await run_script(app, pilot)
        assert "return '✔ … é'" in screen_text(app)
        app.take_config(replace(app.config, ui=UiSettings(icons="unicode")))
        await pilot.pause()
        assert "✔ test.js" in screen_text(app)
