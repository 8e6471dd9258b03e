"""A view that draws its lines from named parts, with the styles that a theme gives their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any, ClassVar, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from workbench.tui.textual_private import LineScroll

Part: TypeAlias = tuple[str, str]
"""(text, style name: the last part of a component class, ``""`` for the plain style)"""


class PaintedView(LineScroll):
    """``PARTS``: the prefix of the component classes, ``trace`` for ``trace--error``."""

    PARTS: ClassVar[str]
    DEFAULT_CSS = """
    PaintedView { height: 1fr; color: $foreground; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._part_styles: dict[tuple[str, Any], Style] = {}
        super().__init__(*args, **options)

    def render_lines(self, crop: Region) -> list[Strip]:
        """As ScrollView. Styles are blended once a painting: anew for each part it took half of it."""
        self._part_styles.clear()
        if not self.is_laid_out(self.scrollable_content_region.width):
            self.call_next(self.lay_out)
        return super().render_lines(crop)

    def on_resize(self) -> None:
        self.lay_out()

    def is_laid_out(self, width: int) -> bool:
        """Whether lines were broken for so many cells: what gets its rows while it is hidden does not know of
        how many, and a widget that comes back as large as it was is not always told its size."""
        return True

    def lay_out(self) -> None:
        """Break lines for the width that there is now."""

    def part_style(self, name: str, background: Any = None) -> Style:
        """The style of a part, on a background (of a ``rich.style.Style``); no name: the widget's own."""
        style = self._part_styles.get((name, background))
        if style is None:
            # Whole styles, not partial ones: only they blend colours that are partly transparent.
            whole = (
                self.get_component_rich_style(f"{self.PARTS}--{name}") if name else self.rich_style
            )
            style = whole if background is None else whole + Style(bgcolor=background)
            self._part_styles[name, background] = style
        return style

    def strip_of(self, parts: Sequence[Part], width: int, base: Style) -> Strip:
        """Parts as a line of so many cells."""
        segments = [
            Segment(text, self.part_style(name, base.bgcolor) if name else base)
            for text, name in parts
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def listed(self, parts: Sequence[Part], width: int, *, selected: bool) -> Strip:
        """A row of a list: where it is the one under the cursor, it is marked and has that colour."""
        base = self.part_style("")
        if not selected:
            return self.strip_of([("  ", ""), *parts], width, base)
        base = base + Style(bgcolor=self.part_style("cursor").bgcolor)
        # Dimmed words on the colour of the cursor are too faint to read.
        clear = [(text, "" if name == "dim" else name) for text, name in parts]
        return self.strip_of([("▶ ", ""), *clear], width, base)

    def keep_in_sight(self, row: int, page: int, below: int = 0) -> None:
        """Scroll no further than it takes to see a row, and so many below it, where ``page`` rows are shown at
        once."""
        top = round(self.scroll_y)
        wanted = min(max(top, row + below - page + 1), row)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, immediate=True, force=True)


def invitation(text: str, y: int, size: Size) -> list[Part]:
    """Row ``y`` of a view that has nothing to show: lines of ``text`` in the middle, broken at words. The first
    says what will be there, the next ones, dimmed, how it comes; the style is ``dim`` for all where there is
    one alone."""
    first, *rest = text.split("\n")
    said = wrap(first, max(1, size.width)) or [""]
    lines = [*said, *(part for line in rest for part in wrap(line, max(1, size.width)) or [""])]
    top = max(min(1, size.height - len(lines)), (size.height - len(lines)) // 2)
    if not top <= y < top + len(lines) or not lines[y - top]:
        return []
    line = lines[y - top]
    shown = fit(line, min(size.width, cell_len(line)))
    indent = " " * ((size.width - cell_len(shown)) // 2)
    return [(indent + shown, "dim" if y - top >= len(said) or not rest else "")]


def cells(parts: Iterable[Part]) -> int:
    """How wide parts are beside each other."""
    return sum(cell_len(text) for text, _ in parts)


def fit(text: str, width: int) -> str:
    """Exactly ``width`` cells: padded, or cut with ``…``."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def fit_ends(text: str, width: int) -> str:
    """As ``fit``, but what is cut is in the middle: of addresses, the end tells them apart."""
    if width < 8 or cell_len(text) <= width:
        return fit(text, width)
    head = set_cell_size(text, width // 2)
    tail = text[len(head) :]
    while cell_len(tail) > width - width // 2 - 1:
        tail = tail[1:]
    return set_cell_size(f"{head}…{tail}", width)
