"""What panes get while nobody has moved a frame."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from workbench.tui.widgets.proportions import share_for


@pytest.mark.parametrize(
    ("longest", "width", "share"),
    [(20, 200, 0.36), (70, 200, 0.43), (500, 200, 0.5), (20, 120, 0.5)],
)
def test_a_short_script_leaves_room_on_a_wide_screen(
    longest: int, width: int, share: float
) -> None:
    got = share_for("columns", "x" * longest + "\nshort", "{}", Size(width, 50))
    assert got == pytest.approx(share)


def test_an_input_has_what_it_needs_and_a_third_at_most() -> None:
    assert share_for("left", "", "{}\n", Size(120, 40)) == pytest.approx(0.75)
    assert share_for("left", "", "{}\n" * 5, Size(120, 40)) == pytest.approx(1 - 10 / 37)
    assert share_for("left", "", "{}\n" * 500, Size(120, 40)) == pytest.approx(2 / 3)
    assert share_for("right", "", "", Size(120, 40)) is None
