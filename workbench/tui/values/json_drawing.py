"""How a JSON value is drawn: the visible lines only, so that 5 MB never stop the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.values.json_search import MOST_MATCHES
from workbench.tui.values.json_tree import JsonTree, Path, folded_value, shown_value
from workbench.tui.values.media import media_of
from workbench.tui.widgets.line_view import PaintedView, Part, fit, invitation
from workbench.tui.widgets.prompt import Prompt

_OF_A_VALUE = ("fold", "search", "view", "copy_value")
"""Actions of keys that the footer offers."""


class JsonDrawing(PaintedView):
    """The rows of a value, the cursor, and a line for the search below."""

    PARTS = "json"

    DEFAULT_CSS = """
    JsonDrawing {
        background: $surface;
        scrollbar-gutter: stable;
        & > .json--key { color: $primary; }
        & > .json--index, & > .json--fold { color: $foreground 55%; }
        & > .json--string { color: $success; }
        & > .json--number { color: $accent; }
        & > .json--word { color: $warning; }
        & > .json--count { color: $foreground 60%; }
        & > .json--text { color: $success; }
        & > .json--dim { color: $foreground 60%; }
        & > .json--cursor { background: $primary 20%; }
        & > .json--match { background: $warning 35%; }
        & > .json--prompt { background: $panel; color: $foreground; }
        &:focus > .json--cursor { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"json--{name}"
        for name in (
            *("key", "index", "fold", "string", "number", "word", "count", "text", "dim"),
            *("cursor", "match", "prompt"),
        )
    }

    empty_text: reactive[str] = reactive("Nothing to show")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.shown: JsonTree | None = None
        self.position = 0
        """The row under the cursor."""
        self._prompt = Prompt()
        """What is searched for while it is typed."""
        self._sought = ""
        self._matches: list[Path] = []
        self._match = -1
        self._note = ""

    @property
    def idle_actions(self) -> frozenset[str]:
        """Nothing can be done with a value that is not there: its keys are not offered."""
        return frozenset(() if self.shown is not None else _OF_A_VALUE)

    def _footer(self) -> str:
        if self._prompt.is_open:
            return self._prompt.line
        if self._note:
            return self._note
        if self._matches:
            count = f"{len(self._matches):,}"
            more = "+" if len(self._matches) >= MOST_MATCHES else ""
            return f"/{clean_line(self._sought)}   {self._match + 1:,} of {count}{more} · n N · Esc"
        return ""

    def _resize(self) -> None:
        rows = len(self.shown.rows) if self.shown is not None else 0
        self.virtual_size = Size(self.scrollable_content_region.width, rows + bool(self._footer()))
        self.refresh()

    @property
    def _page(self) -> int:
        return max(1, self.size.height - bool(self._footer()))

    def _go(self, position: int) -> None:
        if self.shown is None:
            return
        self.position = min(max(0, position), len(self.shown.rows) - 1)
        self.keep_in_sight(self.position, self._page)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.part_style("")
        footer = self._footer()
        if footer and y == self.size.height - 1:
            return self.strip_of([(footer, "prompt")], width, self.part_style("prompt"))
        rows = self.shown.rows if self.shown is not None else []
        index = self.scroll_offset.y + y
        if index >= len(rows):
            if not rows:
                return self.strip_of(invitation(self.empty_text, y, self.size), width, base)
            return Strip.blank(width, base)
        if index == self.position:
            base = base + Style(bgcolor=self.part_style("cursor").bgcolor)
        return self.strip_of(self._parts(index), width, base)

    def _parts(self, index: int) -> list[Part]:
        assert self.shown is not None
        row = self.shown.rows[index]
        cells = self.shown.indent(row)
        # Where levels stand in one column, their number tells them apart.
        indent = " " * cells if cells == 2 * row.depth else f"{row.depth:>{cells - 1}} "
        if row.is_text:
            return [(indent + "  ", ""), (clean_line(row.value), "key" if row.of_key else "text")]
        fold = ("▾ " if row.open else "▸ ") if self.shown.folds(row) else "  "
        parts: list[Part] = [(indent + fold, "fold")]
        if row.key is not None:
            style = "index" if isinstance(row.key, int) else "key"
            parts.append((self.shown.label(row), style))
        if (
            row.open and isinstance(row.value, str) and self.shown.is_cut(row)
        ):  # the text itself stands below
            parts.append((f"{len(row.value):,} characters", "dim"))
        elif (media := media_of(row.value)) is not None:
            parts.append((fit(media.words, self.shown.room(row)).rstrip(), "string"))
        else:
            shown = shown_value if row.open else folded_value
            parts.append((shown(row.value, self.shown.room(row)), _kind(row.value)))
        return parts

    def strip_of(self, parts: Sequence[Part], width: int, base: Style) -> Strip:
        """As PaintedView, with what was searched for marked."""
        segments: list[Segment] = []
        for text, name in parts:
            segments += self._marked(text, self.part_style(name, base.bgcolor) if name else base)
        return Strip(segments).adjust_cell_length(width, base)

    def _marked(self, text: str, style: Style) -> list[Segment]:
        """Text with what is searched for set off."""
        wanted = (self._prompt.text or self._sought).lower()
        lower = text.lower()
        if not wanted or wanted not in lower or len(lower) != len(text):
            return [Segment(text, style)]
        marked = style + Style(bgcolor=self.part_style("match").bgcolor, underline=True)
        segments: list[Segment] = []
        at = 0
        while (found := lower.find(wanted, at)) >= 0:
            segments.append(Segment(text[at:found], style))
            segments.append(Segment(text[found : found + len(wanted)], marked))
            at = found + len(wanted)
        return [*segments, Segment(text[at:], style)]


def _kind(value: JsonValue) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool) or value is None:
        return "word"
    return "count" if isinstance(value, dict | list) else "number"
