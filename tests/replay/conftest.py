from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ExecutionRequest, Limits, PoolSettings
from workbench.history import Recording, Store
from workbench.replay import Replayed, replay
from workbench.text.redact import Redactor

Record = Callable[..., Awaitable[Recording]]
Again = Callable[..., Awaitable[Replayed]]


@pytest.fixture(scope="module")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    """One for a file of tests, as the engine: its workers cost more than the scripts that run in them."""
    store = Store(tmp_path_factory.mktemp("data") / "h.sqlite3")
    yield store
    store.close()


@pytest.fixture(scope="module")
async def replay_engine(store: Store) -> AsyncIterator[Engine]:
    engine = Engine(limits=Limits(timeout_ms=5_000), pool=PoolSettings(size=2), recorder=store)
    yield engine
    await engine.close()


@pytest.fixture
def record(replay_engine: Engine, store: Store) -> Record:
    async def run(code: str, *, tools: DictTools | None = None, **request: Any) -> Recording:
        execution = await replay_engine.run(
            ExecutionRequest(code, **request), tools=tools or DictTools()
        )
        return store.recording(execution.execution_id)

    return run


@pytest.fixture
def again(replay_engine: Engine) -> Again:
    async def run(recording: Recording, **changed: Any) -> Replayed:
        return await replay(replay_engine, recording, redactor=Redactor(), **changed)

    return run
