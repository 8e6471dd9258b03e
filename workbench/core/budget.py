"""The budget of an execution: how many of its calls may leave for a server."""

from __future__ import annotations

import asyncio


class Budget:
    """A call takes a place before it is sent, and gives it back where it turns out never to have left."""

    def __init__(self, most: int) -> None:
        """most: 0 is unlimited."""
        self._most = most
        self._used = 0
        self._doubtful = 0
        """Calls that may never leave: their server is not connected."""
        self._settled: asyncio.Future[None] | None = None

    @property
    def is_spent(self) -> bool:
        return self._most > 0 and self._used >= self._most

    async def take(self, *, doubtful: bool) -> bool:
        """A place for one call; False: the budget is spent.

        doubtful: the call may never leave. Whoever finds the last places taken by such calls waits for them.
        """
        while self._most > 0 and not self.is_spent and self._used + self._doubtful >= self._most:
            if self._settled is None:
                self._settled = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._settled)
        if self.is_spent:
            return False
        if doubtful:
            self._doubtful += 1
        else:
            self._used += 1
        return True

    def settle(self, *, doubtful: bool, left: bool) -> None:
        """How it went with a call that took a place."""
        if doubtful:
            self._doubtful -= 1
            self._used += left
        elif not left:
            self._used -= 1
        if self._settled is not None:
            self._settled.set_result(None)
            self._settled = None
