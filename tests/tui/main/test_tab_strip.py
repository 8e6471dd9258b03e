"""The names of the scripts in a frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.tui.main.tab_strip import strip_of


@given(st.lists(st.text("ab漢", min_size=1, max_size=30), min_size=1, max_size=9), st.data())
def test_the_active_name_is_there_and_it_fits(labels: list[str], data: st.DataObject) -> None:
    current = data.draw(st.integers(0, len(labels) - 1))
    width = data.draw(st.integers(6, 90))
    strip = strip_of(labels, current, width)
    text = strip.content.plain
    assert cell_len(text) <= width
    places = dict(strip.places)
    assert current in places
    if cell_len(labels[current]) <= width - 4:
        assert labels[current] in text
    assert strip.is_cut is (labels[current] not in text)
    for index, place in strip.places:
        if index != current:
            before = ""
            for sign in text:
                if cell_len(before) >= place:
                    break
                before += sign
            assert text[len(before) :].startswith(labels[index])


@pytest.mark.parametrize(
    ("current", "text"),
    [(0, "a.js │ b.js │ c.js ›"), (3, "‹ c.js │ d.js │ e.js"), (2, "‹ c.js │ d.js │ e.js")],
)
def test_more_to_a_side_is_said(current: int, text: str) -> None:
    labels = ["a.js", "b.js", "c.js", "d.js", "e.js"]
    assert strip_of(labels, current, 22).content.plain == text
