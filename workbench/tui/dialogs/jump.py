"""Jump mode: a mark on everything that one can go to; the next key goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Offset
from textual.widgets import Static

from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal


@dataclass(frozen=True, slots=True)
class Target:
    """A place of the screen, and what goes there."""

    at: Offset
    go: Callable[[], object]
    key: str = ""
    """Its own key; without, it gets a letter."""
    label: str = ""
    """What the mark says, where that is more than the key."""


class JumpScreen(GuardedModal[None]):
    """Shows a mark at every target of the screen below; a key that is on none leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("jump")]
    DEFAULT_CSS = """
    JumpScreen { background: $background 30%; layers: letters; }
    JumpScreen Static { position: absolute; width: auto; height: 1; padding: 0 1;
        background: $warning; color: $background; text-style: bold; }
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        letters = iter(ascii_lowercase)
        self._targets = dict(_keyed(targets, letters))

    def compose(self) -> ComposeResult:
        for key, target in self._targets.items():
            mark = Static(target.label or key, markup=False)
            mark.styles.offset = target.at
            yield mark

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "f2"):
            return
        event.stop()
        target = self._targets.get(event.key)
        self.dismiss()
        if target is not None:
            self.app.call_later(target.go)


def _keyed(targets: Sequence[Target], letters: Iterator[str]) -> Iterator[tuple[str, Target]]:
    for target in targets:
        key = target.key or next(letters, "")
        if key:
            yield key, target
