"""What a script wrote to its console, from a level on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import ClassVar, Final

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import RichLog

from workbench.clean import clean, encodable
from workbench.model import LogLevel, LogLine

_SHOWN_LINES = 5_000
_MOST_COPIED = 1 << 20
_RANKS: Final[dict[LogLevel, int]] = {"debug": 0, "log": 1, "info": 1, "warn": 2, "error": 3}
_LEVELS: Final[tuple[LogLevel, ...]] = ("debug", "log", "warn", "error")
"""From where on lines are shown, in the order in which ``l`` goes through them."""
NAMES: Final[dict[LogLevel, str]] = {
    "debug": "all lines",
    "log": "without debug",
    "warn": "warnings and errors",
    "error": "errors",
}


class ConsoleView(RichLog):
    """The last lines of the console; ``l`` hides the lower levels."""

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
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"console--{name}" for name in ("level", "debug", "info", "warn", "error")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "level", "Level"),
        Binding("y", "copy", "Copy"),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "Bottom", show=False),
    ]

    class LevelChanged(Message):
        """Other lines are shown."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, max_lines=_SHOWN_LINES, auto_scroll=True, wrap=True, min_width=1)
        self._kept: deque[LogLine] = deque(maxlen=_SHOWN_LINES)
        self.level: LogLevel = "debug"
        """The lowest level that is shown."""

    def on_mount(self) -> None:
        # The lines are drawn once: with another theme they would keep their old colours.
        self.app.theme_changed_signal.subscribe(
            self, lambda _: self.call_after_refresh(self._refill)
        )

    def add(self, lines: Iterable[LogLine]) -> None:
        """Append lines; of all of them the last 5 000 are kept."""
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
        self.clear()

    def shown_text(self) -> str:
        """The lines that are shown, as the script wrote them."""
        return "\n".join(line.text for line in self._kept if self._is_shown(line))

    def action_level(self) -> None:
        self.level = _LEVELS[(_LEVELS.index(self.level) + 1) % len(_LEVELS)]
        self._refill()
        self.post_message(self.LevelChanged())

    def action_copy(self) -> None:
        text = self.shown_text()
        if len(text) > _MOST_COPIED:
            self.notify(
                f"{len(text):,} characters are too many for a clipboard",
                severity="warning",
                markup=False,
            )
            return
        self.app.copy_to_clipboard(encodable(text))
        self.notify("The console was sent to the terminal's clipboard", markup=False)

    def _refill(self) -> None:
        self.clear()
        for line in self._kept:
            if self._is_shown(line):
                self.write(self._drawn(line), animate=False)

    def _is_shown(self, line: LogLine) -> bool:
        return _RANKS[line.level] >= _RANKS[self.level]

    def _drawn(self, line: LogLine) -> Text:
        name = "" if line.level == "log" else line.level
        text = Text(f"{name:6}", style=self.get_component_rich_style("console--level"))
        style = self.get_component_rich_style(f"console--{name}") if name else ""
        text.append(clean(line.text), style=style)
        return text
