"""Lists whose rows change while one looks at them: a wheel brings away from the cursor, and nothing brings back."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from workbench.tui.widgets.row_list import RowList

pytestmark = pytest.mark.anyio


class ListApp(App[None]):
    def compose(self) -> ComposeResult:
        yield RowList[int](lambda row, _: [(str(row), "")], lambda _: "Number", id="numbers")

    @property
    def numbers(self) -> RowList[int]:
        return self.query_one(RowList)

    def seen(self) -> list[int]:
        rows = range(1, self.numbers.size.height)
        return [int(self.numbers.render_line(y).text.lstrip(" ▶")) for y in rows]


async def test_what_is_looked_at_stays_where_a_list_is_renewed() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 11)):
        app.numbers.set_rows(range(100, 0, -1), 0)
        app.numbers.scroll_to(y=40, animate=False, immediate=True)
        looked_at = app.seen()
        assert looked_at == list(range(60, 50, -1))
        app.numbers.renew(app.numbers.rows)
        assert app.seen() == looked_at, "other figures in the same rows"
        app.numbers.renew([*app.numbers.rows, 0])
        assert app.seen() == looked_at, "more rows at the end"
        app.numbers.renew([102, 101, *app.numbers.rows], 2)
        assert app.seen() == looked_at, "new ones before them"
        assert app.numbers.row == 100, "the cursor is on the same one"


async def test_the_cursor_stays_in_sight_where_a_list_is_renewed() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 11)):
        app.numbers.set_rows(range(100, 0, -1), 0)
        app.numbers.renew([101, *app.numbers.rows], 0)
        assert app.seen()[0] == 101, "at the top the newest"
        app.numbers.move_to(50)
        looked_at = app.seen()
        app.numbers.renew([102, *app.numbers.rows], 51)
        assert app.seen() == looked_at
        app.numbers.renew(app.numbers.rows[:5])
        assert (app.numbers.row, app.numbers.scroll_offset.y) == (98, 0), (
            "the last of those that are left"
        )
