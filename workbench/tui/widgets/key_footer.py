"""The line of keys at the bottom: as many as fit, none cut in half.

One widget that draws its line: Textual's Footer has a widget a key and mounts them anew at every change of
focus, 35 ms each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widget import Widget

from workbench.tui.commands import BY_ID, FOOTER_ORDER
from workbench.tui.commands.shown import split
from workbench.tui.widgets.mouse import only_asks

_PLACES = {name: place for place, name in enumerate(FOOTER_ORDER)}
_DECLARED = {name: place for place, name in enumerate(BY_ID)}
_ALWAYS = ("help", "palette", "quit")
_BETWEEN = "  "


@runtime_checkable
class HasIdleActions(Protocol):
    """A screen or widget some of whose keys have nothing to do at times."""

    @property
    def idle_actions(self) -> frozenset[str]:
        """Actions that are not offered now."""


class Entry(NamedTuple):
    """A key on the line, from cell ``start`` to before ``end``."""

    key: str
    shown: str
    description: str
    enabled: bool
    tooltip: str
    start: int
    end: int


class KeyFooter(Widget):
    """Help first, then the keys of what has the focus, then the commands in the order in which they are
    declared. Where the line is too short, the way to all others stays, and the way out: help, Esc, palette,
    quit."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-footer--key", "key-footer--hover"}
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom; height: 1;
        color: $footer-description-foreground; background: $footer-background;
        & > .key-footer--key {
            color: $footer-key-foreground; background: $footer-key-background; text-style: bold;
        }
        & > .key-footer--hover { background: $block-hover-background; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()
        self._under: Entry | None = None

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self._update_entries()

    def on_resize(self) -> None:
        self._update_entries()

    def render(self) -> Text:
        """The keys, one after the other."""
        text = Text(no_wrap=True, end="")
        key_style = self.get_component_rich_style("key-footer--key")
        for entry in self.entries:
            start = len(text)
            text.append(entry.shown, key_style)
            text.append(f" {entry.description}")
            if not entry.enabled:
                text.stylize("dim", start)
            if entry == self._under:
                text.stylize(self.get_component_rich_style("key-footer--hover"), start)
            text.append(_BETWEEN)
        return text

    def on_mouse_down(self, event: events.MouseDown) -> None:
        entry = self._at(event.x) if not only_asks(event) else None
        if entry is not None and entry.enabled:
            self.app.simulate_key(entry.key)
        elif entry is not None:
            self.app.bell()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self._at(event.x))

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, entry: Entry | None) -> None:
        if entry != self._under:
            self._under = entry
            self.tooltip = entry.tooltip if entry is not None else None
            self.refresh()

    def _at(self, x: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.start <= x < entry.end), None)

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and screen.app.app_focus:
            self.call_after_refresh(self._update_entries)

    def _update_entries(self) -> None:
        """Take what has its keys now."""
        if not self.is_attached or not self.screen.is_active:
            return  # below another screen it stays as it is
        screen = self.screen
        shown = [
            found
            for found in screen.active_bindings.values()
            if found.binding.show
            and not any(
                found.binding.action in one.idle_actions
                for one in (screen, found.node)
                if isinstance(one, HasIdleActions)
            )
        ]
        entries, start = [], 0
        for found in fitting(shown, self.size.width, self._width):
            binding = found.binding
            end = start + self._width(found) - len(_BETWEEN)
            key = self.app.get_key_display(binding)
            entries.append(
                Entry(
                    binding.key, key, binding.description, found.enabled, found.tooltip, start, end
                )
            )
            start = end + len(_BETWEEN)
        if tuple(entries) != self.entries:
            self.entries = tuple(entries)
            self._under = None
            self.refresh()

    def _width(self, found: ActiveBinding) -> int:
        key = self.app.get_key_display(found.binding)
        return cell_len(key) + 1 + cell_len(found.binding.description) + len(_BETWEEN)


def fitting(
    shown: Iterable[ActiveBinding], width: int, cells: Callable[[ActiveBinding], int]
) -> list[ActiveBinding]:
    """What is shown in so many cells, in order; of one action only its first key."""
    first: dict[str, ActiveBinding] = {}
    for found in shown:
        first.setdefault(found.binding.action, found)
    nodes: dict[int, int] = {}
    for found in first.values():
        nodes.setdefault(id(found.node), len(nodes))
    # A key of the configuration's comes last of its widget: it stands where its command is declared.
    moved = any(_is_moved(found) for found in first.values())
    ordered = sorted(
        first.values(), key=lambda found: _rank(found, nodes[id(found.node)] if moved else None)
    )
    left = width + len(_BETWEEN) - sum(cells(found) for found in ordered if _stays(found))
    kept = []
    for found in ordered:
        if not _stays(found):
            left -= cells(found)
            if left < 0:
                continue
        kept.append(found)
    return kept


def _stays(found: ActiveBinding) -> bool:
    command = BY_ID.get(found.binding.id or "")
    return command is not None and (command.id in _ALWAYS or "escape" in split(command.keys))


def _is_moved(found: ActiveBinding) -> bool:
    command = BY_ID.get(found.binding.id or "")
    return command is not None and found.binding.key not in split(command.keys)


def _rank(found: ActiveBinding, node: int | None) -> tuple[int, int, int]:
    """Help, the keys of what has the focus and of what it is in, commands. node: its number; None: its keys
    come as they are declared."""
    name = found.binding.id or ""
    if name == "help":
        return 0, 0, 0
    if name in _PLACES:
        return 2, 0, _PLACES[name]
    return (1, 0, 0) if node is None else (1, node, _DECLARED.get(name, 0))
