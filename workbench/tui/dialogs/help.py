"""Help: every key, those of the pane with the cursor first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static, TextArea

from workbench.tui.commands import in_force, shown
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.main.panes import DetailPane
from workbench.tui.trace.view import TraceView
from workbench.tui.values.console_view import ConsoleView
from workbench.tui.values.json_view import JsonView
from workbench.tui.widgets.guarded_screen import GuardedModal

_PANES: Mapping[str, tuple[type[Widget], ...]] = {
    "script": (CodeArea,),
    "input": (CodeArea,),
    "trace": (TraceView,),
    "detail": (DetailPane, JsonView, ConsoleView),
}
_PLAIN = frozenset(
    binding.action for binding in TextArea.BINDINGS if isinstance(binding, Binding)
) - {"undo", "redo"}
"""What every editor does needs no words."""
_WIDTH = 22


def pane_keys(pane: str) -> list[tuple[str, str]]:
    """The keys of a pane's own widget, as it declares them: (keys, what they do)."""
    found: dict[str, tuple[str, str]] = {}
    for widget in _PANES.get(pane, ()):
        for kind in widget.__mro__:
            if kind.__module__.startswith("workbench."):
                for binding in vars(kind).get("BINDINGS", ()):
                    if isinstance(binding, Binding) and binding.action not in _PLAIN:
                        # Two views of one pane have the same keys for the same thing: said once.
                        keys = shown(binding.key)
                        found.setdefault(keys.partition(",")[0], (keys, binding.description))
    return list(found.values())


def screen_keys(screen: Screen[object] | None) -> list[tuple[str, str]]:
    """The keys of a screen itself, those of commands left out: (keys, what they do)."""
    return [
        (shown(binding.key), binding.description)
        for kind in type(screen).__mro__
        if kind.__module__.startswith("workbench.")
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.id is None
    ]


class HelpScreen(GuardedModal[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1", "dismiss", "Close")]

    def __init__(
        self,
        own_keys: Mapping[str, str],
        pane: str,
        screen: Screen[object] | None = None,
        here: Collection[str] = (),
    ) -> None:
        """screen: what is below; its own keys come first. here: the commands that do something there."""
        super().__init__()
        self._screen_keys = screen_keys(screen)
        self._own_keys = own_keys
        self._pane = pane
        self._here = here

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large") as dialog:
            dialog.border_title = "Help · Esc closes"
            yield Static(self._text())

    def _text(self) -> Content:
        groups: dict[str, list[tuple[str, str]]] = {}
        if self._screen_keys:
            groups["On this screen"] = self._screen_keys
        here = pane_keys(self._pane)
        if here:
            groups[f"In this pane: {self._pane}"] = here
        for command, keys in in_force(self._own_keys):
            if command.id not in self._here:
                continue
            groups.setdefault(command.group, []).append(
                (shown(keys) if keys else "by name", f"{command.title}: {command.help}")
            )
        for pane in _PANES if self._pane else ():
            if pane != self._pane:
                groups[f"In the {pane} pane"] = pane_keys(pane)
        lines: list[Content] = []
        for title, entries in groups.items():
            lines.append(Content.styled(title, "bold $primary"))
            lines += [
                Content.assemble((f"  {keys:{_WIDTH}} ", "$accent"), words)
                for keys, words in entries
            ]
            lines.append(Content(""))
        return Content("\n").join(lines)
