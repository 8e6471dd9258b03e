"""Tools that answer from a dict of functions: the seam, without a server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from workbench.core.events import ToolCallNote
from workbench.core.model import CatalogueQuery, ErrorCode, JsonValue, Outcome, ToolCall
from workbench.core.ports import NoteListener
from workbench.core.timezones import zone_at

Answer = Callable[[ToolCall], Awaitable[Outcome]]


async def _echo(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result=call.args, content=[{"type": "text", "text": "echo"}])


async def _sleep(call: ToolCall) -> Outcome:
    await asyncio.sleep(call.args.get("ms", 10) / 1000)
    return Outcome(ok=True, result=call.args)


async def _fail(call: ToolCall) -> Outcome:
    return Outcome.failed(ErrorCode.UPSTREAM_ERROR, "boom", {"why": "asked to"})


async def _forever(call: ToolCall) -> Outcome:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


class DictTools:
    """``test.echo``, ``test.sleep``, ``test.fail``, ``test.forever`` and what a test adds."""

    def __init__(self, **more: Answer) -> None:
        self.answers: dict[str, Answer] = {
            "echo": _echo,
            "sleep": _sleep,
            "fail": _fail,
            "forever": _forever,
            **more,
        }
        self.calls: list[ToolCall] = []
        self.cancelled: list[ToolCall] = []
        self.called = asyncio.Event()

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        self.calls.append(call)
        self.called.set()
        note(ToolCallNote(call.execution_id, call.seq, "progress", "half way", 1, 2))
        try:
            return await self.answers[call.tool](call)
        except asyncio.CancelledError:
            self.cancelled.append(call)
            raise

    def at_once(self, call: ToolCall) -> Outcome | None:
        return None

    def meant(self, call: ToolCall) -> ToolCall:
        return call

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        if query.kind == "zone":
            return zone_at(query.query or "", int(query.at or 0)).envelope()
        if query.kind == "suggest":
            return {"ok": True, "result": {"found": ["tools.test.echo"] if query.query else []}}
        if query.kind == "describe" and query.tool == "nothing":
            return Outcome.failed(ErrorCode.NOT_FOUND, "no tool 'nothing'").envelope()
        if query.kind == "servers":
            return {"ok": True, "result": ["test"]}
        rows = [{"server": "test", "tool": name, "description": ""} for name in self.answers]
        return {"ok": True, "result": rows}

    def catalogue_hash(self) -> str | None:
        return "hash"


def result(value: Any) -> Answer:
    """A tool that always gives ``value``."""

    async def answer(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=value)

    return answer
