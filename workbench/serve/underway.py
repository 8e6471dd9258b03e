"""Runs that outlive the request that started them: waited for a while, collected later, cancelled by id."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import field

from workbench.core.engine import Engine
from workbench.core.events import (
    ConsoleLine,
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ToolCallFinished,
)
from workbench.core.model import Execution, ExecutionRequest, JsonValue, LogLine
from workbench.core.ports import History
from workbench.core.records import HistoryError
from workbench.core.waits import QUEUED
from workbench.util.dataclass import dataclass

MOST_WAIT_MS = 600_000
_LOOK_EACH_S = 0.25
_CANCEL_S = 10.0
_MOST_UNRECORDED = 16

Listener = Callable[[Event], None]
Run = Callable[[ExecutionRequest, Listener], Awaitable[Execution]]


@dataclass(slots=True)
class _Underway:
    """What is known of a run so far."""

    began: float
    queued: bool = False
    """It waits for a worker."""
    tool_calls: int = 0
    logs: list[LogLine] = field(default_factory=list)
    report: Listener | None = None
    """Of the request that waits; None once it was answered: it hears no more of it then."""

    def listen(self, event: Event) -> None:
        if isinstance(event, ConsoleLine):
            self.logs.append(event.line)
        elif isinstance(event, ToolCallFinished):
            self.tool_calls += event.outcome.dispatched
        elif isinstance(event, ExecutionQueued):
            self.queued = True
        elif isinstance(event, ExecutionRunning):
            self.queued, self.began = False, time.monotonic()
        if self.report is not None:
            self.report(event)


@dataclass(frozen=True, slots=True)
class StillRunning:
    """A run that had not ended when its request's time was over."""

    execution_id: str
    duration_ms: float
    """So far, without the wait for a worker."""
    tool_calls: int
    logs: tuple[LogLine, ...]
    queued: bool = False
    """It waits for a worker."""

    def to_json(self) -> dict[str, JsonValue]:
        """The shape of a result, with ``ok: null`` and ``running: true``; with ``queued: true`` while it waits
        for a worker."""
        return {
            "ok": None,
            "running": True,
            **({QUEUED: True} if self.queued else {}),
            "execution_id": self.execution_id,
            "duration_ms": round(self.duration_ms, 3),
            "tool_calls": self.tool_calls,
            "logs": [line.to_json() for line in self.logs],
            "next": f'get_execution(execution_id="{self.execution_id}", wait_ms=60000)',
        }


class Runs:
    """Starts runs for a server; those that are waited for in part go on by themselves."""

    def __init__(self, engine: Engine, history: History) -> None:
        self._engine = engine
        self._history = history
        self._tasks: dict[str, asyncio.Task[Execution]] = {}
        self._unrecorded: dict[str, Execution] = {}
        """The last ones of those here whose ends are on no record: they can be collected all the same."""

    async def run(
        self,
        run: Run,
        request: ExecutionRequest,
        report: Listener | None,
        *,
        wait_ms: int | None,
        detached: bool,
    ) -> Execution | StillRunning:
        """Run a request, which has its id, to its end, or for ``wait_ms``.

        Cancelling the task cancels the run, unless it is ``detached``.
        """
        assert request.execution_id is not None
        execution_id = request.execution_id
        state = _Underway(time.monotonic(), report=report)
        task = asyncio.ensure_future(run(request, state.listen))
        self._tasks[execution_id] = task
        task.add_done_callback(lambda _: self._forget(execution_id, task))
        try:
            await asyncio.wait((task,), timeout=None if wait_ms is None else wait_ms / 1000)
        except asyncio.CancelledError:
            if not detached:
                task.cancel()
                await asyncio.wait((task,))
            raise
        finally:
            state.report = None
        if task.done():
            return task.result()
        so_far = 0.0 if state.queued else (time.monotonic() - state.began) * 1000
        return StillRunning(execution_id, so_far, state.tool_calls, tuple(state.logs), state.queued)

    async def ended(self, execution_id: str, wait_ms: int) -> None:
        """Return when the execution has ended, here or in another process, at the latest after ``wait_ms``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_ms / 1000):
                await self._end(execution_id)

    async def cancel(self, execution_id: str) -> bool:
        """End what runs here, which may end otherwise in that moment, and wait for it; False: it does not run
        here."""
        if not self._engine.cancel(execution_id):
            return False
        await self.ended(execution_id, int(_CANCEL_S * 1000))
        return True

    async def status(self, execution_id: str) -> str:
        """Of an execution, here or in another process. Raises HistoryError."""
        if execution_id in self._engine.running or execution_id in self._tasks:
            return "running"
        await self._history.committed()
        left = self._unrecorded.get(execution_id)
        try:
            status = (await asyncio.to_thread(self._history.standing, execution_id)).status
        except HistoryError:
            if left is None:
                raise
            return left.status
        return left.status if left is not None and status == "running" else status

    async def unrecorded(self, execution_id: str) -> Execution | None:
        """An end that is not on record, or not yet."""
        left = self._unrecorded.get(execution_id)
        if left is None:
            return None
        with suppress(HistoryError):
            standing = await asyncio.to_thread(self._history.standing, execution_id)
            if standing.status != "running":
                del self._unrecorded[execution_id]
                return None
        return left

    async def _end(self, execution_id: str) -> None:
        task = self._tasks.get(execution_id)
        if task is not None:
            await asyncio.wait((task,))
            return
        over = asyncio.Event()

        def listen(event: Event) -> None:
            if isinstance(event, ExecutionFinished) and event.execution_id == execution_id:
                over.set()

        stop = self._engine.subscribe(listen)
        try:
            if execution_id in self._engine.running:
                await over.wait()
            while await self.status(execution_id) == "running":  # noqa: ASYNC110  (in another process)
                await asyncio.sleep(_LOOK_EACH_S)
        finally:
            stop()

    def _forget(self, execution_id: str, task: asyncio.Task[Execution]) -> None:
        self._tasks.pop(execution_id, None)
        # The request that waited has its exception; nobody waits for a detached one.
        if task.cancelled() or task.exception() is not None or task.result().recorded:
            return
        self._unrecorded[execution_id] = task.result()
        while len(self._unrecorded) > _MOST_UNRECORDED:
            del self._unrecorded[next(iter(self._unrecorded))]
