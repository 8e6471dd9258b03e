"""What is said of a call while its arguments are written (the cursor is written ``|``)."""

from __future__ import annotations

import pytest
from textual.containers import Vertical
from textual.widgets import Static

from tests.tui.conftest import until
from tests.tui.editor.editor_app import EditorApp, offers, typed
from tests.tui.editor.hints.scripts import NESTED, catalogue, cursor
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.analysis.call_at_cursor import tool_on_line
from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.hints.call_signature import CallSignature, in_a_line, signature_at
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.signature_help import SignaturePopup, row_for

KNOWN = Catalogue(
    tools={**catalogue().tools, "db": {"find": ToolInfo("db", "find", "", None, NESTED)}}
)


def said(script: str) -> str | None:
    """The name of the call and, behind it, the argument at the cursor; None: nothing is said."""
    call = signature_at(KNOWN, *cursor(script))
    if call is None:
        return None
    return f"{call.name}: {'' if call.active is None else call.arguments[call.active].name}"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("await tools.tracker.search_issues(|)", "search_issues: "),
        ("tools.tracker.search_issues({ |", "search_issues: "),
        ("tools.tracker.search_issues({ query: |", "search_issues: query"),
        ("tools.tracker.search_issues({ query: 'a, b: {(|", "search_issues: query"),
        ("tools.tracker.search_issues({\n  query: '',\n  limit: 2|\n})", "search_issues: limit"),
        ("tools.tracker.search_issues({ limit: 2, |", "search_issues: "),
        ("tools.tracker.search_issues({ limit|", "search_issues: limit"),
        ('tools.tracker.search_issues({ "two words": |', 'search_issues: "two words"'),
        ("tools.tracker.search_issues({ limit: 2 }|)", "search_issues: "),
        ("call_tool('tracker', 'search_issues', |)", "search_issues: "),
        ("call_tool('tracker', 'search_issues', { limit: |", "search_issues: limit"),
        ("call_tools([{ server: 'db', tool: 'find', args: { order: |", "find: order"),
        ("tools.db.find({ order: { |", "find › order: "),
        ("tools.db.find({ order: { also: ['|", "find › order: also"),
        ("tools.db.find({ where: [{ field: |", "find › where: field"),
        ("tools.db.find({ where: [|", "find: where"),
        ("tools.db.find({ order: { zz: { |", "find › order: "),
        # Nothing where nothing is known, nor where another call or a function is written.
        ("tools.tracker.search_issues({ query: '' })|", None),
        ("tools.tracker.search_issues|(", None),
        ("tools.tracker.search_issues({}, |", None),
        ("tools.tracker.search_issues({ query: f(|", None),
        ("tools.tracker.search_issues({ query: () => { |", None),
        ("tools.tracker.search_issues({ // quer|", None),
        ("tools.tracker['close-issue'](|", None),
        ("tools.nobody.knows({ |", None),
        ("call_tool('tracker', |", None),
        ("f({ query: |", None),
        ("|", None),
    ],
)
def test_the_call_and_the_argument_at_the_cursor(script: str, expected: str | None) -> None:
    assert said(script) == expected


def call_at(script: str) -> CallSignature:
    found = signature_at(KNOWN, *cursor(script))
    assert found is not None
    return found


def test_what_is_needed_stands_first_and_is_marked() -> None:
    call = call_at("\ntools.tracker.search_issues({\nlimit: |")
    assert call.row == 1
    assert call.doc == "How many."
    line = in_a_line(call, 200)
    assert line.plain == (
        'search_issues(query*: string, limit?: number, state?: "open" | "closed",'
        ' draft?: boolean, "two words"?: string)'
    )
    emphasised = [line.plain[each.start : each.end] for each in line.spans if "bold" in str(each)]
    assert emphasised == ["limit?: number"]


@pytest.mark.parametrize("width", [36, 60, 90])
@pytest.mark.parametrize("argument", ["query", "state", '"two words"'])
def test_the_argument_at_the_cursor_is_in_sight_however_narrow(width: int, argument: str) -> None:
    line = in_a_line(call_at(f"tools.tracker.search_issues({{ {argument}: |"), width)
    assert argument in line.plain
    assert len(line.plain) <= width
    assert line.plain.endswith(")")


def test_hostile_words_are_shown_not_obeyed() -> None:
    schema = {"properties": {"a\x1b[31m": {"enum": ["\x1b]0;x\x07"], "description": "[b]\x1b[2J"}}}
    known = Catalogue(tools={"s": {"t": ToolInfo("s", "t", "", None, schema)}})
    call = signature_at(known, *cursor('tools.s.t({ "a\x1b[31m": |'))
    assert call is not None
    assert call.active == 0
    assert "\x1b" not in in_a_line(call, 200).plain + call.doc


@pytest.mark.parametrize(
    ("cursor_row", "offers", "expected"),
    [
        (10, range(0), 8),
        (10, range(11, 18), 8),  # offers are below: above
        (18, range(10, 18), 19),  # they are above, for want of room: below
        (1, range(0), 2),
        (1, range(2, 9), None),  # no room at all
        (21, range(13, 21), 22),
        (23, range(15, 23), None),
    ],
)
def test_it_stands_beside_the_cursors_line_and_the_offers(
    cursor_row: int, offers: range, expected: int | None
) -> None:
    row = row_for(cursor_row, 2, 24, offers)
    assert row == expected
    assert row is None or not {row, row + 1} & {cursor_row, *offers}


@pytest.mark.anyio
async def test_it_comes_while_one_types_and_goes_with_escape_or_the_call() -> None:
    app = EditorApp("\n" * 6)
    async with app.run_test(size=(80, 24)) as pilot:
        area = app.area
        area.offers.completer = lambda text, place: complete(KNOWN, text, place)
        area.signature.finder = lambda text, place: signature_at(KNOWN, text, place)
        area.tool_view.finder = lambda text, place: tool_on_line(KNOWN, text, place)
        area.go_to(5)
        await typed(pilot, "tools.tracker.search_issues({")
        await until(lambda: area.signature.is_open, "shown while arguments are typed")
        await until(lambda: area.offers.is_open, "beside the offers")
        popup = app.query_one(SignaturePopup)
        await until(lambda: popup.region.area, "laid out")
        assert popup.region.bottom <= area.cursor_screen_offset.y
        await typed(pilot, " limit: 1")
        assert " limit: 1" in area.text
        await until(
            lambda: area.signature.shown is not None and area.signature.shown.doc == "How many.",
            "it follows the cursor",
        )
        await pilot.press("escape")
        assert not area.signature.is_open
        assert not popup.display
        await typed(pilot, "2")
        await until(lambda: area.signature.is_waiting is False, "the time for it has passed")
        assert not area.signature.is_open, "Escape holds for this call"
        await typed(pilot, "});\n")
        await until(lambda: area.signature.is_waiting is False, "the time for it has passed")
        await typed(pilot, "tools.db.find(")
        await until(lambda: area.signature.is_open, "another call")
        await until(lambda: area.offers.is_open, "with its offers")
        await pilot.press("escape")
        assert area.signature.is_open, "the offers go first"
        await pilot.hover(area, (area.gutter_width + 10, 5))
        await until(lambda: area.tool_view.is_open, "the pointer rests on a tool's name")
        await until(lambda: not area.signature.is_open, "one of them is enough")
        await pilot.press("escape")
        assert not area.tool_view.is_open
        await typed(pilot, "1")
        await until(lambda: area.signature.is_open, "shown again while one types")
        await pilot.press("up")
        await until(lambda: not area.signature.is_open, "the call was left")


@pytest.mark.anyio
async def test_at_the_bottom_neither_help_nor_offers_cover_the_line() -> None:
    app = EditorApp("\n" * 40)
    async with app.run_test(size=(80, 24)) as pilot:
        area = app.area
        area.offers.completer = offers
        area.signature.finder = lambda text, place: signature_at(KNOWN, text, place)
        area.go_to(41)
        await typed(pilot, "tools.tracker.search_issues({")
        await until(lambda: area.offers.is_open, "offers")
        list_of_offers = app.query_one(CompletionPopup)
        await until(lambda: list_of_offers.region.area, "laid out")
        assert area.cursor_screen_offset.y == 23
        assert list_of_offers.region.bottom == 23, "above the line"
        await until(lambda: not area.signature.is_waiting, "the time for it has passed")
        assert not area.signature.is_open, "no room beside the offers"
        await pilot.press("escape")
        await until(lambda: area.signature.is_open, "where they were")
        popup = app.query_one(SignaturePopup)
        await until(lambda: popup.region.area, "laid out")
        assert popup.region.bottom == 23


@pytest.mark.anyio
async def test_help_and_offers_go_along_when_the_editor_gets_another_place() -> None:
    app = EditorApp("\n" * 9)
    async with app.run_test(size=(80, 24)) as pilot:
        area = app.area
        area.offers.completer = lambda text, place: complete(KNOWN, text, place)
        area.signature.finder = lambda text, place: signature_at(KNOWN, text, place)
        area.go_to(8)
        await typed(pilot, "tools.tracker.search_issues({")
        await until(lambda: area.signature.is_open and area.offers.is_open, "both are shown")
        popups = [app.query_one(SignaturePopup), app.query_one(CompletionPopup)]
        await until(lambda: all(popup.region.area for popup in popups), "laid out")

        def from_the_cursor() -> list[int]:
            return [popup.region.y - area.cursor_screen_offset.y for popup in popups]

        before, row = from_the_cursor(), area.cursor_screen_offset.y
        await app.query_one(Vertical).mount(Static("the first line\nof a wider screen"), before=0)
        await until(lambda: area.cursor_screen_offset.y == row + 2, "all below is lower")
        await until(lambda: from_the_cursor() == before, "and so are they")
