"""Jump mode: a letter for every pane; the next key goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.widgets import Static

from workbench.tui.widgets.guarded_screen import GuardedModal


class JumpScreen(GuardedModal[str | None]):
    """Shows letters over places of the screen below; gives the chosen letter."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f2", "dismiss", "Stay")]
    DEFAULT_CSS = """
    JumpScreen { background: $background 30%; layers: letters; }
    JumpScreen Static { position: absolute; width: 3; height: 1; text-align: center;
        background: $warning; color: $background; text-style: bold; }
    """

    def __init__(self, places: Mapping[str, Region]) -> None:
        super().__init__()
        self._places = places

    def compose(self) -> ComposeResult:
        for letter, region in self._places.items():
            mark = Static(letter)
            mark.styles.offset = (region.x + 1, region.y)
            yield mark

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "f2"):
            return
        event.stop()
        self.dismiss(event.key if event.key in self._places else None)
