"""Calls that outlive their request, and what is kept of them: MCP's tasks, without their wire shapes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Literal

from workbench.core.model import JsonValue
from workbench.serve.asking import Pending
from workbench.serve.tool_provider import Caller
from workbench.util.dataclass import dataclass

KEPT_MS = 3_600_000
"""From a task's creation on, where its client does not ask for another time."""
_MOST_KEPT_MS = 86_400_000
_MOST_TASKS = 256
_MOST_CHARS = 64 << 20
"""Of results that wait to be collected; while there are more, no call becomes a task."""
_AFTER_S = 2.0
"""What ends sooner is answered as ever, where the server may choose."""

Answer = Callable[[str, Mapping[str, JsonValue], Caller], Awaitable[JsonValue]]
Status = Literal["working", "input_required", "completed", "failed", "cancelled"]


class TooManyTasks(Exception):
    """Nothing more is kept for clients that collect it later; what is there has to be forgotten first."""


@dataclass(slots=True)
class Task:
    """One call that goes on by itself."""

    work: asyncio.Task[JsonValue]
    task_id: str
    kept_ms: int
    number: int = 0
    """Of its place among all tasks: later ones have larger ones."""
    session: str = ""
    """Of the client that began it."""
    pending: Pending = field(default_factory=Pending)
    """What its client is asked, where it is asked in what it reads of the task."""
    message: str = ""
    """What it does at the moment, for people."""
    cancelled: bool = False
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def status(self) -> Status:
        """``failed``: there is no result, not even one that says so (``work`` has the exception)."""
        if self.cancelled or (self.work.done() and self.work.cancelled()):
            return "cancelled"
        if not self.work.done():
            return "input_required" if self.pending.asked.is_set() else "working"
        return "completed" if self.work.exception() is None else "failed"

    def set_message(self, message: str) -> None:
        self.message = message
        self.updated = datetime.now(UTC)


class Tasks:
    """Starts calls that may go on as tasks, and keeps their results until their time is over."""

    def __init__(
        self,
        answer: Answer,
        tools: frozenset[str],
        stop: Callable[[str], Awaitable[bool]] | None = None,
        *,
        after_s: float = _AFTER_S,
        most: int = _MOST_TASKS,
    ) -> None:
        """answer: makes a call; the ``task_id`` of its caller is the task's.

        tools: those whose calls may be tasks. stop: ends the call of a task so that it still has a
        result; False: it cannot. after_s: how long ``begin`` waits for the result itself.
        """
        self.tools = tools
        self._answer = answer
        self._stop = stop
        self._after_s = after_s
        self._most = most
        self._tasks: dict[str, Task] = {}
        self._chars = 0
        self._begun = 0

    async def begin(
        self,
        name: str,
        arguments: Mapping[str, JsonValue],
        caller: Caller,
        modes: frozenset[str] = frozenset(),
    ) -> JsonValue | Task:
        """The result of a call that ends soon; of one that does not, or that asks something, its task.

        modes: of questions that the client takes where it reads the task. Cancelling it before there is a
        task cancels the call.
        """
        try:
            self._look_for_room()
        except TooManyTasks:
            return await self._answer(name, arguments, caller)
        task = self._started(name, arguments, caller, KEPT_MS, Pending(modes))
        try:
            await task.pending.asked_or_done(task.work, self._after_s)
        except asyncio.CancelledError:
            task.work.cancel()
            await asyncio.wait((task.work,))
            raise
        return task.work.result() if task.work.done() else self._keep(task)

    def begin_at_once(
        self, name: str, arguments: Mapping[str, JsonValue], caller: Caller, kept_ms: int | None
    ) -> Task:
        """The task of a call whose client wants one. Raises TooManyTasks."""
        self._look_for_room()
        kept = KEPT_MS if kept_ms is None else min(max(kept_ms, 1), _MOST_KEPT_MS)
        return self._keep(self._started(name, arguments, caller, kept, Pending()))

    def get(self, task_id: str) -> Task | None:
        """None: there is no such task, or its time is over."""
        return self._tasks.get(task_id)

    def begun_in(self, session: str, after: int = 0) -> list[Task]:
        """The tasks that a client began, the first ones first; after: their numbers are larger."""
        return [
            task
            for task in self._tasks.values()
            if session and task.session == session and task.number > after
        ]

    async def end_of(self, task: Task) -> None:
        """Return when the call has ended, however; being cancelled does nothing to it."""
        await asyncio.wait((task.work,))

    async def cancel(self, task: Task) -> bool:
        """End a call; False: it had ended, or did so by itself in that moment."""
        if task.work.done():
            return False
        if self._stop is None or not await self._stop(task.task_id):
            task.work.cancel()
        await asyncio.wait((task.work,))
        task.cancelled = not _went_well(task)
        if task.cancelled:
            task.set_message("cancelled")
        return task.cancelled

    def _look_for_room(self) -> None:
        if len(self._tasks) >= self._most or self._chars > _MOST_CHARS:
            raise TooManyTasks(
                f"{len(self._tasks)} tasks are kept, the most that there may be; try again later, "
                "or call without a task"
            )

    def _started(
        self,
        name: str,
        arguments: Mapping[str, JsonValue],
        caller: Caller,
        kept_ms: int,
        pending: Pending,
    ) -> Task:
        task_id = str(uuid.uuid4())
        told = caller.progress

        def report(done: float, text: str, total: float | None = None) -> None:
            if task_id not in self._tasks and told is not None:
                told(done, text, total)
            task.set_message(text)

        of_task = replace(
            caller, task_id=task_id, progress=report, elicit=caller.elicit or pending.put
        )
        work = self._answer(name, arguments, of_task)
        self._begun += 1
        session = caller.session
        task = Task(asyncio.ensure_future(work), task_id, kept_ms, self._begun, session, pending)
        task.work.add_done_callback(lambda _: pending.close())
        return task

    def _keep(self, task: Task) -> Task:
        self._tasks[task.task_id] = task
        task.work.add_done_callback(lambda _: self._ended(task))
        asyncio.get_running_loop().call_later(task.kept_ms / 1000, self._forget, task)
        return task

    def _ended(self, task: Task) -> None:
        task.updated = datetime.now(UTC)
        if task.task_id in self._tasks:
            self._chars += _chars(task)

    def _forget(self, task: Task) -> None:
        """What still runs ends with its time; nobody could collect it."""
        del self._tasks[task.task_id]
        if task.work.done():
            self._chars -= _chars(task)
        else:
            task.work.cancel()


def _has_result(task: Task) -> bool:
    return not task.work.cancelled() and task.work.exception() is None


def _went_well(task: Task) -> bool:
    return _has_result(task) and task.work.result().get("isError") is not True


def _chars(task: Task) -> int:
    """About what a result takes: its text, and images or audio."""
    if not _has_result(task):
        return 0
    blocks = task.work.result().get("content", ())
    return sum(len(block.get("text") or block.get("data") or "") for block in blocks)
