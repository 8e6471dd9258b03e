"""Calls of clients of the newest protocol that end in questions first.

There a server has no requests of its own. A call is answered with what is asked (``input_required``), and comes
again with the answers. The run goes on meanwhile; what it waits for is its question.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace

from workbench.core.model import JsonValue
from workbench.mcp.messages import CAPABILITIES_KEY, INVALID_PARAMS, MODERN_VERSIONS, RpcError
from workbench.serve.asking import Pending, modes_of
from workbench.serve.tool_provider import Caller, Progress
from workbench.util.dataclass import dataclass

_KEPT_S = 600.0
"""So long a client may take for its answers; the call that asks has mostly given up by then."""
_MOST = 64
"""Calls that wait for their client; in further ones nobody is asked."""

Answer = Callable[[Mapping[str, JsonValue], Caller], Awaitable[JsonValue]]


@dataclass(slots=True)
class _Round:
    """One call, over all its requests."""

    arguments: Mapping[str, JsonValue]
    pending: Pending
    progress: Progress | None
    """Of the request that waits for it now."""
    work: asyncio.Future[JsonValue] = field(init=False)

    def report(self, done: float, text: str, total: float | None = None) -> None:
        if self.progress is not None:
            self.progress(done, text, total)


class Rounds:
    """The calls of one tool."""

    def __init__(self, answer: Answer, *, kept_s: float = _KEPT_S) -> None:
        """answer: makes a call, which asks its caller's ``elicit``."""
        self._answer = answer
        self._kept_s = kept_s
        self._waiting: dict[str, _Round] = {}
        """By what their clients give back (``requestState``)."""

    async def call(self, arguments: Mapping[str, JsonValue], caller: Caller) -> JsonValue:
        """The result of a call, or what its client is asked before there is one.

        Raises RpcError, and what the call raises. Cancelling it cancels the call.
        """
        if caller.input_state is not None:
            return await self._until_asked(self._taken_up(arguments, caller))
        modes = modes_of(caller.meta.get(CAPABILITIES_KEY))
        asked_here = caller.protocol_version in MODERN_VERSIONS and caller.task_id is None
        if not (asked_here and modes) or len(self._waiting) >= _MOST:
            return await self._answer(arguments, caller)
        began = _Round(arguments, Pending(modes), caller.progress)
        report = began.report if caller.progress is not None else None
        asking = replace(caller, elicit=began.pending.put, progress=report)
        began.work = asyncio.ensure_future(self._answer(arguments, asking))
        began.work.add_done_callback(lambda _: began.pending.close())
        return await self._until_asked(began)

    def _taken_up(self, arguments: Mapping[str, JsonValue], caller: Caller) -> _Round:
        state = caller.input_state
        taken = self._waiting.get(state) if isinstance(state, str) else None
        if taken is None:
            where = "its time is over, it was answered, or it is of another process"
            raise RpcError(INVALID_PARAMS, f"no call waits for this requestState: {where}")
        if dict(taken.arguments) != dict(arguments):
            raise RpcError(INVALID_PARAMS, "the requestState is of a call with other arguments")
        del self._waiting[str(state)]
        taken.progress = caller.progress
        taken.pending.take(caller.input_responses)
        return taken

    async def _until_asked(self, round_: _Round) -> JsonValue:
        try:
            await round_.pending.asked_or_done(round_.work)
        except asyncio.CancelledError:
            round_.work.cancel()
            await asyncio.wait((round_.work,))
            raise
        if round_.work.done():
            return round_.work.result()
        round_.progress = None
        state = secrets.token_urlsafe(24)
        self._waiting[state] = round_
        asyncio.get_running_loop().call_later(self._kept_s, self._given_up, state)
        return {
            "resultType": "input_required",
            "inputRequests": round_.pending.requests(),
            "requestState": state,
        }

    def _given_up(self, state: str) -> None:
        """Nobody came back: the run ends, as that of a client that went away."""
        left = self._waiting.pop(state, None)
        if left is not None:
            left.work.cancel()
