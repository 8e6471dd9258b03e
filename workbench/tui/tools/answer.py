"""What a tool answered when it was tried: its value, or a card of the error."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult

from workbench.core.model import Execution
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.pane import Pane
from workbench.tui.wording import duration


class AnswerPane(Pane):
    """Empty until the first call has come back; then what the last one gave."""

    DEFAULT_CSS = """
    AnswerPane ErrorCard { display: none; }
    AnswerPane.-failed ErrorCard { display: block; }
    AnswerPane.-failed JsonView { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield JsonView()
        yield ErrorCard()

    def on_mount(self) -> None:
        self.view.empty_text = (
            "What the tool answers, or why it failed\nF5 sends the call: it is real"
        )
        self.set_title("Answer")

    @property
    def view(self) -> JsonView:
        return self.query_one(JsonView)

    @property
    def card(self) -> ErrorCard:
        return self.query_one(ErrorCard)

    def wait(self) -> None:
        """A call is on its way."""
        self.set_title("Answer · running …", "F8 stops it")

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self.set_title("Answer · stopped")

    def show(self, done: Execution, title: str) -> None:
        """What came of it. title: the tool's name."""
        took = duration(done.duration_ms)
        here = self.has_focus_within
        self.set_class(done.error is not None, "-failed")
        if done.error is None:
            self.view.show(done.value, title)
            self.set_title(f"Answer · ✔ ok · {took}", "F6 goes to it")
        else:
            # Line and stack are of the script around the call, which nobody wrote.
            error = replace(done.error, line=None, column=None, stack=None)
            self.card.show(error, "", may_fix=False)
            self.set_title(f"Answer · ✘ {done.error.code} · {took}", "F6 goes to it")
        if here:
            self.be_read()

    def be_read(self) -> None:
        """Give the focus to what is shown."""
        self.screen.set_focus(self.card if self.has_class("-failed") else self.view)

    @on(ErrorCard.TreeWanted)
    def _as_tree(self) -> None:
        if self.card.error is not None:
            self.view.show(self.card.error.to_json(), "error")
            self.remove_class("-failed")
            self.view.focus()

    @on(JsonView.ViewTurned)
    def _as_card(self) -> None:
        self.add_class("-failed")
        self.card.focus()
