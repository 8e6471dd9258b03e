"""Events on their way into the file, in the order in which they happened, and who waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

from workbench.core.events import Event
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Lacking:
    """Events of an execution were dropped: its record is not whole."""

    execution_id: str
    what: str


Item: TypeAlias = Event | Lacking
Weighed: TypeAlias = tuple[Item, int]


class Pending:
    """A queue with one who takes from it. Any thread may put; the lock is held for moments only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: deque[Weighed] = deque()
        self._weight = 0
        self._put = 0
        self._done = 0
        self._marks: list[_Mark] = []

    def __len__(self) -> int:
        return len(self._items)

    @property
    def weight(self) -> int:
        """Bytes of everything that waits, about."""
        return self._weight

    def put(self, item: Item, weight: int) -> None:
        with self._lock:
            self._items.append((item, weight))
            self._weight += weight
            self._put += 1

    def take(self, most: int) -> list[Weighed]:
        """The oldest, to be given back by ``done`` or ``put_back``."""
        with self._lock:
            items = [self._items.popleft() for _ in range(min(most, len(self._items)))]
            self._weight -= sum(weight for _, weight in items)
            return items

    def put_back(self, items: Sequence[Weighed]) -> None:
        """What could not be written now: it is next again."""
        with self._lock:
            self._items.extendleft(reversed(items))
            self._weight += sum(weight for _, weight in items)

    def done(self, number: int) -> None:
        """So many of those taken are written."""
        with self._lock:
            self._done += number

    def rest(self) -> list[Item]:
        """Everything that waits, for looking at it."""
        with self._lock:
            return [item for item, _ in self._items]

    # -- who waits -------------------------------------------------------------------------

    def ticket(self) -> int:
        """Stands for everything put so far."""
        return self._put

    def is_done(self, ticket: int) -> bool:
        return self._done >= ticket

    async def wait(self, wake: threading.Event) -> None:
        """Until everything put so far is written, or ``resolve`` releases those who wait."""
        mark = _Mark(self._put, asyncio.get_running_loop())
        with self._lock:
            self._marks.append(mark)
        wake.set()
        await mark.future

    def resolve(self, *, release: bool) -> None:
        """Tell those whose events are written; with ``release`` all others too."""
        with self._lock:
            ready = [mark for mark in self._marks if release or mark.ticket <= self._done]
            if ready:
                self._marks = [mark for mark in self._marks if mark not in ready]
        for mark in ready:
            mark.resolve()


class _Mark:
    """One who waits for a ticket."""

    __slots__ = ("_loop", "future", "ticket")

    def __init__(self, ticket: int, loop: asyncio.AbstractEventLoop) -> None:
        self.ticket = ticket
        self._loop = loop
        self.future: asyncio.Future[None] = loop.create_future()

    def resolve(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        if not self.future.done():
            self.future.set_result(None)
