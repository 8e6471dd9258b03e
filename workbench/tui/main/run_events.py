"""The events of a run on their way to the screen: in pieces, shown some times a second; keys come first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.tui.trace.live_run import LiveBuffer

if TYPE_CHECKING:
    from textual.timer import Timer

    from workbench.core.events import Event
    from workbench.tui.main.host import Host

_AT_ONCE = 250
"""Events that are taken in one piece, some milliseconds: a key waits for no more than one."""
_BREATH_S = 0.005
"""Between two pieces."""
_PATIENCE = 4
"""Ticks in a row that may give way to keys."""


class RunEvents:
    """Hands events on that the engine gives in its own turn."""

    def __init__(
        self, host: Host, take: Callable[[list[Event]], bool], show: Callable[[], object]
    ) -> None:
        """take: is given events, in order; whether the run is over with them, which is shown at once. show:
        shows what was taken."""
        self._host = host
        self._take, self._show = take, show
        self.listener = LiveBuffer()
        """Takes the events of the run."""
        self._next_piece: Timer | None = None
        self._untold = False
        """Whether something was taken that is not shown yet."""
        self._gave_way = 0
        """Ticks in a row that did."""

    def begin(self) -> None:
        """Another run: what is left of the one before is nobody's."""
        self.listener = LiveBuffer()
        self._untold = False

    def tick(self) -> bool:
        """Take what happened since the last tick, and show it. False: there was nothing to show."""
        if self._host.app.key_order.is_busy and self._gave_way < _PATIENCE:
            self._gave_way += 1
            return True
        self._gave_way = 0
        if self._next_piece is None:
            self._take_piece()
        return self.show()

    def take_all(self) -> None:
        """Take and show all that happened, now."""
        while events := self.listener.drain():
            self.take(events)
        self.show()

    def take(self, events: list[Event]) -> None:
        self._untold = True
        if self._take(events):
            self.show()

    def show(self) -> bool:
        """Show what was taken. False: nothing was."""
        if not self._untold:
            return False
        self._untold = False
        self._show()
        return True

    def _take_piece(self) -> None:
        """Some events; where there are more, those soon."""
        self._next_piece = None
        events = self.listener.drain(_AT_ONCE)
        if events:
            self.take(events)
        if len(self.listener):
            self._next_piece = self._host.set_timer(_BREATH_S, self._take_piece)
