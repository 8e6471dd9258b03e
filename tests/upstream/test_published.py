"""Published servers that nobody here wrote: a pinned few of those that ``make servers`` tries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench.published.catalogue import published
from bench.published.trial import Trial, trial
from tests.support import environment

_CACHE = Path(__file__).parents[2] / ".published"
_FEW = [server for server in published() if server.subset]
_AT_ONCE = 3

pytestmark = [pytest.mark.npm, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def trials() -> dict[str, Trial]:
    """All of them, a few at a time: most of each trial is waiting for the server."""

    async def run() -> dict[str, Trial]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> Trial:
            async with gate:
                return await trial(_FEW[number], _CACHE)

        seen = await asyncio.gather(*(one(n) for n in range(len(_FEW))))
        return {one.server.name: one for one in seen}

    with environment.proxies():
        return asyncio.run(run())


@pytest.mark.parametrize("name", [server.name for server in _FEW])
def test_a_published_server_does_here_what_it_does_with_the_sdk(
    name: str, trials: dict[str, Trial]
) -> None:
    seen = trials[name]
    assert seen.usable, f"the SDK's own client cannot use it: {seen.problems}"
    assert seen.problems == []
