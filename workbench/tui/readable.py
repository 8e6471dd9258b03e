"""No word is fainter than can be read, whatever theme and widget put it on whatever background.

One filter sees every line on its way to the terminal: a colour that stands out too little from its background
goes towards black or white, just as far as it must. Bars, rulers and blanks stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.color import Color as TerminalColor
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from workbench.tui.terminal_variants import HUED, SYSTEMS, as_shown, ground_of_256

LEAST = 4.5
"""The contrast of text by WCAG, level AA; a theme may ask for more (``least-contrast`` in its variables)."""
VARIABLE = "least-contrast"
_FRAMES = 3.0
"""Of frames, where a theme asks for more than LEAST: they are seen, not read."""
_UNREAD = frozenset(" ·┄▏▎▍▌▋▊▉█▁▂▃▄▅▆▇▔▕▐")
_FRAME = frozenset(chr(code) for code in range(0x2500, 0x2580))
_MOST_KEPT = 4096
_STEPS = 8
_ENDS = (ColorTriplet(255, 255, 255), ColorTriplet(0, 0, 0))


class ReadableFilter(LineFilter):
    """``least()``: the contrast that words must have now; ``system()``: what the terminal can show."""

    def __init__(self, least: Callable[[], float], system: Callable[[], str | None]) -> None:
        super().__init__()
        self._least = least
        self._system = system
        self._lifted: dict[tuple[Style, float], Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        least, system = self._least(), self._system()
        if system == HUED:
            segments = [Segment(text, self._on_ground(style), how) for text, style, how in segments]
        return [
            segment
            if segment.style is None or segment.control
            else Segment(segment.text, self._readable(segment.text, segment.style, least))
            for segment in segments
        ]

    def _on_ground(self, style: Style | None) -> Style | None:
        """On the background that the terminal can show."""
        background = _triplet(style.bgcolor) if style is not None else None
        if style is None or background is None:
            return style
        return style + Style(bgcolor=_terminal(ground_of_256(background)))

    def _readable(self, text: str, style: Style, least: float) -> Style:
        signs = set(text)
        if signs <= _UNREAD:
            return style
        if signs <= _UNREAD | _FRAME:
            if least <= LEAST:
                return style
            least = _FRAMES
        key = style, least
        lifted = self._lifted.get(key)
        if lifted is None:
            if len(self._lifted) >= _MOST_KEPT:
                self._lifted.clear()
            lifted = self._lifted[key] = readable(style, least, self._system())
        return lifted


def readable(style: Style, least: float, system: str | None = None) -> Style:
    """A style whose text stands out at least so much, in the colours that the terminal has; the same where
    it does, or names no true colours."""
    color, background = _triplet(style.color), _triplet(style.bgcolor)
    if color is None or background is None:
        return style
    if style.reverse:
        fixed = _lift(background, color, least, system)
        return style if fixed == background else style + Style(bgcolor=_terminal(fixed))
    fixed = _lift(color, background, least, system)
    return style if fixed == color else style + Style(color=_terminal(fixed))


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    """1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _lift(
    color: ColorTriplet, background: ColorTriplet, least: float, system: str | None
) -> ColorTriplet:
    if system in SYSTEMS:  # between its few colours there is no way to go step by step
        shown = as_shown(background, system)
        if contrast(as_shown(color, system), shown) >= least:
            return color
        return max(_ENDS, key=lambda each: contrast(each, shown))
    if contrast(color, background) >= least:
        return color
    end = max(_ENDS, key=lambda each: contrast(each, background))
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if contrast(_mixed(color, end, middle), background) >= least:
            high = middle
        else:
            low = middle
    return _mixed(color, end, high)


def _mixed(color: ColorTriplet, end: ColorTriplet, part: float) -> ColorTriplet:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(color, end, strict=True))
    return ColorTriplet(red, green, blue)


def _terminal(color: ColorTriplet) -> TerminalColor:
    return TerminalColor.from_triplet(color)


def _triplet(color: TerminalColor | None) -> ColorTriplet | None:
    return color.triplet if color is not None and color.type is ColorType.TRUECOLOR else None


def _luminance(color: ColorTriplet) -> float:
    red, green, blue = (_linear(value) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
