"""The waterfall: where in an execution's time a call lies, as text of a fixed width."""

from __future__ import annotations

FULL, EMPTY = "█", "·"


def scale_ms(span_ms: float) -> float:
    """The time that the whole width stands for: the next of 1, 2, 5, 10 … that holds the span.

    In steps, so that bars do not move with every event.
    """
    step = 10.0
    while True:
        for factor in (1, 2, 5):
            if span_ms <= step * factor:
                return step * factor
        step *= 10


def bar(start_ms: float, end_ms: float, scale: float, width: int) -> tuple[str, str, str]:
    """What is before, in and after the call: three texts, ``width`` cells together.

    The bar is at least one cell and never outside.
    """
    if width <= 0:
        return "", "", ""
    first = min(width - 1, max(0, int(start_ms / scale * width)))
    last = min(width, max(first + 1, round(end_ms / scale * width)))
    return EMPTY * first, FULL * (last - first), EMPTY * (width - last)


def header(scale: float, width: int) -> str:
    """The ruler over the bars: ``0s ┄┄┄┄ 2s``."""
    right = duration(scale)
    room = width - len(right) - 4
    if room < 1:
        return right.rjust(width)[:width]
    return f"0s {'┄' * room} {right}"


def duration(ms: float) -> str:
    """A duration for people: ``41ms``, ``2.3s``, ``4m10s``."""
    if ms < 1000:
        return f"{ms:.0f}ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f}s".replace(".0s", "s")
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes}m{seconds:02d}s"
