"""How much of its memory limit a script has taken: by what this process touched, and by what the engine counts.

A script can catch the engine's own error of a limit that is reached, or be left waiting by a promise that was
rejected with null since there was no memory for an error. What was used gives both away.
"""

from __future__ import annotations

import time

from workbench.sandbox.child.script_engine import ScriptEngine
from workbench.util import system

_FULL = 0.9
_TOUCHED = 0.5
_ALL = 0.94
"""The engine counts 8 bytes more for each allocation than it takes, so 0.95 of the limit at the least."""
_BRIM = 0.98
_SMALL_SHIFT = 6
"""1 MB of 64: a heap that is full has at least 0.95 of its limit, and must still be seen to have ``_ALL``."""
_LOOKS_SHARE = 0.1
"""Of the time: what the engine uses is counted object by object, 27 ms where 40 MB are full of small ones."""


class Heap:
    """Of one script in this process. All sizes are bytes."""

    def __init__(self) -> None:
        self.limit = 0
        self._resident_before = 0
        self._most_passing = 0
        self._look_from = 0.0
        """When the engine may be asked again what it uses (monotonic seconds)."""

    def begin(self, limit: int) -> None:
        """What this process touched before is no part of what the script takes."""
        self.limit = limit
        self._resident_before = system.own_peak_resident()

    def stayed_small(self) -> bool:
        """Whether so little was touched that what is free of it hides nothing of what a later script takes."""
        return system.own_peak_resident() - self._resident_before <= self.limit >> _SMALL_SHIFT

    def passes(self, size: int) -> None:
        """An answer took so much on its way to the script, which is not the script's."""
        self._most_passing = max(self._most_passing, size)

    def peak(self, held: int, passing: int = 0) -> int:
        """The most that the script was seen to take. held: by the channel; passing: by a text going out."""
        passing = max(passing, self._most_passing) + held
        return max(0, system.own_peak_resident() - self._resident_before - passing)

    def is_all(self, peak: int) -> bool:
        """Whether a script that took so much at its peak had all that it may have."""
        return peak >= self.limit * _ALL

    def is_full(self, engine: ScriptEngine, held: int) -> bool:
        """Whether a script that goes on, or waits, has reached the limit; False, too, where that cannot be told
        before ``seconds_to_look`` are over."""
        peak = self.peak(held)
        return self.is_all(peak) or (peak >= self.limit * _TOUCHED and self._is_at_the_brim(engine))

    def was_full(self, engine: ScriptEngine) -> bool:
        """Whether the null that was just thrown is the engine's, which had no memory for an error.

        What filled it may be free again: a half of it that was touched is enough. (Of an array that grew,
        a third is untouched and so never resident.)
        """
        touched = system.own_peak_resident() - self._resident_before
        return engine.used_memory() >= self.limit * _FULL or touched >= self.limit * _TOUCHED

    def seconds_to_look(self) -> float:
        """How long until the engine may be asked again; 0 or less: at once."""
        return self._look_from - time.monotonic()

    def _is_at_the_brim(self, engine: ScriptEngine) -> bool:
        if self.seconds_to_look() > 0:
            return False
        begun = time.monotonic()
        used = engine.used_memory()
        ended = time.monotonic()
        self._look_from = ended + (ended - begun) / _LOOKS_SHARE
        return used >= self.limit * _BRIM
