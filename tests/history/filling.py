"""A history with something in it."""

from __future__ import annotations

from tests.history.events import finished, started, write
from workbench.core.events import ToolCallFinished, ToolCallStarted
from workbench.core.model import Outcome, ToolCall
from workbench.history import Store

MB = 1 << 20


async def fill(store: Store, executions: int, size: int, *, calls: int = 0) -> None:
    for number in range(executions):
        name = f"{size}-{number}"
        await write(store, started(name))
        for seq in range(1, calls + 1):
            call = ToolCall(name, seq, "s", "t", {})
            outcome = Outcome(True, result=f"{seq} ".ljust(size, "r"))
            ended = ToolCallFinished(name, call, outcome, 1.0, seq)
            await write(store, ToolCallStarted(name, call), ended)
        await write(store, finished(name, "x" * size))
