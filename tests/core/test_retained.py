"""Memory of large values goes back to the system after a burst of runs."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.conftest import RunScript
from tests.support.servers import until
from workbench.util import retained, system

pytestmark = pytest.mark.anyio


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
async def test_what_large_values_leave_behind_is_given_back(
    run: RunScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    real = system.give_back_memory

    def give_back() -> None:
        real()
        given_back.append("given back")

    monkeypatch.setattr(system, "give_back_memory", give_back)
    monkeypatch.setattr(retained, "_PAUSE_S", 0.05)
    assert (await run("1")).value == 1
    await asyncio.sleep(0.2)
    assert not given_back  # little is kept
    # In a process that has run other tests, what large values leave is found again by the next.
    monkeypatch.setattr(system, "own_resident", lambda: 1 << 40)
    kept = bytearray(16 << 20)  # in use: it stays
    assert (await run("['x'.repeat(4e6)]")).ok
    await until(lambda: given_back)
    assert len(kept) == 16 << 20
