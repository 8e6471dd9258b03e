"""A completed call is filled in place by place."""

from __future__ import annotations

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.editor.editor_app import EditorApp, offers, typed
from workbench.tui.editor.call_stops import Range, carried, stops_in

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("literal", "places"),
    [
        ('{ query: "" }', [""]),
        ('{ id: 0, state: "open", "two words": null }', ["0", "open", "null"]),
        ('{ order: { by: "age", also: [] }, dry: false }', ["age", "", "false"]),
        ('{ say: "a, \\"b\\"", list: [1, { c: {} }] }', ['a, \\"b\\"', "1", ""]),
        ("{}", [""]),
        ("{ too: long", []),
    ],
)
def test_the_places_to_fill_in(literal: str, places: list[str]) -> None:
    assert [literal[start:end] for start, end in stops_in(literal)] == places


@pytest.mark.parametrize(
    ("top", "bottom", "end", "expected"),
    [
        ((1, 0), (1, 0), (1, 2), ((1, 6), (1, 9))),  # before it, on its line
        ((0, 3), (0, 3), (2, 1), ((3, 4), (3, 7))),  # lines above it
        ((1, 9), (1, 9), (1, 12), ((1, 4), (1, 7))),  # behind it
        ((1, 4), (1, 4), (1, 5), ((1, 4), (1, 8))),  # at its start: belongs to it
        ((1, 7), (1, 7), (1, 8), ((1, 4), (1, 8))),  # at its end: too
        ((1, 4), (1, 7), (1, 5), ((1, 4), (1, 5))),  # instead of it
        ((1, 5), (1, 6), (2, 2), ((1, 4), (2, 3))),  # a line's end in it
        ((1, 3), (1, 8), (1, 3), ((1, 3), (1, 3))),  # with what is around it
        ((1, 2), (1, 5), (1, 2), ((1, 2), (1, 4))),  # its first half
        ((1, 6), (1, 9), (1, 6), ((1, 4), (1, 6))),  # its second
    ],
)
def test_a_place_moves_with_edits(
    top: tuple[int, int], bottom: tuple[int, int], end: tuple[int, int], expected: Range
) -> None:
    assert carried(((1, 4), (1, 7)), top, bottom, end) == expected


@pytest.mark.slow
async def test_a_call_in_the_app_is_filled_in_and_undone(make_app: MakeApp) -> None:
    """In the app, with a tool of the demo server that needs three arguments."""
    app = make_app("\n\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await (await app.runtime()).upstream.settled()
        area = app.main.tab.script
        area.replace("tools.demo.add_com", (0, 0), (0, 0))
        area.go_to(1, 100)
        await pilot.press("ctrl+@")
        await until(lambda: area.offers.is_open, "offered")
        await pilot.press("tab")
        inserted = 'tools.demo.add_comment({ id: 1, author: "", text: "" })'
        assert area.text.split("\n")[0] == inserted
        assert area.selected_text == "1"
        await until(lambda: area.signature.is_open, "its arguments are shown")
        await pilot.press("ctrl+z")
        assert area.text == "tools.demo.add_com\n\n", "in one step"
        assert not area.signature.stops.is_active
        await pilot.press("ctrl+@")
        await until(lambda: area.offers.is_open, "offered")
        await pilot.press("tab", "7", "tab", "m", "e", "tab", *"hi", "shift+tab", "shift+tab")
        assert area.selected_text == "7"
        await pilot.press("(", "x", "tab", "tab", "tab", ";", "tab")
        filled = 'tools.demo.add_comment({ id: (x), author: "me", text: "hi" });'
        assert area.text.split("\n")[0] == filled + "  ", "at last Tab is a Tab again"


async def test_escape_and_leaving_end_it_and_keys_are_the_editors_again() -> None:
    app = EditorApp("\n\n")
    async with app.run_test(size=(80, 20)) as pilot:
        area = app.area
        area.offers.completer = offers
        for leave in (["escape"], ["down"], ["end", "end"], ["ctrl+home"]):
            area.replace_all("  \n\n")
            area.go_to(1, 3)
            await typed(pilot, "tools.tracker.search")
            await pilot.press("tab")
            assert area.text.startswith('  tools.tracker.search_issues({ query: "" })'), leave
            assert area.signature.stops.is_active
            await pilot.press(*leave)
            await pilot.press("shift+tab")
            assert not area.signature.stops.is_active
            outdented = 0 if leave == ["down"] else 2
            assert area.text.startswith(" " * (2 - outdented) + "tools"), leave
