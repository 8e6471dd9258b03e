"""Folding in the editor: what is hidden, where the cursor goes, and what opens a fold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Input
from textual.widgets.text_area import Selection

from tests.tui.conftest import until
from tests.tui.editor.editor_app import EditorApp, lines, typed
from workbench.tui.editor.blocks import Block
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.fast_document import Change, FastDocument
from workbench.tui.editor.folding import Folds
from workbench.tui.widgets.hues import LineNote

pytestmark = pytest.mark.anyio

SCRIPT = """\
const all = [];
for (const id of [1, 2]) {
  const it = await tools.a.b({
    id,
  });
  all.push(it);
}
function last(list) {
  return list.at(-1);
}
last(all);"""
FOR = "for (const id of [1, 2]) { ⋯ 4 lines"


def shown(area: CodeArea) -> list[str]:
    """The lines that are shown, without number and guides; a fold's sign stays."""
    width = area.gutter_width
    rows = [line.replace("│", " ") for line in lines(area) if line.strip()]
    return [row[width - 1 : width].strip() + row[width:] for row in rows]


async def test_a_block_folds_and_opens_on_one_key() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        area.go_to(6, 3)
        await pilot.press("alt+minus")
        assert shown(area)[:4] == ["const all = [];", "▸" + FOR, "}", "function last(list) {"]
        assert area.cursor_location == (1, len(FOR) - len(" ⋯ 4 lines"))
        assert area.virtual_size.height == 7
        # Over what is hidden.
        await pilot.press("down")
        assert area.cursor_location == (6, 1)
        await pilot.press("up", "right")
        assert area.cursor_location == (6, 0)
        await pilot.press("left")
        assert area.cursor_location == (1, 26)
        await pilot.press("ctrl+right")
        assert area.cursor_location == (6, 0)
        await pilot.press("ctrl+left")
        assert area.cursor_location == (1, 26)
        # The text is whole.
        await pilot.press("home", "shift+down", "shift+down")
        assert area.selected_text == "\n".join(SCRIPT.split("\n")[1:7]) + "\n"
        await pilot.press("up", "up")
        area.go_to(2)
        await pilot.press("alt+minus")
        assert shown(area) == SCRIPT.split("\n")
        # Of blocks within blocks the smallest, and each keeps its state.
        area.go_to(4)
        await pilot.press("alt+minus")
        assert shown(area)[2] == "▸  const it = await tools.a.b({ ⋯ 1 line"
        await pilot.press("up", "alt+minus", "alt+minus")
        assert shown(area)[2] == "▸  const it = await tools.a.b({ ⋯ 1 line"
        assert area.text == SCRIPT


async def test_all_fold_and_open() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        area.select(Selection((3, 2), (8, 4)))
        await pilot.press("alt+underscore")
        assert shown(area) == [
            *("const all = [];", "▸" + FOR, "}"),
            *("▸function last(list) { ⋯ 1 line", "}", "last(all);"),
        ]
        assert area.selection == Selection((1, 26), (7, 21))
        await pilot.press("ctrl+a", "ctrl+c")
        assert app.clipboard == SCRIPT
        await pilot.press("alt+plus")
        assert shown(area) == SCRIPT.split("\n")


async def test_what_is_gone_to_opens() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        ways: list[tuple[Callable[[], None], str]] = [
            (lambda: area.go_to(4), "    id,"),
            (lambda: area.highlight_line(9), "  return list.at(-1);"),
            (lambda: area.select(Selection((3, 4), (3, 6))), "    id,"),
        ]
        for go, opened in ways:
            await pilot.press("alt+underscore")
            assert opened not in shown(area)
            go()
            await pilot.pause()
            assert opened in shown(area)
        await pilot.press("alt+underscore", "ctrl+f")
        await typed(pilot, "push")
        await until(lambda: "  all.push(it);" in shown(area))
        # Only what is in the way.
        assert "▸function last(list) { ⋯ 1 line" in shown(area)


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        # (start, end, end of the new text) of an edit; the fold after it, of rows 3 to 5 behind 2:10
        (((7, 0), (7, 0), (9, 0)), (2, 10, 5)),
        (((6, 0), (6, 3), (6, 0)), (2, 10, 5)),
        (((0, 0), (0, 0), (2, 0)), (4, 10, 7)),
        (((0, 3), (2, 0), (0, 3)), (0, 13, 3)),
        (((2, 4), (2, 4), (2, 9)), (2, 15, 5)),
        (((2, 4), (2, 4), (3, 2)), (3, 8, 6)),
        (((2, 10), (2, 10), (3, 0)), (3, 0, 6)),
        (((2, 11), (2, 11), (2, 20)), (2, 10, 5)),
        (((2, 11), (2, 11), (3, 0)), None),
        (((2, 10), (2, 11), (2, 10)), None),
        (((2, 15), (3, 0), (2, 15)), None),
        (((5, 9), (6, 0), (5, 9)), None),
        (((3, 1), (3, 1), (3, 2)), None),
        (((0, 0), (9, 0), (0, 0)), None),
    ],
)
def test_a_fold_goes_along_with_edits_or_opens(
    edit: tuple[tuple[int, int], tuple[int, int], tuple[int, int]],
    after: tuple[int, int, int] | None,
) -> None:
    folds = Folds()
    folds.fold([Block(2, 10, 5)])
    before = folds.hidden()
    changed = folds.edited([edit])
    assert folds.hidden() == ([(after[0] + 1, after[2])] if after is not None else [])
    assert changed == (folds.hidden() != before)
    if after is not None:
        # Where it opens is known still: what is typed right behind it is no part of its line's text before.
        opens = after[:2]
        assert not folds.edited([(opens, (opens[0], opens[1] + 1), opens)]) or not folds


def test_changes_of_many_lines_open_what_they_are_in() -> None:
    text = "\n".join(["a {", "  b", "}"] * 3_000)
    edited: list[Change] = []
    document = FastDocument(text, change_listener=edited.extend)
    folds = Folds()
    folds.fold(Block(row, 2, row + 1) for row in range(0, 9_000, 3))
    document.replace_range((0, 0), document.end, text.replace("a", "aa").replace("}", "};"))
    assert len(edited) == 6_000
    assert edited[:2] == [((0, 1), (0, 1), (0, 2)), ((2, 1), (2, 1), (2, 2))]
    assert not folds.edited(edited)
    # Where each opens has moved along.
    assert not folds.edited([((3, 3), (3, 3), (3, 4))])
    assert folds.edited([((row, 0), (row, 0), (row, 1)) for row in (3, 4, 5, 7)])
    assert folds.hidden()[:2] == [(1, 1), (10, 10)]


async def test_folds_move_with_edits_above_and_open_where_their_text_is_changed() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 16)) as pilot:
        area = app.area
        await pilot.press("alt+underscore", "ctrl+home", "enter")
        assert shown(area)[2] == "▸" + FOR
        # On its own line before and behind what opens it.
        area.go_to(3, 1)
        await typed(pilot, "// ")
        await pilot.press("end")
        await typed(pilot, " x")
        assert shown(area)[2] == "▸// for (const id of [1, 2]) { x ⋯ 4 lines"
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        await until(lambda: area.text == SCRIPT)
        assert shown(area)[1] == "▸" + FOR
        # Nothing that is not seen is deleted with a key.
        area.go_to(7, 1)
        await pilot.press("backspace")
        assert area.text == SCRIPT.replace("(it);\n}", "(it);}")
        assert "  all.push(it);}" in shown(area)
        await pilot.press("ctrl+z")
        area.go_to(8)
        await pilot.press("end", "delete")
        assert area.text == SCRIPT.replace("{\n  return", "{  return")
        assert "function last(list) {  return list.at(-1);" in shown(area)
        await pilot.press("ctrl+z")
        # Lines that are moved are moved in sight.
        await pilot.press("alt+underscore")
        area.go_to(8)
        await pilot.press("alt+down")
        assert "function last(list) {" in shown(area)
        await pilot.press("ctrl+z")
        assert area.text == SCRIPT
        # An undo of what was done where it is folded now shows it.
        area.go_to(4)
        await typed(pilot, "//")
        await pilot.press("alt+underscore", "ctrl+z")
        assert area.text == SCRIPT
        assert "    id," in shown(area)


async def test_what_replaces_a_text_opens_only_where_it_differs() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 16)) as pilot:
        area = app.area
        await pilot.press("alt+underscore")
        folded = shown(area)
        await pilot.press("ctrl+f")
        for looked_for, by, opened in [
            ("= []", "= [0]", None),
            # Of two lines, also of one behind which lines are folded.
            ("last(", "newest(", None),
            # From before a fold to within another.
            ("list", "them", "  return them.at(-1);"),
        ]:
            app.query_one("#find", Input).value = looked_for
            app.query_one("#replace", Input).value = by
            await until(lambda: area.selected_text == app.query_one("#find", Input).value)
            await pilot.press("alt+a")
            text = SCRIPT.replace(looked_for, by)
            assert area.text == text
            assert "▸" + FOR in shown(area)
            if opened is None:
                assert shown(area) == [row.replace(looked_for, by) for row in folded]
            else:
                assert opened in shown(area)
            area.undo()
            assert area.text == SCRIPT
            assert "▸" + FOR in shown(area)


async def test_a_folded_line_carries_the_marks_of_its_lines() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        area.set_markers([Marker(2, 1, "warning", "w"), Marker(4, 1, "error", "e")])
        area.set_line_notes({3: LineNote("3 calls 4 ms", 1)})
        assert " 2! for" in lines(area)[1]
        await pilot.press("alt+underscore")
        assert f" 2✘▸{FOR}" in lines(area)[1]
        assert lines(area)[1].endswith("3 calls 4 ms")
        # One that has nothing of its own, and a note alone.
        area.set_markers([])
        assert f" 2▌▸{FOR}" in lines(area)[1]
        area.set_line_notes({3: LineNote("3 calls 4 ms", 1), 6: LineNote("1 call 1 ms", 2)})
        assert f" 2 ▸{FOR}" in lines(area)[1]
        assert lines(area)[1].endswith("2 lines with calls")
        area.go_to(3)
        await pilot.pause()
        assert lines(area)[2].endswith("3 calls 4 ms")
        assert " 2  for" in lines(area)[1]


async def test_the_pointer_folds_beside_the_numbers() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        sign = area.gutter_width - 1
        await pilot.hover(CodeArea, offset=(sign, 5))
        await until(lambda: "▾for (const id of [1, 2]) {" in shown(area))
        assert shown(area)[2] == "▾  const it = await tools.a.b({"
        await pilot.click(CodeArea, offset=(sign, 1))
        assert shown(area)[1] == "▸" + FOR
        # Where there is no block it is a place like any other.
        await pilot.click(CodeArea, offset=(sign, 0))
        assert area.cursor_location == (0, 0)
        await pilot.click(CodeArea, offset=(area.gutter_width + len(FOR) - 2, 1))
        assert len(shown(area)) == 11
        await pilot.click(CodeArea, offset=(sign, 1))
        await pilot.click(CodeArea, offset=(sign, 1))
        await pilot.hover(CodeArea, offset=(30, 8))
        await until(lambda: shown(area) == SCRIPT.split("\n"))
        assert area.selection.is_empty


async def test_folds_of_a_text_are_found_again_in_the_same_text_only() -> None:
    app = EditorApp(SCRIPT)
    async with app.run_test(size=(80, 14)) as pilot:
        area = app.area
        await pilot.press("alt+underscore")
        kept = area.kept_folds()
        area.text = SCRIPT
        assert len(shown(area)) == 11
        area.restore_folds(kept)
        assert shown(area)[1] == "▸" + FOR
        area.text = SCRIPT.replace("last(list)", "first(list)")
        area.restore_folds(kept)
        assert "function first(list) {" in shown(area)
        assert "▸" + FOR in shown(area)


async def test_folds_in_wrapped_lines() -> None:
    app = EditorApp("const list = call({ a: 1, b: 2,\n  c: 3,\n  d: 4,\n});\nlast")
    async with app.run_test(size=(24, 8)) as pilot:
        area = app.area
        await pilot.press("alt+z", "alt+minus")
        await until(lambda: area.soft_wrap)
        assert [line.rstrip() for line in lines(area)][:4] == [
            "1 ▸const list = call({",
            "   a: 1, b: 2, ⋯ 2 lines",
            "4  });",
            "5  last",
        ]
        await pilot.press("down", "end", "down")
        assert area.cursor_location == (3, 3)
        await pilot.press("up", "alt+minus")
        assert [line.rstrip() for line in lines(area)][2:4] == ["2  │ c: 3,", "3  │ d: 4,"]
        # Nothing of a line that is wrapped is covered.
        area.text = "const list = 1; call({\n  c\n})"
        await pilot.press("alt+minus")
        assert [line.rstrip() for line in lines(area)][:2] == [
            "1 ▸const list = 1;",
            "   call({ ⋯ 1 line",
        ]
        area.text = "const l = [1, 23, 4{\n  c\n})"
        await pilot.press("alt+minus")
        assert lines(area)[0] == "1 ▸const l = [1, 23, 4{⋯"
