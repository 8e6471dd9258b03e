"""Every word on every screen can be read, in each of our themes, and takes the colours of the next at once."""

from __future__ import annotations

import pytest
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.contrast import ratio, words
from workbench.tui.app import WorkbenchApp
from workbench.tui.readable import readable
from workbench.tui.widgets.row_list import RowList

pytestmark = pytest.mark.anyio
_LEAST = {
    "workbench-dark": 4.5,
    "workbench-dusk": 4.5,
    "workbench-light": 4.5,
    "workbench-contrast": 7.0,
}
_CODE = """\
// a comment, "a string", 12 numbers
const found = /x+/.test("text") ? [1, 2.5, null, true] : undefined;
console.log("log"); console.warn("warn"); console.error("error"); console.info("info");
await tools.demo.echo({ value: { a: 1, b: ["x"] } });
await tools.demo.get_issue({ id: 1 }).catch(() => null);
await tools.demo.no_such_tool({}).catch(() => null);
throw new Error("it ends badly");
"""


def check(app: WorkbenchApp, where: str) -> None:
    bad = {
        (word.color, word.background): f"{word.contrast:.1f} row {word.row}: {word.text[:50]!r}"
        for word in words(app.screen)
        if word.contrast < _LEAST[app.theme]
    }
    assert not bad, f"{where} in {app.theme}: {bad}"


async def look(app: WorkbenchApp, pilot: Pilot[int], where: str) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    for theme in _LEAST:
        app.theme = theme
        await pilot.pause()
        await pilot.pause()
        check(app, where)
        seen[theme] = {(word.color, word.background) for word in words(app.screen)}
    kept = seen["workbench-dark"] & seen["workbench-light"]
    assert not kept, f"{where} keeps colours of the theme before: {kept}"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_word_can_be_read(make_app: MakeApp) -> None:
    app = make_app(_CODE, '{"limit": 3, "name": "x", "none": null}')
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        app.main.tab.script.cursor_blink = False
        await look(app, pilot, "before a run")
        await pilot.press("f5")
        await until(lambda: app.main.runs.now and app.main.runs.now.execution, "it ends")
        await pilot.pause()
        await look(app, pilot, "after a run")
        app.main.go_to("trace")
        await until(lambda: app.main.trace.has_focus)
        for row in (0, 1, len(app.main.trace.model.rows) - 1):
            app.main.trace._go(row)
            await look(app, pilot, f"trace, row {row}")
        app.main.go_to("detail")
        await until(lambda: app.main.pane_name == "detail" and app.main.detail.front.has_focus)
        for tab in ("result", "console", "call", "timing"):
            app.main.detail.show_tab(tab)
            app.main.detail.front.focus()
            await pilot.pause()
            await look(app, pilot, f"detail, {tab}")
        app.main.go_to("input")
        await look(app, pilot, "input")
        await pilot.press("f9")
        await look(app, pilot, "sidebar")
        await pilot.press("escape", "ctrl+home", "ctrl+f", "e")
        await look(app, pilot, "find")
        await pilot.press("escape", "f1")
        await look(app, pilot, "help")
        await pilot.press("escape", "f2")
        await look(app, pilot, "jump")
        await pilot.press("escape", "ctrl+p")
        await pilot.pause()
        await look(app, pilot, "palette")
        await pilot.press("escape", "ctrl+o")
        await pilot.pause()
        await look(app, pilot, "open")
        await pilot.press("escape", "ctrl+t")
        await pilot.pause()
        await look(app, pilot, "history")
        await pilot.press("enter")
        await until(lambda: type(app.screen).__name__ == "ReplayScreen")
        await look(app, pilot, "replay")
        await pilot.press("escape", "escape")
        await until(lambda: app.screen is app.main)
        app.main.action_tools()
        await until(lambda: type(app.screen).__name__ == "ToolsScreen")
        await until(
            lambda: any(rows.rows for rows in app.screen.query(RowList)), "tools are listed"
        )
        await look(app, pilot, "tools, server")
        await pilot.press("down", "down")
        await look(app, pilot, "tools, tool")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main)
        app.main.action_settings()
        await until(lambda: type(app.screen).__name__ == "SettingsScreen")
        await look(app, pilot, "settings")


def test_a_colour_is_lifted_no_further_than_it_must() -> None:
    faint = Style(color="#777777", bgcolor="#666666", bold=True)
    fixed = readable(faint, 4.5)
    assert fixed.bold
    assert fixed.color is not None
    assert 4.5 <= ratio(fixed.color.get_truecolor(), ColorTriplet(0x66, 0x66, 0x66)) < 4.8
    assert fixed.bgcolor == faint.bgcolor
    clear = Style(color="#ffffff", bgcolor="#000000")
    assert readable(clear, 7) is clear
    named = Style(color="red", bgcolor="blue")
    assert readable(named, 7) is named
