"""The names of the scripts in a frame."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.app import WorkbenchApp
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.main.tab_strip import strip_of

pytestmark = pytest.mark.anyio


@given(st.lists(st.text("ab漢", min_size=1, max_size=30), min_size=1, max_size=9), st.data())
def test_the_active_name_is_there_and_it_fits(labels: list[str], data: st.DataObject) -> None:
    current = data.draw(st.integers(0, len(labels) - 1))
    width = data.draw(st.integers(6, 90))
    strip = strip_of(labels, current, width)
    text = strip.content.plain
    assert cell_len(text) <= width
    places = dict(strip.places)
    assert current in places
    if cell_len(labels[current]) <= width - 4:
        assert labels[current] in text
    assert strip.is_cut is (labels[current] not in text)
    for index, place in strip.places:
        if index != current:
            before = ""
            for sign in text:
                if cell_len(before) >= place:
                    break
                before += sign
            assert text[len(before) :].startswith(labels[index])


def test_what_is_at_a_cell() -> None:
    strip = strip_of(["a.js", "b.js", "c.js", "d.js", "e.js"], 2, 17)
    assert strip.content.plain == "‹ c.js │ d.js ›"
    assert [strip.at(x) for x in (-1, 0, 2, 5, 9, 12, 14, 15)] == [None, -1, 2, 2, 3, 3, -1, None]
    assert strip_of(["a"], 0, 9).at(0) == 0


@pytest.mark.parametrize(
    ("current", "text"),
    [(0, "a.js │ b.js │ c.js ›"), (3, "‹ c.js │ d.js │ e.js"), (2, "‹ c.js │ d.js │ e.js")],
)
def test_more_to_a_side_is_said(current: int, text: str) -> None:
    labels = ["a.js", "b.js", "c.js", "d.js", "e.js"]
    assert strip_of(labels, current, 22).content.plain == text


def _are_open(app: WorkbenchApp, number: int) -> bool:
    return len(app.main.scripts.tabs) == number


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_a_frame_leaves_out_is_a_click_or_a_key_away(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=size) as pilot:
        await app_opened(app)
        scripts = app.main.scripts
        for open_ones in range(2, 8):
            await pilot.press("ctrl+n")
            await until(partial(_are_open, app, open_ones), "another")
        await pilot.pause()

        def place(words: str) -> tuple[int, int]:
            rows = [
                "".join(segment.text for segment in strip)
                for strip in app.screen._compositor.render_strips()
            ]
            return next((row.index(words), y) for y, row in enumerate(rows) if words in row)

        await pilot.click(offset=place("‹ "))
        await until(lambda: isinstance(app.screen, PickScreen), "all of them")
        await pilot.press(*"test", "enter")
        await until(lambda: scripts.current == 0 and app.screen is app.main, "the first")
        await pilot.pause()
        await pilot.click(offset=place("untitled-2"))
        await until(lambda: scripts.current == 2, "the one that was clicked")
        await pilot.press("alt+0")
        await until(lambda: isinstance(app.screen, PickScreen), "all of them")


@pytest.mark.slow
async def test_a_script_keeps_its_room_while_another_is_opened(make_app: MakeApp) -> None:
    app = make_app("\n".join(f"const n{n} = {n};" for n in range(18)))
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        first = app.main.tab.script
        scrolled: list[bool] = []
        app.main.watch(first, "show_vertical_scrollbar", lambda shown: scrolled.append(shown))
        assert scrolled == [False]  # what is watched is told at once
        await pilot.press("ctrl+n")
        await until(lambda: app.main.tab.script is not first, "another is in front")
        await pilot.pause()
        assert scrolled == [False]
        assert not first.display
        assert app.main.tab.script.display
