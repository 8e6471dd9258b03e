"""Long lines in parts that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.text.sanitize import clean_line
from workbench.tui.values.line_breaks import wrapped


@pytest.mark.slow
@given(st.text(st.characters(exclude_characters="\n")), st.integers(2, 30))
def test_nothing_is_left_out_and_everything_fits(text: str, width: int) -> None:
    parts = wrapped(text, width)
    assert "".join(parts) == text
    assert all(cell_len(clean_line(part)) <= width for part in parts)


def test_it_breaks_after_words_and_in_a_long_word() -> None:
    assert wrapped("one two three", 8) == ["one two ", "three"]
    assert wrapped("x" * 20, 8) == ["x" * 8, "x" * 8, "x" * 4]
    assert wrapped("", 8) == [""]
    assert wrapped("漢字漢字", 5) == ["漢字", "漢字"]
