"""Work in a thread, one piece at a time: what nobody waits for any more cannot be taken back there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class OneThread:
    """Pieces of work of which only the last matters, such as what is looked for while one types."""

    def __init__(self) -> None:
        self._running: asyncio.Future[Any] | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` gives. It is begun when the one before is over; who is cancelled until then begins
        nothing."""
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        running = asyncio.ensure_future(asyncio.to_thread(work))
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._running = running
        return await asyncio.shield(running)
