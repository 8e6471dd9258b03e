"""A semaphore whose waiters leave at no cost: asyncio's looks through all of them for each one."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Semaphore:
    """``async with semaphore``: at most ``most`` at once, the others wait in the order they came."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: dict[asyncio.Future[None], None] = {}

    async def __aenter__(self) -> None:
        if self._free > 0 and not self._waiting:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[place] = None
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()  # given in the very moment
            else:
                self._waiting.pop(place, None)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        """Hand the place on to who waits longest, or keep it free."""
        while self._waiting:
            place = next(iter(self._waiting))
            del self._waiting[place]
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
