"""The box of a question with a form or long words: its buttons are always seen."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from workbench.tui.commands import bindings
from workbench.tui.forms.view import FormView
from workbench.tui.widgets.guarded_screen import GuardedModal

R = TypeVar("R")

_SHARE = 0.94
"""Of the screen's height above its line of keys, as the style below says."""
_KEYS = 1
_FEWEST = 3
"""Rows that a form has on any screen."""


class Words(VerticalScroll):
    """Words from outside: they scroll where they are many, and only then one can go there."""

    DEFAULT_CSS = """
    Words { height: auto; max-height: 20vh; }
    Words > Static { height: auto; }
    """

    def __init__(self, words: str, id: str | None = None) -> None:
        """words: safe to show."""
        super().__init__(id=id)
        self._words = words

    def compose(self) -> ComposeResult:
        yield Static(self._words, markup=False)

    def allow_focus(self) -> bool:
        """Textual asks before it goes there."""
        return super().allow_focus() and self.max_scroll_y > 0


class QuestionBox(Vertical):
    """A form in it has the rows that its other parts leave: ``about`` as many as it may have, others those
    that they have now."""

    DEFAULT_CSS = """
    QuestionBox { width: 84; max-width: 94%; height: auto; max-height: 94%; padding: 1 2;
        border: round $primary; background: $surface; }
    QuestionBox Static { height: auto; }
    QuestionBox > FormView { margin: 1 0; }
    QuestionBox > .about { max-height: 6; }
    QuestionBox > .note { color: $foreground 70%; }
    QuestionBox > .buttons { height: auto; margin-top: 1; }
    QuestionBox Button { margin-right: 2; min-width: 6; }
    .-short QuestionBox, .-low QuestionBox { padding: 0 1; max-height: 100%; }
    .-short QuestionBox > FormView, .-low QuestionBox > FormView { margin: 1 0 0 0; }
    .-short QuestionBox > .about, .-low QuestionBox > .about { max-height: 3; }
    """

    def on_resize(self) -> None:
        self.fit()

    def fit(self) -> None:
        """The screen may have another size, or the words another height."""
        room = self.app.size.height - _KEYS
        for form in self.query(FormView):
            others = [child for child in self.children if child is not form]
            taken = sum(_rows(child) + child.styles.margin.height for child in others)
            taken += self.gutter.height + form.styles.margin.height
            form.styles.max_height = max(_FEWEST, int(room * _SHARE) - taken)


class QuestionScreen(GuardedModal[R]):
    """A question in such a box, over everything."""

    DEFAULT_CSS = """
    QuestionScreen { align: center middle; background: $background 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("asking")]

    def on_resize(self) -> None:
        self.call_after_refresh(self.query_one(QuestionBox).fit)

    def action_send(self) -> None:
        """Answer with what the form has."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Answer that there is no answer."""
        raise NotImplementedError


def _rows(child: Widget) -> int:
    most = child.styles.max_height
    reserved = most.cells if child.has_class("about") and most is not None else None
    return child.outer_size.height if reserved is None else reserved
