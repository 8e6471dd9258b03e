"""How long is waited before the next attempt."""

from __future__ import annotations

from workbench.util.back_off import BackOff, doubling


def test_a_pause_doubles_up_to_the_longest() -> None:
    back_off = BackOff(0.25, 30.0, healthy_s=30.0)
    pauses = [back_off.after(lived_s=1.0) for _ in range(9)]
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_what_lived_long_begins_anew() -> None:
    back_off = BackOff(0.25, 30.0, healthy_s=30.0)
    assert [back_off.after(lived_s=lived) for lived in (0.1, 0.1, 31.0, 0.1)] == [
        0.25,
        0.5,
        0.25,
        0.5,
    ]
    back_off.reset()
    assert back_off.after(lived_s=0.1) == 0.25


def test_a_night_of_failures_has_an_end() -> None:
    """An int of 1 024 doublings is no float any more: whoever counted on was ended by that."""
    assert doubling(0.25, 30.0, 100_000) == 30.0
