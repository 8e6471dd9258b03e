"""Small questions over the screen: a choice, a line of text, one of many names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from workbench.clean import clean, clean_line

_SHOWN = 200


class ChoiceScreen(ModalScreen[str | None]):
    """A question with a button for each answer; the first is safe and has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Stay"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(clean(self._question), markup=False)
            with Horizontal(classes="buttons"):
                for name, label in self._choices.items():
                    yield Button(label, id=name, compact=True)

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)


class LineScreen(ModalScreen[str | None]):
    """A line of text, with names to choose from below where there are any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str = "", names: Sequence[str] = ()) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._names = names

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = clean_line(self._title)
            line = Input(self._value, id="line")
            line.cursor_blink = False
            yield line
            if self._names:
                yield OptionList(markup=False, id="names")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        chosen = self._highlighted()
        typed = event.value.strip()
        if chosen is not None and (not typed or "/" not in typed):
            self.dismiss(chosen)
        else:
            self.dismiss(typed or None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._matching(self.query_one(Input).value)[event.option_index])

    def action_move(self, step: int) -> None:
        for names in self.query(OptionList):
            if step > 0:
                names.action_cursor_down()
            else:
                names.action_cursor_up()

    def _fill(self, typed: str) -> None:
        for names in self.query(OptionList):
            names.clear_options()
            names.add_options(Option(clean_line(name)) for name in self._matching(typed))
            if names.option_count:
                names.highlighted = 0

    def _matching(self, typed: str) -> list[str]:
        words = typed.lower().split()
        found = [name for name in self._names if all(word in name.lower() for word in words)]
        return found[:_SHOWN]

    def _highlighted(self) -> str | None:
        for names in self.query(OptionList):
            if names.highlighted is not None:
                return self._matching(self.query_one(Input).value)[names.highlighted]
        return None
