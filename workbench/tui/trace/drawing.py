"""How the trace is drawn: line by line, so that 100 000 calls cost as little as ten.

Every ready-made list of Textual measures or mounts all rows; this draws the visible.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from workbench.text.sanitize import clean_line
from workbench.tui.trace import waterfall
from workbench.tui.trace.arranged import ORDER_WORDS
from workbench.tui.trace.line import (
    Columns,
    View,
    call_line,
    console_line,
    fold_line,
    header_line,
)
from workbench.tui.trace.rows import CallRow
from workbench.tui.trace.trace_model import TraceModel
from workbench.tui.widgets.hues import HUES, hue_rules
from workbench.tui.widgets.line_view import PaintedView, Part, invitation
from workbench.tui.widgets.prompt import Prompt

_NARROW = 100
"""Screens narrower than this show a summary where the waterfall would be."""
_LONG = 40
"""Runs of so many calls have an overview above their rows."""
_LEAST_HEIGHT = 8
_OF_ROWS = ("toggle_follow", "error(1)", "filter", "order", "summary", "copy")
"""Actions of keys that the footer offers."""


class TraceDrawing(PaintedView):
    """The rows of a trace with a header above and a line for the filter below."""

    PARTS = "trace"

    DEFAULT_CSS = """
    TraceDrawing {
        background: $surface;
        & > .trace--header { color: $foreground 60%; }
        & > .trace--number, & > .trace--dim, & > .trace--ms { color: $foreground 60%; }
        & > .trace--cursor { background: $primary 20%; }
        & > .trace--track { color: $foreground 15%; }
        & > .trace--ok, & > .trace--bar-ok { color: $success; }
        & > .trace--error, & > .trace--bar-error { color: $error; }
        & > .trace--running, & > .trace--bar-running { color: $accent; }
        & > .trace--timeout, & > .trace--bar-timeout { color: $warning; }
        & > .trace--refused, & > .trace--bar-refused { color: $warning; }
        & > .trace--cancelled, & > .trace--bar-cancelled { color: $foreground 60%; }
        & > .trace--pending, & > .trace--bar-pending { color: $foreground 30%; }
        & > .trace--bar-warm { color: $warning; }
        & > .trace--bar-hot { color: $warning 60%; background: $error 25%; }
        & > .trace--result { color: $foreground 80%; }
        & > .trace--fold { color: $accent; text-style: bold; }
        & > .trace--overview { color: $primary 80%; }
        & > .trace--overview-bad { color: $error; }
        & > .trace--overview-here { color: $foreground; background: $primary 40%; }
        & > .trace--warn { color: $warning; }
        & > .trace--pill { background: $accent; color: $background; text-style: bold; }
        & > .trace--prompt { background: $panel; color: $foreground; }
        & > .trace--problem { background: $panel; color: $error; }
        &:focus > .trace--cursor { background: $primary 35%; }
    }
    """ + hue_rules("TraceDrawing", "trace--hue")
    _STYLES = (
        *("header", "number", "dim", "ms", "cursor", "track", "warn", "pill", "prompt", "problem"),
        *("result", "fold", "overview", "overview-bad", "overview-here"),
        *("ok", "error", "running", "timeout", "refused", "cancelled", "pending"),
        *("bar-ok", "bar-error", "bar-running", "bar-timeout", "bar-refused", "bar-cancelled"),
        *("bar-pending", "bar-warm", "bar-hot"),
        *(f"hue-{number}" for number in range(HUES)),
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"trace--{name}" for name in _STYLES}

    follow: reactive[bool] = reactive(True)
    empty_text: reactive[str] = reactive(
        "Each call of a tool, as it happens\nF5 runs the script", layout=False
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.model = TraceModel()
        self.cursor: int | None = None
        """The selected row: an index into ``model.rows``."""
        self._view: View | None = None
        self._unseen = 0
        """Rows that came since following stopped."""
        self._prompt = Prompt()
        """The filter while it is typed."""
        self._problem = ""

    @property
    def idle_actions(self) -> frozenset[str]:
        """Nothing can be done with rows that are not there: their keys are not offered."""
        return frozenset(() if self.model.rows else _OF_ROWS)

    @property
    def view(self) -> View:
        """What the middle column shows; the width of the screen decides until ``t`` does."""
        if self._view is not None:
            return self._view
        return "summary" if self.app.size.width < _NARROW else "waterfall"

    def _footer(self) -> list[Part]:
        """The line at the bottom: the filter being typed, its problem, or the filter in force."""
        if self._prompt.is_open:
            parts: list[Part] = [(self._prompt.line, "prompt")]
            return [*parts, (f"  {self._problem}", "problem")] if self._problem else parts
        if self._problem:
            return [(self._problem, "problem")]
        shown = self.model.shown
        order = "" if shown.order == "made" else f"{ORDER_WORDS[shown.order]} · o turns"
        if not shown.filter:
            return [(f"{order} · Esc clears", "prompt")] if order else []
        found = (
            f"filtering {self.model.shown.progress:.0%}"
            if self.model.shown.progress < 1
            else f"{len(self.model.shown):,} of {len(self.model.rows):,}"
        )
        said = f"/{clean_line(shown.filter.text)}   {found}"
        return [(" · ".join(filter(None, (said, order, "Esc clears"))), "prompt")]

    @property
    def _top(self) -> int:
        """Lines above the rows: the names of the columns, above a long run also its overview."""
        long = self.model.totals.calls >= _LONG and self.size.height >= _LEAST_HEIGHT
        return 2 if long else 1

    @property
    def _page(self) -> int:
        return max(1, self.size.height - self._top - bool(self._footer()))

    @property
    def _scale(self) -> float:
        """While it runs in steps, so that bars do not move with every event; then as it is."""
        model = self.model
        return max(model.span_ms, 1.0) if model.finished else waterfall.scale_ms(model.span_ms)

    def _columns(self) -> Columns:
        width = self.scrollable_content_region.width
        return Columns.of(width, self.view, self.model.last_seq)

    def _overview_room(self) -> tuple[int, int]:
        """Where the overview begins, and its width."""
        left = self._columns().number + 3
        return left, max(0, self.scrollable_content_region.width - left - 1)

    def _overview(self) -> list[Part]:
        left, width = self._overview_room()
        parts: list[Part] = [(" " * left, "")]
        row = self.model.rows[self.cursor] if self.cursor is not None else None
        here = -1
        if isinstance(row, CallRow):
            here = min(width - 1, int(row.started_ms / self._scale * width))
        at = 0
        for text, bad in self.model.overview.line(self._scale, width):
            style = "overview-bad" if bad else "overview"
            inside = here - at
            if 0 <= inside < len(text):
                parts += [
                    (text[:inside], style),
                    (text[inside], "overview-here"),
                    (text[inside + 1 :], style),
                ]
            else:
                parts.append((text, style))
            at += len(text)
        return parts

    def _resize(self) -> None:
        lines = len(self.model.shown) + self._top + bool(self._footer())
        self.virtual_size = Size(self.scrollable_content_region.width, lines)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.part_style("")
        model = self.model
        footer = self._footer()
        if footer and y == self.size.height - 1:
            return self.strip_of(footer, width, self.part_style("prompt"))
        scale, columns, top = self._scale, self._columns(), self._top
        if y == 0:
            names = header_line(columns, scale) if model.rows else []
            return self.strip_of(names, width, base)
        if y < top:
            return self.strip_of(self._overview(), width, base)
        position = self.scroll_offset.y + y - top
        if position >= len(model.shown):
            if not len(model.shown) and model.shown.progress == 1:
                said = invitation(self._why_empty(), y, self.size)
                return self.strip_of(said, width, base)
            return Strip.blank(width, base)
        index = model.shown[position]
        row = model.rows[index]
        selected = index == self.cursor
        fold = model.shown.folded_at(index)
        hue = model.hues.of(row.server) if isinstance(row, CallRow) else 0
        if fold is not None and isinstance(row, CallRow):
            parts = fold_line(row, fold, columns, scale=scale, selected=selected, hue=hue)
        elif isinstance(row, CallRow):
            now = model.elapsed_ms() if row.duration_ms is None else 0.0
            parts = call_line(row, columns, now_ms=now, scale=scale, selected=selected, hue=hue)
        else:
            parts = console_line(row, width, selected=selected, number=columns.number)
        if selected:
            base = base + Style(bgcolor=self.part_style("cursor").bgcolor)
        last = self.size.height - 1 - bool(footer)
        pill = self._pill() if y == last else ""
        if pill:
            strip = self.strip_of(parts, width - len(pill), base)
            return Strip.join([strip, Strip([Segment(pill, self.part_style("pill"))])])
        return self.strip_of(parts, width, base)

    def _why_empty(self) -> str:
        """What is said where there is no row."""
        if self.model.rows:
            return (
                "No row matches the filter"
                if self.model.shown.filter
                else "Only the console, hidden"
            )
        if self.model.finished:
            said = "The script called no tool\nand wrote nothing to the console"
            return f"{said}\n4 Detail says what came of it"
        if self.model.waits:
            return "Waits for a worker"
        return "Running · no call so far" if self.model.is_running else self.empty_text

    def _pill(self) -> str:
        if self.follow or not self._unseen or self.model.shown.order != "made":
            return ""
        return f" {self._unseen:,} new ↓ "
