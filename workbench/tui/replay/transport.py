"""Where a replay is: its line of time with what failed in it, position, speed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from workbench.tui.replay.playback import Playback
from workbench.tui.widgets.pane import Pane
from workbench.tui.widgets.quiet_line import as_many
from workbench.tui.wording import duration

_KEYS = "Space play · . , step · # to a call · e error · b breakpoint · - + speed"


_FEWEST_CELLS = 10
"""Of the line of time."""


class Transport(Pane):
    """One line; ``show`` draws it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._redraw: Callable[[], None] | None = None

    def on_resize(self) -> None:
        # The pane's own is called, too: Textual calls that of each class.
        if self._redraw is not None:
            self._redraw()

    def compose(self) -> ComposeResult:
        yield Static(id="slider", markup=False)

    def show(
        self,
        playback: Playback,
        position: int,
        clock_ms: float,
        *,
        live: bool,
        waits: str = "",
    ) -> None:
        """position, clock_ms: where what is shown is; the playback is ahead where that is still made. live: the
        execution still runs, more steps will come; waits: for what, in words."""
        self._redraw = partial(self.show, playback, position, clock_ms, live=live, waits=waits)
        steps = playback.steps
        on_its_way = f" → {playback.position}" if position != playback.position else ""
        self.set_title(f"LIVE · it {waits or 'still runs'}" if live else "REPLAY", _KEYS)
        total = f" of {duration(steps[-1].at_ms)}" if steps and not live else ""
        going = "waiting" if waits else "following" if live and playback.at_end else "paused"
        parts = [
            f"step {position}{on_its_way} of {len(steps)}",
            f"{playback.speed:g}× {'playing' if playback.playing else going}",
        ]
        end = as_many(
            f" {duration(clock_ms)}{total}", parts, self.content_size.width - _FEWEST_CELLS
        )
        width = max(self.content_size.width - len(end), _FEWEST_CELLS)
        count = max(len(steps), 1)
        bar = ["━"] * width
        for index, step in enumerate(steps):
            if step.failed:
                bar[round((width - 1) * (index + 1) / count)] = "✘"
        bar[round((width - 1) * position / count)] = "●"
        self.query_one("#slider", Static).update(Content("".join(bar) + end))
