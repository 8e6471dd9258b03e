"""``isolation = "client"``: a worker runs several scripts of one client, and none meets anything of another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.pools import pool_of, processes_of
from tests.support.servers import until
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import Event, HostReading
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionOptions,
    ExecutionRequest,
    Limits,
    PoolSettings,
    Readings,
)
from workbench.sandbox.host import kept, zygote_process
from workbench.sandbox.host import pool as pools

pytestmark = pytest.mark.anyio
LIMITS = Limits(timeout_ms=20_000)
POOL = PoolSettings(size=2, isolation="client")
RUNS = 8


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(limits=LIMITS, pool=POOL)
    yield engine
    await engine.close()


def request(code: str, session: str = "a", timeout_ms: int | None = None) -> ExecutionRequest:
    given = ExecutionOptions(timeout_ms=timeout_ms)
    return ExecutionRequest(code, options=given, source="serve", session=session)


async def run(
    engine: Engine, code: str, session: str = "a", timeout_ms: int | None = None
) -> Execution:
    return await engine.run(request(code, session, timeout_ms), tools=DictTools())


REACHABLE = """\
const seen = new Set(), told = [];
const look = (value, path) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  told.push(`${path} ${Object.isFrozen(value)} ${Object.isExtensible(value)}`);
  look(Object.getPrototypeOf(value), `${path}.__proto__`);
  for (const key of Reflect.ownKeys(value)) {
    const { value: held, get, set, ...flags } = Object.getOwnPropertyDescriptor(value, key);
    const name = `${path}.${String(key)}`;
    const shown = typeof held === 'function' ? `${held.name}/${held.length}` : typeof held === 'object' ? '' : String(held);
    told.push(`${name} ${typeof held} ${shown} ${JSON.stringify(flags)}`);
    for (const inner of [held, get, set]) look(inner, name);
  }
};
look(globalThis, '');
told
"""
"""All that a script can reach from the global object, as text."""

ATTEMPTS = {
    "a global": ("globalThis.left = 'x'; 1", "typeof left", "undefined"),
    "a global that cannot go": (
        "Object.defineProperty(globalThis, 'left', { value: 'x', configurable: false }); 1",
        "typeof left",
        "undefined",
    ),
    "a variable": ("var left = 'x'; let other = 1; 1", "typeof left + typeof other", "undefined" * 2),
    "the prototype of objects": ("Object.prototype.left = 'x'; 1", "String({}.left)", "undefined"),
    "a setter on it": (
        "Object.defineProperty(Object.prototype, 'a', { set(v) { throw v } }); 1",
        "const o = {}; o.a = 1; o.a",
        1,
    ),
    "a method of arrays": ("Array.prototype.map = () => 'taken'; 1", "[1].map(x => x + 1)", [2]),
    "promises": ("Promise.prototype.then = function () { return 'taken' }; 1", "await 5", 5),
    "JSON": ("JSON.stringify = () => '\"taken\"'; JSON.parse = () => 'taken'; 1", "({ a: 1 })", {"a": 1}),
    "the console": ("console.log = () => { throw 1 }; 1", "console.log('here'); 2", 2),
    "a tool call": (
        "globalThis.call_tool = () => 'taken'; globalThis.tools = 0; 1",
        "call_tool('test', 'echo', { a: 1 }).result",
        {"a": 1},
    ),
    "chance and time": (
        "Math.random = () => 7; Date.now = () => 7; Date.prototype.getTime = () => 7; 1",
        "Math.random() < 1 && Date.now() > 7 && new Date().getTime() > 7",
        True,
    ),
    "a symbol": (
        "Array.prototype[Symbol.iterator] = function* () { yield 'taken' }; Symbol.for('left').description",
        "[...[1, 2]]",
        [1, 2],
    ),
    "a library of the prelude": (
        "new URL('http://a/'); URL.prototype.toString = () => 'taken'; globalThis.TextEncoder = 0; 1",
        "String(new URL('http://b/')) + new TextEncoder().encode('a').length",
        "http://b/1",
    ),
    "stacks of errors": ("Error.stackTraceLimit = 0; Error.prepareStackTrace = () => 7; 1", "new Error('x').stack === 7", False),
    "frozen": ("Object.freeze(Object.prototype); Object.preventExtensions(globalThis); 1", "globalThis.x = 1; x", 1),
    "a timer": ("setInterval(() => { globalThis.left = 1 }, 1); 1", "await sleep(20); typeof left", "undefined"),
    "jobs without end": (
        "(function f() { Promise.resolve().then(f); globalThis.n = (globalThis.n ?? 0) + 1 })(); 1",
        "await sleep(20); typeof n",
        "undefined",
    ),
    "the constructor of functions": (
        "(() => {}).constructor.prototype.call = () => 'taken'; Reflect.apply = () => 'taken'; 1",
        "((a) => a).call(null, 3)",
        3,
    ),
    "a call that is not awaited": ("tools.test.forever(); 1", "(await tools.test.echo({ a: 2 })).a", 2),
    "a large buffer": ("globalThis.big = new Uint8Array(8 << 20).fill(7); 1", "typeof big", "undefined"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_a_script_meets_nothing_of_the_one_before(engine: Engine, name: str) -> None:
    attempt, probe, expected = ATTEMPTS[name]
    first = await run(engine, attempt)
    assert first.ok, first.error
    second = await run(engine, probe)
    assert second.ok, second.error
    assert second.value == expected


STAYS = sorted(ATTEMPTS.keys() - {"a timer", "a call that is not awaited", "a large buffer"})


async def test_after_all_of_that_everything_is_as_in_a_process_of_its_own(engine: Engine) -> None:
    alone = Engine(limits=LIMITS, pool=PoolSettings(size=1))
    try:
        fresh = await run(alone, REACHABLE)
    finally:
        await alone.close()
    assert isinstance(fresh.value, list)
    assert len(fresh.value) > 1000
    for start in range(0, len(STAYS), RUNS - 1):
        some = STAYS[start : start + RUNS - 1]
        for name in some:
            await run(engine, ATTEMPTS[name][0], name_of(start))
        last = await run(engine, REACHABLE, name_of(start))
        assert last.worker_run == len(some) + 1, "all of it ran in one process"
        assert last.value == fresh.value


def name_of(number: int) -> str:
    return f"client {number}"


async def test_each_counts_and_draws_anew(engine: Engine) -> None:
    code = (
        "console.count('a'); console.group(); console.log('in');"
        "const call = await tools.test.echo({ at: 1 }); [Math.random(), call.at, Object.keys(input)]"
    )
    seed = (1, 2, 3, 4)
    values, logs, readings = [], [], []
    for number in range(3):
        tools = DictTools()
        heard: list[Event] = []
        execution = await engine.run(
            replace(request(code), input={"before": number} if number == 0 else {}),
            tools=tools,
            seed=seed,
            listener=heard.append,
        )
        assert execution.worker_run == number + 1
        assert isinstance(execution.value, list)
        values.append(execution.value[:2])
        logs.append([line.text for line in execution.logs])
        readings.append([e.kind for e in heard if isinstance(e, HostReading)])
        assert [call.seq for call in tools.calls] == [1]
    assert execution.value[2] == []
    assert values[0] == values[1] == values[2]
    assert logs[0] == logs[1] == logs[2] == ["a: 1", "  in"]
    assert readings[0] == readings[1] == readings[2]


async def test_as_deep_as_in_a_process_of_its_own(engine: Engine) -> None:
    code = "let n = 0; const f = () => { n++; f() }; try { f() } catch {} n"
    alone = Engine(limits=LIMITS, pool=PoolSettings(size=1))
    try:
        fresh = await run(alone, code)
    finally:
        await alone.close()
    depths = []
    for before in (0, 3, RUNS - 1):
        for _ in range(before):
            await run(engine, "1", name_of(before))
        deep = await run(engine, code, name_of(before))
        assert deep.worker_run == before + 1
        depths.append(deep.value)
    assert isinstance(fresh.value, int)
    assert all(abs(depth - fresh.value) < 20 for depth in depths), (fresh.value, depths)


FAILURES = (
    "let n = 0\nconst f = () => { n++\n f() }\nf()",
    "const a = 1\n  tools.test.fail()\nnull.x",
    "await tools.test.fail()",
    "(function named() { throw new TypeError('x') })()",
    "nothing.at.all",
    "const = 1",
    "interface A { b: string }\nconst a: A = { b: '' }\nthrow a",
    "tools.test.ecko()",
)


@pytest.mark.parametrize("code", FAILURES)
async def test_a_failure_of_a_later_run_is_explained_as_that_of_a_first(
    engine: Engine, code: str
) -> None:
    alone = Engine(limits=LIMITS, pool=PoolSettings(size=1))
    try:
        fresh = await run(alone, code)
    finally:
        await alone.close()
    for _ in range(3):
        await run(engine, "1")
    later = await run(engine, code)
    assert later.worker_run == 4
    assert later.error is not None
    assert later.error == fresh.error


async def test_a_worker_is_of_one_client(engine: Engine) -> None:
    of: dict[int, set[str]] = {}

    async def one(session: str) -> None:
        running = asyncio.create_task(
            engine.run(request("await tools.test.sleep({ ms: 5 }); 1", session), tools=DictTools())
        )
        await until(lambda: running.done() or pool_of(engine)._running)
        for worker in pool_of(engine)._running:
            if worker.client is not None:  # else it is on its way to who waits for it
                of.setdefault(worker.pid, set()).add(worker.client)
        assert (await running).ok

    for turn in range(30):
        await asyncio.gather(*(one(f"client {(turn + n) % 3}") for n in range(3)))
    assert all(len(clients) == 1 for clients in of.values()), of
    assert len(of) < 90, "and is used again"


async def test_whom_nothing_tells_from_others_gets_one_of_its_own(engine: Engine) -> None:
    for _ in range(3):
        assert (await run(engine, "1", session="")).worker_run is None
    assert not len(pool_of(engine)._kept)


async def test_by_default_each_run_has_one_of_its_own(own_engine: Engine) -> None:
    for _ in range(3):
        assert (await run(own_engine, "1")).worker_run is None
    assert not len(pool_of(own_engine)._kept)


async def test_after_so_many_runs_a_worker_is_over(engine: Engine) -> None:
    runs = [(await run(engine, "1")).worker_run for _ in range(2 * RUNS + 1)]
    assert runs == [*range(1, RUNS + 1)] * 2 + [1]


@pytest.mark.parametrize(
    ("code", "code_of_error", "timeout_ms"),
    [
        ("throw new Error('x')", ErrorCode.RUNTIME_ERROR, None),
        ("const f = () => f(); f()", ErrorCode.RUNTIME_ERROR, None),
        ("let = ", ErrorCode.SYNTAX_ERROR, None),
        ("for (;;) {}", ErrorCode.TIMEOUT, 200),
        ("await tools.test.forever()", ErrorCode.TIMEOUT, 200),
        (
            "const a = []; while (true) a.push('x'.repeat(100_000) + a.length)",
            ErrorCode.MEMORY_LIMIT_EXCEEDED,
            None,
        ),
        ("() => 1n", ErrorCode.SERIALIZATION_ERROR, None),
        ("new Uint8Array(4 << 20).fill(1).length", None, None),
        ("tools.test.forever(); 1", None, None),
        ("sleep(1000); 1", None, None),
    ],
)
async def test_what_ends_in_another_way_than_well_ends_its_worker(
    engine: Engine, code: str, code_of_error: ErrorCode | None, timeout_ms: int | None
) -> None:
    assert (await run(engine, "1")).worker_run == 1
    bad = await run(engine, code, timeout_ms=timeout_ms)
    assert (bad.error.code if bad.error else None) == code_of_error
    assert bad.worker_run == 2
    assert not len(pool_of(engine)._kept)
    assert (await run(engine, "1")).worker_run == 1


@pytest.mark.parametrize("way", ["cancelled", "killed"])
async def test_one_that_is_cancelled_or_dies_is_not_used_again(engine: Engine, way: str) -> None:
    assert (await run(engine, "1")).worker_run == 1
    tools = DictTools()
    busy = asyncio.create_task(engine.run(request("await tools.test.forever()"), tools=tools))
    await until(tools.called.is_set)
    (worker,) = pool_of(engine)._running
    if way == "cancelled":
        engine.cancel(engine.running[0])
    else:
        os.kill(worker.pid, signal.SIGKILL)
    ended = await busy
    assert ended.status == ("cancelled" if way == "cancelled" else "crashed")
    assert ended.worker_run == 2
    await until(lambda: worker.pid not in processes_of(engine))
    assert (await run(engine, "1")).worker_run == 1


async def test_one_that_dies_while_it_waits_is_forgotten(engine: Engine) -> None:
    await run(engine, "1")
    (worker,) = pool_of(engine)._kept._timers
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: not len(pool_of(engine)._kept))
    assert (await run(engine, "1")).worker_run == 1


async def test_the_memory_of_a_later_run_is_that_of_a_first(engine: Engine) -> None:
    fits = "const a = []; for (let i = 0; i < {n}; i++) a.push(new Uint8Array(1 << 20).fill(1)); a.length"
    for number in range(1, RUNS):
        assert (await run(engine, f"'x'.repeat(200_000).length + {number}")).worker_run == number
    last = await run(engine, fits.replace("{n}", "56"))
    assert (last.worker_run, last.value) == (RUNS, 56)
    for _ in range(RUNS - 1):
        await run(engine, "'x'.repeat(200_000).length")
    too_much = await run(engine, fits.replace("{n}", "70"))
    assert too_much.worker_run == RUNS
    assert too_much.error is not None
    assert too_much.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED


async def test_who_fills_its_memory_in_a_later_run_and_catches_that_is_told_of_it(
    engine: Engine,
) -> None:
    code = "const a = []; try { for (;;) a.push(new Uint8Array(1 << 20).fill(1)) } catch {} 1"
    for _ in range(RUNS - 1):
        await run(engine, "'x'.repeat(400_000).length")
    full = await run(engine, code)
    assert full.worker_run == RUNS
    assert full.error is not None
    assert full.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED


@pytest.mark.slow
async def test_the_second_deadline_of_one_run_is_not_the_next_one_s(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_KEPT_S", 60)
    assert (await run(engine, "1", timeout_ms=500)).worker_run == 1
    await asyncio.sleep(2.8)  # the worker's own alarm was for 2.5 s after its start
    assert (await run(engine, "1", timeout_ms=500)).worker_run == 2


async def test_what_is_recorded_in_a_later_run_is_replayed_elsewhere(engine: Engine) -> None:
    code = "[Math.random(), Date.now(), (await tools.test.echo({ a: Math.random() })).a]"
    seed, clock = (5, 6, 7, 8), []
    for _ in range(3):
        heard: list[Event] = []
        live = await engine.run(request(code), tools=DictTools(), seed=seed, listener=heard.append)
    assert live.worker_run == 3
    for event in heard:
        if isinstance(event, HostReading) and event.kind == "clock":
            clock += [(ms, times) for ms, times in json.loads(json.dumps(event.data))]
    again = await engine.run(
        request(code), tools=DictTools(), replay=Readings(seed, tuple(clock), (1,))
    )
    assert again.worker_run is None
    assert again.value == live.value


async def test_one_that_nobody_wants_any_more_is_ended(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_KEPT_S", 0.01)
    await run(engine, "1")
    await until(lambda: not len(pool_of(engine)._kept))
    await until(lambda: processes_of(engine) == set(pool_of(engine).worker_pids()))
    assert (await run(engine, "1")).worker_run == 1


async def test_those_that_wait_stand_in_nobody_s_way(engine: Engine) -> None:
    await asyncio.gather(*(run(engine, "await sleep(20); 1", "a") for _ in range(2)))
    assert len(pool_of(engine)._kept) == 2
    tools = DictTools()
    others = [
        asyncio.create_task(engine.run(request("await tools.test.forever()", name), tools=tools))
        for name in ("b", "c")
    ]
    await until(lambda: len(tools.calls) == 2)
    assert not len(pool_of(engine)._kept)
    assert len(pool_of(engine).worker_pids()) <= POOL.size + pools._SPARE
    for execution_id in engine.running:
        engine.cancel(execution_id)
    await asyncio.gather(*others)


async def test_the_setting_is_taken_while_scripts_run(own_engine: Engine) -> None:
    tools = DictTools()
    busy = asyncio.create_task(
        own_engine.run(request("await tools.test.sleep({ ms: 50 }); 1"), tools=tools)
    )
    await until(tools.called.is_set)
    own_engine.configure(limits=LIMITS, pool=POOL)
    assert (await busy).worker_run is None
    await until(lambda: len(pool_of(own_engine)._idle) >= 2)
    for _ in range(4):  # those that were forked before run one each
        await run(own_engine, "1")
    await until_kept(own_engine)
    own_engine.configure(limits=LIMITS, pool=PoolSettings(size=2))
    assert not len(pool_of(own_engine)._kept)
    assert (await run(own_engine, "1")).worker_run is None
    own_engine.configure(limits=replace(LIMITS, memory_mb=32), pool=POOL)
    await until_kept(own_engine)


async def until_kept(engine: Engine) -> None:
    """Run scripts until one is in a worker that ran one before."""
    for _ in range(50):
        if ((await run(engine, "1")).worker_run or 0) > 1:
            return
    raise AssertionError("no worker was used again")


_LIAR = """
from workbench.sandbox.child import runner

def serve(self, channel, steps):
    channel.receive()
    {before}
    channel.send('{"t":"done","ok":true,"value":1,"again":true}')
    channel.send('{"t":"log","level":"log","text":"x"}')
    {after}
    channel.receive()

runner.Runner.serve = serve
runner.Runner.rehearse = lambda self, *_: None
from workbench.sandbox.child import zygote
zygote.warm_up = lambda *_: None
main()
"""


_FORGER = """
from workbench.sandbox.child import runner

def serve(self, channel, steps):
    for _ in range(3):
        channel.receive()
        channel.send('{"t":"form","text":"666","columns":"","is_lone":false}')
        channel.send('{"t":"done","ok":true,"value":1,"again":true}')
    channel.receive()

runner.Runner.serve = serve
runner.Runner.rehearse = lambda self, *_: None
from workbench.sandbox.child import zygote
zygote.warm_up = lambda *_: None
main()
"""


async def test_what_one_that_ran_a_script_makes_of_another_is_of_no_use_for_other_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = zygote_process.PROGRAM.replace("main()\n", _FORGER)
    monkeypatch.setattr(zygote_process, "PROGRAM", program)
    engine = Engine(limits=LIMITS, pool=POOL)
    try:
        runs = [await run(engine, f"let a: number = {n}; a") for n in (1, 2)]
        assert [each.worker_run for each in runs] == [1, 2]
        assert engine._forms.of("let a: number = 1; a") is not None
        assert engine._forms.of("let a: number = 2; a") is None
    finally:
        await engine.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (  # both at once: before it is given back
            "said = []; channel._write = said.append",
            "import os; os.write(channel._descriptor, b''.join(said))",
        ),
    ],
)
async def test_one_that_speaks_before_it_is_asked_is_ended(
    monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    says = _LIAR.replace("{before}", before).replace("{after}", after)
    program = zygote_process.PROGRAM.replace("main()\n", says)
    monkeypatch.setattr(zygote_process, "PROGRAM", program)
    monkeypatch.setattr(kept, "_KEPT_S", 60)
    engine = Engine(limits=LIMITS, pool=POOL)
    try:
        first = await run(engine, "1")
        assert (first.value, first.logs) == (1, ())
        await until(lambda: not len(pool_of(engine)._kept))
        second = await run(engine, "1")
        assert (second.value, second.logs, second.worker_run) == (1, (), 1)
    finally:
        await engine.close()
