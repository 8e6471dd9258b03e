"""The ports of what scripts run in: ``sandbox.host.pool`` forks processes; another adapter may do otherwise.

What an adapter must do is in tests/core/test_worker_ports.py.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from workbench.core.model import PoolSettings


class QueueFull(Exception):
    """Every worker is busy and the queue is as long as it may be."""


class QueueTimeout(Exception):
    """No worker became free in time."""


class PoolClosed(Exception):
    """No worker comes any more, or none can be started; the message says why."""


class FrameListener(Protocol):
    """Who uses a worker hears its frames, and once that it is gone."""

    def on_frame(self, body: bytes | bytearray) -> None:
        """A frame, in the order in which they were sent."""
        ...

    def on_room(self) -> None:
        """Some of what was sent to it has left this process."""
        ...

    def on_gone(self) -> None:
        """The worker is gone: it sends nothing more."""
        ...


class WorkerEnd(Protocol):
    """How a worker ended."""

    @property
    def code(self) -> int | None:
        """The exit code; None: a signal ended it."""
        ...

    def describe(self) -> str:
        """In words, for the error of an execution that ended with it."""
        ...


class ScriptWorker(Protocol):
    """Runs one job (``sandbox.job``) and answers in frames (``sandbox.frames``). It is not trusted, and it is
    not used again, unless for the same client where the settings say so."""

    listener: FrameListener | None

    @property
    def nth(self) -> int | None:
        """Which job of its client this is, from 1; None: it is of no use for another."""
        ...

    @property
    def exit(self) -> asyncio.Future[Any]:
        """Done with a ``WorkerEnd`` when it is over."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing can be sent to it nor heard from it any more."""
        ...

    @property
    def unsent(self) -> int:
        """Bytes that were sent and have not left this process."""
        ...

    def expect(self, largest_frame: int) -> None:
        """Much larger frames than so many bytes end it."""
        ...

    def send(self, *parts: bytes) -> None:
        """Queue a frame, which is its parts one after the other; never blocks. The first one is the job."""
        ...

    def hold(self) -> None:
        """Take no more frames until ``resume``. Its end is heard all the same."""
        ...

    def resume(self) -> None:
        """Take its frames again."""
        ...

    def rest(self) -> None:
        """The job ended well, and it says that it could do another."""
        ...

    def yield_cpu(self) -> bool:
        """Let others go first from now on; False: not yet, ask again in a while."""
        ...

    def is_computing(self) -> bool:
        """Whether it runs code at this moment rather than waits; False where nobody can say."""
        ...

    def kill(self) -> None:
        """End it now, whatever it is doing."""
        ...


class WorkerFactory(Protocol):
    """Hands out workers, each for one job or for jobs of one client, first come first served; at most ``size``
    run at once."""

    @property
    def running(self) -> int:
        """Workers that run a script now."""
        ...

    @property
    def queued(self) -> int:
        """Executions that wait for a worker now."""
        ...

    @property
    def size(self) -> int:
        """How many may run at once."""
        ...

    def start(self) -> None:
        """Begin to make workers. ``lease`` does it when needed."""
        ...

    def lease(
        self, until: asyncio.Future[Any] | None = None, client: str | None = None
    ) -> AbstractAsyncContextManager[ScriptWorker | None]:
        """A worker for as long as the context lasts; None where ``until`` was done first.

        client: who the job is for. Only where ``PoolSettings.isolation`` is ``client`` may it be one that did
        jobs for the same client; None: a fresh one in any case, which nobody gets afterwards.
        Raises QueueFull, QueueTimeout, PoolClosed.
        """
        ...

    def resize(self, settings: PoolSettings, *, memory_mb: int) -> None:
        """Take new settings. Scripts that run go on."""
        ...

    async def close(self) -> None:
        """End every worker, running ones too. Leaves no process behind."""
        ...
