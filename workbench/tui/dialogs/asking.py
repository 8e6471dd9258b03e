"""A server asks the person something while it works: what its questions have in common."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Button, Static

from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply
from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal


class AskingScreen(GuardedModal[Reply]):
    """What a server asks, over everything. Only F5 and the button say yes: it may come up while one types
    elsewhere."""

    DEFAULT_CSS = """
    AskingScreen { align: center middle; background: $background 60%; }
    AskingScreen #elicit-body { width: 84; max-width: 94%; height: auto; max-height: 94%; padding: 1 2;
        border: round $primary; background: $surface; }
    AskingScreen Static { height: auto; }
    AskingScreen .note { color: $foreground 70%; }
    AskingScreen .buttons { height: auto; margin-top: 1; }
    AskingScreen Button { margin-right: 2; min-width: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("asking")]

    def __init__(self, asked: Elicitation) -> None:
        super().__init__()
        self._asked = asked
        self._over = False

    def compose(self) -> ComposeResult:
        with Vertical(id="elicit-body") as dialog:
            dialog.border_title = Content(f"{self.server} asks")
            yield Static(clean(self._asked.message), markup=False)
            yield from self.asked_for()
            with Horizontal(classes="buttons"):
                yield Button("Not now", id="cancel", compact=True)
                yield Button("Decline", id="decline", compact=True)
                yield Button(self.yes, id="accept", compact=True)

    @property
    def server(self) -> str:
        """Its name, to be shown."""
        return clean_line(self._asked.server, 40)

    @property
    def yes(self) -> str:
        """What is on the button that says yes."""
        raise NotImplementedError

    def asked_for(self) -> ComposeResult:
        """What stands between the message and the buttons."""
        raise NotImplementedError

    def action_send(self) -> None:
        """Say yes, where nothing is missing."""
        raise NotImplementedError

    def take_back(self) -> None:
        """Nobody waits for the answer any more."""
        self._over = True
        self.dismiss(CANCELLED)

    @on(ScreenResume)
    def _resumed(self) -> None:
        if self._over:
            self.dismiss(CANCELLED)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "accept":
            self.action_send()
        else:
            self.dismiss(DECLINED if event.button.id == "decline" else CANCELLED)

    def action_leave(self) -> None:
        self.dismiss(CANCELLED)
