"""Of a row that changed only the cells that look different are written."""

from __future__ import annotations

import random

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workbench.tui.textual_private.painting import changed_cells

_CONSOLE = Console(color_system="truecolor", force_terminal=True)
_STYLES = [
    None,
    Style(color="red"),
    Style(color=Color.parse("red"), bgcolor="blue", bold=True),
    Style(color="red", meta={"offset": (1, 2)}),  # looks like the first
]
_NARROW = ["const", " ", "item", "✘", "│", "", "x", "ü"]
_OTHERS = ["漢字", "e\u0301", "👩‍💻", "\u200d"]


def _cells(strip: Strip) -> list[str]:
    """What each cell shows, with its colours; of characters of one cell."""
    return [
        Strip([Segment(character, style)]).render(_CONSOLE)
        for text, style, _ in strip
        for character in text
    ]


def _row(chance: random.Random, texts: list[str]) -> Strip:
    parts = [(chance.choice(texts), chance.choice(_STYLES)) for _ in range(chance.randrange(12))]
    return Strip([Segment(*part) for part in parts]).adjust_cell_length(24)


def test_what_is_written_over_a_row_makes_it_the_new_one() -> None:
    chance = random.Random(3)
    for _ in range(1_000):
        before, now = _row(chance, _NARROW), _row(chance, _NARROW)
        at, piece = changed_cells(before, now, _CONSOLE)
        shown = _cells(before)
        if piece is not None:
            shown[at : at + piece.cell_length] = _cells(piece)
        assert shown == _cells(now)


def test_a_row_with_what_takes_no_or_two_cells_is_written_whole() -> None:
    """Terminals do not agree on where its next character is."""
    for text in _OTHERS:
        before, now = (Strip([Segment(f"{text} a{end} b")]) for end in "xy")
        assert changed_cells(before, now, _CONSOLE) == (0, now)
        assert changed_cells(Strip([Segment("a" * now.cell_length)]), now, _CONSOLE) == (0, now)


def test_only_what_changed_is_written() -> None:
    plain, marked = Style(color="white"), Style(color="white", reverse=True)

    def line(cursor: int) -> Strip:
        text = "const total = items.length + 1; // ✔"
        parts = [(text[:cursor], plain), (text[cursor], marked), (text[cursor + 1 :], plain)]
        return Strip([Segment(*part) for part in parts])

    at, piece = changed_cells(line(5), line(6), _CONSOLE)
    assert (at, piece and piece.text) == (5, " t")
    assert changed_cells(line(5), line(5), _CONSOLE) == (0, None)
    at, piece = changed_cells(
        Strip([Segment("pool 0/10")]), Strip([Segment("pool 1/10")]), _CONSOLE
    )
    assert (at, piece and piece.text) == (5, "1")
