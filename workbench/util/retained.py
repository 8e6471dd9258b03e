"""Memory that the C library keeps of large values which are long gone.

glibc keeps freed memory in pieces between what is still in use: after hours of results of some megabytes a
server held 300 MB of which it used 60. Returning it takes some milliseconds, so it is done when much
is kept, in a thread, after a burst of runs.
"""

from __future__ import annotations

import asyncio

from workbench.util import system
from workbench.util.allocating import started

_PAUSE_S = 5.0
_MUCH = 48 << 20


class Retained:
    """Looks after each burst of runs; belongs to one event loop."""

    def __init__(self) -> None:
        self._least = system.own_resident()
        """Resident bytes when little was kept."""
        self._timer: asyncio.TimerHandle | None = None

    def ran(self) -> None:
        """Something ran that may have held much."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE_S, self._check_memory)

    def close(self) -> None:
        """Stop looking at the memory."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check_memory(self) -> None:
        self._timer = None
        started()  # a run is a cycle: who held the collector back for a start does so no longer
        now = system.own_resident()
        self._least = min(self._least, now)
        if now > self._least + _MUCH:
            asyncio.get_running_loop().run_in_executor(None, self._give_back)

    def _give_back(self) -> None:
        system.give_back_memory()
        # The least ever: what a run under way holds at this moment is not what is always held.
        self._least = min(self._least, system.own_resident())
