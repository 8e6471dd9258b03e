"""An execution that still runs, in this process or another, on the way to being a recording."""

from __future__ import annotations

import asyncio

from workbench.core.model import Event
from workbench.core.ports import HistoryReader
from workbench.history import ExecutionFollower, Recording


class Following:
    """Tells what happens in an execution, from its first event on."""

    def __init__(self, history: HistoryReader, execution_id: str) -> None:
        self._history = history
        self._id = execution_id
        self._follower = ExecutionFollower(history, execution_id)
        self._looking = False

    async def look(self) -> tuple[list[Event], Recording | None]:
        """What happened since the last look; once it has ended, the whole record. Nothing while another look
        is under way. Raises HistoryError.

        The history is read in a thread: the first look takes in everything so far, which may be much.
        """
        if self._looking:
            return [], None
        self._looking = True
        try:
            events = await asyncio.to_thread(self._follower.poll)
            if not self._follower.ended:
                return events, None
            return events, await asyncio.to_thread(self._history.recording, self._id)
        finally:
            self._looking = False
