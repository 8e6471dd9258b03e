"""HTTP connections that may be waited for: how long, and how many at once. Imports uvicorn.

Whoever reaches the port can connect without a token. A connection that never asks anything is closed, and
the longest silent one makes room where there are too many; so descriptors are left for those who do ask.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import field
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from workbench.util.dataclass import dataclass
from workbench.util.os_differences import most_descriptors

HEAD_S = 15.0
"""From a connection, or the first byte of a further request, to the end of its head."""
BODY_S = 30.0
"""Between two pieces of a body."""
_MOST = 2000
_LEAST = 16
_WARN_EACH_S = 60.0
_log = logging.getLogger(__name__)


def most_connections() -> int:
    """Half of the descriptors that this process may have: workers and servers need theirs."""
    there = most_descriptors()
    return _MOST if there is None else max(_LEAST, min(_MOST, there // 2))


@dataclass(slots=True)
class Room:
    """Who is connected, and who of them has not asked anything yet."""

    most: int
    head_s: float = HEAD_S
    body_s: float = BODY_S
    silent: dict[PatientProtocol, None] = field(default_factory=dict)
    """The longest silent one first."""
    _warned_at: float | None = None

    def protocol(self) -> type[PatientProtocol]:
        """The class of connections that uvicorn is to make."""
        return type("RoomProtocol", (PatientProtocol,), {"room": self})

    def make(self, connected: int) -> bool:
        """Room for one more; False: there is none."""
        if connected <= self.most:
            return True
        self.warn(f"{self.most} HTTP connections are open: no more are taken")
        return self.drop_silent(1) > 0

    def drop_silent(self, count: int) -> int:
        """Close those that were silent for longest; how many there were."""
        chosen = list(self.silent)[:count]
        for protocol in chosen:
            protocol.give_up()
        return len(chosen)

    def warn(self, problem: str) -> None:
        """A line in a minute: whoever connects without end must not write our log."""
        now = asyncio.get_running_loop().time()
        if self._warned_at is None or now - self._warned_at >= _WARN_EACH_S:
            self._warned_at = now
            _log.warning("%s", problem)

    def on_loop_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's handler: where no descriptor is left, silent connections go. asyncio tries again in
        a second."""
        if "out of system resource" in str(context.get("message")):
            self.warn("no descriptor is left for another HTTP connection")
            self.drop_silent(max(1, len(self.silent) // 2))
        else:
            loop.default_exception_handler(context)


class PatientProtocol(H11Protocol):
    """uvicorn's, with an end to waiting."""

    room: ClassVar[Room]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._waiting: asyncio.TimerHandle | None = None
        self._in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.room.make(len(self.connections)):
            self._wait_for_head()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.IDLE:
            self._wait_for_head()
        elif state is h11.SEND_BODY:
            self._wait(self.room.body_s)
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Close it; what it did not ask needs no answer."""
        self._stop_waiting()
        self.transport.abort()

    def _wait_for_head(self) -> None:
        if not self._in_head:  # drops of a head do not renew its time
            self._wait(self.room.head_s)
            self._in_head = True
            self.room.silent[self] = None

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds, self.give_up)

    def _stop_waiting(self) -> None:
        self._in_head = False
        self.room.silent.pop(self, None)
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
