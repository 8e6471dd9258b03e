"""Small questions over the screen: a choice, a line of text, one of many names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.dialogs.titled_box import TitledBox
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import LineInput

_SHOWN = 200


class ChoiceScreen(GuardedModal[str | None]):
    """A question with a button for each answer; the first is safe and has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("choice")]

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


Check = Callable[[str], str | None]
"""What is wrong with a text that is typed, or None."""


class LineScreen(GuardedModal[str | None]):
    """A line of text, with names to choose from below where there are any.

    check: says below the line what is wrong as one types; Enter takes nothing wrong.
    """

    DEFAULT_CSS = """
    LineScreen Input { border: tall $border-blurred; }
    LineScreen Input:focus { border: tall $primary; }
    LineScreen #line-problem { display: none; height: auto; padding: 0 1; color: $text-error; }
    LineScreen #line-problem.-shown { display: block; }
    LineScreen #line-problem.-told { color: $foreground 80%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("names")]

    def __init__(
        self,
        title: str,
        value: str = "",
        names: Sequence[str] = (),
        check: Check = lambda text: None,
        *,
        may_be_empty: bool = False,
    ) -> None:
        """may_be_empty: nothing is an answer, too, and given as an empty text."""
        super().__init__()
        self._check = check
        self._may_be_empty = may_be_empty
        self._title = title
        self._value = value
        self._names = names

    def compose(self) -> ComposeResult:
        with TitledBox(self._title):
            line = LineInput(self._value, id="line")
            yield line
            yield Static(id="line-problem", markup=False)
            if self._names:
                yield OptionList(markup=False, id="names")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._fill("")
        self._say(self._value.strip())

    def told(self, text: str) -> str:
        """What Enter does with a text that is right, said below the line; empty: that goes without saying."""
        return ""

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)
        self._say(event.value.strip())

    def _say(self, text: str) -> None:
        problem = self._check(text) if text else None
        told = self.told(text) if text and not problem else ""
        said = self.query_one("#line-problem", Static)
        said.update(clean_line(f"✘ {problem}" if problem else told))
        said.set_class(bool(problem or told), "-shown")
        said.set_class(bool(told), "-told")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        chosen = self._highlighted()
        typed = event.value.strip()
        if typed and self._check(typed) is not None:
            return  # it is said below
        if chosen is not None and (not typed or "/" not in typed):
            self.dismiss(chosen)
        else:
            self.dismiss(typed if typed or self._may_be_empty else None)

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


class FileScreen(LineScreen):
    """The name of a file to write, and below it which file that is, whole, before Enter."""

    def __init__(
        self,
        title: str,
        value: str,
        path_of: Callable[[str], Path],
        made: Path | None = None,
        own: Path | None = None,
    ) -> None:
        """path_of: the file that a text names, from the root on. made: a folder that is made where it is
        missing. own: a file that is written without a question."""
        super().__init__(title, value, check=self._problem)
        self._path_of = path_of
        self._made = made
        self._own = own

    def _problem(self, text: str) -> str | None:
        path = self._path_of(text)
        if os.path.isdir(path):
            return f"{path} is a folder: a name in it is needed"
        if path.parent != self._made and not os.path.isdir(path.parent):
            return f"there is no folder {path.parent}"
        return None

    def told(self, text: str) -> str:
        path = self._path_of(text)
        asks = path != self._own and os.path.exists(path)
        return f"Writes {path}{' (which is there: that is asked about first)' if asks else ''}"


def unless_kept(app: App[int], path: Path, write: Callable[[], None]) -> None:
    """Write at once where no file is; one that is there is overwritten only after a question."""
    if not os.path.exists(path):
        write()
        return
    app.push_screen(
        ChoiceScreen(f"{path} exists.", {"stay": "Keep it", "write": "Overwrite"}),
        lambda choice: write() if choice == "write" else None,
    )
