"""Timers that are nearly always taken back, at little cost.

The event loop keeps its own in a heap, with those that were cancelled until they are the half of it: a run took
five of them and 160 of its 1 300 function calls, only to take each back. Here those of one length wait in one
queue, in the order in which they are due, and share a single timer of the loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import Context, copy_context

_LENGTHS = 64
"""That are kept though nothing waits for them: of more, those of which nothing waits are forgotten at once."""


class SharedTimer:
    """One that waits; ``cancel`` takes it back until it has called."""

    __slots__ = ("_args", "_callback", "_queue", "context", "due")

    def __init__(
        self,
        due: float,
        callback: Callable[..., object],
        args: tuple[object, ...],
        queue: dict[SharedTimer, None],
    ) -> None:
        self.due = due
        self.context: Context | None = copy_context()
        """Of whoever asked for it, as the loop's have; not that of the first of its length."""
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._queue = queue
        queue[self] = None

    def cancel(self) -> None:
        """Nothing that it holds is held any longer."""
        self._callback = self.context = None
        self._args = ()
        self._queue.pop(self, None)

    def call(self) -> None:
        """Once; not where it was cancelled since it was due."""
        callback, args = self._callback, self._args
        if callback is not None:
            self.cancel()
            callback(*args)


class SharedTimers:
    """Those of one event loop. A length that nothing waits for any more is forgotten when it is over."""

    def __init__(self) -> None:
        self._queues: dict[float, dict[SharedTimer, None]] = {}
        self._wakes: dict[float, asyncio.TimerHandle] = {}

    def call_later(
        self, seconds: float, callback: Callable[..., object], *args: object
    ) -> SharedTimer:
        """As the loop's: the loop calls ``callback`` with ``args``, never this."""
        queue = self._queues.get(seconds)
        if queue is None:
            if len(self._queues) >= _LENGTHS:
                self._forget_unused()
            queue = self._queues[seconds] = {}
            self._wake_after(seconds, seconds)
        return SharedTimer(time.monotonic() + seconds, callback, args, queue)

    def _wake_after(self, wait: float, seconds: float) -> None:
        self._wakes[seconds] = asyncio.get_running_loop().call_later(
            wait, self._due, seconds, context=Context()
        )

    def _forget_unused(self) -> None:
        for seconds in [seconds for seconds, queue in self._queues.items() if not queue]:
            del self._queues[seconds]
            self._wakes.pop(seconds).cancel()

    def _due(self, seconds: float) -> None:
        """Hand over what is due of this length, and come back when the next one is."""
        loop = asyncio.get_running_loop()
        queue, now = self._queues[seconds], time.monotonic()
        for timer in queue:
            if timer.due > now:
                self._wake_after(timer.due - now, seconds)
                break
            loop.call_soon(timer.call, context=timer.context)  # which takes it out
        else:
            del self._queues[seconds], self._wakes[seconds]
