"""A form on the screen: filled by keys alone, what is wrong beside its field, hostile schemas."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.catalogue.test_forms import ISSUE
from tests.support.hostile import HOSTILE, unsafe_in
from tests.tui.conftest import until
from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.form import Form
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import JsonValue
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.forms.drawing import about
from workbench.tui.forms.field_line import FieldLine
from workbench.tui.forms.rows import FormRows
from workbench.tui.forms.text_entry import TextEntryScreen
from workbench.tui.forms.view import FormView
from workbench.tui.values.text_screen import TextScreen
from workbench.tui.widgets.line_view import PaintedView
from workbench.tui.widgets.pane import Pane

pytestmark = pytest.mark.anyio


def known(entry: Entry) -> Sequence[JsonValue]:
    return ["dark mode", "two\nlines"] if entry.path == ("query",) else []


class FormApp(App[None]):
    def __init__(self, schema: dict[str, Any], *, titled: bool = False) -> None:
        super().__init__()
        self.view = FormView(Form(schema, titled=titled), SchemaCheck(schema), known)

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.be_at_hand()

    @property
    def value(self) -> dict[str, JsonValue]:
        return self.view.form.value()[0]


@asynccontextmanager
async def opened(
    schema: dict[str, Any], size: tuple[int, int] = (70, 20)
) -> AsyncIterator[tuple[FormApp, Pilot[None]]]:
    app = FormApp(schema)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def lines(app: FormApp) -> str:
    rows = app.view.query_one(FormRows)
    return "\n".join(rows.render_line(y).text.rstrip() for y in range(rows.size.height))


async def test_names_have_their_room_also_where_it_is_painted_before_it_is_told_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for each in (FormRows, PaintedView):  # both are called
        monkeypatch.setattr(each, "on_resize", lambda rows: None)
    async with opened(ISSUE) as (app, _):
        assert lines(app).startswith("▶ query *     text,")


@pytest.mark.slow
async def test_a_form_is_filled_by_keys() -> None:
    async with opened(ISSUE) as (app, pilot):
        assert lines(app).split("\n")[:6] == [
            "▶ query *     text, 2 or more characters",
            "  ▾ labels *  0 items · Enter adds one",
            "  note        text",
            "  state       ‹open›  closed",
            "  limit       30",
            "  ratio       a number",
        ]
        await pilot.press(*"bug", "enter")
        await pilot.press("enter", *"ui", "up", "enter", *"a b")  # two items
        assert app.value["labels"] == ["ui", "a b"]
        await pilot.press("up", "f7")
        assert app.value["labels"] == ["a b"]
        await pilot.press("down", "down", "space")
        assert app.value["state"] == "closed"
        await pilot.press("o", "tab", "ctrl+a", *"45", "down", "down")
        assert (app.value["state"], app.value["limit"]) == ("open", 45)
        await pilot.press("y", "down", "right", "down", "v")
        assert (app.value["deep"], app.value["sort"]) == (True, {"by": "votes"})
        await pilot.press("left", "left", "up", "left")
        assert app.value["sort"] == {"by": "votes"}, "it is needed: what is chosen goes round"
        assert "1 of 2 given" in lines(app)
        await pilot.press("f7", "down", *"[1]", "shift+tab", "delete")
        assert app.value == {
            **{"query": "bug", "labels": ["a b"], "state": "open", "limit": 45, "deep": True},
            **{"where": [1]},
        }


async def test_enter_on_what_has_fields_goes_to_the_first_of_them() -> None:
    label = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    properties = {"labels": {"type": "array", "items": label}, "one": label}
    async with opened({"type": "object", "properties": properties}) as (app, pilot):
        await pilot.press("enter", *"ui", "up", "up", "enter", *"bug")
        assert app.value == {"labels": [{"name": "ui"}, {"name": "bug"}]}
        await pilot.press("down", "enter", *"new")
        assert app.value["one"] == {"name": "new"}


async def test_what_is_wrong_stands_at_its_field_and_is_gone_to() -> None:
    async with opened(ISSUE, (44, 20)) as (app, pilot):
        assert "needed" not in lines(app), "nobody was there yet"
        assert app.view.problem() is None
        await pilot.press("down", "down", "down", "down", "ctrl+a", *"many")
        assert "✘ it must be a whole number, 1 to" in lines(app)
        assert app.view.problem() == "it must be a whole number, 1 to 100, not 'many'", "all of it"
        await pilot.press("tab")
        assert "✘ it must be a whole number, 1 to" in lines(app)
        assert app.view.sendable() is None
        await pilot.pause()
        assert app.view.entry is not None
        assert app.view.entry.path == ("query",)
        assert "✘ it is needed" in lines(app)
        await pilot.press(*"bug", "down", "down", "down", "down", "f7")
        assert app.view.sendable() == {"query": "bug", "labels": [], "state": "open"}
        assert "✘" not in lines(app)


@pytest.mark.slow
async def test_texts_of_several_lines_and_what_was_given_before() -> None:
    async with opened(ISSUE) as (app, pilot):
        await pilot.press("d")
        await until(
            lambda: "dark mode" in app.view.query_one(FieldLine).render_line(0).text, "offered"
        )
        await pilot.press("right")
        assert app.value["query"] == "dark mode"
        await pilot.press("ctrl+@")
        await until(lambda: isinstance(app.screen, PickScreen), "the list")
        await pilot.press(*"two", "enter")
        await until(lambda: app.value["query"] == "two\nlines", "taken")
        assert "two⏎lines" in lines(app)
        await pilot.press("enter")
        await until(lambda: app.screen.query(CodeArea), "the larger editor")
        await pilot.press("x", "f5")
        await until(lambda: app.value["query"] == "xtwo\nlines", "taken")
        await pilot.press("f12")
        await until(lambda: isinstance(app.screen, TextScreen), "all of it")
        await pilot.press("escape", "f7", "down", "down")
        app.post_message(events.Paste("a\nb"))
        await until(lambda: app.value.get("note") == "a\nb", "pasted")
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, TextEntryScreen), "the larger editor")
        await pilot.press("escape")


async def test_what_opens_for_a_field_is_called_as_the_field_is() -> None:
    many = {"enum": [f"e{number}" for number in range(20)]}
    words = {"type": "string", "title": "Where to?"}
    schema = {"properties": {"a": words, "l": {"type": "array", "items": many}}}
    app = FormApp(schema, titled=True)
    async with app.run_test(size=(70, 20)) as pilot:
        await pilot.press("f4")
        await until(lambda: isinstance(app.screen, TextEntryScreen), "the larger editor")
        await until(lambda: app.screen.query(Pane), "mounted")
        assert "Where to?" in str(app.screen.query_one(Pane).border_title)
        await pilot.press("escape", "down", "enter", "enter")
        await until(lambda: isinstance(app.screen, PickScreen), "the list")
        await until(lambda: app.screen.query(".dialog"), "mounted")
        assert str(app.screen.query_one(".dialog").border_title) == "1."


@pytest.mark.slow
async def test_hostile_schemas_are_only_text_and_many_fields_are_quick() -> None:
    wide: dict[str, Any] = {
        f"p{number} {HOSTILE} [b]": {"type": "string", "description": HOSTILE, "default": HOSTILE}
        for number in range(3_000)
    }
    wide["pick"] = {"enum": [f"{number} {HOSTILE}" for number in range(30_000)]}
    round_about = {"properties": {"again": {"$ref": "#"}, "x": {"oneOf": [{"$ref": "#"}, {}]}}}
    schema = {"properties": {**wide, "tree": {"$ref": "#/$defs/t"}}, "$defs": {"t": round_about}}
    async with opened(schema) as (app, pilot):
        await pilot.press("pagedown", "down", "end", "end")
        assert "left out · Enter fills it in" in lines(app)
        for _ in range(2):
            await pilot.press("right", "down")
        assert unsafe_in(lines(app)) == []
        entry = app.view.entry
        assert entry is not None
        assert entry.depth == 2
        assert unsafe_in(about(app.view.form, app.view.form.rows[0], None).plain) == []
        rows = app.view.query_one(FormRows)
        rows.go(3_000)
        app.view.be_at_hand()
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PickScreen), "the list")
        await pilot.press(*"29999", "enter")
        await until(lambda: "pick" in app.value, "chosen")
        assert app.value["pick"] == wide["pick"]["enum"][29_999]
        assert unsafe_in(lines(app)) == []
