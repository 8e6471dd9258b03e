"""Rows with signs of several code points keep their columns, whatever the terminal makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from rich.cells import cell_len, get_character_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.textual_private.placing import cut_between_signs, render_in_place

_CONSOLE = Console(color_system="truecolor", force_terminal=True)
_EMOJI = ("👍🏽", "👩‍👩‍👧‍👦", "❤️", "🇭🇺", "☝🏿", "1️⃣", "🫩", "⚠️")
_WIDTH = 30


def each_alone(character: str) -> int:
    """A terminal that joins nothing (tmux)."""
    if "\U0001f1e6" <= character <= "\U0001f1ff" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 2
    return get_character_cell_size(character)


def one_each(character: str) -> int:
    """A terminal that knows no emoji."""
    return 1 if character >= "\U0001f000" else get_character_cell_size(character)


def shown(written: str, width_of: Callable[[str], int], at: int = 0) -> list[str]:
    """The cells of a terminal's row, full of o, after this was written from a column on."""
    row = ["o"] * (_WIDTH + 4)
    for move, character in re.findall(r"\x1b\[(?:(\d+)G|[\d;]*m)|([^\x1b])", written):
        if move:
            at = int(move) - 1
        for cell in range(width_of(character) if character else 0):
            row[at + cell] = character if not cell else ""
        at += width_of(character) if character else 0
    return row


@pytest.mark.parametrize("width_of", [each_alone, one_each, cell_len])
@pytest.mark.parametrize("emoji", _EMOJI)
def test_what_follows_stands_in_its_column(emoji: str, width_of: Callable[[str], int]) -> None:
    before, after = f"a{emoji}", f"{emoji}b日é"
    strip = Strip([Segment(before, Style(bold=True)), Segment(after)])
    strip = strip.adjust_cell_length(_WIDTH)
    row = shown(render_in_place(strip, 2, _CONSOLE), width_of, 2)
    cells = cell_len(emoji)
    assert row[2] == "a"
    assert row[3 + 2 * cells] == "b"
    blank = row[3 + 2 * cells + 1 + cell_len("日é") : 2 + _WIDTH]
    assert set(blank) <= {" "}, "no cell keeps what was there before"
    assert row[2 + _WIDTH :] == ["o"] * 2, "nor is one of its neighbour taken"


@pytest.mark.parametrize("emoji", _EMOJI)
def test_one_at_the_end_takes_no_cell_of_what_stands_beside_it(emoji: str) -> None:
    strip = Strip([Segment("x" * (_WIDTH - cell_len(emoji)) + emoji)])
    assert strip.cell_length == _WIDTH
    row = shown(render_in_place(strip, 0, _CONSOLE), each_alone)
    assert row[_WIDTH:] == ["o"] * 4


def test_other_rows_are_written_as_they_are() -> None:
    for text in ("plain", "✔ │ ▌ … ü", "日本語 한국어", "e\u0301 schön", "Привет שלום"):
        strip = Strip([Segment(text, Style(bold=True))])
        assert render_in_place(strip, 7, _CONSOLE) == strip.render(_CONSOLE)


@pytest.mark.parametrize("sign", [*_EMOJI, "👨‍👩‍👧", "漢", "e\u0301"])
def test_a_row_that_is_cut_keeps_its_cells_and_no_part_of_a_sign(sign: str) -> None:
    """Part of ⚠️ was joined with the frame of a dialog over it, and the rest of the row moved."""
    cut_between_signs()
    signs = ["日", sign, "b", sign, " ", "日", "é", sign, "x"]
    text, ends = "".join(signs), [0]
    for each in signs:
        ends.append(ends[-1] + cell_len(each))
    for cut in range(1, ends[-1]):
        left, right = (each.text for each in Segment(text).split_cells(cut))
        assert (cell_len(left), cell_len(right)) == (cut, ends[-1] - cut)
        whole = [
            each for each, x, end in zip(signs, ends, ends[1:], strict=False) if not x < cut < end
        ]
        assert (left + right).replace(" ", "") == "".join(whole).replace(" ", "")
