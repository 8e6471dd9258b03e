"""What a terminal can show: themes for few colours, signs for encodings that are not UTF-8."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache, lru_cache, partial
from itertools import product
from typing import Any

from rich.cells import cell_len
from rich.color import Color as TerminalColor
from rich.color import ColorSystem
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

SYSTEMS = {"256": ColorSystem.EIGHT_BIT, "standard": ColorSystem.STANDARD}
"""The names of Rich for terminals without true colours."""
_ROLES = (
    *("primary", "secondary", "warning", "error", "success", "accent"),
    *("foreground", "background", "surface", "panel", "boost"),
)
_TINTED = {
    **{"success": "010", "warning": "110", "error": "100"},
    **{"primary": "001", "accent": "011", "secondary": "101"},
}
"""Which of red, green and blue a tint has."""
_GREY = 48
"""A colour whose parts differ by less is meant as a grey; the cube of 256 would make it navy or teal."""
HUED = "256"
"""The system in which a hue is kept: it has some dark and some light colours of each."""
_MUCH_FURTHER = 4
"""Of squares."""
_WITH_HUE = 20
"""A colour whose parts differ by as much has a hue."""
_SIXTEEN_DARK: dict[str, Any] = {
    "primary": "#55ffff",
    "secondary": "#ff55ff",
    "warning": "#ffff55",
    "error": "#ff5555",
    "success": "#55ff55",
    "accent": "#5555ff",
    "foreground": "#ffffff",
    "background": "#000000",
    "surface": "#000000",
    "panel": "#000000",
}
_SIXTEEN_LIGHT: dict[str, Any] = {
    "primary": "#0000aa",
    "secondary": "#aa00aa",
    "warning": "#aa5500",
    "error": "#aa0000",
    "success": "#00aa00",
    "accent": "#00aaaa",
    "foreground": "#000000",
    "background": "#ffffff",
    "surface": "#ffffff",
    "panel": "#ffffff",
}


def suited(theme: Theme, system: str | None) -> Theme:
    """The theme for a terminal of ``256`` or 16 (``standard``) colours; as it is for all others."""
    if system not in SYSTEMS or theme.ansi:
        return theme
    suitable: dict[str, Any] = _SIXTEEN_DARK if theme.dark else _SIXTEEN_LIGHT
    if system == "256":
        colors = {role: getattr(theme, role) for role in _ROLES}
        suitable = {role: _of_256(each) for role, each in colors.items() if each}
    elif not theme.dark:
        return replace(theme, **suitable)
    return replace(theme, **suitable, variables=_tints(theme.dark, system) | theme.variables)


def _of_256(color: str) -> str:
    red, green, blue = Color.parse(color).rgb
    if max(red, green, blue) - min(red, green, blue) < _GREY:
        level = round(((red + green + blue) / 3 - 8) / 10)
        grey = 8 + 10 * min(max(level, 0), 23)
        return Color(grey, grey, grey).hex
    nearest = TerminalColor.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT)
    return Color(*nearest.get_truecolor()).hex


def _tints(dark: bool, system: str) -> dict[str, str]:
    """Behind what has a colour of its own, in colours that the terminal has: what is mixed of it and the
    background is near to none of those, and was a grey, or of another hue."""
    low, high = (0, 128 if system == "standard" else 95) if dark else (215, 255)
    tints = {}
    for role, signs in _TINTED.items():
        red, green, blue = (high if sign == "1" else low for sign in signs)
        tints[f"{role}-muted"] = Color(red, green, blue).hex
    return tints


def as_shown(color: ColorTriplet, system: str | None) -> ColorTriplet:
    """What a terminal makes of a true colour."""
    known = SYSTEMS.get(system or "")
    if known is None:
        return color
    return TerminalColor.from_triplet(color).downgrade(known).get_truecolor()


@lru_cache(maxsize=1024)
def ground_of_256(color: ColorTriplet) -> ColorTriplet:
    """The background that is shown for one on a terminal of 256 colours.

    Rich rounds each part of a colour on its own: the blue of a row under the cursor became teal, a faint tint
    olive. Here it is the nearest; where that is a grey, the nearest that has the hue, unless it is much further
    away: faint tints stay faint.
    """
    nearest = min(_all_of_256(), key=partial(_far, color))
    if max(color) - min(color) < _WITH_HUE or max(nearest) != min(nearest):
        return nearest
    hued = min(filter(partial(_is_like, color), _all_of_256()), key=partial(_far, color))
    return hued if _far(color, hued) < _MUCH_FURTHER * _far(color, nearest) else nearest


@cache
def _all_of_256() -> list[ColorTriplet]:
    """Those that Rich leaves as they are: it takes some greys of the cube from the row of greys."""
    cube = [ColorTriplet(*each) for each in product((0, 95, 135, 175, 215, 255), repeat=3)]
    greys = [ColorTriplet(level, level, level) for level in range(8, 239, 10)]
    return [each for each in (*cube, *greys) if as_shown(each, HUED) == each]


def _is_like(color: ColorTriplet, other: ColorTriplet) -> bool:
    """Whether the other has most of what the colour has most of, and least of what it has least of."""
    most, least = color.index(max(color)), color.index(min(color))
    return other[most] == max(other) and other[least] == min(other) < max(other)


def _far(one: ColorTriplet, other: ColorTriplet) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def terminal_encoding() -> str:
    """What is written to the terminal is encoded so (Textual writes to stderr)."""
    return getattr(sys.__stderr__, "encoding", None) or "utf-8"


def is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in ("utf-8", "utf8", "cp65001")


class EncodableFilter(LineFilter):
    """A character that the terminal's encoding has not is shown as ``?``, as wide as it is; it would
    otherwise be written as ``\\u2714`` and shift what follows."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(self._shown(text), style, control) for text, style, control in segments]

    def _shown(self, text: str) -> str:
        if text.isascii():
            return text
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return "".join(self._one(sign) for sign in text)
        return text

    def _one(self, sign: str) -> str:
        try:
            sign.encode(self._encoding)
        except UnicodeEncodeError:
            return "?" * cell_len(sign)
        return sign
