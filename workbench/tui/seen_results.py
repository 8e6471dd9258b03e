"""Result types that were seen, for screens: asked for off the event loop, kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.catalogue.inference import SeenType
    from workbench.catalogue.tools import SeenTypes, ToolInfo

_KEPT_S = 15.0
"""What a tool gives is on record a moment later: it is looked for again."""


@dataclass(slots=True)
class _Known:
    seen: SeenType | None
    at: float


class SeenResults:
    """What tools that declare no output schema gave. Used in one event loop."""

    def __init__(self, ask: SeenTypes) -> None:
        """ask: reads the history; called in threads."""
        self._ask = ask
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[SeenType | None]] = {}

    async def of(self, tool: ToolInfo) -> SeenType | None:
        """What the tool's results were like; None: nothing was seen, or it declares what it gives."""
        if tool.output_schema is not None:
            return None
        name = _name(tool)
        known = self._known.get(name)
        if known is not None and time.monotonic() - known.at < _KEPT_S:
            return known.seen
        return await asyncio.shield(self._asked(name, tool))

    def schema(
        self, tool: ToolInfo, then: Callable[[], None] | None = None
    ) -> Mapping[str, Any] | None:
        """What is known of the tool's results at once; ``then`` is called where more becomes known."""
        name = _name(tool)
        known = self._known.get(name)
        if known is None or time.monotonic() - known.at >= _KEPT_S:
            before = known.seen if known is not None else None
            task = self._asked(name, tool)
            if then is not None:
                task.add_done_callback(lambda done: _notify_if_changed(done, before, then))
        return known.seen.schema if known is not None and known.seen is not None else None

    def _asked(self, name: str, tool: ToolInfo) -> asyncio.Task[SeenType | None]:
        task = self._asking.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._load(name, tool))
            self._asking[name] = task
        return task

    async def _load(self, name: str, tool: ToolInfo) -> SeenType | None:
        try:
            seen = await asyncio.to_thread(self._ask, tool)
            self._known[name] = _Known(seen, time.monotonic())
            return seen
        finally:
            del self._asking[name]


def _name(tool: ToolInfo) -> str:
    from workbench.catalogue.definitions import definition_id

    return f"{tool.full_name} {definition_id(tool)}"


def _notify_if_changed(
    done: asyncio.Task[SeenType | None], before: SeenType | None, then: Callable[[], None]
) -> None:
    if not done.cancelled() and done.exception() is None and done.result() != before:
        then()
