"""What is looked after once scripts have run."""

from __future__ import annotations

import gc

import pytest

from tests.support.servers import until
from workbench.util import retained
from workbench.util.allocating import start_without_collector

pytestmark = pytest.mark.anyio


async def test_the_collector_goes_on_after_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever face a process has: each run is a cycle."""
    monkeypatch.setattr(retained, "_PAUSE_S", 0)
    usual = gc.get_threshold()
    looking = retained.Retained()
    start_without_collector()
    try:
        looking.ran()
        await until(lambda: gc.get_threshold()[0] < 10_000)
    finally:
        gc.set_threshold(*usual)
        looking.close()
