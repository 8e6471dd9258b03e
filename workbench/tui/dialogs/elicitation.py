"""A server asks the person something while it works: its question as a form."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.widgets import Button, Static

from workbench.catalogue.forms.form import Form
from workbench.catalogue.validation import SchemaCheck
from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply
from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.forms.drawing import about
from workbench.tui.forms.view import FormView
from workbench.tui.widgets.guarded_screen import GuardedModal

_ROOM = 3
"""Rows beside those of the fields: for what is wrong, and for items that are added."""


class ElicitScreen(GuardedModal[Reply]):
    """The form. Only F5 and the button send it: it may come up while one types elsewhere."""

    DEFAULT_CSS = """
    ElicitScreen { align: center middle; background: $background 60%; }
    ElicitScreen #elicit-body { width: 84; max-width: 94%; height: auto; max-height: 94%; padding: 1 2;
        border: round $primary; background: $surface; }
    ElicitScreen FormView { max-height: 55vh; margin: 1 0; }
    ElicitScreen Static { height: auto; }
    ElicitScreen #elicit-about { max-height: 6; }
    ElicitScreen .note { color: $foreground 70%; }
    ElicitScreen #elicit-problem { color: $text-error; }
    ElicitScreen .buttons { height: auto; margin-top: 1; }
    ElicitScreen Button { margin-right: 2; min-width: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("asking")]

    def __init__(self, asked: Elicitation) -> None:
        super().__init__()
        self._asked = asked
        self._form = FormView(
            Form(asked.schema, titled=True),
            SchemaCheck(dict(asked.schema)),
            empty_text="Nothing is to be filled in · F5 sends it",
        )
        self._over = False

    def compose(self) -> ComposeResult:
        with Vertical(id="elicit-body") as dialog:
            dialog.border_title = Content(f"{clean_line(self._asked.server, 40)} asks")
            yield Static(clean(self._asked.message), markup=False)
            yield self._form
            yield Static(id="elicit-about", markup=False)
            yield Static(id="elicit-problem", markup=False)
            said = f"What you send goes to {clean_line(self._asked.server, 40)}. Never type a password here."
            yield Static(said, classes="note", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Not now", id="cancel", compact=True)
                yield Button("Decline", id="decline", compact=True)
                yield Button("Send (F5)", id="accept", compact=True)

    def on_mount(self) -> None:
        self._form.styles.height = len(self._form.form.rows) + _ROOM
        self._form.be_at_hand()

    @on(FormView.Changed)
    def _tell(self) -> None:
        entry = self._form.entry
        said = [] if entry is None else [about(self._form.form, entry, self._form.problem())]
        self.query_one("#elicit-about", Static).update(Content("\n").join(said))

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

    def action_send(self) -> None:
        content = self._form.sendable()
        problem = self._form.wrong.get((), "")
        self.query_one("#elicit-problem", Static).update(clean(problem))
        if content is not None:
            self.dismiss(Reply("accept", content))
