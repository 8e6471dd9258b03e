"""How much room the panes of a screen need for what is in them, while nobody has moved a frame.

Asked when a text is opened or the screen has another size, never while one types: a frame that moves by
itself is in the way.
"""

from __future__ import annotations

from textual.geometry import Size

ROOMY = 140
"""Cells from which panes have air inside, and a script leaves what it does not need to the trace."""
_BESIDE = 16
"""Frames, line numbers, and a little of the notes beside lines that made calls."""
_LEAST_COLUMNS, _LEAST_LEFT = 0.36, 0.25
_OUTER_ROWS = 3
_FRAME_ROWS = 4
"""Of the input: its frame, a line to go on in, one for what is wrong."""


def share_for(splitter: str, code: str, given: str, size: Size) -> float | None:
    """Of the first of two neighbours (widgets/splitter.py), with this script and its input; None: as the style
    sheet says."""
    if splitter == "columns":
        return columns_share(code, size.width)
    return left_share(given, size.height) if splitter == "left" else None


def columns_share(code: str, width: int) -> float:
    """Of the left column, on a screen of so many cells: half, or less where a short script leaves room."""
    if width < ROOMY:
        return 0.5
    longest = max(len(line) for line in code.split("\n"))
    return min(max((longest + _BESIDE) / width, _LEAST_COLUMNS), 0.5)


def left_share(given: str, height: int) -> float:
    """Of the script in the left column, above an input, on a screen of so many rows: two thirds, or more."""
    rows = max(1, height - _OUTER_ROWS)
    wanted = (given.count("\n") + 1 + _FRAME_ROWS) / rows
    return 1 - min(max(wanted, _LEAST_LEFT), 1 / 3)
