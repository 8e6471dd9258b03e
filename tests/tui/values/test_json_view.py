"""The JSON view on a screen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from workbench.tui.values.json_view import JsonView

pytestmark = pytest.mark.anyio

VALUE = {"ok": True, "items": [{"id": 1, "name": "amy"}, {"id": 2, "name": "bob"}], "none": None}


class JsonApp(App[None]):
    def __init__(self, value: Any = None) -> None:
        super().__init__()
        self.value = value
        self.saved: list[str] = []

    def compose(self) -> ComposeResult:
        yield JsonView()

    def on_mount(self) -> None:
        if self.value is not None:
            self.view.show(self.value, "result")
        self.view.focus()

    @property
    def view(self) -> JsonView:
        return self.query_one(JsonView)

    @on(JsonView.SaveRequested)
    def _saved(self, message: JsonView.SaveRequested) -> None:
        self.saved.append(message.text)


def lines(view: JsonView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def settle(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_it_shows_and_folds() -> None:
    app = JsonApp(VALUE)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        assert lines(app.view)[:5] == [
            "▾ {…} 3",
            "    ok: true",
            "  ▾ items: […] 2",
            "    ▾ 0: {…} 2",
            "        id: 1",
        ]
        await pilot.press("j", "j", "enter")
        assert lines(app.view)[2:4] == ['  ▸ items: [2] {id: 1, name: "amy"}', "    none: null"]
        await pilot.press("right", "right", "left")
        assert lines(app.view)[3] == '    ▸ 0: {id: 1, name: "amy"}'
        await pilot.press("left")
        assert app.view.position == 2
        await pilot.press("asterisk")
        await settle(pilot)
        assert len(app.view.shown.rows if app.view.shown else []) == 10
        await pilot.press("minus")
        assert lines(app.view)[2] == '  ▸ items: [2] {id: 1, name: "amy"}'


async def test_a_click_selects_and_the_arrow_folds() -> None:
    app = JsonApp(VALUE)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(JsonView, offset=(12, 5))
        assert app.view.position == 5
        await pilot.click(JsonView, offset=(2, 2))
        assert lines(app.view)[2] == '  ▸ items: [2] {id: 1, name: "amy"}'


async def test_search_opens_what_hides_a_match() -> None:
    app = JsonApp(VALUE)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("minus", "slash", *"NAME", "enter")
        await settle(pilot)
        assert lines(app.view)[app.view.position].strip() == 'name: "amy"'
        assert "1 of 2" in lines(app.view)[-1]
        await pilot.press("n")
        assert lines(app.view)[app.view.position].strip() == 'name: "bob"'
        await pilot.press("n", "N")
        assert lines(app.view)[app.view.position].strip() == 'name: "bob"'
        await pilot.press("slash", *"zzz", "enter")
        await settle(pilot)
        assert "nothing holds" in lines(app.view)[-1]
        await pilot.press("escape")
        assert lines(app.view)[-1] == ""


async def test_values_paths_and_files_leave_it() -> None:
    app = JsonApp(VALUE)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("j", "j", "j", "j", "j", "y")
        assert app.clipboard == "amy"
        await pilot.press("p")
        assert app.clipboard == ".items[0].name"
        await pilot.press("k", "k", "y")
        assert app.clipboard == '{"id":1,"name":"amy"}'
        await pilot.press("Y")
        assert json.loads(app.clipboard) == {"id": 1, "name": "amy"}
        assert "\n" in app.clipboard
        await pilot.press("g", "x")
        await pilot.pause()
        assert [json.loads(text) for text in app.saved] == [VALUE]


async def test_a_large_value_opens_and_unfolds() -> None:
    rows = [{"id": n, "text": "x" * 300} for n in range(15_000)]
    app = JsonApp(rows)
    async with app.run_test(size=(80, 10)) as pilot:
        await settle(pilot)
        assert lines(app.view)[0] == "▾ […] 15,000"
        await pilot.press("G")
        assert "14999" in lines(app.view)[-1]
        await pilot.press("asterisk")
        await settle(pilot)
        assert app.view.shown is not None
        assert len(app.view.shown.rows) == 45_001


async def test_no_character_is_behind_the_scrollbar() -> None:
    value = {"s": "0123456789" * 20, **dict.fromkeys("abcdefghi", 1)}
    app = JsonApp(value)
    async with app.run_test(size=(50, 8)) as pilot:
        await pilot.press("home", "j")
        if app.view.shown is not None and not app.view.shown.rows[1].open:
            await pilot.press("enter")
        await pilot.pause()
        assert app.view.show_vertical_scrollbar
        view = app.view
        assert view.shown is not None
        drawn = ""
        for row in range(2, 2 + sum(row.is_text for row in view.shown.rows)):
            view.scroll_to(y=row, animate=False, immediate=True, force=True)
            drawn += view.render_line(0).text.rstrip()[6:]
        assert drawn == value["s"]


@pytest.mark.parametrize("length", [20, 36, 37, 38, 39, 40, 41, 45, 60, 80, 200])
@pytest.mark.parametrize("width", [40, 60, 120])
async def test_what_is_cut_can_be_unfolded(length: int, width: int) -> None:
    text = ("word " * 100)[:length]
    app = JsonApp({"deep": {"message": text}, "rows": list(range(50))})
    async with app.run_test(size=(width, 20)) as pilot:
        await pilot.pause()
        at = 2 if app.view.shown and app.view.shown.rows[1].open else 0
        if not at:
            await pilot.press("j", "enter")
            at = 2
        line = lines(app.view)[at]
        if text in line:
            assert "▸" not in line
            return
        assert "▸ message" in line
        assert "…" in line
        await pilot.press("home", "j", "j", "enter")
        shown = lines(app.view)[at + 1 :]
        assert "".join(part[8:] + " " for part in shown[: length // 8]).split()[: len(text.split())]
        words = " ".join(part[8:] for part in shown).split()
        assert words[: len(text.split())] == text.split()


async def test_lines_wrap_after_words_and_anew_for_another_width() -> None:
    text = "one two three four five six seven eight nine ten " * 3
    app = JsonApp({"message": text})
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.pause()
        before = [line.strip() for line in lines(app.view)[2:] if line.strip()]
        assert all(line.split()[-1] in text.split() for line in before)
        await pilot.resize_terminal(70, 24)
        await pilot.pause()
        after = [line.strip() for line in lines(app.view)[2:] if line.strip()]
        assert len(after) < len(before)
        assert " ".join(after).split() == text.split()


async def test_a_long_string_unfolds_and_says_its_length() -> None:
    app = JsonApp({"text": "word " * 200})
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        assert "1,000 characters" in lines(app.view)[1]
        await pilot.press("j", "enter")
        text = "".join(line[6:] for line in lines(app.view)[2:] if line).replace(" ", "")
        assert text == "word" * 200
        assert all(app.view.render_line(y).cell_length == 59 for y in range(20))


async def test_control_characters_never_reach_the_terminal() -> None:
    evil = "\x1b]52;c;aGk=\x07\x1b\\ \x9b2J[/x][red]\u202e"
    app = JsonApp({evil: evil, "long": evil * 50, "list": [evil]})
    async with app.run_test(size=(60, 30), notifications=True) as pilot:
        await pilot.press("j", "j", "enter", "j", "y", "slash")
        app.view.post_message(events.Paste(evil))
        await pilot.pause()
        for _ in range(2):
            text = "".join(lines(app.view))
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in text)
            await pilot.press("enter")
            await settle(pilot)


async def test_keys_of_a_value_are_offered_where_there_is_one() -> None:
    app = JsonApp()
    async with app.run_test(size=(60, 10)):
        offered = {
            each.action for each in JsonView.BINDINGS if isinstance(each, Binding) and each.show
        }
        assert app.view.idle_actions == offered
        app.view.show(1)
        assert not app.view.idle_actions


async def test_an_empty_view_takes_every_key() -> None:
    app = JsonApp()
    async with app.run_test(size=(40, 7)) as pilot:
        await pilot.press(
            *("j", "k", "enter", "right", "left", "asterisk", "minus", "slash", "n", "y", "Y"),
            *("p", "x", "escape", "pagedown", "G", "g"),
        )
        await settle(pilot)
        assert "Nothing to show" in lines(app.view)[3]
        app.view.clear("Select a call")
        await pilot.pause()
        assert "Select a call" in lines(app.view)[3]


async def test_the_scrollbar_goes_with_the_last_line_that_did_not_fit() -> None:
    app = JsonApp()
    async with app.run_test(size=(60, 12)) as pilot:
        for length, bar in ((12, True), (11, False), (12, True), (3, False)):
            app.view.show(list(range(length)))
            await pilot.pause()
            assert len(lines(app.view)) == 12
            assert app.view.show_vertical_scrollbar is bar, length
