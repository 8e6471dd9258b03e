"""What a connection notes of itself: when it was ready, and how long its answers took."""

from __future__ import annotations

import time
from collections import deque

_KEPT = 100


class Pulse:
    """What is known of all connections of a server; it outlives each of them."""

    def __init__(self) -> None:
        self.connects = 0
        self.calls = 0
        self.program = ""
        """The server's own name and version, as of the last time that it was ready."""
        self._ready_at: float | None = None
        self._took: deque[float] = deque(maxlen=_KEPT)

    def ready(self, program: str) -> None:
        self.connects += 1
        self.program = program
        self._ready_at = time.monotonic()

    def gone(self) -> None:
        self._ready_at = None

    def answered(self, took_ms: float) -> None:
        self.calls += 1
        self._took.append(took_ms)

    @property
    def connected_s(self) -> float | None:
        return time.monotonic() - self._ready_at if self._ready_at is not None else None

    def percentile(self, of_hundred: int) -> float | None:
        """Of the last answers, in ms; None: there was none."""
        took = sorted(self._took)
        return took[min(len(took) - 1, len(took) * of_hundred // 100)] if took else None
