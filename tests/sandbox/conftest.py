"""Scripts in the sandbox, through the engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from workbench.core.engine import Engine
from workbench.core.model import Limits, PoolSettings


@asynccontextmanager
async def _small_engine() -> AsyncIterator[Engine]:
    engine = Engine(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=2))
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[Engine]:
    """A small engine without upstream or history, one for a file: two workers for each script cost more than
    the script does. Nobody configures or closes it."""
    async with _small_engine() as engine:
        yield engine


@pytest.fixture
async def own_engine() -> AsyncIterator[Engine]:
    """One for the test alone, which may configure it and end its workers."""
    async with _small_engine() as engine:
        yield engine
