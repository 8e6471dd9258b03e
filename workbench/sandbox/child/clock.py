"""The clock of a script: the system's, or a recording's. Runs in the worker: nothing but ``time``."""

from __future__ import annotations

import time
from collections import deque

Run = list[int]
"""``[ms since the epoch, how many readings in a row gave it]``."""


class Clock:
    """Gives the readings and keeps them, run-length encoded."""

    def __init__(self) -> None:
        self._unsent: list[Run] = []
        self._all: list[Run] = []
        self._recorded: deque[Run] | None = None
        self._last_recorded = 0

    def follow(self, recorded: str) -> None:
        """Give these readings, ``MS:TIMES MS:TIMES …``, instead of the system's."""
        self._recorded = deque(
            [int(number) for number in run.split(":")] for run in recorded.split()
        )

    def start_again(self) -> None:
        """Give what was given so far once more."""
        self._recorded = deque(list(run) for run in self._all)

    def read(self) -> int:
        """Milliseconds since the epoch."""
        recorded = self._recorded
        if recorded is None:
            reading = time.time_ns() // 1_000_000
        elif recorded:
            reading = self._last_recorded = recorded[0][0]
            recorded[0][1] -= 1
            if recorded[0][1] == 0:
                recorded.popleft()
        else:
            # Past the recording: an edited script, or one that was cut. Time must go on, or a loop
            # that waits for it never ends; a millisecond a reading is the same in every replay.
            self._last_recorded += 1
            reading = self._last_recorded
        for runs in (self._unsent, self._all):
            if runs and runs[-1][0] == reading:
                runs[-1][1] += 1
            else:
                runs.append([reading, 1])
        return reading

    def take(self) -> list[Run]:
        """The readings since the last ``take``; an empty list where there were none."""
        taken = self._unsent
        if taken:
            self._unsent = []
        return taken
