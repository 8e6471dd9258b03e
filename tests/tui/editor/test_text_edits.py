"""Brackets, indentation and comments."""

from __future__ import annotations

import pytest

from workbench.tui.editor.text_edits import (
    closes_itself,
    comment_toggled,
    deletes_pair,
    indented,
    new_line,
    outdented,
    steps_over,
)


@pytest.mark.parametrize(
    ("typed", "before", "after", "closes"),
    [
        ("(", "f", "", True),
        ("{", "x = ", ");", True),
        ("(", "", "word", False),
        ('"', "x = ", "", True),
        ("'", "don", "", False),
        ('"', '""', "", False),
        ("`", "\\", "", False),
        ("x", "", "", False),
    ],
)
def test_pairs_close_themselves(typed: str, before: str, after: str, closes: bool) -> None:
    assert closes_itself(typed, before, after) is closes


def test_closers_are_stepped_over_and_empty_pairs_deleted() -> None:
    assert steps_over(")", ");")
    assert not steps_over("(", "(")
    assert not steps_over(")", "")
    assert deletes_pair("f(", ")")
    assert not deletes_pair("f(", "x)")
    assert not deletes_pair("", "")
    assert not deletes_pair("x", "")


@pytest.mark.parametrize(
    ("before", "after", "inserted"),
    [
        ("  let x;", "", ("\n  ", "")),
        ("  f({", "});", ("\n    ", "\n  ")),
        ("if (x) {", "", ("\n  ", "")),
        ("if (x) { ", " }", ("\n  ", "\n")),
        ("", "", ("\n", "")),
        ("\tx", "", ("\n\t", "")),
    ],
)
def test_enter_indents(before: str, after: str, inserted: tuple[str, str]) -> None:
    assert new_line(before, after, "  ") == inserted


def test_blocks_move_in_and_out() -> None:
    lines = ["a", "", "  b"]
    assert indented(lines, "  ") == ["  a", "", "    b"]
    assert outdented(indented(lines, "  "), "  ") == lines
    assert outdented([" a", "\tb", "c"], "  ") == ["a", "b", "c"]


def test_comments_toggle() -> None:
    lines = ["  a;", "", "    b;"]
    commented = ["  // a;", "", "  //   b;"]
    assert comment_toggled(lines) == commented
    assert comment_toggled(commented) == lines
    assert comment_toggled(["//a", "b"]) == ["// //a", "// b"]
    assert comment_toggled([""]) == ["// "]
