"""Only the rows that are painted are drawn, and what a key did is painted at once."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import weakref
from typing import Any

import pytest
from rich.segment import Segment
from textual import events
from textual._compositor import Compositor
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region, Size
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tests.tui.conftest import OrderedApp, until
from workbench.tui.textual_private import ScreenBase, screens

pytestmark = pytest.mark.anyio


class Rows(Widget):
    """Shows its keys in each row; remembers which rows it was asked for."""

    DEFAULT_CSS = "Rows { width: 1fr; height: 1fr; }"
    can_focus = True

    def __init__(self, sign: str) -> None:
        super().__init__()
        self.sign = sign
        self.keys = ""
        self.asked: list[int] = []
        self.styled = 0

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.styled += 1

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked += crop.line_range
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        text = f"{self.sign}{y}{self.keys}"
        return Strip([Segment(text)]).adjust_cell_length(self.size.width)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return True

    def on_key(self, event: events.Key) -> None:
        self.keys += event.key
        self.refresh()


class RowsScreen(ScreenBase[None]):
    CSS = """
    RowsScreen #over { overlay: screen; offset: 5 3; width: 20; height: 3; border: solid red; }
    RowsScreen VerticalScroll { width: 30; } RowsScreen .long { height: 40; }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Rows("a")
            with VerticalScroll():
                long = Rows("b")
                long.add_class("long")
                yield long
            yield Rows("c")
        yield Static("over", id="over")


class RowsApp(OrderedApp):
    """Counts how often it was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = 0
        self.after_painting = self._count

    def _count(self) -> None:
        self.painted += 1

    def on_mount(self) -> None:
        self.push_screen(RowsScreen())


async def test_only_rows_that_are_painted_are_drawn_as_textual_draws_them() -> None:
    app, chance = RowsApp(), random.Random(1)
    async with app.run_test(size=(100, 30)) as pilot:
        app.screen.query_one(VerticalScroll).scroll_to(y=4, animate=False, immediate=True)
        await pilot.pause()
        ours, widgets = app.screen._compositor, list(app.screen.query(Rows))
        textuals = Compositor()
        for _ in range(60):
            changed = [
                Region(chance.randrange(90), chance.randrange(28), chance.randrange(1, 9), 1)
                for _ in range(chance.randrange(1, 4))
            ]
            rows = {region.y for region in changed}
            textuals.__dict__.update(ours.__dict__)
            ours._dirty_regions = set(changed)
            textuals._dirty_regions = set(changed)
            for widget in widgets:
                widget.asked.clear()
            update = ours.render_partial_update()
            for widget in widgets:
                assert {y + widget.region.y for y in widget.asked} <= rows
            asked = sum(len(widget.asked) for widget in widgets)
            assert asked <= len(widgets) * len(rows)
            whole = textuals.render_partial_update()
            assert (update is None) == (whole is None)
            if update is not None and whole is not None:
                assert (update.spans, update.chop_ends) == (whole.spans, whole.chop_ends)
                for y, first, last in update.spans:
                    ends = update.chop_ends[y]
                    for end, (x, strip) in zip(ends, update.chops[y].items(), strict=True):
                        if x < last and end > first:
                            other = whole.chops[y][x]
                            assert strip is not None
                            assert other is not None
                            assert [*strip] == [*other]


class Modal(ScreenBase[None], ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Rows("m")


@pytest.mark.parametrize("modal", [False, True])
async def test_a_screen_that_opens_is_styled_and_laid_out_once(modal: bool) -> None:
    """Textual does both for the screen that opens, and again once it is told its size."""

    class SizedApp(RowsApp):
        HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-wide")]  # noqa: RUF012
        CSS = ".-narrow Rows { height: 5; } .-wide Rows { height: 7; }"

    app = SizedApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        opened = Modal() if modal else RowsScreen()
        with pytest.MonkeyPatch.context() as patch:
            laid_out: list[Screen[Any]] = []
            refresh_layout = Screen._refresh_layout

            def counted(self: Screen[Any], size: Size | None = None, scroll: bool = False) -> None:
                if size is not None:
                    laid_out.append(self)
                refresh_layout(self, size, scroll)

            patch.setattr(Screen, "_refresh_layout", counted)
            await app.push_screen(opened)
            await pilot.pause()
        rows = opened.query(Rows).first()
        assert rows.size.height == 7
        assert rows.styled == 2  # when it was made, and when it got the focus
        assert len(rows.asked) <= 2 * 7  # painted once, and with the focus
        assert laid_out == [opened]
        # Another width of the terminal is news for both.
        await pilot.resize_terminal(50, 30)
        await pilot.pause()
        assert rows.size.height == 5


async def test_a_dialog_is_never_painted_over_a_screen_of_another_size() -> None:
    """After a resize what was behind it was laid out after the first painting."""
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        below = app.screen
        await app.push_screen(Modal())
        await pilot.pause()
        painted: list[Size] = []
        display = app._display

        def noted(screen: Screen[Any], renderable: Any) -> None:
            painted.append(below._compositor.size)
            display(screen, renderable)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "_display", noted)
            await pilot.resize_terminal(60, 20)
            await until(lambda: painted, "it is painted")
        assert set(painted) == {Size(60, 20)}


async def test_what_is_covered_paints_nothing() -> None:
    """Textual painted the whole screen on top where something changed in the one below."""
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        below = app.screen.query(Rows).first()
        await app.push_screen(RowsScreen())
        await pilot.pause()
        above = app.screen.query(Rows).first()
        above.asked.clear()
        app.painted = 0
        below.refresh()
        below.refresh(layout=True)
        await pilot.pause()
        assert app.painted == 0
        assert above.asked == []
        app.pop_screen()
        await pilot.pause()
        below.asked.clear()
        below.refresh()
        await pilot.pause()
        assert below.asked, "it is on top again"


async def test_what_a_key_did_waits_for_no_beat_and_the_last_of_many_is_painted() -> None:
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        first = app.screen.query(Rows).first()
        first.focus()
        await pilot.pause()
        beat = app.screen._update_timer
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(beat, "resume", lambda: None)
            app.painted = 0
            app.post_message(events.Key("x", "x"))
            await until(lambda: app.painted, "it is painted")
            assert app.painted == 1
            assert "a0x" in app.shown_lines()[0][0].text
            for _ in range(10):
                app.post_message(events.Key("y", "y"))
            await until(lambda: first.keys == "x" + "y" * 10, "all of them")
            await until(lambda: not app.paints_at_once, "the last is painted")
            assert app.painted < 10
            painted = app.painted
            first.refresh()  # nobody typed: that comes with the beat
            await asyncio.sleep(0.02)
            assert app.painted == painted
        first.refresh()
        await until(lambda: app.painted > painted, "the beat")


async def test_what_changes_beside_or_below_does_not_draw_the_rest() -> None:
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        ours, (first, _, last) = app.screen._compositor, app.screen.query(Rows)
        rows = [Region(first.region.x + 2, y, 3, 1) for y in (10, 20)]
        for widget in (first, last):
            widget.asked.clear()
        # All of one, two rows of another beside it, and the row above both.
        ours._dirty_regions = {last.region.shrink((1, 0, 0, 0)), *rows, Region(0, 0, 100, 1)}
        assert ours.render_partial_update() is not None
        assert sorted(first.asked) == [0, 10, 20]
        assert sorted(last.asked) == [*range(30)]


async def test_what_changes_by_itself_is_not_painted_with_a_key_but_soon_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        assert isinstance(screen, RowsScreen)
        first, _, last = screen.query(Rows)
        screen.yielding = lambda: (last,)

        async def typed(into: Rows) -> list[int]:
            """The rows of the last one that were drawn with a key."""
            into.focus()
            await pilot.pause()
            last.asked.clear()
            painted, keys = app.painted, into.keys
            last.refresh()
            app.post_message(events.Key("x", "x"))
            await until(lambda: into.keys != keys and app.painted > painted)
            await until(lambda: not app.paints_at_once)
            return [*last.asked]

        await typed(first)
        await until(lambda: last.asked, "it is painted when nobody types, or meanwhile")
        for name in ("_TYPING_S", "_MEANWHILE_S", "_PATIENCE_S"):
            monkeypatch.setattr(screens, name, 1e9)
        assert await typed(first) == []
        assert await typed(last) != [], "it has the focus: the key is its own"


async def test_what_changes_by_itself_is_painted_one_part_after_the_other_while_somebody_types(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All of it in one painting, and a key waited for that."""
    monkeypatch.setattr(screens, "_TYPING_S", 1e9)
    for late in ("_MEANWHILE_S", "_PATIENCE_S"):
        monkeypatch.setattr(screens, late, 0.001)
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        assert isinstance(screen, RowsScreen)
        first, *parts = screen.query(Rows)
        screen.yielding = lambda: parts
        first.focus()
        await pilot.press("x")
        await pilot.pause()
        await until(lambda: parts[-1].asked and not screen._dirty_widgets, "all is painted once")
        app.typed_at = time.monotonic()
        drawn: list[list[Rows]] = []

        def note() -> None:
            drawn.append([part for part in parts if part.asked])
            for part in parts:
                part.asked.clear()

        note()
        drawn.clear()
        app.after_painting = note
        for part in parts:
            part.refresh()
        await until(lambda: {*parts} <= {part for each in drawn for part in each})
        assert all(len(each) <= 1 for each in drawn), drawn


async def test_what_a_closed_screen_drew_is_let_go() -> None:
    """The last thousand widgets that were drawn were held by a cache of Textual's, with all their rows."""
    app = RowsApp()
    async with app.run_test() as pilot:
        screen = RowsScreen()
        await app.push_screen(screen)
        await pilot.pause()
        drawn = [weakref.ref(each._styles_cache) for each in screen.query(Rows)]
        await app.pop_screen()
        await pilot.pause()
        del screen
        assert drawn
        # What ends with a screen, its tasks and timers, ends a moment later.
        await until(lambda: gc.collect() >= 0 and not any(each() for each in drawn))


async def test_a_size_that_the_terminal_has_no_longer_lays_nothing_out() -> None:
    """Two sizes in the queue of a screen, at a start: each layout told of its own size, and so on for ever."""
    app = RowsApp()
    async with app.run_test(size=(100, 30)) as pilot:
        old = Size(70, 22)
        app.screen.post_message(events.Resize(old, old))
        await pilot.pause()
        assert app.screen._compositor.size == app.size == Size(100, 30)
