"""Garbage is collected while nobody types: a full collection takes 25 to 50 ms, three frames."""

from __future__ import annotations

import gc
import time

from workbench.util.allocating import started

_QUIET_S = 1.0
_DUE = 10
"""Collections of the younger generations after which a full one is worth its time (CPython's default)."""
_OVERDUE = 1_000
"""… and after which it is due even while someone types."""
_NEVER = 1 << 30


class Collector:
    """Takes full collections over from the interpreter, from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self._last_input = 0.0
        self._before: tuple[int, int, int] | None = None
        self._stopped = False

    def start(self) -> None:
        """What is there now (modules, classes, the first screen) stays; it is not looked at again.

        Where another app of this process has taken them over, they are its to give back.
        """
        started()
        before = gc.get_threshold()
        if before[2] == _NEVER or self._stopped:
            return
        self._before = before
        gc.collect()
        gc.freeze()
        gc.set_threshold(before[0], before[1], _NEVER)

    def stop(self) -> None:
        """Give full collections back to the interpreter, for good: a timer may still call start."""
        self._stopped = True
        if self._before is not None:
            gc.set_threshold(*self._before)
            gc.unfreeze()
            self._before = None

    def saw_input(self) -> None:
        """A key or the mouse: not now."""
        self._last_input = time.monotonic()

    def collect_if_quiet(self) -> None:
        """Collect if there is something to collect and the moment is quiet. Called once a second."""
        waiting = gc.get_count()[2]
        quiet = time.monotonic() - self._last_input > _QUIET_S
        if self._before is not None and (waiting >= _OVERDUE or (quiet and waiting >= _DUE)):
            gc.collect()
