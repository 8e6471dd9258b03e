"""``call_tool`` where it is awaited or combined runs in parallel; everywhere else it blocks."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunScript
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.events import Event, ToolCallFinished, ToolCallStarted
from workbench.core.model import ExecutionRequest, Outcome, ToolCall

pytestmark = pytest.mark.anyio

C = "call_tool('test', 'sleep', { ms: 5, id })"
PARALLEL = [
    f"await Promise.all([1, 2, 3].map(async id => (await {C}).result))",
    f"await Promise.all([1, 2, 3].map(id => {C}))",
    f"Promise.all([1, 2, 3].map(id => {C}))",
    f"const all = await Promise.all([1, 2, 3].map(async (id) => {{ const r = await {C}; return r.result }})); all",
    f"await Promise.all([1, 2, 3].map(id => {{ return {C} }}))",
    f"await Promise.all([1, 2, 3].flatMap(id => [{C}]))",
    f"await Promise.all([1, 2, 3].map(function (id) {{ if (id > 5) return null; return {C} }}))",
    f"await Promise.all([1, 2, 3].map(id => id > 5 ? null : {C}))",
    f"await Promise.allSettled([1, 2, 3].map(id => {C}))",
    f"await Promise.race([1, 2, 3].map(id => {C}))",
    f"await Promise.any([1, 2, 3].map(id => {C}))",
    f"const id = 1; await Promise.all([{C}, {C}, {C}])",
    f"const id = 1; const [a, b, c] = await Promise.all([{C}, ({C}), {C}]); a",
    f"await Promise.all([...[1, 2, 3].map(id => {C})])",
    f"await Promise.all(Array.from({{ length: 3 }}, (_, id) => {C}))",
    f"const jobs = [1, 2, 3].map(id => {C}); const done = await Promise.all(jobs); done",
    f"const jobs = []; for (const id of [1, 2, 3]) jobs.push({C}); await Promise.all(jobs)",
    f"const jobs = []; for (const id of [1, 2, 3]) {{ jobs.push({C}); }} const rs = await Promise.all(jobs); rs.map(r => r.ok)",
    f"const id = 0, a = {C}, b = {C}, c = {C}; await Promise.all([a, b, c])",
    f"async function main() {{ return Promise.all([1, 2, 3].map(id => {C})) }} main()",
    f"await Promise.all(Object.entries({{ a: 1, b: 2, c: 3 }}).map(async ([k, id]) => [k, await {C}]))",
    f"const get = async id => (await {C}).result; await Promise.all([1, 2, 3].map(get))",
    f"await Promise.all([1, 2, 3].map(async id => {{ try {{ return (await {C}).result }} catch (e) {{ return null }} }}))",
    f"[1, 2, 3].forEach(async id => {{ await {C} }}); await sleep(200)",
    f"const id = 1; await Promise.all([{C}.then(r => r.ok), {C}.then(r => r.ok), {C}.then(r => r.ok)])",
    f"await Promise.all([1, 2, 3].map(async (id: number): Promise<any> => (await {C}).result))",
    f"const get = id => {C}; await Promise.all([get(1), get(2), get(3)])",
    f"const get = id => {C}; await Promise.all([1, 2, 3].map(get))",
    f"const get = id => {C}; await Promise.all([1, 2, 3].map(id => get(id)))",
    f"await Promise.all([1, 2, 3].map(id => get(id))); function get(id) {{ return {C} }}",
    f"const get = async id => {C}; await Promise.all([get(1), get(2), get(3)])",
    f"async function get(id) {{ return {C} }}\nconst rs = await Promise.all([1, 2, 3].map(get)); rs.length",
    f"const o = {{ async get(id) {{ return {C} }} }}; await Promise.all([1, 2, 3].map(id => o.get(id)))",
    f"const one = id => {C}, get = id => one(id); const all = [1, 2, 3].map(get); await Promise.all(all)",
    f"async function f(id) {{ return {C} }} f(1); f(2); f(3); await sleep(200)",
    # held and awaited later; given to a function that awaits it, or calls it and awaits that
    f"const id = 0, a = {C}, b = {C}, c = {C}; [(await a).ok, (await b).ok, (await c).ok]",
    f"async function retry(f, n = 3) {{ for (let i = 0; i < n; i++) {{ const r = await f(); if (r.ok) return r }} }}\nawait Promise.all([1, 2, 3].map(id => retry(() => {C})))",
    f"const retry = async f => {{ try {{ return await f() }} catch {{ return f() }} }};\nawait Promise.all([1, 2, 3].map(id => retry(() => {{ return {C} }})))",
    f"const once = async (f: () => Promise<any>): Promise<any> => await f(), twice = async f => (await once(f)).ok; await Promise.all([1, 2, 3].map(id => twice(() => {C})))",
    f"async function each(list, n, f) {{ let i = 0, out = []; await Promise.all(Array.from({{ length: n }}, async () => {{ while (i < list.length) {{ const k = i++; out[k] = await f(list[k]) }} }})); return out }}\nawait each([1, 2, 3], 3, id => {C})",
    f"const load = id => {C}; async function each(list, f) {{ return Promise.all(list.map(f)) }} await each([1, 2, 3], load)",
    f"const soon = (p, ms) => Promise.race([p, sleep(ms)]); await Promise.all([1, 2, 3].map(id => soon({C}, 900)))",
    f"const result = async p => (await p).result; await Promise.all([1, 2, 3].map(id => result({C})))",
    # the grammar takes "await" at the end of a line for a name, and what is awaited for a statement
    f"await Promise.all([1, 2, 3].map(async id => {{ await\n{C} }}))",
    f"await Promise.all([1, 2, 3].map(async id => {{ const r = await /* it */ // or\r\n  /* not */ {C}; return r.ok }}))",
    f"await\nPromise.all(/* all of it */ [1, 2, 3].map(/* each */ id => {C}))",
    "await Promise.all([1, 2, 3].map(id => tools.test.sleep({ ms: 5, id })))",
]  # fmt: skip
BLOCKING = [
    f"await Promise.all([1, 2, 3].map(id => [{C}]))",
    f"const get = id => {C}; [get(1), get(2), get(3)].map(r => r.ok)",
    f"const get = id => {C}; get(1).ok; await Promise.all([get(2), get(3)])",
    f"let get = id => {C}; get = id => 1; await Promise.all([1, 2, 3].map(id => {C}.ok))",
    f"function get(id) {{ return id > 3 ? get(1) : {C} }} [1, 2, 3].map(id => get(id).ok)",
    f"const a = id => {C}, api = {{ a }}; [1, 2, 3].map(id => api.a(id).ok); await Promise.all([1])",
    f"const run = f => f(); [1, 2, 3].map(id => run(() => {C}).ok)",
    f"const run = async f => {{ const r = f(); return [r.ok, await f(), await f()] }}; await Promise.all([1].map(id => run(() => {C})))",
    f"const run = async (f = () => 1) => (await f()).ok; await Promise.all([1, 2, 3].map(id => run(() => {C})))",
    f"const run = async (f) => {{ f ??= () => 1; return await f() }}; await Promise.all([1, 2, 3].map(id => run(() => {C})))",
    f"async function run(f) {{ const r = await f(); return arguments[0]() && r }} await Promise.all([1].map(id => run(() => {C}))); {C.replace('id', 'id: 2')}",
    f"let run = async f => await f(); run = f => f().ok; await Promise.all([1, 2, 3].map(id => run(() => {C})))",
    f"function a(f) {{ return b(f) }} function b(f) {{ return f ? f().ok : a(f) }} [1, 2, 3].map(id => a(() => {C}))",
    f"const run = async f => await f(() => {C}); await Promise.all([1, 2, 3].map(async id => run(g => g().ok)))".replace("id })", "id: 1 })"),
    f"const own = async f => await f(); for (const own of [f => f().ok]) {{ await Promise.all([1, 2, 3].map(async id => own(() => {C}))) }}",
    f"const ok = (p) => p.ok; await Promise.all([1, 2, 3].map(async id => ok({C})))",
    f"[1, 2, 3].map(id => {C})",
    f"[1, 2, 3].map(id => {C}).filter(r => r.ok)",
    f"const out = []; for (const id of [1, 2, 3]) out.push({C}); out",
    f"const out = []; for (const id of [1, 2, 3]) out.push({C}); await Promise.all([1]); out.length",
    "const ct = call_tool; await Promise.all([1, 2, 3].map(id => ct('test', 'sleep', { ms: 5, id })))",
    f"for (const id of [1, 2, 3]) await {C}",
    f"await Promise.all([1, 2, 3].map(id => {C}.result))",
    f"const rs = [1, 2, 3].map(id => {C}); if (!rs[0].ok) throw 1; await Promise.all(rs)",
    "await Promise.all([1, 2, 3].map(id => globalThis.call_tool('test', 'sleep', { ms: 5, id })))",
]  # fmt: skip


def meeting(of: int) -> DictTools:
    """``sleep`` answers when so many calls of it are under way: one after the other they never are."""
    together = asyncio.Event()
    tools = DictTools()

    async def meet(call: ToolCall) -> Outcome:
        if len(tools.calls) >= of:
            together.set()
        await together.wait()
        return Outcome(ok=True, result=call.args)

    tools.answers["sleep"] = meet
    return tools


async def most_at_once(engine: Engine, code: str, tools: DictTools) -> tuple[int, int]:
    """How many calls were under way at once, and how many there were."""
    events: list[Event] = []
    execution = await engine.run(ExecutionRequest(code), tools=tools, listener=events.append)
    assert execution.error is None, execution.error
    now = most = started = 0
    for event in events:
        if isinstance(event, ToolCallStarted):
            now, started = now + 1, started + 1
            most = max(most, now)
        elif isinstance(event, ToolCallFinished):
            now -= 1
    return most, started


@pytest.mark.parametrize("code", PARALLEL, ids=[code.replace(C, "C")[:60] for code in PARALLEL])
async def test_parallel(engine: Engine, code: str) -> None:
    assert await most_at_once(engine, code, meeting(3)) == (3, 3)


@pytest.mark.parametrize("code", BLOCKING, ids=[code.replace(C, "C")[:60] for code in BLOCKING])
async def test_blocking(engine: Engine, code: str) -> None:
    assert await most_at_once(engine, code, meeting(1)) == (1, 3)


async def test_the_values_are_envelopes_in_both_styles(run: RunScript) -> None:
    code = """
    const [a, b] = await Promise.all(['echo', 'fail'].map(tool => call_tool('test', tool, { x: 1 })));
    const c = await call_tool('test', 'fail');
    const d = await call_tool('test', 5);
    [a.result, b.error.message, c.ok, d.error.code]
    """
    assert (await run(code)).value == [{"x": 1}, "boom", False, "INVALID_ARGS"]


async def test_a_call_tool_of_the_script_s_own_is_its_own(run: RunScript) -> None:
    tools = DictTools()
    own = "const call_tool = async (...args) => args.length; await Promise.all([1, 2].map(i => call_tool(i, i)))"
    assert (await run(own, tools=tools)).value == [2, 2]
    passed = (
        "async function f(call_tool) { return await call_tool('x', 'y') } f((...a) => a.join())"
    )
    assert (await run(passed, tools=tools)).value == "x,y"
    assert tools.calls == []


async def test_places_stay_where_they_were(run: RunScript) -> None:
    tools = DictTools()
    code = "const ids = [1, 2];\n  await Promise.all(ids.map(id => call_tool('test', 'echo', { id })));  null.x"
    error = (await run(code, tools=tools)).error
    assert error is not None
    assert [(call.line, call.column) for call in tools.calls] == [(2, 35), (2, 35)]
    assert (error.line, error.column) == (2, 73)
