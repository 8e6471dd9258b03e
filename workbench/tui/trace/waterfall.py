"""The waterfall: where in an execution's time a call lies, as text of a fixed width."""

from __future__ import annotations

EMPTY = "·"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
WARM_MS, HOT_MS = 250.0, 1000.0
"""Calls that take so long stand out."""


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

    A bar begins at a whole cell and is as long as the call took, to an eighth of a cell: at least one
    eighth, and never outside.
    """
    if width <= 0:
        return "", "", ""
    first = min(width - 1, max(0, int(start_ms / scale * width)))
    eighths = round((end_ms - max(0.0, start_ms)) / scale * width * 8)
    eighths = min(max(1, eighths), (width - first) * 8)
    inside = _EIGHTHS[8] * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
    return EMPTY * first, inside, EMPTY * (width - first - len(inside))


def warmth(spent_ms: float) -> str:
    """``""``, ``warm`` or ``hot``: how much a call's time deserves a look."""
    return "hot" if spent_ms >= HOT_MS else "warm" if spent_ms >= WARM_MS else ""


def header(scale: float, width: int) -> str:
    """The ruler over the bars: ``0s ┄┄┄┄ 2s``."""
    right = tick(scale)
    room = width - len(right) - 4
    if room < 1:
        return right.rjust(width)[:width]
    return f"0s {'┄' * room} {right}"


def tick(ms: float) -> str:
    """A time on the ruler: ``41ms``, ``2.3s``, ``4m10s``."""
    if ms < 1000:
        return f"{ms:.0f}ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f}s".replace(".0s", "s")
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes}m{seconds:02d}s"
