"""What a script wrote to its console, from a level on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from rich.segment import Segment
from rich.text import Text
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
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"console--{name}" for name in ("level", "debug", "info", "warn", "error", "cut")
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

    def add(self, lines: Iterable[LogLine]) -> None:
        """Append lines; of all of them the last rows are drawn."""
        for line in lines:
            self._kept.append(line)
            if self._is_shown(line):
                self.write(self._drawn(line), animate=False)

    def note(self, text: str) -> None:
        """A word of ours below the lines."""
        style = self.get_component_rich_style("console--warn")
        self.write(Text(clean(text), style=style), animate=False)

    def forget(self) -> None:
        """A new run starts; the level stays."""
        self._kept.clear()
        self._left_out = False
        self.clear()

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
            return super().render_line(y)
        width = self.scrollable_content_region.width
        number = sum(map(self._is_shown, self._kept))
        said = f"the start of {number:,} lines is not drawn · x saves all"
        style = self.get_component_rich_style("console--cut")
        return Strip([Segment(fit(said, width), style)]).adjust_cell_length(width, style)

    def _nothing(self, y: int) -> Strip:
        """A row where no line is drawn: why there is none, and what brings one."""
        said = self._empty_text
        if self._kept:
            hidden = count(len(self._kept), "line")
            said = f"{hidden} below the level “{NAMES[self.level]}”\nl shows other levels"
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

    def action_save(self) -> None:
        if self._kept:
            self.post_message(self.SaveRequested(self, encodable(self.shown_text()) + "\n"))

    def _refill(self) -> None:
        self.clear()
        lines = [line for line in self._kept if self._is_shown(line)]
        self._left_out = len(lines) > _SHOWN_LINES
        for line in lines[-_SHOWN_LINES:]:
            self.write(self._drawn(line), animate=False)

    def _is_shown(self, line: LogLine) -> bool:
        return _RANKS[line.level] >= _RANKS[self.level]

    def _drawn(self, line: LogLine) -> Text:
        name = "" if line.level == "log" else line.level
        text = Text(f"{name:6}", style=self.get_component_rich_style("console--level"))
        style = self.get_component_rich_style(f"console--{name}") if name else ""
        text.append(clean(line.text), style=style)
        return text
