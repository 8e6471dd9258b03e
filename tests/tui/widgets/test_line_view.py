"""Texts that are cut to a number of cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from workbench.tui.widgets.line_view import fit_ends


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
