"""The tour: six steps, done by doing. A line above the screen says what to press, waits, says what happened.

Nothing is taken from the screen below it: keys, focus and mouse go where they always go, and what was done
is seen from what the screens show, not from the keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from workbench.text.plurals import count
from workbench.tui.commands import first_key
from workbench.tui.wording import chip, duration
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.trace.live_run import LiveRun

_LOOK_S = 0.15


@dataclass(frozen=True, slots=True)
class TourStep:
    """What to do; whether it was done; what is said of it then; where it can be done, None: everywhere; what
    leads there."""

    wish: str
    done: Callable[[], bool]
    comment: Callable[[], str]
    place: type[Screen[Any]] | None = None
    way: str = "Esc goes back to the script"


class TourBar(Static):
    """The line of the tour, on whichever screen is in front."""

    DEFAULT_CSS = """
    TourBar { dock: top; height: auto; max-height: 4; padding: 0 1; background: $primary-muted;
        color: $foreground; }
    """
    ALLOW_SELECT = False


class Tour:
    """Leads through running, reading, writing, finding and replaying; ``turn`` begins and ends it."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._steps: list[TourStep] = []
        self._at = 0
        self._comment = ""
        self._bar: TourBar | None = None
        self._timer: Timer | None = None
        self._run_before: LiveRun | None = None
        self._seen_at = 0.0
        """When its line was first on the screen: of ``KeyOrder.moment``."""

    @property
    def is_on(self) -> bool:
        return self._timer is not None

    def turn(self) -> None:
        """Begin with the first step, or end."""
        if self.is_on:
            if not self._app.key_order.was_typed_before(self._seen_at):
                self.end()  # else the key bounced, or was pressed again before its line stood there
            return
        self._seen_at = math.inf
        self._steps, self._at, self._comment = self._all_steps(), 0, ""
        self._run_before = self._app.main.runs.now
        self._timer = self._app.set_interval(_LOOK_S, self._advance_when_done)
        self._show()
        self._app.call_after_refresh(self._is_seen)

    def _is_seen(self) -> None:
        self._seen_at = self._app.key_order.moment()

    def end(self) -> None:
        """Take the tour off the screen."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._bar is not None:
            self._bar.remove()
            self._bar = None

    def _advance_when_done(self) -> None:
        """Whether the step was done; the line follows to the screen in front."""
        if self._at < len(self._steps) and self._steps[self._at].done():
            self._comment = self._steps[self._at].comment()
            self._at += 1
            self._show()
        elif self._bar is None or self._bar.parent is not self._app.screen:
            self._show()

    def _show(self) -> None:
        screen = self._app.screen
        if self._bar is None or self._bar.parent is not screen:
            if not self._may_stand_on(screen):
                return
            if self._bar is not None:
                self._bar.remove()
            self._bar = TourBar(markup=False)
            screen.mount(self._bar)
        self._bar.update(self._words())

    def _may_stand_on(self, screen: Screen[object]) -> bool:
        return screen.is_mounted and not screen.is_modal

    def _words(self) -> Content:
        end = first_key("tour", self._app.config.keys)
        over = self._at == len(self._steps)
        name = "TOUR" if over else f"TOUR {self._at + 1} of {len(self._steps)}"
        wish = "That was all" if over else self._steps[self._at].wish
        place = None if over else self._steps[self._at].place
        said = f" {self._comment}" if self._comment else ""
        if place is not None and not isinstance(self._app.screen, place):
            wish, said = f"{self._steps[self._at].way}: {wish}", ""  # of what is not in sight
        ends = f" · {end} {'closes this line' if over else 'ends the tour'}"
        return Content.assemble(
            chip(name, "$primary"), said, (f" {wish}", "bold"), (ends, "$foreground 80%")
        )

    # -- the steps -----------------------------------------------------------------------

    def _all_steps(self) -> list[TourStep]:
        from workbench.tui.history.screen import HistoryScreen
        from workbench.tui.replay.screen import ReplayScreen

        app, main = self._app, self._app.main
        script = type(main)

        def key(name: str) -> str:
            return first_key(name, app.config.keys)

        return [
            TourStep(f"{key('run')} runs the script", self._ran, self._of_the_run, script),
            TourStep(
                f"{key('jump')} marks the panes: its 3 goes to the trace",
                lambda: main.pane_name == "trace",
                lambda: "This is the trace: ↑ ↓ go through it, 4 Detail shows the call you are at.",
                script,
            ),
            TourStep(
                "Enter goes to the line that made the call",
                lambda: main.pane_name == "script" and main.is_current,
                lambda: "The mark beside a line is its server's colour, with calls and time.",
                script,
            ),
            TourStep(
                f"{key('editor-complete')} offers what can stand at the cursor",
                lambda: main.tab.script.offers.is_open,
                lambda: "Servers, tools, arguments, members of results; Esc closes the list.",
                script,
            ),
            TourStep(
                f"{key('history')} opens the history",
                lambda: isinstance(app.screen, HistoryScreen),
                lambda: "Every run stands here, those of agents and command lines too.",
            ),
            TourStep(
                "Enter opens the run at the cursor as a recording",
                lambda: isinstance(app.screen, ReplayScreen),
                lambda: (
                    f"Space plays it, . and , step, Esc goes back; {key('palette')} finds the rest."
                ),
                HistoryScreen,
                f"{key('history')} goes there again",
            ),
        ]

    def _ran(self) -> bool:
        run = self._app.main.runs.now
        return run is not None and run is not self._run_before and run.execution is not None

    def _of_the_run(self) -> str:
        run = self._app.main.runs.now
        if run is None or run.execution is None:
            return ""
        if run.execution.error is not None:
            return "It failed, and 4 Detail says why: that happens, too."
        took = duration(run.execution.duration_ms)
        return f"It ran: {count(run.made, 'call')} in {took}, each a row of the trace."
