"""What is open at the end of a text, and what closes it."""

from __future__ import annotations

import pytest

from workbench.tui.editor.analysis.open_brackets import open_at_end


@pytest.mark.parametrize(
    ("text", "inside", "closed"),
    [
        ("", "", ""),
        ("f({ a: 'x", "'", "'})"),
        ("f(`a ${b.c(", "", ")}`)"),
        ("`a ${b} ", "`", "`"),
        ("`${`${x", "", "}`}`"),
        ("`\\`${'`'}`, (", "", ")"),
        ("'never closed\n(", "", ")"),
        ("// (", "//", ""),
        ("/* ( */ [", "", "]"),
        ("a /* c */ / (", "", ")"),
        ("/[\"'(]/.test(", "", ")"),
        ("return /(/.test(", "", ")"),
        ("x = [/a\\/(/, ", "", "]"),
        ("a / b / (", "", ")"),
        ("f(1) / (2", "", ")"),
        ("x = /ab", "/", ""),
        ("if (x", "", ");"),
        ("for (const a of b", "", ");"),
        ("rows.map(r => { if (r", "", ");})"),
        ("}])x(", "", ")"),
    ],
)
def test_what_is_open(text: str, inside: str, closed: str) -> None:
    opened = open_at_end(text)
    assert (opened.inside, opened.closed(text)) == (inside, f"{closed};")
