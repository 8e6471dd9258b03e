"""What the other side asks us: answered one by one, bounded in number, taken back when it says so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from workbench.core.model import JsonValue
from workbench.mcp.messages import INTERNAL_ERROR, METHOD_NOT_FOUND, RpcError

OnRequest: TypeAlias = Callable[[str, dict[str, JsonValue]], Awaitable[dict[str, JsonValue]]]
"""The result for a method and its parameters. Raises RpcError."""

_log = logging.getLogger(__name__)
LONGEST_ID = 1_000
_MOST_AT_ONCE = 32


async def nothing(method: str, _params: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The ``OnRequest`` of who answers nothing but ping."""
    raise RpcError(METHOD_NOT_FOUND, f"{method[:100]} is not offered")


class Asked:
    """Requests of the other side, while they are answered."""

    def __init__(self, answer: OnRequest, send: Callable[[dict[str, JsonValue]], None]) -> None:
        """send: writes an answer."""
        self._answer = answer
        self._send = send
        self._underway: dict[str | int | float, asyncio.Task[None]] = {}
        self._closed = False

    def take(self, request_id: JsonValue, method: str, params: dict[str, JsonValue]) -> bool:
        """Answer a request, now or later. False: it bears an id that no program would make."""
        if not isinstance(request_id, str | int | float) or len(repr(request_id)) > LONGEST_ID:
            return False
        if self._closed:
            return True  # what was on its way when the connection ended
        if method == "ping":
            self._send({"jsonrpc": "2.0", "id": request_id, "result": {}})
        elif len(self._underway) >= _MOST_AT_ONCE or request_id in self._underway:
            self._refuse(request_id, RpcError(INTERNAL_ERROR, "too many requests at once"))
        else:
            task = asyncio.get_running_loop().create_task(self._work(request_id, method, params))
            self._underway[request_id] = task
            task.add_done_callback(lambda _: self._underway.pop(request_id, None))
        return True

    def cancelled(self, request_id: JsonValue) -> None:
        """The other side needs no answer any more."""
        if isinstance(request_id, str | int | float):
            task = self._underway.get(request_id)
            if task is not None:
                task.cancel()

    def close(self) -> None:
        """Nobody hears an answer any more, nor is asked anything."""
        self._closed = True
        for task in list(self._underway.values()):
            task.cancel()

    async def _work(
        self, request_id: str | int | float, method: str, params: dict[str, JsonValue]
    ) -> None:
        try:
            result = await self._answer(method, params)
        except RpcError as error:
            self._refuse(request_id, error)
        except Exception:  # its text is ours to read, not the other side's
            _log.exception("request %s failed", method)
            self._refuse(request_id, RpcError(INTERNAL_ERROR, "internal error"))
        else:
            self._send({"jsonrpc": "2.0", "id": request_id, "result": result})

    def _refuse(self, request_id: str | int | float, error: RpcError) -> None:
        self._send({"jsonrpc": "2.0", "id": request_id, "error": error.to_json()})
