"""Help: every key, those of the pane with the cursor first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.tui.commands import in_force, shown

PANE_KEYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "script": (
        ("^f", "find and replace; F3 goes to the next"),
        ("^g", "go to a line"),
        ("^space", "complete a tool or an argument"),
        ("^z ^y", "undo, redo"),
        ("^/", "comment lines in or out"),
    ),
    "input": (("^z ^y", "undo, redo"), ("^f", "find and replace")),
    "trace": (
        ("↑ ↓ j k", "choose a call; its detail is shown below"),
        ("Enter", "go to the script's line that made the call"),
        ("/", "filter: words, tool:, status:, ms>"),
        ("e E", "next and previous error"),
        ("f End", "follow the newest call"),
    ),
    "detail": (
        ("← →", "Result, Console, Call"),
        ("↑ ↓", "scroll"),
        ("^c", "copy what is selected"),
    ),
}


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1", "dismiss", "Close")]

    def __init__(self, own_keys: Mapping[str, str], pane: str) -> None:
        super().__init__()
        self._own_keys = own_keys
        self._pane = pane

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large") as dialog:
            dialog.border_title = "Help · Esc closes"
            yield Static(self._text())

    def _text(self) -> Content:
        groups: dict[str, list[tuple[str, str]]] = {}
        here = PANE_KEYS.get(self._pane, ())
        if here:
            groups[f"In this pane: {self._pane}"] = list(here)
        for command, keys in in_force(self._own_keys):
            groups.setdefault(command.group, []).append(
                (shown(keys) if keys else "^p", f"{command.title}: {command.help}")
            )
        for pane, rows in PANE_KEYS.items():
            if pane != self._pane:
                groups[f"In the {pane} pane"] = list(rows)
        lines: list[Content] = []
        for title, entries in groups.items():
            lines.append(Content.styled(title, "bold $primary"))
            lines += [
                Content.assemble((f"  {keys:18}", "$accent"), words) for keys, words in entries
            ]
            lines.append(Content(""))
        return Content("\n").join(lines)
