"""The quick documents agree with Textual's own, and still fit it."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from textual.widgets.text_area import Document, WrappedDocument

from workbench.tui.editor.fast_document import FastDocument
from workbench.tui.textual_private import LineMap


def test_random_edits_agree_with_textuals_document() -> None:
    chance = random.Random(7)
    changes: list[tuple[int, int, int, str]] = []
    fast = FastDocument("one\n\ttwo\nthree 漢字", lambda *change: changes.append(change))
    slow = Document("one\n\ttwo\nthree 漢字")
    mirror = list(fast.lines)
    for _ in range(500):
        rows = [chance.randrange(len(slow.lines)) for _ in range(2)]
        start, end = [(row, chance.randint(0, len(slow.lines[row]))) for row in rows]
        text = chance.choice(["", "x", "\n", "a\nb\n", "\t漢", "long " * 9])
        before = list(fast.lines)
        assert fast.replace_range(start, end, text) == slow.replace_range(start, end, text)
        assert fast.lines == slow.lines
        assert fast.text == slow.text
        assert fast.get_size(4) == slow.get_size(4)
        top, removed, added, first = changes[-1]
        assert first == before[top]
        mirror[top : top + removed] = fast.lines[top : top + added]
        assert mirror == fast.lines


@pytest.mark.parametrize("width", [0, 20])
def test_rows_after_random_edits_agree_with_textuals_wrapping(width: int) -> None:
    """What stands where, and the text between any two places."""
    chance = random.Random(11)
    fast, slow = FastDocument("one\n\ttwo\n"), Document("one\n\ttwo\n")
    ours, theirs = LineMap(fast), WrappedDocument(slow)
    ours.wrap(width, 2)
    theirs.wrap(width, 2)
    for _ in range(300):
        rows = [chance.randrange(len(slow.lines)) for _ in range(2)]
        start, end = sorted((row, chance.randint(0, len(slow.lines[row]))) for row in rows)
        assert fast.get_text_range(start, end) == slow.get_text_range(start, end)
        text = chance.choice(["", "x", "\n", "a\nb\n", "\t漢\t", "long " * 9])
        after = fast.replace_range(start, end, text).end_location
        slow.replace_range(start, end, text)
        ours.wrap_range(start, end, after)
        theirs.wrap_range(start, end, after)
        assert ours.height == theirs.height
        for row in range(fast.line_count):
            assert ours.get_sections(row) == theirs.get_sections(row)
            assert ours.get_tab_widths(row) == theirs.get_tab_widths(row)
            place = (row, chance.randint(0, len(fast.lines[row])))
            assert ours.location_to_offset(place) == theirs.location_to_offset(place)
        for y in range(0, ours.height, 7):
            line = ours.row_at(y)
            assert line is not None
            assert y in ours.rows_of(line)


def test_the_height_agrees_with_textuals_wrapping() -> None:
    document = FastDocument("word " * 40 + "\n\nshort\n" + "x" * 99)
    for width in (0, 7, 20, 80):
        fast, slow = LineMap(document), WrappedDocument(document)
        fast.wrap(width)
        slow.wrap(width)
        assert fast.height == slow.height


_ODD = [
    "\u2028",
    "\u2029",
    "\x85",
    "\f",
    "\v",
    "\x1c",
    "\x1e",
    "\r",
    "\x00",
    "\x1b",
    "\u200b",
    "\ufeff",
]
_TEXTS = [
    *(f'const a = "x{odd}y";\n{odd}\na.length' for odd in _ODD),
    *("", "\n", "a", "a\n", "a\r\nb\r\n", "a\r\nb\n", "a\rb", "a\r\n\rb", "\r\n\r\n"),
]


@pytest.mark.parametrize("text", _TEXTS, ids=repr)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    document = FastDocument(text)
    assert document.text == text
    expected = text.count("\r\n") if document.newline == "\r\n" else text.count("\n")
    assert document.line_count == 1 + expected
    document.replace_range((0, 0), (0, 0), "zz")
    document.replace_range((0, 0), (0, 2), "")
    assert document.text == text
    assert document.get_text_range(document.start, document.end) == text


@pytest.mark.parametrize("odd", _ODD, ids=repr)
def test_what_is_put_in_stays_one_line_and_is_seen_in_one_cell(odd: str) -> None:
    document = FastDocument("ab\ncd")
    result = document.replace_range((0, 1), (1, 1), f"<{odd}>")
    assert result.end_location == (0, 4)
    assert document.text == f"a<{odd}>d"
    shown = document.get_line(0)
    assert len(shown) == len(document.source_line(0)) == cell_len(shown) == 5
    assert shown.isprintable()
    assert document.get_size(4).width == 5


def test_lines_that_end_with_both_take_in_lines_that_end_with_one() -> None:
    document = FastDocument("a\r\nb")
    document.replace_range((0, 1), (0, 1), "1\n2\r\n3")
    assert document.text == "a1\r\n2\r\n3\r\nb"
