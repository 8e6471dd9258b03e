"""A larger editor over the screen, for the value of one field."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.tui.commands import bindings
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.highlighting import Language
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.pane import Pane


class TextEntryScreen(GuardedModal[str | None]):
    """Gives the text; None: it stays as it was."""

    DEFAULT_CSS = """
    TextEntryScreen { align: center middle; background: $background 60%; }
    TextEntryScreen > Pane { width: 90%; height: 80%; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("entry")]

    def __init__(self, text: str, title: str, language: Language) -> None:
        """title: safe to show."""
        super().__init__()
        self._text = text
        self._title = title
        self._language: Language = language

    def compose(self) -> ComposeResult:
        with Pane() as pane:
            pane.set_title(self._title, "F5 takes it · Esc leaves it as it was")
            yield CodeArea(self._text, language=self._language)

    def on_mount(self) -> None:
        self.query_one(CodeArea).focus()

    def action_take(self) -> None:
        self.dismiss(self.query_one(CodeArea).text)
