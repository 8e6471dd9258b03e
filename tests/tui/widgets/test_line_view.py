"""Texts that are cut to a number of cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from workbench.tui.widgets.line_view import fit_ends, invitation


@pytest.mark.parametrize("width", [8, 9, 24, 25, 40, 90])
def test_of_addresses_the_ends_are_kept(width: int) -> None:
    for text in (
        "demo://resource/static/document/architecture.md",
        "demo://文書/設計/構成の説明.md",
    ):
        shown = fit_ends(text, width)
        assert cell_len(shown) == width
        cut = cell_len(text) > width
        assert ("…" in shown) == cut
        assert shown.rstrip().endswith(".md")
        assert shown.startswith("demo")


def test_an_invitation_is_broken_at_words_where_it_is_narrow() -> None:
    text = "Each call of a tool, as it happens\nF5 runs the script"

    def drawn(width: int) -> list[tuple[str, str]]:
        rows = [invitation(text, y, Size(width, 9)) for y in range(9)]
        return [(part.strip(), style) for row in rows for part, style in row]

    assert drawn(40) == [("Each call of a tool, as it happens", ""), ("F5 runs the script", "dim")]
    assert drawn(20) == [
        ("Each call of a tool,", ""), ("as it happens", ""), ("F5 runs the script", "dim")
    ]  # fmt: skip
    assert invitation("Reading…", 0, Size(20, 1)) == [("      Reading…", "dim")]
