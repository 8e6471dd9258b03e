"""Pauses between attempts: twice as long after each failure, up to a longest one."""

from __future__ import annotations

_MOST_DOUBLINGS = 30
"""Past it a pause is as long as it gets; a float could not hold what 1 100 of them make."""


def doubling(first_s: float, longest_s: float, failures: int) -> float:
    """Seconds to wait after so many failures in a row, ``first_s`` where there was none."""
    return min(first_s * (1 << min(failures, _MOST_DOUBLINGS)), longest_s)


class BackOff:
    """How long to wait before something is started again that ends by itself or does not start."""

    def __init__(self, first_s: float, longest_s: float, healthy_s: float) -> None:
        """healthy_s: what lived for longer had no failures before."""
        self._first_s = first_s
        self._longest_s = longest_s
        self._healthy_s = healthy_s
        self._failures = 0

    def reset(self) -> None:
        """Somebody asks for it: what was before does not count."""
        self._failures = 0

    def after(self, lived_s: float) -> float:
        """Seconds before the next attempt, where the last one came to its end after ``lived_s``."""
        if lived_s > self._healthy_s:
            self._failures = 0
        pause = doubling(self._first_s, self._longest_s, self._failures)
        self._failures += 1
        return pause
