"""Jump mode: a mark on everything that one can go to; the next key goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Offset
from textual.widgets import Static

from workbench.tui.commands import bindings
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.util.dataclass import dataclass

_LOOK_S = 0.1


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

    def __init__(self, look: Callable[[], Sequence[Target]]) -> None:
        """look: where everything is now. Titles and panes move while the marks are shown."""
        super().__init__()
        self._look = look
        self._targets = dict(_keyed(look()))

    def compose(self) -> ComposeResult:
        yield from self._marks()

    def on_mount(self) -> None:
        self.set_interval(_LOOK_S, self._follow)

    def _marks(self) -> Iterator[Static]:
        for key, target in self._targets.items():
            mark = Static(target.label or key, markup=False)
            mark.styles.offset = target.at
            yield mark

    async def _follow(self) -> None:
        """The marks go with what they stand on."""
        if not self.is_current:
            return
        targets = dict(_keyed(self._look()))
        moved = _places(targets) != _places(self._targets)
        self._targets = targets
        if moved:
            async with self.batch():
                await self.query(Static).remove()
                await self.mount(*self._marks())

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "f2"):
            return
        event.stop()
        target = self._targets.get(event.key)
        self.dismiss()
        if target is not None:
            self.app.call_later(target.go)


def _places(targets: Mapping[str, Target]) -> list[tuple[str, str, Offset]]:
    """What can be seen of the marks."""
    return [(key, target.label, target.at) for key, target in targets.items()]


def _keyed(targets: Sequence[Target]) -> Iterator[tuple[str, Target]]:
    letters = iter(ascii_lowercase)
    for target in targets:
        key = target.key or next(letters, "")
        if key:
            yield key, target
