"""Events of small executions, and a store that has written them."""

from __future__ import annotations

import asyncio
import time

from workbench.core.events import Event, ExecutionFinished, ExecutionStarted
from workbench.core.model import Execution, ExecutionRequest, JsonValue, Limits
from workbench.history import Store


def started(id_: str, code: str = "1", at: float | None = None) -> ExecutionStarted:
    request = ExecutionRequest(code)
    began = at if at is not None else time.time()
    return ExecutionStarted(id_, request, Limits(), "engine", None, (1, 2, 3, 4), began)


def finished(id_: str, value: JsonValue = 1) -> ExecutionFinished:
    return ExecutionFinished(id_, Execution(id_, "ok", value=value), time.time())


async def write(store: Store, *events: Event) -> None:
    for event in events:
        store.record(event)
    await asyncio.wait_for(store.committed(), 20)
