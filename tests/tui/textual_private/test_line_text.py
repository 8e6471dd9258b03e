"""A row of a long line looks as if the whole line had been divided."""

from __future__ import annotations

import random

import pytest
from rich.text import Text

from workbench.tui.textual_private import LineText


@pytest.mark.parametrize("letters", ["ab ", "a\té漢"])
def test_a_row_is_as_rich_divides_it(letters: str) -> None:
    chance = random.Random(7)
    words = "".join(chance.choice(letters) for _ in range(600))
    ends = sorted({chance.randrange(1, 600) for _ in range(40)})
    ours, theirs = LineText(words), Text(words)
    for line in (ours, theirs):
        chance.seed(8)
        for _ in range(60):
            start = chance.randrange(600)
            line.stylize(chance.choice(["bold", "red"]), start, start + chance.randrange(1, 90))
        line.set_length(601)
    expected = theirs.divide(ends)
    for n in range(len(ends) + 1):
        rows = ours.divide(ends)
        assert (rows[n].plain, rows[n].spans) == (expected[n].plain, [])
        assert (ours.divide(ends)[n].spans, len(rows)) == (expected[n].spans, len(expected))
        if "\t" in letters:
            assert [rows[k].plain for k in range(n)] == [expected[k].plain for k in range(n)]
    assert [part.plain for part in ours.divide([3, 9])] == [
        part.plain for part in theirs.divide([3, 9])
    ]
