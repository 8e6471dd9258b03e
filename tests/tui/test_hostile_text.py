"""Text from outside on every screen: shown, never obeyed, never markup; and saving it to a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widgets import Static

from tests.support.params import first_fast
from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.dialogs.help import pane_keys
from workbench.tui.history.diff_screen import DiffScreen
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.main.editor_pane import ProblemLine
from workbench.tui.replay.divergence_screen import DivergenceScreen
from workbench.tui.replay.screen import ReplayScreen

pytestmark = pytest.mark.anyio

CORPUS = [
    "\x1b]0;owned\x07",
    "\x1b]52;c;b3duZWQ=\x1b\\",
    "\x1b[2J\x1b[31m",
    "\x9b5n\x9d0;owned\x9c",
    "[/x][red][@click=app.quit]go[/]",
    "\r\x08\x7f\x00",
    "\u202eabc\u2066",
]
FORBIDDEN = {chr(code) for code in (*range(32), 0x7F, *range(0x80, 0xA0))} | {"\u202e", "\u2066"}
CODE = f"""
const corpus = {json.dumps(CORPUS)};
for (const text of corpus) {{
  console.warn(text);
  await tools.demo.echo({{ value: text }});
  await tools.demo.echo({{ value: {{ [text]: text }} }});
}}
throw new Error(corpus.join(" "));
"""


def painted(screen: Screen[object]) -> Iterator[str]:
    """The text of every cell on the screen, as it goes to the terminal."""
    for strip in screen._compositor.render_strips(screen.size):
        yield "".join(segment.text for segment in strip)


def check(app: WorkbenchApp) -> str:
    lines = list(painted(app.screen))
    assert not FORBIDDEN & set("".join(lines)), lines
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24)))
async def test_nothing_is_obeyed_on_any_screen(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(CODE, json.dumps(CORPUS))
    async with app.run_test(size=size, notifications=True) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ends")
        await pilot.pause()
        assert app.main.runs.now is not None
        assert app.main.runs.now.status == "error"
        assert len(app.main.runs.now.calls) == 2 * len(CORPUS)
        check(app)
        app.main.go_to("detail")
        for tab in ("result", "console", "call"):
            app.main.detail.show_tab(tab)
            await until(lambda: "␛" in check(app), tab)
            if tab == "console":
                app.main.detail.console.scroll_home(animate=False)
                await pilot.pause()
                assert "␛[2J␛[31m" in check(app)
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        await pilot.press("g")
        for _ in range(2 * len(CORPUS)):
            await pilot.pause()
            check(app)
            await pilot.press("down")
        await pilot.press("ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen))
        await pilot.pause()
        check(app)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ReplayScreen))
        await pilot.pause()
        check(app)


@pytest.mark.slow
async def test_value_is_saved_and_not_overwritten_unasked(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("return { a: [1, '\\x1b[31m'] }")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution)
        app.main.go_to("detail")
        await until(lambda: app.main.detail.result.has_focus and app.main.detail.result.shown)
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, LineScreen), "it asks for a name")
        await pilot.press("enter")
        file = tmp_path / "result.json"
        await until(file.exists, "it is saved")
        assert json.loads(file.read_text()) == {"a": [1, "\x1b[31m"]}
        file.write_text("mine")
        await until(lambda: app.screen is app.main)
        await pilot.press("x")
        await until(lambda: isinstance(app.screen, LineScreen))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "it asks")
        await pilot.press("enter")
        await until(lambda: app.screen is app.main)
        assert file.read_text() == "mine"


def test_help_knows_the_keys_of_every_pane() -> None:
    assert ("^f", "Find") in pane_keys("script")
    assert ("f", "Follow") in pane_keys("trace")
    assert ("l", "Level") in pane_keys("detail")
    assert not any("super" in keys for keys, _ in pane_keys("script"))


@pytest.mark.slow
@pytest.mark.parametrize("size", first_fast((120, 40), (80, 24)))
async def test_nothing_is_obeyed_where_runs_are_compared(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(CODE, json.dumps(CORPUS))
    async with app.run_test(size=size, notifications=True) as pilot:
        await app_opened(app)
        await pilot.press("f5")
        await until(lambda: app.main.tab.recorded, "it ends")
        app.main.tab.script.text = CODE.replace("value: text", "value: text + corpus[1]")
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ChoiceScreen), "the question")
        await pilot.pause()
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, DivergenceScreen), "the picture")
        await pilot.pause()
        assert "owned" in check(app)
        await pilot.press("escape")
        history = (await app.runtime()).history
        assert isinstance(app.main.tab.recorded, str)
        record = history.recording(app.main.tab.recorded)
        other = replace(record, script=CORPUS[0], client=CORPUS[4], value=CORPUS, calls=())
        screen = DiffScreen(record, other, CORPUS[0])
        app.push_screen(screen)
        await until(lambda: screen.is_attached and screen.query("#pairs"), "the screen")
        await until(lambda: screen.rows.rows, "the comparison")
        await pilot.press("G")
        await pilot.pause()
        assert "owned" in check(app)


@pytest.mark.slow
@pytest.mark.parametrize("hostile", first_fast(*CORPUS), ids=repr)
async def test_notices_and_file_names_are_shown_not_obeyed(
    make_app: MakeApp, tmp_path: Path, hostile: str
) -> None:
    name = hostile.replace("/", "").replace("\0", "")
    (tmp_path / f"{name}.js").write_bytes(b"\xff")
    app = make_app("return 1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await app_opened(app)
        app.show_toast(f"Recovered unsaved text of {hostile}", "warning")
        app.notify(hostile, title=hostile, markup=True)
        await app.main.scripts.open(tmp_path / f"{name}.js")
        app.main.tab.document.path = tmp_path / f"{name}.js"
        app.main.show_titles()
        app.main.set_status(hostile)
        app.main.query_one("#script-problem", ProblemLine).show_problem(hostile)
        await pilot.pause()
        await pilot.pause()
        assert "Recovered unsaved text" in check(app)
        for notice in app._notifications:
            assert not FORBIDDEN & set((notice.message + notice.title).replace("\n", ""))


async def test_what_a_widget_forgets_to_clean_does_not_reach_the_terminal(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        await app.main.mount(Static("".join(CORPUS[:3]), markup=False), before="#panes")
        await pilot.pause()
        assert "␛]0;owned" in check(app)
