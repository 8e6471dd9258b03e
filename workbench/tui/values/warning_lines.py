"""What deserves to be known of a run beside its value: a few lines over it, the rest a key away."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.values.line_breaks import wrapped
from workbench.tui.widgets.mouse import only_asks

_MOST_LINES = 4
"""The value below has to be seen, too."""


class WarningLines(Static):
    """Warnings of a run, broken after words. A click asks for all of them."""

    DEFAULT_CSS = """
    WarningLines { display: none; height: auto; min-height: 1; padding: 0 1; color: $text-warning;
        &.-shown { display: block; } }
    """

    class Wanted(Message):
        """All of them are to be shown whole."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: tuple[str, ...] = ()
        self.key = "!"
        """What shows all of them."""

    def show(self, warnings: Sequence[str]) -> None:
        """Show these in place of those before; none: there is nothing to see."""
        if tuple(warnings) != self.warnings:
            self.warnings = tuple(warnings)
            self.set_class(bool(warnings), "-shown")
            self._break()

    def _break(self) -> None:
        width = self.content_size.width
        if not width:  # it is told once it is seen
            return
        lines = [part for said in self.warnings for part in wrapped(f"! {clean_line(said)}", width)]
        if len(lines) > _MOST_LINES:
            more = f"… {self.key} shows {count(len(self.warnings), 'warning')} whole"
            lines = [*lines[: _MOST_LINES - 1], more]
        said = Content("\n".join(lines))
        if said != self.content:
            self.update(said)

    def on_resize(self) -> None:
        self._break()

    def on_click(self, event: events.Click) -> None:
        if not only_asks(event):
            self.post_message(self.Wanted())
