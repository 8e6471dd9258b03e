"""The corpus of hostile scripts (scripts/*.js): each ends as it must, nothing is left, the next one works.

More of them, by mechanism: tests/sandbox/test_hostile.py (what is said, cancelled, killed),
tests/sandbox/test_prelude.py (what a script could get hold of), test_sizes.py, test_values.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.hostile.corpus import Case, cases, kinds
from tests.hostile.leftovers import Leftovers
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ExecutionOptions, ExecutionRequest, Limits, PoolSettings

pytestmark = pytest.mark.anyio

MEMORY_MB = {"memory": 16}
TIMEOUT_MS = {"endless": 150}
HEAVY = ("endless", "memory", "depth")
_CONTROL = ExecutionRequest("[1, 2].map(x => x * 2).join() + call_tool('test', 'echo', {}).ok")


def test_the_corpus_is_as_large_as_is_said() -> None:
    texts = [case.script for kind in kinds() for case in cases(kind)]
    assert len(texts) >= 400
    assert len(set(texts)) == len(texts)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if kind in HEAVY else ()) for kind in kinds()],
)
async def test_each_ends_as_it_must_and_the_next_works(kind: str) -> None:
    limits = Limits(timeout_ms=100_000, memory_mb=MEMORY_MB.get(kind, 64))
    options = ExecutionOptions(timeout_ms=TIMEOUT_MS.get(kind))
    engine = Engine(limits=limits, pool=PoolSettings(size=2))
    wrong: list[str] = []

    async def one_by_one(left: Iterator[Case]) -> None:
        for case in left:
            hostile = ExecutionRequest(case.script, options=options)
            told = case.wrong(await engine.run(hostile, tools=DictTools()))
            after = await engine.run(_CONTROL, tools=DictTools())
            wrong.extend([told] if told is not None else [])
            if after.value != "2,4true":
                wrong.append(f"after {case.where}: {after.value!r} {after.error}")

    try:
        await engine.run(_CONTROL, tools=DictTools())
        before = Leftovers.now()
        left = iter(cases(kind))
        await asyncio.gather(one_by_one(left), one_by_one(left))
        await before.expect(engine)
    finally:
        await engine.close()
    assert not wrong, "\n".join(wrong)
