"""Memory of large values goes back to the system after a burst of runs."""

from __future__ import annotations

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
    given_back: list[int] = []
    real = system.give_back_memory

    def give_back() -> None:
        before = system.own_resident()
        real()
        given_back.append(before - system.own_resident())

    monkeypatch.setattr(system, "give_back_memory", give_back)
    monkeypatch.setattr(retained, "_PAUSE_S", 0.05)
    monkeypatch.setattr(retained, "_MUCH", 4 << 20)
    for _ in range(6):
        assert (
            await run("['x'.repeat(4e6), call_tool('test', 'echo', {v: 'y'.repeat(4e6)}).ok]")
        ).ok
    kept = bytearray(16 << 20)  # in use: it stays
    assert (await run("1")).value == 1
    await until(lambda: given_back)
    assert len(kept) == 16 << 20
