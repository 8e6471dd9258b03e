"""Brings what a replay shows to where its playback is, in pieces between which keys come: ahead it goes on from
there; what was before is made beside it from the start, and shown when it is whole. Knows no screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from workbench.core.events import ExecutionRunning
from workbench.tui.replay.playback import Playback
from workbench.tui.replay.timeline import Step
from workbench.tui.trace.live_run import LiveRun
from workbench.tui.trace.trace_model import TraceModel

PIECE = 250
"""Steps that are planned or played in one go: some milliseconds."""
BREATH_S = 0.002
"""Between two pieces."""
_FILTER_S = 0.005
"""For the filter of the trace, in one go."""


class Scene:
    """What there is once the first ``position`` steps were played: the run, and the rows of its trace."""

    def __init__(self, steps: Sequence[Step], run: LiveRun, like: TraceModel) -> None:
        """run: nothing was played into it. like: the trace has the filter and the order of this one."""
        self.steps = steps
        self.run = run
        self.position = 0
        self.clock_ms = 0.0
        """The time of the recording: a call that is under way grows with that, not with ours."""
        self.model = like.anew(lambda: self.clock_ms / 1000)
        self._planned = 0
        self._is_planned = False

    def go_on(self, position: int) -> bool:
        """Plan all that is to come, then play: one piece of that. True: so many steps are played."""
        left = PIECE
        if not self._is_planned:
            planned = self.steps[self._planned : self._planned + left]
            self.model.plan(step.event for step in planned)
            self._planned += len(planned)
            if self._planned < len(self.steps):
                return False
            self._is_planned = True
            self.model.apply([ExecutionRunning("", 0.0)])
            left -= len(planned)
        steps = self.steps[self.position : min(position, self.position + left)]
        self.run.apply(step.event for step in steps)
        self.model.apply(step.event for step in steps)
        self.position += len(steps)
        return self.position == position

    def arrange(self, like: TraceModel) -> bool:
        """Filter and order the rows as those of another trace are now: one piece. True: they are."""
        shown = self.model.shown
        shown.take_over(like.shown)
        shown.step(_FILTER_S)
        return shown.progress == 1


class Show(Protocol):
    """Shows a scene. played: its steps since the last time. anew: it is another one, these are all."""

    def __call__(self, scene: Scene, played: Sequence[Step], *, anew: bool) -> None: ...


class Seeking:
    """Follows a playback: a newer position takes the place of the one that is on its way."""

    def __init__(self, playback: Playback, begin: Callable[[], LiveRun], show: Show) -> None:
        """begin: gives a run into which nothing was played."""
        self._playback = playback
        self._begin, self._show = begin, show
        self.shown = Scene((), begin(), TraceModel(folds_by_itself=False))
        self._told = 0
        """Steps of it that were shown."""
        self._made: Scene | None = None
        """What is on its way: another scene, or the one that is shown."""

    @property
    def is_under_way(self) -> bool:
        """Whether what is shown is not yet what was asked for."""
        return self._made is not None

    def go_on(self) -> bool:
        """One piece of the way; shows what it leads to. True: it is there."""
        position = self._playback.position
        scene = self._nearest()
        anew = scene is not self.shown
        if not scene.go_on(position) or (anew and not scene.arrange(self.shown.model)):
            self._made = scene
            return False
        before = 0 if anew else self._told
        self.shown, self._made, self._told = scene, None, position
        self._show(scene, scene.steps[before:position], anew=anew)
        return True

    def stop(self) -> None:
        """What is shown stays."""
        self._made = None

    def _nearest(self) -> Scene:
        """What leads to where the playback is: what is shown, which keeps its cursor; what is made
        beside it; or one from the start."""
        steps, position = self._playback.steps, self._playback.position
        for scene in (self.shown, self._made):
            if scene is not None and scene.steps is steps and scene.position <= position:
                return scene
        return Scene(steps, self._begin(), self.shown.model)
