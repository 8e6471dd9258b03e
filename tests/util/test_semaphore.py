from __future__ import annotations

import asyncio
import gc
import time

import pytest

from workbench.util.semaphore import Semaphore

pytestmark = pytest.mark.anyio


async def test_no_more_than_there_are_places_and_in_order() -> None:
    places, inside, order = Semaphore(2), 0, []

    async def one(n: int) -> None:
        nonlocal inside
        async with places:
            inside += 1
            assert inside <= 2
            order.append(n)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(n) for n in range(20)))
    assert order == list(range(20))


async def test_a_place_that_was_given_to_who_leaves_is_not_lost() -> None:
    places = Semaphore(1)
    held = asyncio.Event()

    async def hold() -> None:
        async with places:
            await held.wait()

    first = asyncio.create_task(hold())
    await asyncio.sleep(0)
    second, third = asyncio.create_task(hold()), asyncio.create_task(hold())
    await asyncio.sleep(0)
    held.set()
    await first  # the place is handed to the second in this very turn
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await asyncio.wait_for(third, 5)
    async with places:
        pass


async def _leaving(count: int) -> float:
    """CPU seconds until ``count`` that wait have all been cancelled, the last come first."""
    places = Semaphore(1)

    async def wait() -> None:
        async with places:
            pass

    gc.disable()  # what it costs to look through a large process is not meant
    async with places:
        tasks = [asyncio.create_task(wait()) for _ in range(count)]
        await asyncio.sleep(0)
        began = time.process_time()
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        gc.enable()
        return time.process_time() - began


async def test_leaving_costs_each_the_same_however_many_wait() -> None:
    """With a deque to look through, eight times as many cost some sixty times as much."""
    few, many = [min([await _leaving(n) for _ in range(3)]) for n in (2_000, 16_000)]
    assert many < 30 * few
