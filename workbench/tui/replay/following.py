"""An execution that still runs, in this process or another, on the way to being a recording."""

from __future__ import annotations

import asyncio
import time

from workbench.core.events import Event
from workbench.core.ports import HistoryReader
from workbench.core.records import Standing
from workbench.history import ExecutionFollower, HistoryError
from workbench.tui.replay.timeline import Recorded, with_steps


class Following:
    """Tells what happens in an execution, from its first event on."""

    def __init__(self, history: HistoryReader, execution_id: str) -> None:
        self._history = history
        self._id = execution_id
        self._follower = ExecutionFollower(history, execution_id)
        self._polling = False
        self.over = False
        """It has ended, or cannot be followed, or nobody looks any more."""

    @property
    def standing(self) -> Standing:
        """How it stood at the last poll."""
        return self._follower.standing

    def elapsed_ms(self, started_at: float) -> float:
        """How long it runs, without its wait for a worker."""
        if self.standing.waits_behind is not None:
            return 0.0
        return max(0.0, (time.time() - started_at) * 1000 - (self.standing.queued_ms or 0.0))

    async def poll(self) -> tuple[list[Event], Recorded | None]:
        """What happened since the last poll; once it has ended, the whole record with its steps. Nothing while
        another poll is under way. Raises HistoryError.

        The history is read in a thread: the first poll takes in everything so far, which may be much.
        """
        if self._polling:
            return [], None
        self._polling = True
        try:
            events = await asyncio.to_thread(self._follower.poll)
            if not self._follower.ended:
                return events, None
            recorded = await asyncio.to_thread(
                lambda: with_steps(self._history.recording(self._id))
            )
        except HistoryError:
            self.close()
            raise
        finally:
            self._polling = False
        self.close()
        return events, recorded

    def close(self) -> None:
        """Nobody looks any more."""
        self.over = True
        self._follower.close()
