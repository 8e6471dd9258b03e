"""Tokens of runs, counted while the screen goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from workbench.core.ports import HistoryKeeper
from workbench.core.savings import Tokens

_AT_ONCE = 5
_PAINTED_S = 0.2
"""The list is painted by then: while a thread counts, the screen has half the interpreter."""
_RESTS = 2
"""So many times as long as counting some took, before the next."""


async def counted(
    history: HistoryKeeper, executions: Sequence[str]
) -> AsyncIterator[dict[str, Tokens]]:
    """In steps: what was not counted takes a millisecond a run, and the first of all 50 more.

    Raises HistoryError.
    """
    rest = _PAINTED_S
    for start in range(0, len(executions), _AT_ONCE):
        await asyncio.sleep(rest)
        began = time.monotonic()
        yield await asyncio.to_thread(history.tokens_of, executions[start : start + _AT_ONCE])
        rest = _RESTS * (time.monotonic() - began)
