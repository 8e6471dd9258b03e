"""A line for each place where two values differ."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from workbench.tui.values.difference_list import DifferenceList, where_they_part

pytestmark = pytest.mark.anyio


class Differences(App[None]):
    def compose(self) -> ComposeResult:
        yield DifferenceList("Record", "Replay", id="list")

    def lines(self) -> list[str]:
        shown = self.query_one(DifferenceList)
        return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


async def test_each_kind_of_difference() -> None:
    app = Differences()
    async with app.run_test(size=(80, 12)) as pilot:
        start = "the same words again and again " * 4
        app.query_one(DifferenceList).show(
            [
                {"path": "$.a", "expected": 1, "actual": None},
                {"path": "$.b", "actual": {}},
                {"path": "$.c", "expected": start + "one", "actual": start + "two"},
                {"path": "$", "more": 17},
            ],
            "nothing",
        )
        await pilot.pause()
        lines = app.lines()
        assert "Record" in lines[0]
        assert "Replay" in lines[0]
        assert lines[1].split() == ["▶", "$.a", "1", "null"]
        assert lines[2].split() == ["$.b", "—", "{}"]
        assert "again one" in lines[3]
        assert "again two" in lines[3]
        assert "17 more" in lines[4]
        app.query_one(DifferenceList).show([], "nothing")
        await pilot.pause()
        assert any("nothing" in line for line in app.lines())


async def test_a_huge_value_is_drawn_at_once() -> None:
    app = Differences()
    async with app.run_test(size=(80, 12)) as pilot:
        huge = [{"name": "x" * 1_000_000}] * 100_000  # as text it would be 100 GB
        app.query_one(DifferenceList).show([{"path": "$", "expected": huge, "actual": 1}], "")
        await pilot.pause()
        assert "[{" in "".join(app.lines())


def test_short_texts_are_shown_from_their_start() -> None:
    assert where_they_part("abc1", "abc2", 20) == ("abc1", "abc2")
    left, right = where_they_part("a" * 50 + "1", "a" * 50 + "2", 20)
    assert (left[0], left[-1], right[-1]) == ("…", "1", "2")
    assert len(left) <= 20


def test_texts_are_cut_no_further_than_the_width_takes() -> None:
    left, right = where_they_part("await call({page: 1})", "await call({page: 2})", 21)
    assert (left, right) == ("await call({page: 1})", "await call({page: 2})"), "it fits"
    left, right = where_they_part("await call({page: 1})", "await call({page: 2})", 20)
    assert (left, right) == ("…ait call({page: 1})", "…ait call({page: 2})"), (
        "no cell is left empty"
    )
