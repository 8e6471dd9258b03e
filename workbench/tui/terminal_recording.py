"""What a terminal showed over time, as an SVG that plays by itself or as an asciinema cast.

Rows that look the same are drawn once, however often they are shown; the picture loads nothing and has no
script, so it plays wherever an image does. Who wants less motion sees the last frame.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import field
from html import escape

from rich.cells import cell_len
from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style

from workbench.text.sanitize import in_xml
from workbench.util.dataclass import dataclass

_CELL, _ROW, _BASE = 8.4, 18, 13
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_MARGIN, _BAR = 10, 30

Row = tuple[tuple[str, Style], ...]


@dataclass(slots=True)
class Recording:
    """Frames of ``columns`` × ``rows`` cells (as many as the largest has), each with how long it stands (s)."""

    columns: int = 0
    rows: int = 0
    frames: list[tuple[tuple[Row, ...], float]] = field(default_factory=list)
    _known: dict[Row, Row] = field(default_factory=dict)
    """Rows that look the same are kept once."""

    def add(self, lines: Iterable[Sequence[Segment]], seconds: float) -> None:
        """What is shown now, for so long; what looks as before stands longer."""
        rows = [_joined(line) for line in lines]
        frame = tuple(self._known.setdefault(row, row) for row in rows)
        self.rows = max(self.rows, len(frame))
        self.columns = max(self.columns, *map(_width, frame), 0)
        if self.frames and self.frames[-1][0] == frame:
            seconds += self.frames.pop()[1]
        self.frames.append((frame, seconds))

    @property
    def seconds(self) -> float:
        return sum(seconds for _, seconds in self.frames)

    # -- SVG ---------------------------------------------------------------------------

    def to_svg(self, title: str, background: str, foreground: str) -> str:
        """An animation without end."""
        width = self.columns * _CELL + 2 * _MARGIN
        height = self.rows * _ROW + _BAR + _MARGIN
        halves = {row: _halves(row, self.columns // 2) for row in self._known}
        known: dict[Row, str] = {}
        shown = []
        for number, (frame, _) in enumerate(self.frames):
            uses = "".join(
                f'<use href="#{known.setdefault(part, f"r{len(known)}")}"'
                f' x="{x * _CELL:.1f}" y="{y * _ROW}"/>'
                for y, row in enumerate(frame)
                for x, part in halves[row]
                if any(text.strip() or style.bgcolor for text, style in part)
            )
            last = ' id="last"' if number == len(self.frames) - 1 else ""
            shown.append(f'<g class="f"{last} style="animation-name:k{number}">{uses}</g>')
        styles: dict[str, str] = {}
        defined = "".join(
            f'<g id="{name}">{_drawn(part, styles, background)}</g>' for part, name in known.items()
        )
        rules = "".join(f".{name}{{{rule}}}" for rule, name in styles.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img">'
            f"<title>{escape(title)}</title><style>"
            f"text{{font:14px {_FONT};white-space:pre;fill:{foreground}}}{rules}"
            f".f{{visibility:hidden;animation:{self.seconds:.2f}s step-end infinite}}{self._keyframes()}"
            "@media(prefers-reduced-motion:reduce){.f{animation:none}#last{visibility:visible}}</style>"
            f'<defs>{defined}</defs><rect width="100%" height="100%" rx="8" fill="{background}"/>'
            + "".join(
                f'<circle cx="{18 + 18 * n}" cy="15" r="5.5" fill="{colour}"/>'
                for n, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
            )
            + f'<g transform="translate({_MARGIN},{_BAR})">{"".join(shown)}</g></svg>\n'
        )

    def _keyframes(self) -> str:
        """Each frame is there from its moment to that of the next."""
        passed, whole, rules = 0.0, self.seconds, []
        for number, (_, seconds) in enumerate(self.frames):
            begin, end = (100 * at / whole for at in (passed, passed + seconds))
            hidden = "0%{visibility:hidden}" if number else ""
            gone = f"{end:.2f}%{{visibility:hidden}}" if number < len(self.frames) - 1 else ""
            rules.append(
                f"@keyframes k{number}{{{hidden}{begin:.2f}%{{visibility:visible}}{gone}}}"
            )
            passed += seconds
        return "".join(rules)

    # -- asciinema ---------------------------------------------------------------------

    def to_cast(self, title: str) -> str:
        """asciinema's format, version 2: each frame writes the rows that changed."""
        head = {"version": 2, "width": self.columns, "height": self.rows, "title": title}
        lines, at = [json.dumps(head)], 0.0
        before: tuple[Row, ...] = ()
        for frame, seconds in self.frames:
            clear = "" if [*map(_width, before)] == [*map(_width, frame)] else "\x1b[0m\x1b[2J"
            before = () if clear else before
            written = clear + "".join(
                f"\x1b[{y + 1};1H{_in_ansi(row)}"
                for y, row in enumerate(frame)
                if y >= len(before) or before[y] != row
            )
            lines.append(json.dumps([round(at, 3), "o", f"\x1b[?25l{written}"]))
            before, at = frame, at + seconds
        lines.append(json.dumps([round(at, 3), "o", ""]))
        return "\n".join(lines) + "\n"


def _width(row: Row) -> int:
    return sum(cell_len(text) for text, _ in row)


def _joined(line: Sequence[Segment]) -> Row:
    """Neighbours of one look as one piece."""
    pieces: list[tuple[str, Style]] = []
    for text, style, control in line:
        if control or not text:
            continue
        look = (style or Style()).without_color + Style(
            color=style.color if style else None, bgcolor=style.bgcolor if style else None
        )
        if pieces and pieces[-1][1] == look:
            pieces[-1] = pieces[-1][0] + text, look
        else:
            pieces.append((text, look))
    return tuple(pieces)


def _halves(row: Row, at: int) -> tuple[tuple[int, Row], tuple[int, Row]]:
    """A row cut where the panes meet, each part with its first cell: mostly only one of the two looks different
    in the next frame."""
    left, right, x = [], [], 0
    for text, style in row:
        cut = next((n for n in range(len(text) + 1) if x + cell_len(text[:n]) >= at), len(text))
        if text[:cut]:
            left.append((text[:cut], style))
        if text[cut:]:
            right.append((text[cut:], style))
        x += cell_len(text)
    first = tuple(left)
    return (0, first), (_width(first), tuple(right))


def _drawn(row: Row, styles: dict[str, str], background: str) -> str:
    """Rectangles of backgrounds, and texts at exact cells."""
    rects, texts, x = [], [], 0
    for text, style in row:
        cells = cell_len(text)
        back, fore = style.bgcolor, style.color
        if style.reverse:
            back, fore = fore, back
        filled = _hex(back)
        if filled and filled != background:
            rects.append(
                f'<rect x="{x * _CELL:.1f}" width="{cells * _CELL + 0.2:.1f}" '
                f'height="{_ROW + 0.2}" fill="{filled}"/>'
            )
        bare = text.strip()
        if bare:
            rules = [f"fill:{_hex(fore)}"] if fore else []
            rules += ["font-weight:bold"] if style.bold else []
            rules += ["font-style:italic"] if style.italic else []
            rules += ["text-decoration:underline"] if style.underline else []
            name = styles.setdefault(";".join(rules), f"s{len(styles)}")
            start = x + cell_len(text[: len(text) - len(text.lstrip())])
            texts.append(
                f'<text class="{name}" x="{start * _CELL:.1f}" y="{_BASE}" '
                f'textLength="{cell_len(bare) * _CELL:.1f}">{escape(in_xml(bare))}</text>'
            )
        x += cells
    return "".join((*rects, *texts))


def _hex(color: Color | None) -> str:
    return "" if color is None or color.is_default else color.get_truecolor().hex


def _in_ansi(row: Row) -> str:
    return "".join(style.render(text, color_system=ColorSystem.TRUECOLOR) for text, style in row)
