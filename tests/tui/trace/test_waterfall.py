"""Bars of the waterfall."""

from __future__ import annotations

import pytest

from workbench.tui.trace.waterfall import bar, header, scale_ms, tick


@pytest.mark.parametrize(
    ("span", "scale"), [(0, 10), (10, 10), (11, 20), (21, 50), (51, 100), (2318, 5000)]
)
def test_scale_goes_in_steps(span: float, scale: float) -> None:
    assert scale_ms(span) == scale


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (0, 100, "█████·····"),
        (100, 200, "·····█████"),
        (0, 0, "▏·········"),
        (100, 102, "·····▏····"),
        (100, 110, "·····▌····"),
        (100, 135, "·····█▊···"),
        (200, 200, "·········▏"),
        (190, 900, "·········█"),
        (-5, 10, "▌·········"),
    ],
)
def test_bar(start: float, end: float, text: str) -> None:
    assert "".join(bar(start, end, 200, 10)) == text


def test_bar_without_room() -> None:
    assert bar(0, 1, 10, 0) == ("", "", "")


@pytest.mark.parametrize("width", [4, 10, 22])
def test_header_fills_its_width(width: int) -> None:
    assert len(header(2000, width)) == width


@pytest.mark.parametrize(
    ("ms", "text"), [(0.4, "0ms"), (41, "41ms"), (2318, "2.3s"), (2000, "2s"), (250_000, "4m10s")]
)
def test_a_time_on_the_ruler(ms: float, text: str) -> None:
    assert tick(ms) == text
