"""Where in its steps a replay is, and how it goes on from there. Knows no screen."""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.core.events import ToolCallFinished, ToolCallStarted
from workbench.tui.replay.timeline import Step

_SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)


class Playback:
    """The first ``position`` steps have been played; ``clock_ms`` is the time of the recording."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = list(steps)
        self.position = 0
        self.clock_ms = 0.0
        self.playing = False
        self.breakpoints: set[int] = set()
        """Numbers of calls before whose start playing pauses."""
        self._speed = _SPEEDS.index(1.0)
        self._played_from = 0
        self._ticked = time.monotonic()

    @property
    def speed(self) -> float:
        return _SPEEDS[self._speed]

    @property
    def at_end(self) -> bool:
        return self.position == len(self.steps)

    @property
    def last(self) -> Step | None:
        """The step that was played last."""
        return self.steps[self.position - 1] if self.position else None

    def change_speed(self, by: int) -> None:
        """So many steps faster, or slower."""
        self._speed = min(max(self._speed + by, 0), len(_SPEEDS) - 1)

    def play_or_pause(self) -> None:
        self.playing = not self.playing
        self._played_from = self.position
        self._ticked = time.monotonic()

    def tick(self) -> int | None:
        """Let the clock go on; the position that it has come to, or None where nothing plays."""
        if not self.playing:
            return None
        now = time.monotonic()
        self.clock_ms += (now - self._ticked) * 1000 * self.speed
        self._ticked = now
        position = self.position
        while position < len(self.steps) and self.steps[position].at_ms <= self.clock_ms:
            if position != self._played_from and self._stops_before(position):
                self.playing = False
                break
            position += 1
        if position == len(self.steps):
            self.playing = False
        return position

    def move(self, position: int, clock_ms: float | None = None) -> None:
        """Have so many steps played. clock_ms: when; None: it was at the last one of them."""
        self.position = min(max(position, 0), len(self.steps))
        at_ms = self.last.at_ms if self.last is not None else 0.0
        self.clock_ms = at_ms if clock_ms is None else clock_ms

    def next_error(self) -> int | None:
        """The position just after the next call that failed, or where the run did; from the last one, the first
        again."""
        failed = [index + 1 for index, step in enumerate(self.steps) if step.failed]
        return next((index for index in failed if index > self.position), next(iter(failed), None))

    def after_call(self, seq: int) -> int | None:
        """The position just after a call ended, or started where it never did."""
        found = None
        for index, step in enumerate(self.steps):
            if _seq_of(step) == seq:
                found = index + 1
        return found

    def last_call(self) -> int | None:
        """The number of the call that the last step of a call was of."""
        for step in reversed(self.steps[: self.position]):
            seq = _seq_of(step)
            if seq is not None:
                return seq
        return None

    def _stops_before(self, position: int) -> bool:
        event = self.steps[position].event
        return isinstance(event, ToolCallStarted) and event.call.seq in self.breakpoints


def _seq_of(step: Step) -> int | None:
    event = step.event
    return event.call.seq if isinstance(event, ToolCallStarted | ToolCallFinished) else None
