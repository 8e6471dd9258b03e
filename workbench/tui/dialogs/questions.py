"""Questions that servers ask while they work, put to the person one after the other."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp


class Questions:
    """Puts the questions of servers to the person at the app, one at a time (an ``Elicit``)."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, asked: Elicitation) -> Reply:
        """The answer; cancelling it takes the form away."""
        # Rarely asked for.
        from workbench.tui.dialogs.address import AddressScreen
        from workbench.tui.dialogs.elicitation import ElicitScreen

        async with self._one_at_a_time:
            if not self._app.is_running:
                return DECLINED
            asked = self._with_end(asked)
            answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            screen = ElicitScreen(asked) if asked.url is None else AddressScreen(asked, asked.url)

            def take(reply: Reply | None) -> None:
                if not answer.done():
                    answer.set_result(reply or CANCELLED)

            # In the app's own context: who asks comes from a connection's.
            self._app.call_later(self._app.push_screen, screen, take)
            try:
                return await answer
            finally:
                if not answer.done() or answer.cancelled():
                    self._app.call_later(screen.take_back)

    def _with_end(self, asked: Elicitation) -> Elicitation:
        """The run may be over before the call is given up: it is gone then, too."""
        runtime = self._app.runtime_now
        left = None
        if runtime is not None and asked.execution_id is not None:
            left = runtime.engine.left_s(asked.execution_id)
        if left is None:
            return asked
        ends = time.time() + left
        return replace(asked, until=ends if asked.until is None else min(ends, asked.until))
