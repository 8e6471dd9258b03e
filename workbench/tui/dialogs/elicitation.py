"""A server's question as a form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from workbench.catalogue.forms.form import Form
from workbench.catalogue.validation import SchemaCheck
from workbench.core.elicitation import Elicitation, Reply
from workbench.text.sanitize import clean
from workbench.tui.dialogs.asking import AskingScreen
from workbench.tui.forms.drawing import about
from workbench.tui.forms.view import FormView

_ROOM = 3
"""Rows beside those of the fields: for what is wrong, and for items that are added."""


class ElicitScreen(AskingScreen):
    """The form of one question; F5 sends it."""

    DEFAULT_CSS = """
    ElicitScreen #elicit-problem { color: $text-error; }
    """

    def __init__(self, asked: Elicitation) -> None:
        super().__init__(asked)
        self._form = FormView(
            Form(asked.schema, titled=True),
            SchemaCheck(dict(asked.schema)),
            empty_text="Nothing is to be filled in · F5 sends it",
        )

    @property
    def yes(self) -> str:
        return "Send (F5)"

    def asked_for(self) -> ComposeResult:
        yield self._form
        yield Static(id="elicit-about", classes="about", markup=False)
        yield Static(id="elicit-problem", markup=False)
        said = f"What you send goes to {self.server}. Never type a password here."
        yield Static(said, classes="note", markup=False)

    def on_mount(self) -> None:
        self._form.styles.height = len(self._form.form.rows) + _ROOM
        self._form.be_at_hand()

    @on(FormView.Changed)
    def _describe_field(self) -> None:
        said = about(self._form.form, self._form.entry, self._form.problem())
        self.query_one("#elicit-about", Static).update(said)

    def action_send(self) -> None:
        content = self._form.sendable()
        problem = self._form.wrong.get((), "")
        self.query_one("#elicit-problem", Static).update(clean(problem))
        if content is not None:
            self.dismiss(Reply("accept", content))
