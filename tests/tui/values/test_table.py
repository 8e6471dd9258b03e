"""A list of objects as a table, on its own and over the screen."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.tui.conftest import MakeApp, app_opened, until
from tests.tui.values.test_json_view import JsonApp, settle
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.table import Row, cell, csv_text, filtered, ordered, table_of
from workbench.tui.values.table_screen import TableScreen
from workbench.tui.values.text_screen import (
    MOST_SHOWN,
    Inside,
    TextLines,
    TextScreen,
    beginning_of,
    show_text,
    text_of,
    unpacked,
)
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.pane import Pane

pytestmark = pytest.mark.anyio

ROWS: list[Row] = [
    {"id": 103, "title": "Dark theme", "labels": ["bug"], "votes": 5},
    {"id": 99, "title": 'crash, "again"', "labels": [], "votes": None},
    {"id": 1000, "title": "=1+1\nnext", "open": True},
]


def test_columns_are_the_members_in_their_order() -> None:
    table = table_of(ROWS)
    assert table is not None
    assert table.columns == ("id", "title", "labels", "votes", "open")
    assert cell(ROWS[0], "labels") == '["bug"]'
    assert cell(ROWS[0], "open") == ""
    assert cell(ROWS[1], "votes") == "null"
    assert cell({"x": "y" * 99}, "x", 10) == "y" * 9 + "…"
    assert table_of([1, 2, {"a": 1}]) is None
    assert table_of([]) is None
    assert table_of([{}]) is None
    assert table_of({"a": [{}]}) is None
    wide: Any = [{f"c{n}": n for n in range(99)}]
    assert (found := table_of(wide)) is not None
    assert (len(found.columns), found.left_out) == (60, 39)
    late: Any = [{"a": 1}] * 2000 + [{"a": 2, "only here": True}, "no object"]
    assert (found := table_of(late)) is not None
    assert (found.columns, found.others) == (("a", "only here"), 1), "nothing is left out unsaid"


def ids(rows: list[Row]) -> list[object]:
    return [row["id"] for row in rows]


def test_order() -> None:
    assert ids(ordered(ROWS, "id", descending=False)) == [99, 103, 1000]
    assert ids(ordered(ROWS, "votes", descending=True)) == [103, 99, 1000]
    assert ids(ordered(ROWS, "title", descending=False)) == [1000, 99, 103]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [103, 99, 1000]),
        ("DARK", [103]),
        ("-dark", [99, 1000]),
        ("id>100", [103, 1000]),
        ("-id>100", [99]),
        ("id=99", [99]),
        ("labels:bug", [103]),
        ("id<=103 theme", [103]),
        ("title>d", [103]),
        ("open:true", [1000]),
        ("nowhere:x", []),
        ('title:"dark theme"', [103]),
        ('-title:"dark theme"', [99, 1000]),
        ('"dark theme" id>100', [103]),
        ('"theme dark"', []),
        ('"title":dark', [103]),
        ('title:"dark th', [103]),
        ('"dark th', [103]),
        ('"', [103, 99]),
        ("id>", []),
        ("-", []),
    ],
)
def test_filter(text: str, found: list[int]) -> None:
    assert ids(filtered(ROWS, text)) == found


def test_bytes_of_an_image_are_told_as_what_they_are() -> None:
    image: Row = {"type": "image", "mimeType": "image/png", "data": "QUJDtext" * 2000}
    block: Row = {"type": "text", "text": "words", "data": "QUJD"}
    assert cell(image, "data") == "image · image/png · 12 kB"
    assert cell(image, "mimeType") == "image/png"
    assert cell(block, "data") == "QUJD"
    assert filtered([image, block], "text") == [block], "no letters of base64"
    assert filtered([image, block], "kb") == [image]
    assert "QUJD" in csv_text(["data"], [image])


def test_csv_reads_back() -> None:
    read = list(csv.DictReader(io.StringIO(csv_text(("id", "title", "labels"), ROWS))))
    assert [row["title"] for row in read] == [row["title"] for row in ROWS]
    assert read[0]["labels"] == '["bug"]'
    assert read[2]["labels"] == ""


def test_json_in_a_string() -> None:
    indented = '{\n  "a": [\n    1\n  ]\n}'
    assert unpacked('{"a": [1]}') == Inside({"a": [1]}, indented)
    assert unpacked(indented) is None, "it is shown so"
    assert unpacked("plain") is None
    assert unpacked("{half") is None
    assert unpacked("[" * 100_000) is None


def test_of_a_large_value_only_the_beginning_is_written() -> None:
    value = {"rows": [{"n": n, "text": "é"} for n in range(50)]}
    assert beginning_of(value, 1 << 20) == (text_of(value), True)
    text, is_whole = beginning_of(value, 100)
    assert not is_whole
    assert text_of(value).startswith(text)
    assert 100 < len(text) < 200
    assert beginning_of("as it is", 3) == ("as it is", True)


async def test_large_json_is_looked_through_beside_the_keys(make_app: MakeApp) -> None:
    """As text, and what is in a text: both were written and read in the key's turn."""
    app = make_app("return 1")
    large = [{"n": n, "title": "x" * 40} for n in range(30_000)]
    async with app.run_test(size=(80, 24)) as pilot:
        await app_opened(app)
        view = JsonView()
        await app.main.detail.mount(view)
        view.show(large, "value")
        show_text(view, large, "value")
        assert app.screen is app.main, "not yet"
        await until(lambda: isinstance(app.screen, TextScreen), "the text")
        await until(lambda: app.screen.query(TextLines), "its lines")
        pane = app.screen.query_one(Pane)
        cut = f"the first {MOST_SHOWN:,} of more characters"
        await until(lambda: cut in str(pane.border_title), "its title")
        await pilot.press("escape")
        await until(lambda: app.screen is app.main, "left")
        screen = TextScreen(json.dumps(large[:9_000]), "text")
        assert screen._inside is None
        await app.push_screen(screen)
        await pilot.press("t")
        await until(lambda: isinstance(app.screen, JsonScreen), "the key waits for what is inside")


def lines(pilot: Pilot[None]) -> list[str]:
    rows = pilot.app.screen.query_one("#table")
    assert hasattr(rows, "render_line")
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


@pytest.mark.slow
async def test_one_key_shows_table_then_text() -> None:
    app = JsonApp({"total": 3, "issues": ROWS})
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("v")
        screen = app.screen
        assert isinstance(screen, TableScreen)
        await pilot.pause()
        shown = lines(pilot)
        assert shown[0].split() == ["▸id", "title", "labels", "votes", "open"]
        assert shown[1].split()[1:4] == ["103", "Dark", "theme"]
        await pilot.press("o")
        await settle(pilot)
        assert [
            line.split()[-3:] and line.strip("▶ ").split()[0] for line in lines(pilot)[1:4]
        ] == [
            "99",
            "103",
            "1000",
        ]
        assert "▲" in lines(pilot)[0]
        await pilot.press("slash", *"dark", "enter")
        await settle(pilot)
        assert "Dark theme" in lines(pilot)[1]
        assert lines(pilot)[2] == ""
        assert "· 1 of 3 rows ·" in str(screen.query_one(Pane).border_title)
        width = app.size.width
        await pilot.resize_terminal(19, 20)
        await until(lambda: lines(pilot)[1].endswith("…"), "a column that is cut says so")
        await pilot.resize_terminal(width, 20)
        await until(lambda: "Dark theme" in lines(pilot)[1], "wide again")
        await pilot.press("y")
        assert app.clipboard.startswith("id,title,labels,votes,open\n103,")
        await pilot.press("Y")
        assert app.clipboard.startswith("[\n  {")
        await pilot.press("right", "right", "escape")
        await settle(pilot)
        assert len(screen.rows.rows) == 3, "Esc leaves the filter first"
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, TextScreen)
        await pilot.press("escape")
        assert not isinstance(app.screen, TextScreen)


async def test_columns_have_room_for_what_is_in_all_parts_of_the_table() -> None:
    """They were measured by the first rows and never wider than 40 cells, beside an empty half."""
    rows = [{"id": n, "name": f"n {10**n}", "said": "word " * 15 + "end"} for n in range(20)]
    rows *= 100
    app = JsonApp([*rows, {"id": 1, "name": "the last one of all is long", "said": "x"}])
    async with app.run_test(size=(160, 20)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert lines(pilot)[1].endswith("end")
        await pilot.press("end")
        await pilot.pause()
        assert any("the last one of all is long" in line for line in lines(pilot))
        await pilot.resize_terminal(60, 20)
        await until(lambda: any(line.endswith("…") for line in lines(pilot)), "cut again")
        assert any("the last one of all is long" in line for line in lines(pilot))


async def test_what_one_filters_by_is_seen_while_one_types() -> None:
    """Textual's frame of a line that has the focus took the only row that it has."""
    app = JsonApp([*ROWS, "no object"])
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("v", "slash", *"dark")
        screen = app.screen
        assert isinstance(screen, TableScreen)
        await settle(pilot)
        assert screen.line.has_focus
        assert screen.line.content_size.height == 1
        assert "dark" in screen.line.render_line(0).text
        title = str(screen.query_one(Pane).border_title)
        assert title == "result · 1 of 3 rows · id, column 1 of 5 · 1 item left out: no objects"


async def test_a_click_on_the_name_of_a_column_orders_by_it() -> None:
    app = JsonApp(ROWS)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, TableScreen)
        at = lines(pilot)[0].index("votes")
        for order, first in (("▲", "5"), ("▼", "5"), ("", "5")):
            await pilot.click("#table", offset=(at, 0))
            await settle(pilot)
            assert f"▸votes {order}".rstrip() in lines(pilot)[0]
            assert first in lines(pilot)[1].split()
        await pilot.click("#table", offset=(3, 0))
        await settle(pilot)
        assert lines(pilot)[1].split()[1] == "99"


async def test_a_short_text_takes_no_more_lines_than_it_has() -> None:
    app = JsonApp({"id": 1})
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, TextScreen)
        assert app.screen.query_one(Pane).outer_size.height == 3 + 2
        assert "u JSON" not in str(app.screen.query_one(Pane).border_subtitle)


async def test_a_long_string_is_read_whole_and_its_json_unpacked() -> None:
    app = JsonApp({"body": '{"deep": "' + "word " * 60 + '"}'})
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("j", "v")
        await pilot.pause()
        text = app.screen.query_one(TextLines)
        shown = " ".join(text.render_line(y).text for y in range(text.size.height))
        assert shown.count("word") == 60
        await pilot.press("u")
        await settle(pilot)
        text = app.screen.query_one(TextLines)
        assert text.render_line(1).text.strip().startswith('"deep": "word')
        assert "u as it is" in str(app.screen.query_one(Pane).border_subtitle)
        await pilot.press("y")
        assert app.clipboard.startswith('{\n  "deep"'), "what is seen"
        await pilot.press("u")
        await settle(pilot)
        assert "u JSON in it" in str(app.screen.query_one(Pane).border_subtitle)
        await pilot.press("y")
        assert app.clipboard.startswith('{"deep"')


@pytest.mark.slow
async def test_a_search_of_many_rows_keeps_keys_and_stops() -> None:
    app = JsonApp([{"n": n} for n in range(60_000)])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("asterisk", "slash", *"5999", "enter")
        await settle(pilot)
        assert app.view._sought == "5999"
        assert app.view._matches
        await pilot.press("escape", "slash", *"n", "enter", "escape")
        await settle(pilot)
        assert app.view._matches == []
        assert "searching" not in app.view._footer()


async def test_a_text_is_searched_and_every_letter_is_of_the_search() -> None:
    text = "\n".join(f"line {n}" if n % 50 else f"needle quvy {n}" for n in range(200))
    app = App[None]()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = TextScreen(text, "log")
        await app.push_screen(screen)
        await pilot.pause()
        lines = screen.query_one(TextLines)
        await pilot.press("slash", *"quvy")
        assert screen.is_current, "letters that are keys of the screen, too"
        assert lines.found == 4
        await pilot.press("enter", "n")
        assert lines.scroll_y <= 50 < lines.scroll_y + lines.size.height
        await pilot.press("N", "N")
        assert lines.scroll_y <= 150 < lines.scroll_y + lines.size.height, "round the start"
        await pilot.press("escape")
        assert screen.is_current
        assert lines.found == 0
        await pilot.press("escape")
        assert not screen.is_current


async def test_json_in_a_string_is_a_tree_on_a_key() -> None:
    app = App[None]()
    async with app.run_test(size=(60, 20)) as pilot:
        screen = TextScreen('{"a": [1, 2]}', "note")
        await app.push_screen(screen)
        await pilot.press("t")
        assert isinstance(app.screen, JsonScreen)
        assert app.screen.query_one(JsonView).has_focus
        await pilot.press("escape")
        assert app.screen is screen
