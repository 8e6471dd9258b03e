"""Timers that share one of the loop: called in order, taken back for good, and nothing is left of them."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from contextvars import ContextVar
from typing import Any

import pytest

from tests.support.servers import until
from workbench.util.shared_timers import _LENGTHS, SharedTimers

pytestmark = pytest.mark.anyio


async def test_each_is_called_when_it_is_due_in_the_order_of_their_ends() -> None:
    timers, told, begun = SharedTimers(), list[tuple[str, float]](), time.monotonic()

    def tell(name: str) -> None:
        told.append((name, time.monotonic() - begun))

    timers.call_later(0.06, tell, "second")
    timers.call_later(0.02, tell, "first")
    await asyncio.sleep(0.03)
    timers.call_later(0.06, tell, "third")
    await until(lambda: len(told) == 3)
    assert [name for name, _ in told] == ["first", "second", "third"]
    assert all(at >= due for (_, at), due in zip(told, (0.02, 0.06, 0.09), strict=True))


async def test_one_that_is_taken_back_is_not_called_and_holds_nothing() -> None:
    timers, told = SharedTimers(), list[int]()

    class Held:
        def call(self) -> None:
            told.append(1)

    held = Held()
    gone = weakref.ref(held)
    timer = timers.call_later(0.01, held.call)
    kept = timers.call_later(0.01, told.append, 2)
    timer.cancel()
    timer.cancel()
    del held
    gc.collect()
    assert gone() is None
    await until(lambda: told)
    kept.cancel()  # too late, and no error
    assert told == [2]


async def test_one_that_is_due_can_still_be_taken_back() -> None:
    """By the one before it, in the same turn: a deadline must not end what has just ended."""
    timers, told = SharedTimers(), list[int]()
    timers.call_later(0.01, lambda: second.cancel())
    second = timers.call_later(0.01, told.append, 2)
    timers.call_later(0.01, told.append, 3)
    await until(lambda: told)
    assert told == [3]


async def test_what_one_raises_is_the_loops_to_tell_and_keeps_none_from_its_turn() -> None:
    timers, told, raised = SharedTimers(), list[int](), list[object]()
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: raised.append(context["exception"])
    )
    timers.call_later(0.01, lambda: 1 / 0)
    timers.call_later(0.01, told.append, 2)
    await until(lambda: told)
    assert [type(one) for one in raised] == [ZeroDivisionError]


async def test_each_is_called_in_the_context_of_whoever_asked_and_none_is_held_for_longer() -> None:
    """A listener of one run must not read the context variables of another."""

    class Name:
        def __init__(self, text: str) -> None:
            self.text = text

    timers, told, whose = SharedTimers(), list[str](), ContextVar[Name]("whose")

    async def ask(text: str) -> weakref.ref[Name]:
        whose.set(Name(text))
        timers.call_later(0.01, lambda: told.append(whose.get().text))
        timers.call_later(60.0, told.append, "").cancel()
        return weakref.ref(whose.get())

    asked = [await asyncio.create_task(ask(text)) for text in ("first", "second")]
    await until(lambda: len(told) == 2)
    assert told == ["first", "second"]
    gc.collect()
    assert [one() for one in asked] == [None, None]


async def test_a_thousand_of_one_length_take_one_of_the_loops_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, asked = asyncio.get_running_loop(), list[object]()
    call_later = loop.call_later

    def counted(seconds: float, callback: Any, *args: Any, **more: Any) -> asyncio.TimerHandle:
        asked.append(callback)
        return call_later(seconds, callback, *args, **more)

    monkeypatch.setattr(loop, "call_later", counted)
    timers, told = SharedTimers(), list[int]()
    for number in range(1_000):
        timers.call_later(0.01, told.append, number).cancel()
    timers.call_later(0.01, told.append, -1)
    await until(lambda: told)
    assert told == [-1]
    assert 1 <= asked.count(timers._due) <= 3
    await until(lambda: timers._queues == {})


async def test_lengths_of_which_nothing_waits_are_not_kept_by_the_thousand() -> None:
    """A client may give each of its runs a limit of its own, of an hour."""
    timers, told = SharedTimers(), list[int]()
    kept = timers.call_later(0.05, told.append, 1)
    for number in range(1_000):
        timers.call_later(3_600 + number, told.append, 2).cancel()
    assert len(timers._queues) <= _LENGTHS
    assert timers._queues.keys() == timers._wakes.keys()
    await until(lambda: told)
    assert told == [1]
    assert kept.context is None
