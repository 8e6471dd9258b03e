"""A server asks the person something while it works: what its questions have in common."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Button

from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply
from workbench.text.sanitize import clean, clean_line
from workbench.tui.dialogs.question_box import QuestionBox, QuestionScreen, Words
from workbench.tui.wording import local_time


class AskingScreen(QuestionScreen[Reply]):
    """What a server asks, over everything. Only F5 and the button say yes: it may come up while one types
    elsewhere."""

    def __init__(self, asked: Elicitation) -> None:
        super().__init__()
        self._asked = asked
        self._over = False

    def compose(self) -> ComposeResult:
        with QuestionBox() as dialog:
            dialog.border_title = Content(f"{self.server} asks")
            if self._asked.until is not None:
                # A time of day stands still where seconds left would not.
                dialog.border_subtitle = f"answer by {local_time(self._asked.until)[-8:]}"
            yield Words(clean(self._asked.message))
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
