"""Long lines in parts that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from workbench.text.sanitize import clean_line
from workbench.tui.values import line_breaks
from workbench.tui.values.json_tree import JsonTree
from workbench.tui.values.line_breaks import wrapped, wrapped_lines


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


def test_of_a_long_text_only_the_parts_that_are_asked_for_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To know whether a string is to be shown whole, a megabyte of it was broken, character by character."""
    looked_at: list[int] = []
    sizes: list[str] = []

    def cleaned(text: str) -> str:
        looked_at.append(len(text))
        return clean_line(text)

    def size(sign: str) -> int:
        sizes.append(sign)
        return get_character_cell_size(sign)

    monkeypatch.setattr(line_breaks, "clean_line", cleaned)
    monkeypatch.setattr(line_breaks, "get_character_cell_size", size)
    text = "漢字仮名交じり文 " * 100_000
    tree = JsonTree({"text": text}, 80)
    assert len(tree.rows) == 2
    assert sum(looked_at) < 10_000
    looked_at.clear()
    sizes.clear()
    assert "".join(wrapped(text, 60)) == text
    assert sum(looked_at) < 1.1 * len(text)
    assert len(sizes) <= len({*text})


@pytest.mark.parametrize("width", [2, 5, 11])
def test_signs_of_no_width_begin_no_part_that_is_too_wide(width: int) -> None:
    text = "👨🏽\ufe0f字\t\u2028e\u0301á🏽👨a\x00한👨 \ufe0f🏽\t👩\u200d👧" * 40
    parts = [*wrapped_lines(f"{text}\n{text}", width)]
    assert "".join(parts) == text + text
    assert all(cell_len(clean_line(part)) <= width for part in parts)
