"""Brackets, indentation and comments."""

from __future__ import annotations

import pytest

from workbench.tui.editor.text_edits import (
    closes_itself,
    comment_toggled,
    deletes_pair,
    indented,
    joined,
    new_line,
    next_occurrence,
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


def test_lines_are_joined() -> None:
    assert joined(["  const a = [", "    1,", "    2,  ", "  ];"]) == ("  const a = [1, 2,];", 18)
    assert joined(["a", "b"]) == ("a b", 1)
    assert joined(["call(x)", "  .then(y)"]) == ("call(x).then(y)", 7)
    assert joined(["a", ""]) == ("a", 1)


def test_the_next_occurrence_is_found_and_the_first_after_the_last() -> None:
    lines = ["issue = issues", "no", "issue"]
    assert next_occurrence(lines, (0, 2), (0, 2)) == ((0, 0), (0, 5))
    assert next_occurrence(lines, (0, 0), (0, 5)) == ((0, 8), (0, 13))
    assert next_occurrence(lines, (0, 13), (0, 8)) == ((2, 0), (2, 5))
    assert next_occurrence(lines, (2, 0), (2, 5)) == ((0, 0), (0, 5))
    assert next_occurrence(lines, (0, 0), (1, 1)) is None
    assert next_occurrence(["  "], (0, 1), (0, 1)) is None
