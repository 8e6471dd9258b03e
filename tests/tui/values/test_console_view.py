"""The console: levels, hostile text, copying, another theme."""

from __future__ import annotations

from functools import partial

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from tests.tui.conftest import until
from workbench.core.model import LogLine
from workbench.tui.values.console_view import ConsoleView

pytestmark = pytest.mark.anyio

LINES = [
    LogLine("debug", "d"),
    LogLine("log", "plain [/b]"),
    LogLine("info", "i"),
    LogLine("warn", "w \x1b]0;owned\x07"),
    LogLine("error", "two\nlines"),
]


class ConsoleApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.saved: list[str] = []

    @on(ConsoleView.SaveRequested)
    def _saved(self, message: ConsoleView.SaveRequested) -> None:
        self.saved.append(message.text)

    def compose(self) -> ComposeResult:
        yield ConsoleView(id="console")

    @property
    def view(self) -> ConsoleView:
        return self.query_one(ConsoleView)


def shown(app: ConsoleApp) -> list[str]:
    return [line.text.strip() for line in app.view.lines]


def is_as_wide(app: ConsoleApp, width: int) -> bool:
    return app.view.outer_size.width == width


async def started(app: ConsoleApp, pilot: Pilot[None]) -> None:
    app.view.focus()
    app.view.add(LINES)
    await until(lambda: len(app.view.lines) == 6, "all are drawn")
    await pilot.pause()


async def test_levels_are_gone_through() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await started(app, pilot)
        assert shown(app)[0].split() == ["debug", "d"]
        assert shown(app)[1] == "plain [/b]"
        assert shown(app)[3].endswith("w ␛]0;owned␇")
        expected = {"log": 5, "warn": 3, "error": 2, "debug": 6}
        for level, count in expected.items():
            await pilot.press("l")
            await pilot.pause()
            assert (app.view.level, len(app.view.lines)) == (level, count)


async def test_hidden_lines_stay_hidden_as_more_come() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await started(app, pilot)
        await pilot.press("l", "l", "l")
        app.view.add([LogLine("log", "no"), LogLine("error", "yes")])
        await pilot.pause()
        assert shown(app)[-1].split() == ["error", "yes"]
        assert app.view.shown_text() == "two\nlines\nyes"
        await pilot.press("y")
        assert app.clipboard == "two\nlines\nyes"
        app.view.forget()
        await pilot.pause()
        assert shown(app) == []
        assert app.view.level == "error"


@pytest.mark.slow
async def test_a_long_console_says_what_is_not_drawn() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(70, 10)) as pilot:
        await started(app, pilot)
        assert not app.view.is_cut
        app.view.add(LogLine("debug" if n % 2 else "log", f"line {n}") for n in range(6_000))
        await until(lambda: app.view.lines and "5999" in app.view.lines[-1].text, "all are there")
        await pilot.press("g")
        await until(lambda: app.view.scroll_offset.y == 0, "the top")
        top = app.view.render_line(0).text
        assert top.strip() == "the start of 6,005 lines is not drawn · x saves all"
        assert "line" in app.view.render_line(1).text
        await pilot.press("x")
        await until(lambda: app.saved, "saved")
        assert app.saved[0].count("\n") == 6_006
        assert app.saved[0].startswith("d\nplain")
        await pilot.press("l")
        await until(lambda: not app.view.is_cut, "without the debug lines all are drawn")
        await pilot.press("g")
        await until(lambda: app.view.scroll_offset.y == 0, "the top")
        assert app.view.render_line(0).text.strip() == "plain [/b]"


async def test_lines_that_are_not_drawn_yet_are_not_said_to_be_hidden() -> None:
    """A tab that comes to the front is painted before it is told its size, for which lines are drawn."""
    app = ConsoleApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await started(app, pilot)
        app.view.clear()
        assert "Drawing 5 lines" in {app.view.render_line(y).text.strip() for y in range(20)}
        app.view.forget()
        app.view.level = "error"
        app.view.add([LogLine("log", "one")])
        shown = {app.view.render_line(y).text.strip() for y in range(20)}
        assert "1 line below the level “errors”" in shown


async def test_another_theme_draws_the_lines_anew() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await started(app, pilot)

        def warning() -> object:
            return next(s.style.color for s in app.view.lines[3] if s.style and "w " in s.text)

        before = warning()
        app.theme = "solarized-light"
        await until(lambda: len(app.view.lines) == 6 and warning() != before, "it is drawn anew")


async def test_keys_of_lines_are_offered_where_there_are_lines() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 10)):
        view = app.query_one(ConsoleView)
        offered = {
            each.action for each in ConsoleView.BINDINGS if isinstance(each, Binding) and each.show
        }
        assert view.idle_actions == offered
        view.add([LogLine("log", "one")])
        assert not view.idle_actions


async def test_an_empty_console_says_why() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 20)) as pilot:

        def seen() -> str:
            return "".join(app.view.render_line(y).text for y in range(20))

        app.view.invite("What comes here\nF5 runs it")
        assert "What comes here" in seen()
        assert "F5 runs it" in seen()
        app.view.add([LogLine("debug", "d")])
        await until(lambda: "debug" in seen(), "the line")
        assert "What comes here" not in seen()
        app.view.focus()
        await pilot.press("l")
        await until(lambda: "1 line below the level “without debug”" in seen(), "it is hidden")
        assert "l shows other levels" in seen()
        app.view.forget()
        assert "What comes here" in seen()


async def test_lines_are_wrapped_for_the_width_that_there_is() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.view.add([LogLine("log", "word " * 30 + "END"), *LINES])
        app.view.note("and a note")
        await until(lambda: len(app.view.lines) > 8, "all are drawn")
        for width in (40, 100):
            await pilot.resize_terminal(width, 20)
            await until(partial(is_as_wide, app, width), "another width")
            await pilot.pause()
            rows = [line.text.rstrip() for line in app.view.lines]
            assert max(map(len, rows)) <= app.view.scrollable_content_region.width
            whole = " ".join(" ".join(rows).split())
            assert whole.startswith("word " * 30 + "END debug d")
            assert whole.endswith("two lines and a note")


async def test_a_line_is_gone_to_and_marked() -> None:
    app = ConsoleApp()
    async with app.run_test(size=(60, 10)) as pilot:
        await started(app, pilot)
        app.view.add([LogLine("log", f"line {n} " + "word " * 16) for n in range(50)])
        await pilot.press("l", "l", "l")  # errors only
        app.view.go_to(len(LINES) + 20)
        await until(lambda: "line 20 " in app.view.render_line(0).text, "the line is on top")
        assert app.view.level == "debug"
        rows = [app.view.render_line(y) for y in range(4)]
        assert "line 21 " in rows[2].text
        grounds = [{segment.style.bgcolor for segment in row if segment.style} for row in rows]
        assert grounds[0] == grounds[1] != grounds[2]
        app.view.add([LogLine("log", "more")])
        await pilot.pause()
        assert "line 20 " in app.view.render_line(0).text  # who reads is not taken away
        await pilot.press("G")
        await until(lambda: app.view.is_vertical_scroll_end, "the end")
        app.view.add([LogLine("log", "most")])
        await until(lambda: "most" in app.view.render_line(9).text, "followed again")
