"""A client of a ``Session`` without a process: its lines are kept, its provider's calls wait."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from workbench.serve.server_session import Session
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import Caller, UnknownTool


class Bag:
    """Lines that are kept."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.congested = False
        self.ended = asyncio.Event()
        self._more = asyncio.Event()

    def take_up_to(self, longest: int) -> None:
        raise AssertionError("a session does not change it")

    def send(self, line: bytes) -> None:
        self.sent.append(json.loads(line))
        self._more.set()

    async def answer(self, request_id: object) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                for message in self.sent:
                    if "method" not in message and message["id"] == request_id:
                        return message
                self._more.clear()
                await self._more.wait()


class Doors:
    """An offer whose calls wait until they are let through."""

    instructions = "x"

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.callers: list[Caller] = []
        self.cancelled = 0

    def listing(self) -> list[Any]:
        return [{"name": "door", "inputSchema": {"type": "object"}}]

    async def call(self, name: str, arguments: Any, caller: Caller) -> Any:
        self.callers.append(caller)
        if name == "broken":
            raise ValueError("a secret of ours")
        if name != "door":
            raise UnknownTool(f"Unknown tool: {name}")
        try:
            if caller.progress is not None:
                caller.progress(1, "knocked")
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return {"content": [], "isError": False}


class Talk:
    """Asks, and has what was answered."""

    def __init__(self, *, tasks_after_s: float | None = None) -> None:
        """tasks_after_s: calls of the door may be tasks from then on; None: there are no tasks."""
        self.provider = Doors()
        self.bag = Bag()
        self.tasks: Tasks | None = None
        if tasks_after_s is not None:
            self.tasks = Tasks(self.provider.call, frozenset({"door"}), after_s=tasks_after_s)
        self.session = Session(self.provider, tasks=self.tasks)
        self.session.attach(self.bag)

    def ask(self, request_id: object, method: str, params: Any = None) -> None:
        message = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        self.session.feed(json.dumps(message).encode())

    def tell(self, method: str, params: Any) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self.session.feed(json.dumps(message).encode())
