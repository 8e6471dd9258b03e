"""How well what is drawn can be read: contrast ratios as WCAG has them, from the real styles."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.color import Color
from rich.color_triplet import ColorTriplet
from textual.screen import Screen

_MARKS = "·┄▏▎▍▌▋▊▉█▁▂▃▄▅▆▇▔▕▐"
"""Bars and rulers: they are seen, not read."""


@dataclass(frozen=True)
class Word:
    """A run of text of one style on a screen."""

    text: str
    row: int
    contrast: float
    color: str
    background: str


def ratio(one: ColorTriplet, other: ColorTriplet) -> float:
    """1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def words(screen: Screen[object]) -> Iterator[Word]:
    """Everything on a screen that is to be read; frames and bars are left out, and of a dialog what is
    dimmed below it."""
    regions = [widget.region for widget in screen.children] if screen.is_modal else [screen.region]
    for row, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, control in strip:
            at, x = x, x + cell_len(text)
            read = "".join(sign for sign in text if not _is_mark(sign)).strip()
            if control or not read or style is None:
                continue
            if not any(region.contains(at, row) for region in regions):
                continue
            color, background = _triplet(style.color), _triplet(style.bgcolor)
            if color is None or background is None:
                continue
            if style.reverse:
                color, background = background, color
            yield Word(read, row, ratio(color, background), color.hex, background.hex)


def _is_mark(sign: str) -> bool:
    return sign in _MARKS or unicodedata.name(sign, "").startswith("BOX DRAWINGS")


def _triplet(color: Color | None) -> ColorTriplet | None:
    return color.get_truecolor() if color is not None and not color.is_default else None


def _luminance(color: ColorTriplet) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(value) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
