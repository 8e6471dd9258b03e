"""The pool: warm workers, a bounded queue for them, resizing without disturbing anyone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from workbench.core.model import PoolSettings
from workbench.sandbox.host.forking import ForkServer
from workbench.sandbox.host.worker import Worker

_SPARE = 2
"""Warm workers kept while others run, so that the next script does not wait for a fork."""
_LATER_S = 0.002
"""Where spare workers are warm, the next fork waits this long: the two processors of a small machine are
needed for the end of the execution that just gave a worker back (its commit took 1.0 ms instead of 0.2)."""
_RESTARTS = 5
_RESTART_S = 0.05


class QueueFull(Exception):
    """Every worker is busy and the queue is as long as it may be."""


class QueueTimeout(Exception):
    """No worker became free in time."""


class PoolClosed(Exception):
    """The pool is closing, or its zygote cannot be started."""


class Pool:
    """Hands out single-use workers, first come first served; at most ``size`` run at once."""

    def __init__(self, settings: PoolSettings, *, memory_mb: int) -> None:
        self._settings = settings
        self._memory_bytes = memory_mb << 20
        self._idle: deque[Worker] = deque()
        self._running: set[Worker] = set()
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._forking = 0
        self._server: ForkServer | None = None
        self._closing = False
        self._restarts = 0
        self._restart: asyncio.TimerHandle | None = None
        self._filling: asyncio.TimerHandle | None = None

    @property
    def running(self) -> int:
        """Workers that run a script now."""
        return len(self._running)

    @property
    def queued(self) -> int:
        """Executions that wait for a worker now."""
        return len(self._waiting)

    @property
    def size(self) -> int:
        return self._settings.size

    def worker_pids(self) -> list[int]:
        """Processes of the workers that are idle or running."""
        return [worker.pid for worker in (*self._idle, *self._running)]

    def start(self) -> None:
        """Start the zygote and begin to fill the pool. ``acquire`` does it when needed."""
        if self._server is None and not self._closing:
            self._server = ForkServer(
                on_forked=self._forked, on_worker_gone=self._worker_gone, on_dead=self._server_died
            )
            self._server.start()
            self._fill()

    def acquire_now(self) -> Worker | None:
        """A warm worker if one is free and nobody waits for it. Raises PoolClosed."""
        if self._closing:
            raise PoolClosed("the pool is closed")
        self.start()
        if self._idle and not self._waiting and len(self._running) < self._settings.size:
            worker = self._idle.popleft()
            self._running.add(worker)
            return worker
        return None

    async def acquire(self) -> Worker:
        """A warm worker. Raises QueueFull, QueueTimeout, PoolClosed."""
        free = self.acquire_now()
        if free is not None:
            return free
        busy = len(self._running) >= self._settings.size
        if busy and len(self._waiting) >= self._settings.queue_size:
            raise QueueFull(
                f"all {self._settings.size} workers are busy and {len(self._waiting)} executions wait"
            )
        future: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._serve()
        try:
            async with asyncio.timeout(self._settings.queue_timeout_ms / 1000):
                return await future
        except TimeoutError:
            self._give_back(future)
            raise QueueTimeout(
                f"no worker became free within {self._settings.queue_timeout_ms} ms"
            ) from None
        except asyncio.CancelledError:
            self._give_back(future)
            raise

    def release(self, worker: Worker) -> None:
        """Give a worker back: its script is over, so it is too."""
        self._running.discard(worker)
        worker.listener = None
        asyncio.get_running_loop().call_soon(worker.close)  # after the answer is on its way
        self._serve()

    def resize(self, settings: PoolSettings, *, memory_mb: int) -> None:
        """Take new settings. Running scripts go on; idle workers with old limits are replaced."""
        memory_changed = memory_mb << 20 != self._memory_bytes
        self._settings = settings
        self._memory_bytes = memory_mb << 20
        keep = 0 if memory_changed else settings.size
        while len(self._idle) > keep:
            self._idle.pop().close()
        self._serve()

    async def close(self) -> None:
        """End every worker, running ones too. Leaves no process behind."""
        self._closing = True
        for timer in (self._restart, self._filling):
            if timer is not None:
                timer.cancel()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(PoolClosed("the pool is closed"))
        for worker in list(self._running):
            worker.kill()
        self._idle.clear()
        if self._server is not None:
            await self._server.close()

    def diagnostics(self) -> list[str]:
        """The last words of the zygote and its workers."""
        return list(self._server.stderr) if self._server is not None else []

    # -- inside ----------------------------------------------------------------------------

    def _serve(self) -> None:
        """Hand idle workers to those who wait, then top up."""
        while self._waiting and self._idle and len(self._running) < self._settings.size:
            future = self._waiting.popleft()
            if future.done():
                continue
            worker = self._idle.popleft()
            self._running.add(worker)
            future.set_result(worker)
        if len(self._idle) < _SPARE or self._waiting:
            self._fill()
        elif self._filling is None and not self._closing:
            self._filling = asyncio.get_running_loop().call_later(_LATER_S, self._fill)

    def _fill(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            self._filling = None
        if self._closing:
            return
        size, running = self._settings.size, len(self._running)
        wanted = max(size - running, min(_SPARE, size))
        # The server may turn out to be dead at any of these forks.
        while self._server is not None and len(self._idle) + self._forking < wanted:
            self._forking += 1
            self._server.fork(self._memory_bytes)

    def _forked(self, worker: Worker) -> None:
        self._forking -= 1
        self._restarts = 0
        if self._closing or len(self._idle) >= self._settings.size:
            worker.close()
            return
        self._idle.append(worker)
        if self._waiting:
            self._serve()

    def _give_back(self, future: asyncio.Future[Worker]) -> None:
        """Someone stopped waiting, perhaps in the moment in which a worker was handed over."""
        if future.done() and not future.cancelled() and future.exception() is None:
            self.release(future.result())
        else:
            with contextlib.suppress(ValueError):
                self._waiting.remove(future)

    def _worker_gone(self, worker: Worker) -> None:
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
            self._fill()

    def _server_died(self) -> None:
        self._forking = 0
        self._idle.clear()
        self._server = None
        if self._closing:
            return
        self._restarts += 1
        if self._restarts > _RESTARTS:
            while self._waiting:
                future = self._waiting.popleft()
                if not future.done():
                    future.set_exception(PoolClosed("the worker processes cannot be started"))
            self._restarts = 0
            return
        loop = asyncio.get_running_loop()
        self._restart = loop.call_later(_RESTART_S * (self._restarts - 1), self._start_again)

    def _start_again(self) -> None:
        self.start()
        self._serve()
