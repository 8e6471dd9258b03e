"""Help: every key, those of the pane with the cursor first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from workbench.tui.commands import BY_ID, Place, bindings, in_force, shown
from workbench.tui.widgets.guarded_screen import GuardedModal

_PANES: Mapping[str, tuple[Place, ...]] = {
    "script": ("editor",),
    "input": ("editor",),
    "trace": ("trace",),
    "detail": ("detail", "json", "console"),
}
_GROUPED: tuple[Place, ...] = ("app", "reading", "main", "panes")
"""Places whose commands stand under headings of their own."""
_WIDTH = 22


def pane_keys(pane: str, own: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """The keys of what is in a pane: (keys, what they do)."""
    return _keys(_PANES.get(pane, ()), own or {})


def screen_keys(screen: Screen[object], own: Mapping[str, str]) -> list[tuple[str, str]]:
    """The keys of a screen itself, but for those that stand under other headings."""
    found: dict[Place, None] = {}
    for kind in type(screen).__mro__:
        for binding in vars(kind).get("BINDINGS", ()):
            command = BY_ID.get(binding.id or "") if isinstance(binding, Binding) else None
            if command is not None and command.place not in _GROUPED:
                found.setdefault(command.place)
    return _keys(found, own)


def _keys(places: Iterable[Place], own: Mapping[str, str]) -> list[tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    force = in_force(own)
    for place in places:
        for command, keys in force:
            if command.place == place and command.said and keys:
                # Two views of one pane have the same keys for the same thing: said once.
                found.setdefault(shown(keys).partition(",")[0], (shown(keys), command.title))
    return list(found.values())


class HelpScreen(GuardedModal[None]):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("help")]

    def __init__(
        self,
        own_keys: Mapping[str, str],
        pane: str,
        screen: Screen[object] | None = None,
        here: Collection[str] = (),
    ) -> None:
        """screen: what is below; its own keys come first. here: the commands that do something there."""
        super().__init__()
        self._screen_keys = screen_keys(screen, own_keys) if screen is not None else []
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
        here = pane_keys(self._pane, self._own_keys)
        if here:
            groups[f"In this pane: {self._pane}"] = here
        for command, keys in in_force(self._own_keys):
            if command.id not in self._here or not command.said or command.place not in _GROUPED:
                continue
            groups.setdefault(command.group, []).append(
                (shown(keys) if keys else "by name", f"{command.title}: {command.help}")
            )
        for pane in _PANES if self._pane else ():
            if pane != self._pane:
                groups[f"In the {pane} pane"] = pane_keys(pane, self._own_keys)
        lines: list[Content] = []
        for title, entries in groups.items():
            lines.append(Content.styled(title, "bold $primary"))
            lines += [
                Content.assemble((f"  {keys:{_WIDTH}} ", "$accent"), words)
                for keys, words in entries
            ]
            lines.append(Content(""))
        return Content("\n").join(lines)
