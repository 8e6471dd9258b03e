"""Look at what would start before it may: a folder's own file that is to be trusted, a server that is added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal


class LookScreen(GuardedModal[bool]):
    """True: it is agreed to. The safe answer comes first and has the focus."""

    DEFAULT_CSS = """
    LookScreen { align: center middle; background: $background 60%; }
    LookScreen #look-body { width: 90%; height: auto; max-height: 90%; }
    LookScreen VerticalScroll { height: auto; max-height: 35vh; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("looking")]

    def __init__(self, said: str, lines: Sequence[str], *, no: str, yes: str) -> None:
        """lines: safe to show. no, yes: the answers."""
        super().__init__()
        self._said = said
        self._lines = lines
        self._no, self._yes = no, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="look-body"):
            yield Static(clean_line(self._said), markup=False)
            with VerticalScroll(can_focus=True):
                yield Static(Content("\n".join(self._lines)))
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(self._yes, id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
