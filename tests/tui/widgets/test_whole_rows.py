"""Lists: a row that is cut is read whole by a key that is offered for it; the filter leads to its list."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.tui.conftest import until
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.values.table import Table
from workbench.tui.values.table_screen import TableScreen
from workbench.tui.values.value_screen import JsonScreen
from workbench.tui.widgets.filtered_list import FilteredList
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.whole_row import WholeRow

pytestmark = pytest.mark.anyio

LONG = "a long name of words " * 8 + "END"


def line(row: str, width: int) -> list[Part]:
    return [(fit(row, max(0, width - 8)), ""), (f"{'end':>8}", "dim")]


class ListApp(App[None]):
    def compose(self) -> ComposeResult:
        with Pane() as pane:
            pane.set_title("List", "one key · another key · the third key")
            yield FilteredList[str](line, lambda _: "Name", name="some", placeholder="words")

    @property
    def list(self) -> FilteredList[str]:
        return self.query_one(FilteredList)


def offered(app: ListApp) -> bool:
    return any(found.binding.action == "whole" for found in app.screen.active_bindings.values())


async def test_a_row_that_is_cut_is_read_whole() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.rows.set_rows(["short", LONG])
        app.list.rows.focus()
        await pilot.press("w")
        await pilot.pause()
        assert not isinstance(app.screen, WholeRow)  # it is whole as it is
        assert not offered(app)
        await pilot.press("j")
        await until(lambda: offered(app), "the key is offered")
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WholeRow), "the row")
        assert str(app.screen.query_one(Static).content).splitlines() == [LONG, "end"]
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, WholeRow), "back")
        assert str(app.query_one(Pane).border_subtitle) == "one key · another key · the third key"
        await pilot.resize_terminal(34, 20)
        await until(
            lambda: str(app.query_one(Pane).border_subtitle) == "one key · another key", "words"
        )


async def test_down_goes_from_the_filter_to_its_list() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.rows.set_rows(["one", "two"])
        app.list.filter()
        await pilot.press("x", "down")
        await until(lambda: app.list.rows.has_focus, "the list")
        assert app.list.text == "x"


async def test_choices_and_rows_of_tables_are_read_whole() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(PickScreen("Pick", ["short", LONG]))
        whole = app.screen.query_one("#pick-whole", Static)
        await pilot.pause()
        assert str(whole.content) == ""
        await pilot.press("down")
        await until(lambda: str(whole.content) == LONG, "all of it")
        await app.pop_screen()
        rows = ({"id": 1, "title": LONG}, {"id": 2, "title": "b"})
        await app.push_screen(TableScreen(Table(("id", "title"), rows), "result"))
        await pilot.press("j", "enter")
        await until(lambda: isinstance(app.screen, JsonScreen), "the row as it is")
        screen = app.screen
        assert isinstance(screen, JsonScreen)
        assert screen._value == rows[1]
        assert screen._title == "result · row 2"
