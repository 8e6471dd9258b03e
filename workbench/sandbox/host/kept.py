"""Workers that have run scripts of a client and wait for its next one (``isolation = "client"``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.sandbox.host.worker import Worker

_KEPT_S = 5.0
"""A burst of scripts comes closer together; after a pause a warm worker that nobody used does as well."""


class Kept:
    """Each is for the client that it has worked for, or for nobody."""

    def __init__(self, ended: Callable[[], None]) -> None:
        """ended: hears that one has waited in vain."""
        self._ended = ended
        self._timers: dict[Worker, asyncio.TimerHandle] = {}
        """Of each, the one that ends it; in the order in which they came."""

    def __len__(self) -> int:
        return len(self._timers)

    def pids(self) -> list[int]:
        """Their processes."""
        return [worker.pid for worker in self._timers]

    def keep(self, worker: Worker) -> None:
        """Let it wait for its client, for a while."""
        loop = asyncio.get_running_loop()
        self._timers[worker] = loop.call_later(_KEPT_S, self._waited, worker)

    def take(self, client: str) -> Worker | None:
        """The one of this client that came last, which has the most in the processor's caches."""
        for worker in reversed(self._timers):
            if worker.client == client and not worker.closed:
                self.forget(worker)
                return worker
        return None

    def forget(self, worker: Worker) -> None:
        """It is somebody else's now, or it is gone."""
        timer = self._timers.pop(worker, None)
        if timer is not None:
            timer.cancel()

    def end(self, most: int = 0) -> None:
        """End those that came first, until so many are left."""
        while len(self._timers) > most:
            self._end(next(iter(self._timers)))

    def _waited(self, worker: Worker) -> None:
        self._end(worker)
        self._ended()

    def _end(self, worker: Worker) -> None:
        self.forget(worker)
        worker.kill()
