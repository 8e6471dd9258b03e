"""The editor, key by key."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from tests.tui.conftest import until
from tests.tui.editor.editor_app import EditorApp, lines, offers, typed
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.completion_popup import CompletionPopup
from workbench.tui.editor.find_bar import FindBar, LineBar
from workbench.tui.widgets.hues import LineNote

pytestmark = pytest.mark.anyio


async def coloured(pilot: Pilot[None], area: CodeArea) -> None:
    """Wait until the whole text has been coloured."""
    for _ in range(200):
        await pilot.pause(0.02)
        await pilot.app.workers.wait_for_complete()
        if area.colours.are_current:
            return
    raise AssertionError("never coloured")


async def test_typing_pairs_indents_and_tells() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await typed(pilot, 'if (x) {\nf("a");\n')
        assert app.area.text == 'if (x) {\n  f("a");\n  \n}'
        assert app.edits > 5
        await pilot.press("backspace", "backspace")
        await typed(pilot, "}")
        assert app.area.text.count("}") == 2
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert app.area.text.count("}") == 1


async def test_a_closer_alone_on_its_line_moves_out() -> None:
    app = EditorApp("{\n  ")
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.go_to(2, 3)
        await typed(pilot, "}")
        assert app.area.text == "{\n}"


async def test_backspace_deletes_an_empty_pair_and_brackets_surround() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 12)) as pilot:
        await typed(pilot, "f(")
        assert app.area.text == "f()"
        await pilot.press("backspace")
        assert app.area.text == "f"
        await pilot.press("ctrl+a")
        await typed(pilot, "[")
        assert app.area.text == "[f]"
        assert app.area.selected_text == "f"


async def test_blocks_indent_comment_and_move() -> None:
    app = EditorApp("a\nb\nc")
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("ctrl+a", "tab")
        assert app.area.text == "  a\n  b\n  c"
        await pilot.press("shift+tab")
        assert app.area.text == "a\nb\nc"
        await pilot.press("ctrl+underscore")
        assert app.area.text == "// a\n// b\n// c"
        await pilot.press("ctrl+underscore")
        assert app.area.text == "a\nb\nc"
        app.area.go_to(2)
        await pilot.press("alt+up")
        assert app.area.text == "b\na\nc"
        assert app.area.cursor_location == (0, 0)
        await pilot.press("alt+down", "alt+down", "alt+down")
        assert app.area.text == "a\nc\nb"
        await pilot.press("ctrl+a")
        assert app.area.selected_text == "a\nc\nb"


async def test_colours_appear_at_once_and_for_the_whole_text() -> None:
    app = EditorApp("const x = 1; /* a\nb */ return x;")
    async with app.run_test(size=(80, 12)) as pilot:
        await coloured(pilot, app.area)
        keyword = app.area.colours.style("keyword")
        spans = app.area.get_line(0).spans
        assert (spans[0].start, spans[0].end, spans[0].style) == (0, 5, keyword)
        assert app.area.colours.spans_of(1)[0][2] == "comment"
        app.area.go_to(2, 1)
        await typed(pilot, "let ")
        assert app.area.colours.spans_of(1)[0][2] == "comment"


@pytest.mark.slow
async def test_what_is_painted_is_what_the_text_says() -> None:
    """Painted lines are kept between keys: none may outlive its text."""
    app = EditorApp("\n".join(f"line {n}" for n in range(30)))
    async with app.run_test(size=(80, 12)) as pilot:

        async def check() -> None:
            await pilot.pause()
            top = app.area.scroll_offset.y
            kept = [line.split(maxsplit=1)[1:] for line in lines(app.area)]
            said = [[line] if line else [] for line in app.area.document.lines[top : top + 12]]
            assert [[text.rstrip() for text in line] for line in kept][: len(said)] == said

        for keys in (
            ["x"],
            ["ctrl+z"],
            ["down", "end", "y", "enter", "z"],
            ["ctrl+z"],
            ["ctrl+z"],
            ["ctrl+y"],
            ["shift+down", "shift+down", "delete"],
            ["ctrl+a", "tab"],
            ["shift+tab"],
            ["pagedown", "q", "backspace", "backspace"],
            ["ctrl+z"],
        ):
            await pilot.press(*keys)
            if keys != ["ctrl+a", "tab"]:
                await check()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 7])
async def test_rows_that_are_kept_are_as_if_drawn_anew(seed: int) -> None:
    """What an edit leaves where it was, or only moves, is not drawn again: whatever is typed, moved, undone,
    marked, folded or broken. The bars are where Textual draws them."""
    chance = random.Random(seed)
    text = (
        "" if n % 5 == 3 else f"{'  ' * (n % 4)}line({n}, [1]); {'x' * (n % 3 * 20)}"
        for n in range(99)
    )
    app = EditorApp("\n".join(text))
    keys = (
        *(
            "enter",
            "enter",
            "backspace",
            "delete",
            "ctrl+z",
            "ctrl+y",
            "x",
            "(",
            "alt+up",
            "alt+down",
        ),
        *(
            "ctrl+k",
            "up",
            "down",
            "left",
            "shift+down",
            "end",
            "home",
            "pagedown",
            "tab",
            "shift+tab",
        ),
    )
    async with app.run_test(size=(40, 20)) as pilot:
        area = app.area

        def drawn() -> list[Strip]:
            return [area.render_line(y).crop(0, area.size.width) for y in range(area.size.height)]

        def shown() -> list[str]:
            return [strip.text for strip in app.screen._compositor.render_strips()]

        for turn in range(40):
            area.soft_wrap = turn >= 30
            line = chance.randrange(1, 40)
            match chance.randrange(10):
                case 0:
                    area.set_markers([Marker(line, 3, "error", "no")])
                case 1:
                    area.set_line_notes({line: LineNote("3 calls", 1)})
                case 2:
                    area.set_matches([((line, 1), (line, 3))])
                case 3:
                    area.highlight_line(line)
                case 4 | 5:
                    await area.action_fold()
                case 6:
                    area.action_unfold_all()
            await pilot.press(*chance.choices(keys, k=3))
            await pilot.pause()
            kept, seen = drawn(), shown()
            area.forget_painted()
            assert kept == drawn(), turn
            for widget in (area, area.vertical_scrollbar, area.horizontal_scrollbar):
                widget.refresh()
            await pilot.pause()
            assert seen == shown(), turn


class CountingApp(EditorApp):
    """Counts what is drawn of the editor's rows and bars."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.rows: list[int] = []
        self.made = 0
        self.bars = 0

    def compose(self) -> ComposeResult:
        app = self

        class Counted(CodeArea):
            def draw_line(self, y: int) -> Strip:
                app.rows.append(y)
                return super().draw_line(y)

            def get_line_filters(self) -> Sequence[LineFilter]:
                return [counter]

        class Counter(LineFilter):
            def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
                app.made += 1
                return segments

        counter = Counter()
        yield Counted(self.initial)

    def on_mount(self) -> None:
        super().on_mount()
        for bar in (self.area.vertical_scrollbar, self.area.horizontal_scrollbar):
            render = bar.render

            def counted(render: Callable[[], Any] = render) -> Any:
                self.bars += 1
                return render()

            bar.render = counted  # type: ignore[method-assign]

    async def counts(self, pilot: Pilot[None], key: str) -> tuple[int, int, int]:
        """Rows drawn, rows made ready for the terminal and bars drawn for a key."""
        self.rows, self.made, self.bars = [], 0, 0
        await pilot.press(key)
        await pilot.pause()
        return len(self.rows), self.made, self.bars


async def test_a_key_draws_the_rows_that_look_different() -> None:
    """Enter drew all rows below, and each that had no text; the cursor's next row made all rows anew and a bar
    was drawn for a line more or one further."""
    app = CountingApp("\n".join(f"  const item{n} = [{n % 7}];" for n in range(2000)))
    async with app.run_test(size=(60, 30)) as pilot:
        area = app.area
        area.go_to(1000, 99)
        await coloured(pilot, area)
        await pilot.press("x")  # the first change of a text draws it all
        for _ in range(6):
            rows, _, bars = await app.counts(pilot, "enter")
            assert rows <= 4
            assert bars == 0
        area.go_to(1040)
        area.scroll_to(y=1040 - area.size.height, animate=False, immediate=True)
        await pilot.pause()
        for _ in range(3):
            top = area.scroll_offset.y
            rows, made, bars = await app.counts(pilot, "down")
            assert area.scroll_offset.y == top + 1
            assert rows <= 2
            assert made <= 5  # the first and the last row always
            assert bars <= 1


async def test_a_bracket_and_its_partner_are_drawn_not_all_rows() -> None:
    app = CountingApp("\n".join(["call(", "  1,", ");", *["// line"] * 20]))
    async with app.run_test(size=(60, 20)) as pilot:
        app.area.move_cursor((0, 3))
        await coloured(pilot, app.area)
        for key in ("right", "left"):
            app.rows = []
            await pilot.press(key)
            app.area.refresh()
            await pilot.pause()
            assert {*app.rows} <= {0, 2}
            assert (app.area.matching_bracket_location == (2, 0)) == (key == "right")


@pytest.mark.parametrize("change", ["wrap", "width", "text"])
async def test_rows_are_kept_from_where_they_stood_before_the_edit(change: str) -> None:
    """What gave them other places before it, with no edit, was counted as what the edit had moved them by."""
    text = "\n".join(f"line({n}); // {'x' * (n % 3 * 20)}" for n in range(30))
    app = EditorApp(text)
    async with app.run_test(size=(50, 20)) as pilot:
        area = app.area
        area.soft_wrap = change == "width"
        await pilot.press("x", "enter")
        if change == "wrap":
            area.soft_wrap = True
        elif change == "width":
            await pilot.resize_terminal(40, 20)
        else:
            area.load_text(f"{text}\na\nb\nc")
        await pilot.pause()
        lines(area)
        await pilot.press("enter")
        await pilot.pause()
        kept = lines(area)
        area.forget_painted()
        assert kept == lines(area)


async def test_a_mark_stays_with_a_line_that_is_joined() -> None:
    """It went on to the next one."""
    app = EditorApp("one\ntwo\nthree")
    async with app.run_test() as pilot:
        app.area.set_markers([Marker(2, 1, "error", "no")])
        app.area.move_cursor((0, 3))
        await pilot.press("delete")
        assert [marker.line for marker in app.area.markers] == [1]


async def test_a_wrapped_text_is_painted_as_it_is_wrapped_after_each_change_of_its_width() -> None:
    """Its rows were those of the width before, until the next key."""
    app = EditorApp("\n".join(f"line {n} {'and on ' * (5 + n % 9)}" for n in range(12)))
    async with app.run_test(size=(90, 10)) as pilot:
        app.area.soft_wrap = True
        for width in (80, 59, 120, 58, 40, 90, 200, 57):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            painted = [strip.text for strip in app.screen._compositor.render_strips()]
            app.area.forget_painted()
            app.area.refresh()
            await pilot.pause()
            assert painted == [strip.text for strip in app.screen._compositor.render_strips()]


@pytest.mark.slow
async def test_the_cursor_is_seen_after_each_key_at_the_end_of_a_long_text() -> None:
    """Textual scrolled to where the text ended before the key: a new last line was not seen until the next."""
    app = EditorApp("\n".join(f"line {n}" for n in range(30)))
    async with app.run_test(size=(40, 10)) as pilot:
        area = app.area
        area.move_cursor(area.document.end)
        await pilot.pause()

        def seen() -> bool:
            top = area.scroll_offset.y
            return top <= area.cursor_location[0] < top + area.scrollable_content_region.height

        for key in ("enter", "enter", "a", "backspace", "backspace", "ctrl+z", "ctrl+z", "ctrl+y"):
            await pilot.press(key)
            assert seen(), key
        await pilot.press("enter", *"x" * 45)
        assert seen()
        assert area.scrollbars_enabled == (True, True)
        await pilot.press(*["backspace"] * 30)
        assert seen()
        assert area.scrollbars_enabled == (True, False)


@pytest.mark.slow
async def test_typing_at_the_edge_draws_all_rows_only_now_and_then() -> None:
    """Each character beyond the edge scrolled by one column: every row was drawn anew."""
    app = EditorApp("\n".join(["const first = 1;"] * 8))
    async with app.run_test(size=(40, 10)) as pilot:
        area = app.area
        area.move_cursor((0, 16))
        seen = []
        for _ in range(48):
            await pilot.press("x")
            left = area.scroll_offset.x
            seen.append(left)
            at = area.cursor_screen_offset.x
            assert area.gutter_width <= at < 40
        assert len(set(seen)) <= 2 + 48 // 6
        assert area.cuts_lines
        await pilot.press(*["backspace"] * 48)
        assert area.scroll_offset.x == 0
        assert not area.cuts_lines


async def test_markers_show_move_and_grow_stale() -> None:
    app = EditorApp("one\ntwo three\nfour")
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.set_markers([Marker(2, 5, "error", "bad"), Marker(3, None, "warning", "hm")])
        await pilot.pause()
        shown = lines(app.area)
        assert "✘" in shown[1]
        assert "!" in shown[2]
        marked = [s for s in app.area.get_line(1).spans if s.style.underline]  # type: ignore[union-attr]
        assert [(s.start, s.end) for s in marked] == [(4, 9)]
        app.area.go_to(1)
        await typed(pilot, "\n")
        assert [(m.line, m.stale) for m in app.area.markers] == [(3, True), (4, True)]
        assert "✘" in lines(app.area)[2]
        app.area.set_markers([])
        assert app.area.markers == []


async def test_notes_stand_at_the_right_and_move_with_their_lines() -> None:
    app = EditorApp("one\n" + "x" * 78)
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.set_line_notes({1: LineNote("3 calls 41 ms", 2), 2: LineNote("1 call")})
        await pilot.pause()
        assert lines(app.area)[0].rstrip().endswith("3 calls 41 ms")
        marks = [[s for s in app.area.render_line(y) if s.text == "▌"] for y in (0, 1)]
        hue = app.area.get_component_rich_style("code-area--hue-2").color
        assert [sign.style.color for sign in marks[0] if sign.style] == [hue], "of its server"
        assert not marks[1], "calls of several servers have no hue"
        assert lines(app.area)[1].rstrip().endswith("xxx… 1 call"), "over the end of a long line"
        await pilot.press("down")
        assert "1 call" not in lines(app.area)[1], "not where someone types"
        await pilot.press("up")
        assert lines(app.area)[1].rstrip().endswith("xxx… 1 call")
        assert all(app.area.render_line(y).cell_length >= 80 for y in range(3))
        await typed(pilot, "\n")
        assert lines(app.area)[1].rstrip().endswith("3 calls 41 ms")


async def test_a_line_that_goes_on_says_so_at_the_edge() -> None:
    """At either edge, and in no cell that has the cursor."""
    app = EditorApp("x" * 200 + "\n" + "y" * 77 + "\n" + "日" * 60 + "\nz")
    async with app.run_test(size=(80, 12)) as pilot:
        area = app.area
        await pilot.pause()
        width, gutter = area.scrollable_content_region.width, area.gutter_width

        def cells(at: int) -> list[str]:
            return [area.render_line(y).crop(at, at + 1).text for y in range(4)]

        assert cells(width - 1) == ["›", "y", "›", " "]
        await pilot.press("end")
        assert cells(gutter) == ["‹"] * 4
        assert "›" not in area.render_line(0).text, "it ends here"
        area.go_to(1, 101)
        area.scroll_to(x=100 + gutter - width + 1, animate=False, immediate=True, force=True)
        await pilot.pause()
        assert cells(width - 1)[0] != "›", "the cursor is seen"
        area.action_soft_wrap()
        await pilot.pause()
        assert not any("›" in line or "‹" in line for line in lines(area))


async def test_a_line_is_pointed_at_and_brought_into_view() -> None:
    app = EditorApp("\n".join(f"line {n}" for n in range(1, 101)))
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.highlight_line(60)
        await pilot.pause()
        pointed = [line for line in lines(app.area) if "▶" in line]
        assert pointed == [" 60▶ line 60"]
        app.area.highlight_line(None)
        assert not any("▶" in line for line in lines(app.area))


async def test_control_characters_are_shown_in_pictures_and_pasted_as_they_are() -> None:
    evil = "a\x1b]0;x\x07b\u202ec\x9bd"
    app = EditorApp(evil)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        assert app.area.text == evil
        shown = lines(app.area)[0]
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in shown)
        assert len(app.area.get_line(0)) == len(evil)
        app.area.text = ""
        app.area.post_message(events.Paste("x\r\ny\x1b[2J\rz"))
        await pilot.pause()
        assert app.area.text == "x\ny\x1b[2J\nz"
        assert "y␛[2J" in lines(app.area)[1]


async def test_offers_open_narrow_and_are_taken() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.area.offers.completer = offers
        await typed(pilot, "await tools.")
        popup = app.screen.query_one(CompletionPopup)
        assert popup.display
        assert [offer.label for offer in popup.offers] == ["tracker", "my-chat"]
        await typed(pilot, "tr")
        assert [offer.label for offer in popup.offers] == ["tracker"]
        await pilot.press("tab")
        assert not popup.is_open
        assert app.area.text == "await tools.tracker"
        await typed(pilot, ".")
        await pilot.press("down", "up", "down", "enter")
        assert app.area.text == 'await tools.tracker["close-issue"]()'
        await pilot.press("escape", "end")
        await typed(pilot, ";\n")
        assert app.area.text.endswith(";\n")
        await pilot.press("ctrl+@")
        assert popup.is_open
        await pilot.press("escape")
        assert not popup.is_open
        assert app.area.has_focus


async def test_offers_open_in_the_strings_of_a_call() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.area.offers.completer = offers
        await typed(pilot, 'call_tool("')
        popup = app.screen.query_one(CompletionPopup)
        await pilot.press("enter")
        assert app.area.text == 'call_tool("tracker")'
        await typed(pilot, '", "')
        assert [offer.label for offer in popup.offers] == ["search_issues", "close-issue"]
        await pilot.click(CompletionPopup, offset=(3, 0))
        assert app.area.text == 'call_tool("tracker", "search_issues")'
        await typed(pilot, "x")
        assert not popup.is_open


async def test_arguments_open_by_themselves_and_leave_enter_to_the_line() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.area.offers.completer = offers
        await typed(pilot, "tools.tracker.search_issues({ ")
        popup = app.screen.query_one(CompletionPopup)
        assert [offer.label for offer in popup.offers][:2] == ["query", "limit"]
        await pilot.press("escape")
        await typed(pilot, "st")
        assert [offer.label for offer in popup.offers] == ["state"], "with the first letter, too"
        await pilot.press("tab")
        assert [offer.label for offer in popup.offers] == ["open", "closed"], "its values follow"
        await pilot.press("tab")
        assert app.area.text == 'tools.tracker.search_issues({ state: "open"})'
        await typed(pilot, ",")
        assert [offer.label for offer in popup.offers][:2] == ["query", "limit"]
        await typed(pilot, "\n")
        assert not popup.is_open
        assert app.area.text.startswith('tools.tracker.search_issues({ state: "open",\n')
        await typed(pilot, "draft: ")
        assert [offer.label for offer in popup.offers] == ["true", "false"]
        await typed(pilot, "!o")
        assert not popup.is_open, "another value is typed"
        await pilot.press("ctrl+end")
        await typed(pilot, ";\nf({ a")
        assert not popup.is_open, "where a call takes no arguments that are known"
        await typed(pilot, ", b: [x, 1")
        assert not popup.is_open


async def test_without_offers_keys_are_the_editors() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.area.offers.completer = offers
        await typed(pilot, "x.")
        assert not app.screen.query(CompletionPopup)
        await typed(pilot, "\n\t")
        assert app.area.text == "x.\n  "
        await pilot.press("ctrl+@", "escape", "up")
        assert app.area.cursor_location[0] == 0


async def test_find_goes_round_and_replaces() -> None:
    app = EditorApp("one two\nONE two\none")
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("ctrl+f")
        await pilot.pause()
        await pilot.press(*"one")
        await pilot.pause()
        assert app.area.selection.start == (0, 0)  # it is gone to as one types
        await pilot.press("enter")
        assert app.area.selection.start == (1, 0)
        await pilot.press("f3", "f3", "shift+f3")
        assert app.area.selection.start == (2, 0)
        await pilot.press("alt+c")
        await pilot.pause()
        assert len(app.query_one(FindBar)._found) == 2
        app.query_one("#replace", Input).value = "1"
        await pilot.press("alt+a")
        await pilot.pause()
        assert app.area.text == "1 two\nONE two\n1"
        await pilot.press("escape", "ctrl+z")
        await pilot.pause()
        assert app.area.text == "one two\nONE two\none"
        assert app.area.has_focus


async def test_tab_goes_from_what_is_looked_for_to_what_takes_its_place() -> None:
    app = EditorApp("one two one")
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("ctrl+f")
        await pilot.pause()
        await pilot.press(*"one", "tab", *"six", "alt+a")
        await pilot.pause()
        assert app.area.text == "six two six"
        assert app.query_one(FindBar).size.height == 2
        find, replace = app.query_one("#find"), app.query_one("#replace")
        assert find.region.right == replace.region.right < app.query_one("#case").region.right <= 80
        await pilot.press("tab", "space")
        assert app.query_one("#case").has_class("-on"), "the options are behind both"


async def test_replacing_one_by_one_with_groups() -> None:
    app = EditorApp("a1 a2 a3")
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("ctrl+f", "alt+r")
        await pilot.pause()
        app.query_one("#find", Input).value = r"a(\d)"
        app.query_one("#replace", Input).value = r"\1b"
        await pilot.pause()
        app.query_one("#replace", Input).focus()
        await pilot.press("enter", "enter")
        assert app.area.text == "1b 2b a3"
        app.query_one("#find", Input).value = "("
        await pilot.pause()
        assert "not a regular expression" in str(app.query_one("#count").render())


async def test_go_to_line() -> None:
    app = EditorApp("\n".join("abc" for _ in range(50)))
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("ctrl+g")
        await pilot.press(*"x", "enter")
        assert app.query(LineBar)
        await pilot.press("backspace", *"30:2", "enter")
        assert app.area.cursor_location == (29, 1)
        assert app.area.has_focus
        await pilot.press("ctrl+g", *"999", "enter")
        assert app.area.cursor_location == (49, 0)
        await pilot.press("ctrl+g")
        app.query_one("#line", Input).value = "9" * 5_000
        await pilot.press("enter")
        assert "a whole number" in str(app.query_one("#count").render())


async def test_read_only_takes_no_text() -> None:
    app = EditorApp("a\nb")
    async with app.run_test(size=(80, 14)) as pilot:
        app.area.read_only = True
        await typed(pilot, "x\n(")
        await pilot.press("ctrl+@", "tab", "shift+tab")
        app.area.focus()
        await pilot.press("ctrl+underscore", "alt+down")
        assert app.area.text == "a\nb"


@pytest.mark.parametrize("language", ["javascript", "json"])
@pytest.mark.parametrize("keys", [["ctrl+z"], ["ctrl+z", "ctrl+y", "ctrl+z"]])
async def test_a_paste_longer_than_the_pane_is_undone(language: str, keys: list[str]) -> None:
    app = EditorApp("", language)
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.post_message(events.Paste("\n".join(f"line {n}" for n in range(40))))
        await pilot.pause()
        assert app.area.document.line_count == 40
        assert app.area.show_vertical_scrollbar
        await pilot.press(*keys)
        await pilot.pause()
        assert app.area.text == ""
        assert app.area.cursor_location == (0, 0)
        assert not app.area.show_vertical_scrollbar


async def test_what_is_typed_over_a_selection_is_one_step_back() -> None:
    app = EditorApp("const one = 1")
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.go_to(1, 8)
        await pilot.press("ctrl+d", *"three", "ctrl+z")
        assert app.area.text == "const one = 1"
        await pilot.press("ctrl+y")
        assert app.area.text == "const three = 1"
        app.area.select_all()
        await pilot.press("x", "y", "backspace", "ctrl+z")
        assert app.area.text == "xy"
        await pilot.press("ctrl+z")
        assert app.area.text == "const three = 1"


async def test_deleting_all_is_undone_and_done_again() -> None:
    text = "\n".join(f"line {n}" for n in range(40))
    app = EditorApp(text)
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.go_to(40, 3)
        await pilot.press("ctrl+a", "delete")
        assert app.area.text == ""
        await pilot.press("ctrl+z")
        assert app.area.text == text
        await pilot.press("ctrl+y")
        await pilot.pause()
        assert app.area.text == ""


async def test_a_form_feed_is_as_wide_as_it_is_drawn() -> None:
    app = EditorApp("a\fb\u2028c\u200bd")
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert app.area.cursor_location == (0, 7)
        assert app.area.cursor_screen_offset.x == app.area.gutter_width + 7
        shown = app.area.render_line(0)
        assert shown.cell_length == sum(cell_len(part.text) for part in shown)
        assert "a␌b" in shown.text


async def test_going_to_a_place_scrolls_no_further_than_it_must() -> None:
    long = "x" * 200
    app = EditorApp("\n".join(f"{n} {long}" for n in range(60)))
    async with app.run_test(size=(80, 12)) as pilot:
        area = app.area
        area.go_to(40, 60)
        await pilot.pause()
        assert area.scroll_offset.x == 0
        middle = 39 - area.scrollable_content_region.height // 2
        assert area.scroll_offset.y == middle
        area.go_to(42, 5)
        await pilot.pause()
        assert area.scroll_offset.y == middle
        area.go_to(42, 150)
        await pilot.pause()
        x = area.scroll_offset.x
        assert x > 0
        assert area.cursor_screen_offset.x < 80
        area.go_to(43, 140)
        await pilot.pause()
        assert area.scroll_offset.x == x


async def test_ends_of_the_text_and_words_by_key_and_mouse() -> None:
    app = EditorApp("const first = 1;\n\nlet some_word = tools.demo;")
    async with app.run_test(size=(80, 12)) as pilot:
        area = app.area
        await pilot.press("ctrl+end")
        assert area.cursor_location == area.document.end
        await pilot.press("ctrl+home")
        assert area.cursor_location == (0, 0)
        await pilot.press("ctrl+shift+end")
        assert area.selected_text == area.text
        await pilot.press("ctrl+end", "ctrl+backspace")
        assert area.text.endswith("tools.demo") or area.text.endswith("tools.")
        x = area.gutter_width + 6
        await pilot.click(CodeArea, offset=(x, 2), times=2)
        assert area.selected_text == "some_word"
        await pilot.click(CodeArea, offset=(x, 0), times=3)
        assert area.selected_text == "const first = 1;"


async def test_finding_goes_there_letter_by_letter() -> None:
    app = EditorApp("one two\nthree two\ntwelve")
    async with app.run_test(size=(80, 12)) as pilot:
        app.area.go_to(2, 1)
        await pilot.press("ctrl+f", "t")
        await pilot.pause()
        assert app.area.selection.start == (1, 0)
        await pilot.press("w")
        await pilot.pause()
        assert app.area.selection.start == (1, 6)
        await pilot.press("e")
        await pilot.pause()
        assert app.area.selected_text == "twe"
        await pilot.press("backspace")
        await pilot.pause()
        assert app.area.selection.start == (1, 6)  # from where the search began


async def test_arguments_are_offered_unasked_and_enter_still_ends_the_line() -> None:
    app = EditorApp()
    async with app.run_test(size=(80, 20)) as pilot:
        app.area.offers.completer = offers
        await typed(pilot, "tools.tracker.search_issues(")
        assert app.area.text == "tools.tracker.search_issues()"
        popup = app.screen.query_one(CompletionPopup)
        assert popup.is_open, "its arguments"
        await typed(pilot, "{")
        assert popup.is_open
        assert "query" in [offer.label for offer in popup.offers]
        await pilot.press("tab")
        assert app.area.text.startswith("tools.tracker.search_issues({query: ")
        await typed(pilot, "1,")
        assert popup.is_open
        await pilot.press("enter")
        assert not popup.is_open
        assert "1,\n" in app.area.text
        await typed(pilot, "f(")
        assert not popup.is_open, "it is no tool"


async def test_a_text_becomes_typescript_where_it_stands() -> None:
    app = EditorApp("const n = 1;\ninterface Row { id: number }\n")
    async with app.run_test() as pilot:
        area = app.area
        area.move_cursor((1, 4))
        area.be_in("typescript")
        await pilot.pause()
        assert area.cursor_location == (1, 4)
        await until(lambda: (20, 26, "builtin") in area.colours.spans_of(1), "number is a type")
        await pilot.press("ctrl+slash")
        assert area.text.split("\n")[1].startswith("// interface")
        await pilot.press("ctrl+z")
        assert area.text.startswith("const n = 1;\ninterface")


@pytest.mark.slow
async def test_long_lines_are_wrapped_and_painted_whole() -> None:
    """Signs and notes stand once, at the ends of a line; typing and moving paint what they must."""
    long = "const words = [" + ", ".join(f'"word{n}"' for n in range(12)) + "];"
    app = EditorApp(f"first();\n{long}\nlast();\n" + "x();\n" * 40)
    async with app.run_test(size=(50, 12)) as pilot:
        area = app.area
        area.set_markers([Marker(2, 7, "error", "why")])
        area.set_line_notes({2: LineNote("3 calls 41 ms", None), 3: LineNote("1 call 2 ms", None)})
        await pilot.press("alt+z")
        await until(lambda: area.soft_wrap and len(area.wrapped_document.rows_of(1)) > 2)
        rows = [*area.wrapped_document.rows_of(1)]
        shown = lines(area)
        assert [y for y in range(12) if "✘" in shown[y]] == [rows[0]]
        assert [y for y in range(12) if "3 calls 41 ms" in shown[y]] == [rows[-1]]
        assert "word11" in "".join(shown[y] for y in rows), "all of it can be read"
        assert shown[rows[-1] + 1].startswith(" 3  last();")
        assert shown[rows[-1] + 1].rstrip().endswith("1 call 2 ms")

        # What is painted row by row is what is painted anew.
        for key in ("down", "down", "end", "a", "b", "c", "up", "home", "x", "backspace", "end"):
            await pilot.press(key)
            seen = lines(area)
            area.forget_painted()
            assert seen == lines(area), key
        area.go_to(2, 1)
        await typed(pilot, '"another", ' * 4)
        await until(lambda: len(area.wrapped_document.rows_of(1)) > len(rows), "it takes more rows")
        seen = lines(area)
        area.forget_painted()
        assert seen == lines(area)

        area.go_to(30)
        await pilot.pause()
        y = area.wrapped_document.rows_of(29)[0] - area.scroll_offset.y
        assert 0 <= y < area.size.height
        area.highlight_line(2)
        await pilot.pause()
        assert area.scroll_offset.y <= area.wrapped_document.rows_of(1)[0]
        await pilot.press("alt+z")
        await until(lambda: len(area.wrapped_document.rows_of(1)) == 1, "on one row again")


@pytest.mark.parametrize("wrapped", [False, True])
async def test_an_editor_that_loses_rows_keeps_its_cursor_in_sight(wrapped: bool) -> None:
    """An error that is told below it, a bar, a smaller terminal: who types went on out of sight."""
    app = EditorApp("\n".join(["word " * 10] * 40))
    async with app.run_test(size=(80, 12)) as pilot:
        area = app.area
        area.soft_wrap = wrapped
        for line in (12, 25):
            area.go_to(line)
            for size in ((80, 12), (80, 8), (40, 5)):
                await pilot.resize_terminal(*size)
                await pilot.pause()
                row = area.wrapped_document.location_to_offset(area.cursor_location).y
                assert 0 <= row - area.scroll_offset.y < area.scrollable_content_region.height
        top = area.scroll_offset.y
        area.scroll_to(y=0, animate=False, immediate=True, force=True)
        await pilot.resize_terminal(40, 4)
        await pilot.pause()
        assert (area.scroll_offset.y, top > 0) == (0, True), "who looks elsewhere stays there"


@pytest.mark.parametrize(
    ("text", "step"), [("{\n    a\n}\n", "    "), ("{\n\ta\n}\n", "\t"), ("", "  ")]
)
async def test_a_text_goes_on_as_it_is_indented(text: str, step: str) -> None:
    """Tab, Enter and a closing bracket took two blanks in scripts of tabs or of four, too."""
    app = EditorApp(text)
    async with app.run_test(size=(60, 12)) as pilot:
        app.area.move_cursor(app.area.document.end)
        await pilot.press(*"if(", "end", "{", "enter", "x", "down", "enter", "tab", "y")
        assert app.area.text == text + f"if(){{\n{step}x\n}}\n{step}y"
        await pilot.press("enter", "}", "shift+tab")
        assert app.area.text.endswith(f"\n{step}y\n}}")


async def test_lines_that_are_pasted_say_how_a_new_text_is_indented() -> None:
    """An empty text was taken for one of four blanks a level."""
    app = EditorApp()
    async with app.run_test(size=(60, 12)):
        assert app.area.step == "  "
        for step in ("   ", "    "):
            app.post_message(events.Paste(f"{{\n{step}a\n{step}{step}b\n"))
            await until(lambda: app.area.text.endswith(f"{step}{step}b\n"))  # noqa: B023
            assert app.area.step == "   ", "the first"


async def test_the_cursor_goes_over_whole_signs() -> None:
    """An accent, a family, a flag: within them the next key made another sign of them, or two."""
    family, flag = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea"
    text = f"a\u0301{family}{flag}b"
    ends = [0, 2, 7, 9, 10]
    app = EditorApp(f"{text}\n")
    async with app.run_test(size=(60, 12)) as pilot:
        area = app.area
        for key, columns in (("right", ends), ("left", ends[::-1])):
            assert area.cursor_location[1] == columns[0]
            for column in columns[1:]:
                await pilot.press(key)
                assert area.cursor_location == (0, column), key
                drawn = [segment.text for segment in area.draw_line(0)]
                assert any(family in piece for piece in drawn), "under the cursor, too"
        await pilot.press("right", "delete")
        assert area.text == f"a\u0301{flag}b\n"
        await pilot.press("backspace")
        assert area.text == f"{flag}b\n"
        area.move_cursor((1, 0))
        await pilot.press("x", "up")
        assert area.cursor_location[1] in (0, 2)


async def test_words_and_clicks_take_whole_signs() -> None:
    family, flag = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea"
    text = f"a\u0301b{family}{flag}\t{flag} a\u0301b"
    ends = {0, 2, 3, 8, 10, 11, 13, 14, 16, 17}
    app = EditorApp(f"{text}\n")
    async with app.run_test(size=(60, 12)) as pilot:
        area = app.area
        seen = [0]
        for key in ("ctrl+right", "ctrl+left", "right", "left"):
            while seen[-1] != (len(text) if key.endswith("right") else 0):
                await pilot.press(key)
                seen.append(area.cursor_location[1])
                assert seen[-1] != seen[-2], f"{key} goes on"
        assert set(seen) == ends
        for place, selected in ((0, "a\u0301b"), (4, family), (9, flag)):
            area.typing.click((0, place), 2)
            assert area.selected_text == selected
        area.move_cursor((0, 0))
        await pilot.press("ctrl+d")
        assert area.selected_text == "a\u0301b"
        await pilot.press("ctrl+d")
        assert area.selection.start == (0, 14)


async def test_a_line_gone_to_is_seen_from_its_start_where_the_place_is_seen_too() -> None:
    """Where lines had been scrolled sideways, they began with the place: what stood before it was hidden."""
    app = EditorApp("first(); // " + "x" * 300 + "\n" + "y" * 300)
    async with app.run_test(size=(60, 10)) as pilot:
        area = app.area
        area.go_to(2, 250)
        await pilot.pause()
        far = area.scroll_offset.x
        assert far > 150
        area.go_to(1, 240)
        await pilot.pause()
        assert area.scroll_offset.x == far, "it is in sight"
        area.go_to(1, 30)
        await pilot.pause()
        assert area.scroll_offset.x == 0
        area.go_to(2, 100)
        await pilot.pause()
        assert 0 < area.scroll_offset.x <= 99
