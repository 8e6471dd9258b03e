"""One JSON value over the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.pane import Pane


class JsonScreen(GuardedModal[None]):
    """A JSON value over the screen; Escape closes it."""

    DEFAULT_CSS = """
    JsonScreen { align: center middle; background: $background 60%; }
    JsonScreen > Pane { width: 94%; height: 90%; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("value")]

    def __init__(self, value: JsonValue, title: str) -> None:
        super().__init__()
        self._value = value
        self._title = title

    def compose(self) -> ComposeResult:
        with Pane() as pane:
            pane.set_title(clean_line(self._title), "/ find · y copy · Esc closes")
            yield JsonView()

    def on_mount(self) -> None:
        view = self.query_one(JsonView)
        view.show(self._value, self._title)
        view.focus()
