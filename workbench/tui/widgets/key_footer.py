"""The line of keys at the bottom: as many as fit, none cut in half."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from workbench.tui.commands import COMMANDS

_PLACES = {command.id: place for place, command in enumerate(COMMANDS)}
_ALWAYS = ("help", "palette", "quit")


class KeyFooter(Footer):
    """Help first, then the keys of what has the focus, then the commands in the order in which they are
    declared. Where the line is too short, the way to all others stays: help, palette, quit."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def compose(self) -> ComposeResult:
        shown = [found for found in self.screen.active_bindings.values() if found.binding.show]
        for found in fitting(shown, self.size.width, self._width):
            binding = found.binding
            yield FooterKey(
                binding.key,
                self.app.get_key_display(binding),
                binding.description,
                binding.action,
                disabled=not found.enabled,
                tooltip=found.tooltip,
            )

    def on_resize(self, event: events.Resize) -> None:
        self.bindings_changed(self.screen)

    def _width(self, found: ActiveBinding) -> int:
        key = self.app.get_key_display(found.binding)
        return cell_len(key) + 1 + cell_len(found.binding.description) + 1


def fitting(
    shown: Iterable[ActiveBinding], width: int, cells: Callable[[ActiveBinding], int]
) -> list[ActiveBinding]:
    """What is shown in so many cells, in order; of one action only its first key."""
    first: dict[str, ActiveBinding] = {}
    for found in shown:
        first.setdefault(found.binding.action, found)
    ordered = sorted(first.values(), key=_rank)
    left = width - sum(cells(found) for found in ordered if found.binding.id in _ALWAYS)
    kept = []
    for found in ordered:
        if found.binding.id not in _ALWAYS:
            left -= cells(found)
            if left < 0:
                continue
        kept.append(found)
    return kept


def _rank(found: ActiveBinding) -> tuple[int, int]:
    """Help, the focused widget's keys as it declares them, commands."""
    name = found.binding.id or ""
    if name == "help":
        return 0, 0
    return (2, _PLACES[name]) if name in _PLACES else (1, 0)
