"""Where lines stand when some are hidden, against what one gets by counting."""

from __future__ import annotations

import random

import pytest
from textual.geometry import Offset

from workbench.tui.textual_private import LineMap, TextDocument


@pytest.mark.parametrize("width", [0, 8])
def test_rows_are_those_of_the_lines_that_are_shown(width: int) -> None:
    chance = random.Random(7)
    document = TextDocument("\n".join("word " * chance.randint(0, 4) for _ in range(30)))
    lines = LineMap(document)
    lines.wrap(width)
    for _ in range(60):
        top = chance.randrange(len(document.lines))
        bottom = min(top + chance.randint(0, 2), len(document.lines) - 1)
        new = "\n".join("word " * chance.randint(0, 4) for _ in range(chance.randint(1, 4)))
        end = (bottom, len(document.get_line(bottom)))
        lines.hide(())
        result = document.replace_range((top, 0), end, new)
        count = len(document.lines)
        hidden, at = [], 1
        while (first := at + chance.randint(0, 6)) < count - 2:
            last = min(first + chance.randint(0, 3), count - 2)
            hidden.append((first, last))
            at = last + 2
        lines.hide(hidden)
        lines.wrap_range((top, 0), end, result.end_location)
        _compare(lines, document, hidden)


def _compare(lines: LineMap, document: TextDocument, hidden: list[tuple[int, int]]) -> None:
    every = range(len(document.lines))
    is_hidden = {row for first, last in hidden for row in range(first, last + 1)}
    drawn = [
        (row, section)
        for row in every
        if row not in is_hidden
        for section in range(len(lines.get_sections(row)))
    ]
    assert lines.height == len(drawn)
    assert [lines.row_at(y) for y in range(lines.height + 1)] == [*(row for row, _ in drawn), None]
    for row in every:
        rows = [y for y, (one, _) in enumerate(drawn) if one == row]
        assert [*lines.rows_of(row)] == rows
        standing = max(one for one in every[: row + 1] if one not in is_hidden)
        assert [*lines.rows_for(row)] == [y for y, (one, _) in enumerate(drawn) if one == standing]
        if rows:
            assert lines.location_to_offset((row, 0)) == Offset(0, rows[0])
            assert lines.offset_to_location(Offset(0, rows[0])) == (row, 0)
        below = next((each for each in hidden if each[0] == row + 1), None)
        assert lines.hidden_below(row) == below
    assert lines.offset_to_location(Offset(0, 10_000))[0] == every[-1]
