"""What has to be known before a resource is read or a prompt is got: an address filled in, arguments."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from workbench.catalogue.forms.form import Form
from workbench.catalogue.offerings import PromptInfo
from workbench.catalogue.validation import SchemaCheck
from workbench.core.model import ExecutionRequest, JsonValue
from workbench.text.sanitize import clean, clean_line
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.dialogs.question_box import QuestionBox, QuestionScreen, Words
from workbench.tui.forms.drawing import about
from workbench.tui.forms.view import FormView
from workbench.tui.tools.beside import (
    Beside,
    address_of,
    getting,
    problem_of,
    question_of,
    reading,
    schema_of,
)

_ROOM = 2
"""Rows beside those of the fields: for what is wrong."""


async def request_for(app: App[Any], one: Beside) -> tuple[ExecutionRequest, str] | None:
    """The request that asks a server for it, and what it is called; None: its person left it.

    Called in a worker.
    """
    if isinstance(one, PromptInfo):
        args = await app.push_screen_wait(PromptScreen(one)) if one.arguments else {}
        return None if args is None else (getting(one, args), address_of(one))
    question, address = question_of(one), one.uri
    if question is not None:
        typed = await app.push_screen_wait(LineScreen(*question, check=problem_of))
        if typed is None:
            return None
        address = typed
    return reading(one, address), address


class PromptScreen(QuestionScreen[dict[str, JsonValue] | None]):
    """Dismissed with the arguments; None: it was left."""

    def __init__(self, prompt: PromptInfo) -> None:
        super().__init__()
        self._prompt = prompt
        schema = schema_of(prompt)
        self._form = FormView(Form(schema), SchemaCheck(schema))

    def compose(self) -> ComposeResult:
        with QuestionBox() as dialog:
            name = clean_line(f"{self._prompt.server} {self._prompt.name}", 60)
            dialog.border_title = Content(f"Get {name}")
            yield Words(clean(self._prompt.description))
            yield self._form
            yield Static(id="prompt-about", classes="about", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Not now", id="cancel", compact=True)
                yield Button("Get it (F5)", id="accept", compact=True)

    def on_mount(self) -> None:
        self._form.styles.height = len(self._form.form.rows) + _ROOM
        self._form.be_at_hand()

    @on(FormView.Changed)
    def _describe_field(self) -> None:
        said = about(self._form.form, self._form.entry, self._form.problem())
        self.query_one("#prompt-about", Static).update(said)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "accept":
            self.action_send()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_send(self) -> None:
        args = self._form.sendable()
        if args is not None:
            self.dismiss(args)
