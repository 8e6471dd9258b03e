"""What a script wrote to its console, from a level on."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from workbench.core.model import LogLevel, LogLine
from workbench.text.plurals import count
from workbench.text.sanitize import clean, encodable
from workbench.tui.commands import bindings
from workbench.tui.textual_private import LineLog
from workbench.tui.values.clipboard import copy
from workbench.tui.widgets.line_view import fit, invitation

_SHOWN_LINES = 5_000
"""So many rows are drawn. All lines are kept: the engine bounds them (10 000 and 4 MB a run)."""
_DRAW_S = 0.02
"""So long lines are drawn in one go; the rest after what waits meanwhile."""
_RANKS: Final[dict[LogLevel, int]] = {"debug": 0, "log": 1, "info": 1, "warn": 2, "error": 3}
_LEVELS: Final[tuple[LogLevel, ...]] = ("debug", "log", "warn", "error")
"""From where on lines are shown, in the order in which ``l`` goes through them."""
NAMES: Final[dict[LogLevel, str]] = {
    "debug": "all lines",
    "log": "without debug",
    "warn": "warnings and errors",
    "error": "errors",
}


class ConsoleView(LineLog):
    """The console, of a long one the last rows; ``l`` hides the lower levels, ``x`` saves all lines."""

    DEFAULT_CSS = """
    ConsoleView {
        background: $background;
        scrollbar-size-vertical: 1;
        padding: 0 1;
        &:focus { background-tint: $foreground 0%; }
        & > .console--debug, & > .console--level { color: $foreground 55%; }
        & > .console--info { color: $accent; }
        & > .console--warn { color: $warning; }
        & > .console--error { color: $error; }
        & > .console--cut { background: $panel; color: $foreground; }
        & > .console--chosen { background: $primary 35%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"console--{name}" for name in ("level", "debug", "info", "warn", "error", "cut", "chosen")
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("console")]

    class LevelChanged(Message):
        """Other lines are shown."""

    class SaveRequested(Message):
        """``x``: every line of the level that is shown, as text for a file."""

        def __init__(self, view: ConsoleView, text: str) -> None:
            super().__init__()
            self.view, self.text = view, text

        @property
        def control(self) -> ConsoleView:
            return self.view

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, max_lines=_SHOWN_LINES, auto_scroll=True, wrap=True, min_width=1)
        self._kept: list[LogLine] = []
        self._next = 0
        """The first line in ``_kept`` that was not looked at yet."""
        self._starts: list[tuple[int, int]] = []
        """(first row, place in ``_kept``) of each line that is drawn; rows that were let go count."""
        self._is_drawing = False
        self._shows_some = False
        """Whether there are lines of the level that is shown, drawn or not yet."""
        self._note = ""
        self._is_noted = False
        """Whether the note is drawn."""
        self._width = 0
        """Cells of a row, as they were when the lines were drawn."""
        self._at_end = True
        """Whether new lines are followed."""
        self._top: int | None = None
        """The line that is to be the topmost once all are drawn; a place in ``_kept``."""
        self._chosen: int | None = None
        """The line that somebody went to; a place in ``_kept``."""
        self._left_out = False
        """Lines above the first one that is drawn were not drawn again."""
        self.level: LogLevel = "debug"
        """The lowest level that is shown."""
        self._empty_text = ""

    def on_mount(self) -> None:
        # The lines are drawn once: with another theme they would keep their old colours.
        self.app.theme_changed_signal.subscribe(
            self, lambda _: self.call_after_refresh(self._refill)
        )

    @property
    def idle_actions(self) -> frozenset[str]:
        """Nothing can be done with lines that are not there: their keys are not offered."""
        return frozenset(() if self._kept else ("level", "copy", "save"))

    def add(self, lines: Iterable[LogLine]) -> None:
        """Append lines; of all of them the last rows are drawn."""
        was_empty = not self._kept
        self._kept.extend(lines)
        if was_empty and self.has_focus:
            self.refresh_bindings()
        if not self._is_drawing:
            self._draw()

    def note(self, text: str) -> None:
        """A word of ours below the lines."""
        self._note = text
        if not self._is_drawing:
            self._draw_note()

    def forget(self) -> None:
        """A new run starts; the level stays."""
        self._kept.clear()
        self._note = ""
        self._top = self._chosen = None
        self._at_end = True
        self._refill()

    def go_to(self, number: int) -> None:
        """Bring a line to the top and mark it. number: from 0, of all that the script wrote."""
        if number >= len(self._kept):
            return
        self._chosen = self._top = number
        if not self._is_shown(self._kept[number]):
            self.level = "debug"
            self.post_message(self.LevelChanged())
        self._refill()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are wrapped for the width that there is now."""
        width = self.scrollable_content_region.width
        if not width or width == self._width:
            return
        if not self._width:
            self.clear()  # Textual kept what was written before; all of it is drawn below
        super().on_resize(event)
        self._width = width
        if self._top is None and not self._at_end:
            self._top = self._line_at(self.scroll_offset.y)
        self._refill()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if not self._is_drawing:
            self._at_end = round(new) >= self.max_scroll_y

    def invite(self, text: str) -> None:
        """What stands there as long as the script wrote nothing."""
        self._empty_text = text
        self.refresh()

    @property
    def is_cut(self) -> bool:
        """Whether lines above the first row are not drawn."""
        return self._left_out or self.rows_let_go > 0

    def render_line(self, y: int) -> Strip:
        """As it is; where lines above are not drawn, the topmost row says so."""
        if not self.lines:
            return self._nothing(y)
        if y or self.scroll_offset.y or not self.is_cut:
            drawn = super().render_line(y)
            line = self._line_at(self.scroll_offset.y + y)
            if self._chosen is None or line != self._chosen:
                return drawn
            ground = Style(bgcolor=self.get_component_rich_style("console--chosen").bgcolor)
            return Strip(Segment.apply_style(drawn, post_style=ground), drawn.cell_length)
        width = self.scrollable_content_region.width
        number = sum(map(self._is_shown, self._kept))
        said = f"the start of {number:,} lines is not drawn · x saves all"
        style = self.get_component_rich_style("console--cut")
        return Strip([Segment(fit(said, width), style)]).adjust_cell_length(width, style)

    def _line_at(self, row: int) -> int | None:
        """The line that a row is of: its place in ``_kept``."""
        row += self.rows_let_go
        place = bisect_right(self._starts, (row, len(self._kept))) - 1
        return (
            self._starts[place][1]
            if place >= 0 and row < len(self.lines) + self.rows_let_go
            else None
        )

    def _nothing(self, y: int) -> Strip:
        """A row where no line is drawn: why there is none, and what brings one."""
        said = self._empty_text
        if self._kept:
            lines = count(len(self._kept), "line")
            said = f"{lines} below the level “{NAMES[self.level]}”\nl shows other levels"
            if self._shows_some:
                said = f"Drawing {lines}"
        width = self.scrollable_content_region.width
        quiet = self.get_component_rich_style("console--level")
        segments = [
            Segment(text, quiet if style else self.rich_style)
            for text, style in invitation(said, y, self.scrollable_content_region.size)
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def shown_text(self) -> str:
        """All lines of the level that is shown, as the script wrote them."""
        return "\n".join(line.text for line in self._kept if self._is_shown(line))

    def action_level(self) -> None:
        self.level = _LEVELS[(_LEVELS.index(self.level) + 1) % len(_LEVELS)]
        self._refill()
        self.post_message(self.LevelChanged())

    def action_copy(self) -> None:
        copy(self, self.shown_text(), "The console was sent to the terminal's clipboard")

    def copy_line(self, number: int) -> None:
        """One line as the script wrote it. number: from 0, of all that it wrote."""
        if number < len(self._kept):
            said = "The console line was sent to the terminal's clipboard"
            copy(self, self._kept[number].text, said, "x in 4 Detail saves the console to a file")

    def action_save(self) -> None:
        if self._kept:
            self.post_message(self.SaveRequested(self, encodable(self.shown_text()) + "\n"))

    def _refill(self) -> None:
        """Draw the lines anew, as many of the last ones as are drawn."""
        self.clear()
        self._starts.clear()
        self._is_noted = False
        shown = [place for place, line in enumerate(self._kept) if self._is_shown(line)]
        self._shows_some = bool(shown)
        self._left_out = len(shown) > _SHOWN_LINES
        self._next = shown[-_SHOWN_LINES] if self._left_out else 0
        if not self._is_drawing:
            self._draw()

    def _draw(self) -> None:
        """Draw what was not drawn yet, for a moment; then again, after what waits meanwhile."""
        until = time.monotonic() + _DRAW_S
        self._is_drawing = True
        while self._next < len(self._kept):
            line = self._kept[self._next]
            if self._is_shown(line):
                self._shows_some = True
                self._starts.append((len(self.lines) + self.rows_let_go, self._next))
                follows = self._at_end and self._top is None
                self.write(self._drawn(line), animate=False, scroll_end=follows)
            self._next += 1
            if time.monotonic() >= until:
                self.call_later(self._draw)
                return
        self._is_drawing = False
        self._draw_note()
        if self._top is not None and self._width:
            rows = [start for start, place in self._starts if place >= self._top]
            self._top, self._at_end = None, False
            y = max(0, (rows or [0])[0] - self.rows_let_go)
            # After what earlier lines have asked for.
            self.call_after_refresh(self.scroll_to, y=y, animate=False, immediate=True, force=True)

    def _draw_note(self) -> None:
        if self._note and not self._is_noted:
            self._is_noted = True
            style = self.get_component_rich_style("console--warn")
            self.write(Text(clean(self._note), style=style), animate=False, scroll_end=self._at_end)

    def _is_shown(self, line: LogLine) -> bool:
        return _RANKS[line.level] >= _RANKS[self.level]

    def _drawn(self, line: LogLine) -> Text:
        name = "" if line.level == "log" else line.level
        text = Text(f"{name:6}", style=self.get_component_rich_style("console--level"))
        style = self.get_component_rich_style(f"console--{name}") if name else ""
        text.append(clean(line.text), style=style)
        return text
