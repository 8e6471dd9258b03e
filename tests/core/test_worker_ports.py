"""What every adapter of ``WorkerFactory`` must do. A second one is added to ``ADAPTERS``, and must pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.servers import until
from workbench.core.model import Limits, PoolSettings
from workbench.core.worker_ports import (
    PoolClosed,
    QueueFull,
    QueueTimeout,
    ScriptWorker,
    WorkerFactory,
)
from workbench.sandbox import job as jobs
from workbench.sandbox.frames import Frame
from workbench.sandbox.host.pool import Pool

pytestmark = pytest.mark.anyio
LIMITS = Limits(timeout_ms=5_000)
SEED = (1, 2, 3, 4)


def forked() -> WorkerFactory:
    return Pool(PoolSettings(size=1, queue_size=1), memory_mb=64)


ADAPTERS: list[Callable[[], WorkerFactory]] = [forked]


@pytest.fixture(params=ADAPTERS)
async def workers(request: pytest.FixtureRequest) -> AsyncIterator[WorkerFactory]:
    made: WorkerFactory = request.param()
    made.start()
    yield made
    await made.close()


class Heard:
    """A listener: the frames, and whether the worker is gone."""

    def __init__(self, worker: ScriptWorker) -> None:
        self.frames: list[Frame] = []
        self.gone = asyncio.Event()
        self.spoke = asyncio.Event()
        worker.listener = self

    def on_frame(self, body: Frame) -> None:
        self.frames.append(body)
        self.spoke.set()

    def on_room(self) -> None:
        pass

    def on_gone(self) -> None:
        self.gone.set()


def job(code: str) -> bytes:
    return jobs.run(code, "{}", LIMITS, seed=SEED)


async def test_a_worker_takes_one_job_answers_and_is_over(workers: WorkerFactory) -> None:
    async with workers.lease() as worker:
        assert worker is not None
        assert (workers.running, workers.queued, workers.size) == (1, 0, 1)
        heard = Heard(worker)
        worker.expect(1 << 20)
        worker.send(job("return 6 * 7"))
        await asyncio.wait_for(heard.gone.wait(), 20)
        assert b"42" in b"".join(heard.frames)
        ended = await asyncio.wait_for(worker.exit, 20)
        assert ended.code is not None
        assert ended.describe()
        assert worker.closed
        worker.send(b"nobody takes this")  # harmless
    async with workers.lease() as another:
        assert another is not None
        assert another is not worker, "a worker is used once"
    assert workers.running == 0


async def test_a_held_worker_says_nothing_until_it_may(workers: WorkerFactory) -> None:
    async with workers.lease() as worker:
        assert worker is not None
        heard = Heard(worker)
        worker.hold()
        worker.send(job("return 1"))
        await asyncio.sleep(0)
        assert heard.frames == []
        worker.resume()
        await asyncio.wait_for(heard.gone.wait(), 20)
        assert heard.frames


async def test_one_that_computes_is_killed_at_once(workers: WorkerFactory) -> None:
    async with workers.lease() as worker:
        assert worker is not None
        Heard(worker)
        worker.send(job("for (;;) {}"))
        worker.yield_cpu()
        worker.is_computing()  # where the system says it; never an error
        worker.kill()
        ended = await asyncio.wait_for(worker.exit, 20)
        assert ended.describe()
        assert worker.closed


async def test_who_cannot_be_served_is_told_why(workers: WorkerFactory) -> None:
    async with workers.lease() as worker:
        assert worker is not None
        given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def wait_for_one() -> ScriptWorker | None:
            async with workers.lease(given_up) as other:
                return other

        waiting = asyncio.create_task(wait_for_one())
        await until(lambda: workers.queued)
        with pytest.raises(QueueFull):
            async with workers.lease():
                pass
        given_up.set_result(None)
        assert await waiting is None, "its wait was over before a worker came"
        workers.resize(PoolSettings(size=1, queue_timeout_ms=20), memory_mb=64)
        with pytest.raises(QueueTimeout):
            async with workers.lease():
                pass


async def test_it_takes_other_settings_beside_a_script_that_runs(workers: WorkerFactory) -> None:
    async with workers.lease() as first:
        workers.resize(PoolSettings(size=2), memory_mb=32)
        assert workers.size == 2
        async with workers.lease() as second:
            assert first is not None
            assert second is not None
            heard = Heard(second)
            second.send(job("return 2"))
            await asyncio.wait_for(heard.gone.wait(), 20)
        assert not first.closed


async def test_closed_it_gives_no_worker(workers: WorkerFactory) -> None:
    async with workers.lease() as worker:
        assert worker is not None
        await workers.close()
        assert worker.closed
    with pytest.raises(PoolClosed):
        async with workers.lease():
            pass
