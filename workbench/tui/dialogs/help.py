"""Help: what the pane with the cursor is for, and every key, those of that pane first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from workbench.tui.commands import BY_ID, Place, bindings, in_force, shown
from workbench.tui.dialogs.purposes import purpose_of
from workbench.tui.widgets.guarded_screen import GuardedModal

_PANES: Mapping[str, tuple[Place, ...]] = {
    "script": ("editor",),
    "input": ("editor",),
    "trace": ("trace",),
    "detail": ("detail", "json", "console"),
}
_GROUPED: tuple[Place, ...] = ("app", "reading", "main", "panes", "ways")
"""Places whose commands stand under headings of their own."""
_WIDTH = 22


def pane_keys(pane: str, own: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """The keys of what is in a pane: (keys, what they do)."""
    return _keys(_PANES.get(pane, ()), own or {})


def screen_keys(screen: Screen[object], own: Mapping[str, str]) -> list[tuple[str, str]]:
    """The keys of a screen itself, but for those that stand under other headings."""
    return _keys(_places(screen), own)


def cursor_places(screen: Screen[object]) -> list[Place]:
    """Whose keys what has the focus gets beside the screen's own: its own and those of what it is in."""
    said = {*_places(screen), *_GROUPED}
    found: dict[Place, None] = {}
    for widget in screen.focused.ancestors_with_self if screen.focused is not None else ():
        if widget is screen:
            break
        found |= dict.fromkeys(place for place in _places(widget) if place not in said)
    return list(found)


def _places(node: DOMNode) -> list[Place]:
    """The places whose commands a screen or a widget declares."""
    found: dict[Place, None] = {}
    for kind in type(node).__mro__:
        for binding in vars(kind).get("BINDINGS", ()):
            command = BY_ID.get(binding.id or "") if isinstance(binding, Binding) else None
            if command is not None and command.place not in _GROUPED:
                found.setdefault(command.place)
    return list(found)


def _keys(
    places: Iterable[Place], own: Mapping[str, str], wider: Sequence[Place] = ()
) -> list[tuple[str, str]]:
    """The keys of places; of the same key what it is in the first of them. First come those that the line of
    keys has (of ``wider``, if it is given), then the others, those of ``wider`` in its order; what only moves a
    cursor comes last."""
    found: dict[str, tuple[tuple[bool, bool, int], tuple[str, str]]] = {}
    force = in_force(own)
    for place in places:
        for command, keys in force:
            if command.place == place and command.listed and keys:
                # Two views of one pane have the same keys for the same thing: said once.
                words = f"{command.title}: {command.help}" if command.help else command.title
                at = wider.index(place) if place in wider else len(wider)
                offered = bool(command.footer) and (place in wider or not wider)
                rank = command.is_move, not offered, at
                found.setdefault(shown(keys).partition(",")[0], (rank, (shown(keys), words)))
    return [entry for _, entry in sorted(found.values(), key=lambda one: one[0])]


def _beside(keys: str) -> str:
    """Keys in front of their words; those that are longer than all others stand above them."""
    above = f"\n{' ' * (_WIDTH + 2)}" if len(keys) > _WIDTH else ""
    return f"  {keys:{_WIDTH}}{above} "


def _below(words: str, width: int) -> str:
    """Words behind their keys, in as many lines as they need."""
    before = _WIDTH + 3
    room = width - before if width > 2 * before else 0
    lines = wrap(words, room, break_long_words=False) if room else [words]
    return f"\n{' ' * before}".join(lines)


class _Lines(Static):
    """A text that is written for the width that it has."""

    def __init__(self, text: Callable[[int], Content]) -> None:
        super().__init__(text(0))
        self._text = text
        self._width = 0

    def on_resize(self) -> None:
        if self._width != self.size.width:
            self._width = self.size.width
            self.update(self._text(self._width))


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
        self._cursor = cursor_places(screen) if screen is not None else []
        own = _places(screen) if screen is not None else []
        self._purpose = purpose_of([*own, *self._cursor, pane])
        self._own_keys = own_keys
        self._pane = pane
        self._here = here

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -large") as dialog:
            dialog.border_title = "Help · Esc closes"
            yield _Lines(self._text)

    def _text(self, width: int = 0) -> Content:
        """width: of the lines, in cells; what is longer goes on below its own words. 0: nothing is."""
        groups: dict[str, list[tuple[str, str]]] = {}
        if self._screen_keys:
            groups["On this screen"] = self._screen_keys
        places = [*self._cursor, *_PANES.get(self._pane, ())]
        if here := _keys(places, self._own_keys, self._cursor[::-1]):
            groups[f"In this pane: {self._pane}" if self._pane else "At the cursor"] = here
        for command, keys in in_force(self._own_keys):
            if command.id not in self._here or not command.listed or command.place not in _GROUPED:
                continue
            groups.setdefault(command.group, []).append(
                (shown(keys) if keys else "by name", f"{command.title}: {command.help}")
            )
        for pane in _PANES if self._pane else ():
            if pane != self._pane:
                groups[f"In the {pane} pane"] = pane_keys(pane, self._own_keys)
        purpose = wrap(self._purpose, width - 1) if width else [self._purpose]
        lines = [*map(Content, purpose), Content("")] if self._purpose else []
        for title, entries in groups.items():
            lines.append(Content.styled(title, "bold $primary"))
            lines += [
                Content.assemble((_beside(keys), "$accent"), _below(words, width))
                for keys, words in entries
            ]
            lines.append(Content(""))
        return Content("\n").join(lines)
