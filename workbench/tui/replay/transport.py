"""Where a replay is: its line of time with what failed in it, position, speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from workbench.tui.replay.timeline import Step
from workbench.tui.widgets.pane import Pane
from workbench.tui.wording import duration

_KEYS = "Space play · . , step · # to a call · e error · b breakpoint · - + speed"


class Transport(Pane):
    """One line; ``show`` draws it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._redraw: Callable[[], None] | None = None

    def on_resize(self) -> None:
        super().on_resize()
        if self._redraw is not None:
            self._redraw()

    def compose(self) -> ComposeResult:
        yield Static(id="slider", markup=False)

    def show(
        self,
        steps: Sequence[Step],
        position: int,
        *,
        clock_ms: float,
        speed: float,
        playing: bool,
        live: bool,
    ) -> None:
        """live: the execution still runs, more steps will come."""
        self._redraw = partial(
            self.show,
            steps,
            position,
            clock_ms=clock_ms,
            speed=speed,
            playing=playing,
            live=live,
        )
        self.set_title("LIVE · it still runs" if live else "REPLAY", _KEYS)
        total = f" of {duration(steps[-1].at_ms)}" if steps and not live else ""
        going = "following" if live and position == len(steps) else "paused"
        end = (
            f" {duration(clock_ms)}{total} · step {position} of {len(steps)}"
            f" · {speed:g}× {'playing' if playing else going}"
        )
        width = max(self.content_size.width - len(end), 10)
        count = max(len(steps), 1)
        bar = ["━"] * width
        for index, step in enumerate(steps):
            if step.failed:
                bar[round((width - 1) * (index + 1) / count)] = "✘"
        bar[round((width - 1) * position / count)] = "●"
        self.query_one("#slider", Static).update(Content("".join(bar) + end))
