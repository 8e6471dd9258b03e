"""The pool: warm workers, a bounded queue for them, resizing without disturbing anyone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

from workbench.core.model import PoolSettings
from workbench.core.worker_ports import PoolClosed, QueueFull, QueueTimeout
from workbench.sandbox.host.forking import ForkServer
from workbench.sandbox.host.kept import Kept
from workbench.sandbox.host.worker import REHEARSALS, Worker
from workbench.sandbox.host.zygote_process import ZygoteProcess
from workbench.text.plurals import agrees, count
from workbench.util.shared_timers import SharedTimers

_SPARE = 2
"""Warm workers kept while others run, so that the next script does not wait for a fork."""
_LATER_S = 0.0005
"""Where nobody waits, the next fork does, for so long: the two processors of a small machine are needed for
the end of the execution that just gave a worker back (its commit took 1.0 ms instead of 0.2). Not longer: the
next of a series of scripts would meet it."""
_CALM_S = 0.02
"""While spare workers are warm, forks wait until nobody asked for a worker or gave one back for this long: a
fork takes as much of the processors as several short scripts, and the next of a burst is not to wait for it.
So do rehearsals, but for the first one of the spare workers."""
_PACE_S = 0.005
"""Between the forks of a calm moment: who comes in the middle of them waits for one at most."""
_RETRY_S = 0.1
"""After a fork that the system refused, or a worker that died before it had work."""
_RUNS = 8
"""Of one client that a worker may have at most where isolation is by client. Twice as many took no less."""
_RESTARTS = 5
_RESTART_S = 0.05
_WORDS = 50
_WORDS_TOLD = 2_000


class Pool:
    """Hands out workers, first come first served; at most ``size`` run at once. One that has run a script
    runs none of another client, and by default none at all.

    The workers' port (``core.worker_ports.WorkerFactory``) over processes that are forked from a zygote.
    """

    def __init__(
        self, settings: PoolSettings, *, memory_mb: int, zygote: ZygoteProcess | None = None
    ) -> None:
        """zygote: one that was started ahead."""
        self._settings = settings
        self._ahead = zygote
        self._memory_bytes = memory_mb << 20
        self._idle: deque[Worker] = deque()
        self._kept = Kept(lambda: self._fill_later(_LATER_S))
        self._running: set[Worker] = set()
        self._waiting: dict[asyncio.Future[Worker], str | None] = {}
        """With the client that each is for, in the order in which they came."""
        self._server: ForkServer | None = None
        self._closing = False
        self._timers = SharedTimers()
        self._restarts = 0
        self._restart: asyncio.TimerHandle | None = None
        self._filling: asyncio.TimerHandle | None = None
        self._topping: asyncio.TimerHandle | None = None
        self._last_used = 0.0
        """When a worker was handed out or came back last, by the event loop's clock."""
        self._words: deque[str] = deque(maxlen=_WORDS)
        self.trouble: str | None = None
        """Why the last fork did not come; None: it came."""

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
        return [*(worker.pid for worker in (*self._idle, *self._running)), *self._kept.pids()]

    def start(self) -> None:
        """Start the zygote and begin to fill the pool. ``lease`` does it when needed."""
        if self._server is not None or self._restart is not None or self._closing:
            return
        self._words.clear()  # of the one before
        server = ForkServer(
            on_forked=self._forked,
            on_not_forked=self._not_forked,
            on_worker_gone=self._worker_gone,
            on_dead=self._server_died,
            words=self._words,
        )
        ahead, self._ahead = self._ahead, None
        try:
            server.start(ahead)
        except OSError as error:
            self._words.append(str(error))
            self._server_died()
            return
        self._server = server
        server.prepare(self._runs)
        self._fill((self._settings.size + 1) // 2)

    @contextlib.asynccontextmanager
    async def lease(
        self, until: asyncio.Future[Any] | None = None, client: str | None = None
    ) -> AsyncIterator[Worker | None]:
        """A warm worker for as long as the context lasts; None where ``until`` was done first.

        client: it may be one that has run scripts of this client, where the settings allow it.
        However the waiting ends, a worker is either handed to its body or stays the pool's.
        Raises QueueFull, QueueTimeout, PoolClosed.
        """
        if self._settings.isolation == "run":
            client = None
        worker = self._free_worker(client)
        if worker is None:
            worker = await self._wait_for_one(until, client)
        if worker is not None:
            worker.begin(client)
        try:
            yield worker
        finally:
            if worker is not None:
                self._release(worker)

    def resize(self, settings: PoolSettings, *, memory_mb: int) -> None:
        """Take new settings. Running scripts go on; idle workers with old limits are replaced."""
        runs = self._runs
        self._settings = settings
        self._memory_bytes = memory_mb << 20
        if self._server is not None and self._runs != runs:
            self._server.prepare(self._runs)
        self._kept.end()
        kept = [worker for worker in self._idle if worker.memory_bytes == self._memory_bytes]
        for worker in self._idle:
            if worker not in kept[: settings.size]:
                worker.close()
        self._idle = deque(kept[: settings.size])
        self._serve()

    async def close(self) -> None:
        """End every worker, running ones too. Leaves no process behind."""
        if self._ahead is not None:  # nobody ran anything
            self._ahead.control.close()
        self._closing = True
        for timer in (self._restart, self._filling, self._topping):
            if timer is not None:
                timer.cancel()
        self._turn_away(PoolClosed("the pool is closed"))
        for worker in list(self._running):
            worker.kill()
        self._idle.clear()
        self._kept.end()
        if self._server is not None:
            await self._server.close()

    # -- handing out -------------------------------------------------------------------------

    @property
    def _runs(self) -> int:
        """How many scripts a worker may run."""
        return _RUNS if self._settings.isolation == "client" else 1

    def _free_worker(self, client: str | None) -> Worker | None:
        """A warm worker if one is free and nobody waits for it. Raises PoolClosed."""
        if self._closing:
            raise PoolClosed("the pool is closed")
        self.start()
        if self._waiting:
            return None
        return self._take(client)

    def _take(self, client: str | None) -> Worker | None:
        if len(self._running) >= self._settings.size:
            return None
        worker = None if client is None else self._kept.take(client)
        while worker is None and self._idle:
            worker = self._idle.popleft()
            if worker.closed:  # it died while it waited
                worker = None
        if worker is not None:
            self._running.add(worker)
            self._kept.end(self._settings.size - len(self._running))  # they stand in nobody's way
            self._last_used = asyncio.get_running_loop().time()
        return worker

    async def _wait_for_one(
        self, until: asyncio.Future[Any] | None, client: str | None
    ) -> Worker | None:
        size, waiting = self._settings.size, len(self._waiting)
        # Those for whom a worker is being forked stand in no queue.
        if waiting >= self._settings.queue_size + size - len(self._running):
            busy = "the only worker is busy" if size == 1 else f"all {size} workers are busy"
            raise QueueFull(f"{busy} and {count(waiting, 'execution')} {agrees(waiting, 'wait')}")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Worker] = loop.create_future()
        self._waiting[future] = client
        self._serve()
        ends = (future,) if until is None else (future, until)
        try:
            await asyncio.wait(
                ends,
                timeout=self._settings.queue_timeout_ms / 1000,
                return_when=asyncio.FIRST_COMPLETED,
            )
        except BaseException:
            self._withdraw(future)
            raise
        if until is not None and until.done():
            self._withdraw(future)
            return None
        if future.done():
            return future.result()
        self._withdraw(future)
        why = "" if self.trouble is None else f"; {self.trouble}"
        raise QueueTimeout(
            f"no worker became free within {self._settings.queue_timeout_ms} ms{why}"
        )

    def _withdraw(self, future: asyncio.Future[Worker]) -> None:
        """Someone stopped waiting, perhaps in the moment in which a worker was handed over."""
        if not future.done():
            del self._waiting[future]
            future.cancel()
        elif not future.cancelled() and future.exception() is None:
            worker = future.result()
            self._running.discard(worker)
            if worker.nth is None:  # it has had no job
                self._idle.appendleft(worker)
            else:
                self._keep_or_close(worker)
            self._serve()

    def _release(self, worker: Worker) -> None:
        """A worker comes back: its script is over, so it is too, unless it may wait for its client."""
        self._running.discard(worker)
        worker.listener = None
        self._last_used = asyncio.get_running_loop().time()
        self._keep_or_close(worker)
        self._serve()

    def _keep_or_close(self, worker: Worker) -> None:
        """Let it wait for its client, where it may run another script under the settings of now."""
        is_as_now = worker.memory_bytes == self._memory_bytes and self._runs > 1
        if is_as_now and worker.rests and worker.client is not None and not self._closing:
            self._kept.keep(worker)
        else:
            worker.leave(self._timers)

    def _serve(self) -> None:
        """Hand idle workers to those who wait, then top up."""
        while self._waiting:
            future, client = next(iter(self._waiting.items()))
            worker = self._take(client)
            if worker is None:
                break
            del self._waiting[future]
            future.set_result(worker)
        if self._waiting:
            self._fill()
        else:
            self._fill_later(_LATER_S)

    def _turn_away(self, error: PoolClosed) -> None:
        """Tell everyone who waits that no worker will come."""
        for future in self._waiting:
            future.set_exception(error)
        self._waiting.clear()

    # -- forks -------------------------------------------------------------------------------

    @property
    def _room(self) -> int:
        """How many more may run or wait for their client."""
        return self._settings.size - len(self._running) - len(self._kept)

    def _fill(self, soon: int = _SPARE) -> None:
        """Fork what is needed ``soon``, at the least one for everyone who waits; the rest in calm."""
        if self._filling is not None:
            self._filling.cancel()
            self._filling = None
        if self._closing:
            return
        soon = max(soon, len(self._waiting))
        if self._fork(max(min(self._room, soon), min(_SPARE, self._settings.size))):
            self._top_up_after(_CALM_S)
        if len(self._running) <= _SPARE:
            self._rehearse_next(1, _SPARE)

    def _fork(self, wanted: int) -> bool:
        """Ask for forks until this many workers are warm; False: the system gave none for now."""
        # The server may turn out to be dead at any of these forks.
        while self._server is not None and len(self._idle) + self._server.forking < wanted:
            try:
                self._server.fork(self._memory_bytes)
            except OSError as error:
                self._not_forked(str(error))
                return False
        return True

    def _top_up_after(self, seconds: float) -> None:
        if self._topping is None:
            self._topping = asyncio.get_running_loop().call_later(seconds, self._top_up)

    def _top_up(self) -> None:
        """Fork one more of those that are missing, or let one rehearse, and see again in a moment."""
        self._topping = None
        if self._server is None or self._closing:
            return
        busy = self._last_used + _CALM_S - asyncio.get_running_loop().time()
        if busy > 0:
            self._top_up_after(busy)
            return
        warm = len(self._idle)
        missing = warm < self._room
        if missing and (self._server.forking or self._fork(warm + 1)):
            self._top_up_after(_PACE_S)
            return
        # What they touch is 1.6 MB of a worker's own, and one more for longer scripts.
        half = max((self._settings.size + 1) // 2, _SPARE)
        if self._rehearse_next(1, half) or self._rehearse_next(REHEARSALS, 1):
            self._top_up_after(_PACE_S)

    def _rehearse_next(self, times: int, most: int) -> bool:
        """Let the next one rehearse that has not so often, of the ``most`` whose turn comes first. False: all
        have."""
        for worker in islice(self._idle, most):
            if worker.rehearsals < times:
                worker.rehearse()
                return True
        return False

    def _fill_later(self, seconds: float) -> None:
        if self._filling is None and not self._closing:
            self._filling = asyncio.get_running_loop().call_later(seconds, self._fill)

    def _forked(self, worker: Worker) -> None:
        self._restarts = 0
        self.trouble = None
        if (
            self._closing
            or len(self._idle) >= self._settings.size
            or worker.memory_bytes != self._memory_bytes
        ):
            worker.close()
            self._fill_later(_LATER_S)
            return
        self._idle.append(worker)
        if self._waiting:
            self._serve()
        elif len(self._running) <= _SPARE:
            self._rehearse_next(1, _SPARE)
        else:
            self._top_up_after(_CALM_S)

    def _not_forked(self, why: str) -> None:
        """The system gave no process or no descriptor: that passes, so it is tried again."""
        self.trouble = f"a worker process could not be started: {why}"
        self._fill_later(_RETRY_S)

    def _worker_gone(self, worker: Worker) -> None:
        self._kept.forget(worker)
        with contextlib.suppress(ValueError):
            self._idle.remove(worker)
            self._fill_later(_RETRY_S)

    def _server_died(self) -> None:
        for worker in self._idle:  # the end of its process may be heard after the event loop's
            worker.close()
        self._idle.clear()
        self._kept.end()
        self._server = None
        if self._closing:
            return
        self.trouble = self._why_not_started()
        self._restarts += 1
        if self._restarts > _RESTARTS:
            self._restarts = 0
            self._turn_away(PoolClosed(self.trouble))
            return
        loop = asyncio.get_running_loop()
        self._restart = loop.call_later(_RESTART_S * (self._restarts - 1), self._start_again)

    def _start_again(self) -> None:
        self._restart = None
        self.start()
        self._serve()

    def _why_not_started(self) -> str:
        lines = [line for line in self._words if line.strip()]
        while sum(map(len, lines)) > _WORDS_TOLD and len(lines) > 1:
            del lines[0]
        said = "\n".join(lines)[-_WORDS_TOLD:]
        what = "the worker processes cannot be started"
        return f"{what}: {said}" if said else f"{what}, and do not say why"
