"""Trust a folder's own file: what it would run, and whether it may."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal


class TrustScreen(GuardedModal[bool]):
    """True: what is listed may start."""

    DEFAULT_CSS = """
    TrustScreen { align: center middle; background: $background 60%; }
    TrustScreen #trust-body { width: 90%; height: auto; max-height: 90%; }
    TrustScreen VerticalScroll { height: auto; max-height: 20; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trusting")]

    def __init__(self, path: Path, lines: Sequence[str]) -> None:
        """lines: what would run, safe to show."""
        super().__init__()
        self._path = path
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="trust-body"):
            said = f"{self._path} came with this folder. Trusted, it would start:"
            yield Static(clean_line(said), markup=False)
            with VerticalScroll(can_focus=True):
                yield Static("\n".join(self._lines), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Not now", id="no", compact=True)
                yield Button("Trust these", id="trust", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "trust")
