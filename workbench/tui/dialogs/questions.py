"""Questions that servers ask while they work, put to the person one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply

if TYPE_CHECKING:
    from typing import Any

    from textual.app import App


class Questions:
    """Puts the questions of servers to the person at the app, one at a time (an ``Elicit``)."""

    def __init__(self, app: App[Any]) -> None:
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
