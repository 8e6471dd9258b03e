"""Lines over time, and bars beside each other, as an SVG, a panel a quantity. Colours follow the reader's light or dark page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT, _LEFT, _GAP = 720, 120, 60, 34
_COLOURS = ("#3f6fd8", "#d8723f")
_STYLE = "<style>text{fill:#333}.g{stroke:#8888;fill:none}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"


@dataclass(frozen=True)
class Panel:
    """One quantity: lines by name."""

    title: str
    lines: Mapping[str, Sequence[float]]


def plotted(panels: Sequence[Panel], xs: Sequence[float], unit: str) -> str:
    """The panels, one below the other, from zero."""
    height = len(panels) * (_HEIGHT + _GAP) + 24
    parts: list[str] = []
    for number, panel in enumerate(panels):
        parts += _panel(panel, xs, number * (_HEIGHT + _GAP) + 20)
    last = f"{xs[-1]:.0f} {unit}" if xs else ""
    parts.append(f'<text x="{_WIDTH - 8}" y="{height - 8}" text-anchor="end">{last}</text>')
    return _page(height, parts)


def _panel(panel: Panel, xs: Sequence[float], top: int) -> list[str]:
    most = max((max(values, default=0) for values in panel.lines.values()), default=0) or 1
    inner = _WIDTH - _LEFT - 8
    parts = [
        f'<text x="{_LEFT}" y="{top - 4}">{escape(panel.title)}</text>',
        f'<path class="g" d="M{_LEFT} {top}V{top + _HEIGHT}H{_WIDTH - 8}"/>',
        f'<text x="{_LEFT - 6}" y="{top + 10}" text-anchor="end">{most:.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{top + _HEIGHT}" text-anchor="end">0</text>',
    ]
    span = (xs[-1] or 1) if xs else 1
    for index, (name, values) in enumerate(panel.lines.items()):
        points = " ".join(
            f"{_LEFT + x / span * inner:.1f},{top + _HEIGHT - y / most * _HEIGHT:.1f}"
            for x, y in zip(xs, values, strict=True)
        )
        colour = _COLOURS[index % len(_COLOURS)]
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        if name:
            x = _WIDTH - 8 - 70 * (len(panel.lines) - 1 - index)
            parts.append(
                f'<text x="{x}" y="{top - 4}" text-anchor="end" style="fill:{colour}">{escape(name)}</text>'
            )
    return parts


_BAR, _NAMES = 16, 190


def barred(panels: Sequence[tuple[str, Mapping[str, float | str]]]) -> str:
    """A bar a name, from zero, the longest of each panel as wide as the page; a text stands instead of a bar.
    The first name, which it is about, has a colour of its own."""
    parts: list[str] = []
    y = 20
    for title, values in panels:
        parts.append(f'<text x="8" y="{y}" font-weight="bold">{escape(title)}</text>')
        most = max((one for one in values.values() if isinstance(one, float)), default=0.0) or 1.0
        for number, (name, value) in enumerate(values.items()):
            y += _BAR + 2
            parts.append(f'<text x="{_NAMES - 6}" y="{y}" text-anchor="end">{escape(name)}</text>')
            width = value / most * (_WIDTH - _NAMES - 70) if isinstance(value, float) else 0.0
            parts.append(
                f'<rect x="{_NAMES}" y="{y - 12}" width="{max(width, 1.0):.1f}" height="{_BAR - 2}" '
                f'fill="{_COLOURS[0] if number == 0 else "#8889"}"/>'
            )
            said = f"{value:.{1 if value < 100 else 0}f}" if isinstance(value, float) else value
            parts.append(f'<text x="{_NAMES + width + 6:.1f}" y="{y}">{escape(said)}</text>')
        y += 34
    return _page(y, parts)


def _page(height: int, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12">{_STYLE}'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"
