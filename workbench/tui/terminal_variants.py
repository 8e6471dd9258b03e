"""What a terminal can show: themes for few colours, signs for encodings that are not UTF-8."""

from __future__ import annotations

import sys
from dataclasses import replace
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
_GREY = 48
"""A colour whose parts differ by less is meant as a grey; the cube of 256 would make it navy or teal."""
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
    if system == "standard" and not theme.ansi:
        return replace(theme, **(_SIXTEEN_DARK if theme.dark else _SIXTEEN_LIGHT))
    if system != "256" or theme.ansi:
        return theme
    colors = {role: getattr(theme, role) for role in _ROLES}
    suitable: dict[str, Any] = {role: _of_256(each) for role, each in colors.items() if each}
    return replace(theme, **suitable)


def _of_256(color: str) -> str:
    red, green, blue = Color.parse(color).rgb
    if max(red, green, blue) - min(red, green, blue) < _GREY:
        level = round(((red + green + blue) / 3 - 8) / 10)
        grey = 8 + 10 * min(max(level, 0), 23)
        return Color(grey, grey, grey).hex
    nearest = TerminalColor.from_rgb(red, green, blue).downgrade(ColorSystem.EIGHT_BIT)
    return Color(*nearest.get_truecolor()).hex


def as_shown(color: ColorTriplet, system: str | None) -> ColorTriplet:
    """What a terminal makes of a true colour."""
    known = SYSTEMS.get(system or "")
    if known is None:
        return color
    return TerminalColor.from_triplet(color).downgrade(known).get_truecolor()


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
