"""Calls from a script: envelopes, batches, the asynchronous form, the catalogue, console and sleep."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import RunScript
from tests.support.servers import until
from tests.support.tools import DictTools, result
from workbench.core.engine import Engine
from workbench.core.events import Event, ToolCallFinished, ToolCallStarted
from workbench.core.model import (
    ErrorCode,
    ExecutionOptions,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)

pytestmark = pytest.mark.anyio


async def test_call_tool_returns_an_envelope_in_both_styles(run: RunScript) -> None:
    execution = await run("[call_tool('test', 'echo', { a: 1 }), await call_tool('test', 'echo')]")
    content = [{"type": "text", "text": "echo"}]
    assert execution.value == [
        {"ok": True, "result": {"a": 1}, "content": content},
        {"ok": True, "result": {}, "content": content},
    ]
    assert execution.tool_calls == 2
    assert execution.tools_called == ("test.echo",)


async def test_failed_call_is_an_envelope_not_an_exception(run: RunScript) -> None:
    execution = await run("const r = call_tool('test', 'fail'); [r.ok, r.error]")
    assert execution.value == [
        False,
        {"code": "UPSTREAM_ERROR", "message": "boom", "details": {"why": "asked to"}},
    ]


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        ("call_tool('test', 'echo', 5)", "INVALID_ARGS", "args must be an object, not a number"),
        ("call_tool('test', 'echo', null)", "INVALID_ARGS", "not null"),
        ("call_tool('test', 'echo', [])", "INVALID_ARGS", "not an array"),
        ("call_tool('test', 'echo', new Date(0))", "INVALID_ARGS", "object"),
        ("call_tool()", "INVALID_ARGS", "server and tool"),
        ("call_tool('test', '')", "INVALID_ARGS", "server and tool"),
        ("call_tool({ toString() { throw 1 } }, 't')", "INVALID_ARGS", "server and tool"),
        ("call_tool('test', 'echo', { a: [1n] })", "SERIALIZATION_ERROR", "$.a[0] is a BigInt"),
        ("call_tool('test', 'echo', { f() {} })", "SERIALIZATION_ERROR", "$.f is a function"),
    ],
)
async def test_call_that_cannot_be_made(run: RunScript, call: str, code: str, message: str) -> None:
    tools = DictTools()
    execution = await run(call, tools=tools)
    assert execution.value["ok"] is False
    assert execution.value["error"]["code"] == code
    assert message in execution.value["error"]["message"]
    assert tools.calls == []
    assert execution.tool_calls == 0


async def test_arguments_past_the_limit(own_engine: Engine) -> None:
    tools = DictTools()
    own_engine.configure(limits=Limits(memory_mb=256), pool=PoolSettings(size=1))
    code = "call_tool('test', 'echo', { text: 'x'.repeat(17 * 1024 * 1024) }).error"
    execution = await own_engine.run(ExecutionRequest(code), tools=tools)
    assert execution.value["code"] == "SERIALIZATION_ERROR"
    assert "1782" in execution.value["message"]
    assert tools.calls == []


async def test_asynchronous_form_unwraps_and_rejects(run: RunScript) -> None:
    code = """
    const good = await tools.test.echo({ a: 1 });
    let bad;
    try { await tools['test']['fail']({}) } catch (e) {
      bad = [e instanceof ToolError, e instanceof Error, e.name, e.code, e.server, e.tool, e.message, e.details];
    }
    ({ good, bad })
    """
    execution = await run(code)
    assert execution.value == {
        "good": {"a": 1},
        "bad": [
            True,
            True,
            "ToolError",
            "UPSTREAM_ERROR",
            "test",
            "fail",
            "boom",
            {"why": "asked to"},
        ],
    }


async def test_promise_all_runs_calls_in_parallel(engine: Engine) -> None:
    events: list[Event] = []
    called = [asyncio.Event() for _ in range(3)]

    def finished() -> list[int]:
        return [event.call.seq for event in events if isinstance(event, ToolCallFinished)]

    async def last_first(call: ToolCall) -> Outcome:
        called[call.seq - 1].set()
        await until(all_called)
        await until(lambda: len(finished()) == 3 - call.seq)
        return Outcome(ok=True, result=call.args)

    def all_called() -> bool:
        return all(event.is_set() for event in called)

    code = "await Promise.all([30, 20, 10].map(ms => tools.test.slow({ ms })))"
    execution = await engine.run(
        ExecutionRequest(code), tools=DictTools(slow=last_first), listener=events.append
    )
    assert execution.value == [{"ms": 30}, {"ms": 20}, {"ms": 10}]
    kinds = [type(e) for e in events if isinstance(e, ToolCallStarted | ToolCallFinished)]
    assert kinds == [ToolCallStarted] * 3 + [ToolCallFinished] * 3
    assert finished() == [3, 2, 1]


async def test_calls_carry_the_line_that_made_them(run: RunScript) -> None:
    tools = DictTools()
    code = """const a = call_tool('test', 'echo', {});
async function twice() {
  await tools.test.echo({});
  return [1].map(() => call_tool('test', 'echo', {}))
}
await twice();
call_tools([
  { server: 'test', tool: 'echo' },
]);"""
    await run(code, tools=tools)
    assert [call.line for call in tools.calls] == [1, 3, 4, 7]
    assert [call.seq for call in tools.calls] == [1, 2, 3, 4]


async def test_batch_gives_envelopes_in_input_order_with_bounded_width(engine: Engine) -> None:
    running = most = 0

    async def tracked(call):  # type: ignore[no-untyped-def]
        nonlocal running, most
        running += 1
        most = max(most, running)
        answer = await DictTools().answers["sleep"](call)
        running -= 1
        return answer

    tools = DictTools(tracked=tracked)
    calls = "Array.from({ length: 9 }, (_, i) => ({ server: 'test', tool: 'tracked', args: { ms: 30 - i * 3, i } }))"
    code = f"call_tools({calls}, {{ max_parallel: 3 }}).map(r => r.result.i)"
    execution = await engine.run(ExecutionRequest(code), tools=tools)
    assert execution.value == list(range(9))
    assert most == 3
    options = ExecutionOptions(max_parallel=2)
    most = 0
    await engine.run(ExecutionRequest(f"call_tools({calls})", options=options), tools=tools)
    assert most == 2


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ("5", "takes an array"),
        ("Array(101).fill({ server: 'test', tool: 'echo' })", "at most 100"),
        ("[{ server: 'test', tool: 'echo' }, 7]", "calls[1] must be an object"),
        ("[{ server: 'test', tool: 'echo' }, { server: 'test' }]", "calls[1].tool"),
        ("[{ server: 3, tool: 'echo' }]", "calls[0].server"),
        ("[{ server: 'test', tool: 'echo', args: [] }]", "calls[0].args"),
        ("[{ server: 'test', tool: 'echo', arg: {} }]", 'unknown member "arg"'),
        ("[], { max_parallel: 0 }", "from 1 to 32"),
        ("[], { width: 2 }", 'unknown option "width"'),
    ],
)
async def test_malformed_batch_is_refused_whole(run: RunScript, batch: str, message: str) -> None:
    tools = DictTools()
    execution = await run(f"call_tools({batch})", tools=tools)
    assert execution.value["ok"] is False
    assert execution.value["error"]["code"] == "INVALID_ARGS"
    assert message in execution.value["error"]["message"]
    assert tools.calls == []


async def test_empty_batch_is_an_empty_list(run: RunScript) -> None:
    assert (await run("call_tools([])")).value == []


async def test_tools_is_safe_to_look_at(run: RunScript) -> None:
    tools = DictTools()
    code = """
    const seen = [typeof tools.then, typeof tools.test.then, String(await tools === tools), 'test' in tools,
      Object.keys(tools), Object.keys(tools.test).length];
    let changed = 'no';
    try { 'use strict'; tools.test = 1; Object.defineProperty(tools, 'x', { value: 1 }) } catch (e) { changed = e.name }
    JSON.stringify(tools.test);
    [...seen, changed, tools.test === tools.test]
    """
    execution = await run(code, tools=tools)
    assert execution.error is None
    assert execution.value == [
        "undefined",
        "undefined",
        "true",
        True,
        ["test"],
        4,
        "TypeError",
        True,
    ]
    assert tools.calls == []


async def test_hostile_names_are_names(run: RunScript) -> None:
    tools = DictTools(__proto__=result("p"), constructor=result("c"), then=result("t"))
    tools.answers["__proto__"] = result("p")
    code = """
    ['__proto__', 'constructor', 'then'].map(name => call_tool('test', name).result)
    """
    assert (await run(code, tools=tools)).value == ["p", "c", "t"]


async def test_results_with_hostile_members_are_data(run: RunScript) -> None:
    hostile = {
        "then": "not a function",
        "__proto__": {"x": 1},
        "ok": False,
        "t": "done",
        "toJSON": 1,
    }
    tools = DictTools(hostile=result(hostile))
    execution = await run(
        "const r = await tools.test.hostile(); ({ r, x: r.x, proto: Object.keys(r) })", tools=tools
    )
    assert execution.value == {"r": hostile, "proto": list(hostile)}


async def test_catalogue_queries_do_not_count(run: RunScript) -> None:
    tools = DictTools()
    code = "[list_tools().length, list_tools('test').length, search_tools('x', 3).length, describe_tool('test', 'echo').length]"
    execution = await run(code, tools=tools)
    assert execution.value == [4, 4, 4, 4]
    assert execution.tool_calls == 0
    error = (await run("describe_tool('test', 'nothing')")).error
    assert error is not None
    assert error.code == ErrorCode.NOT_FOUND
    assert error.line == 1
    assert (await run("search_tools(5)")).error is not None


async def test_console_is_captured_with_levels(run: RunScript) -> None:
    code = """
    console.log('plain', { a: [1, new Map([[1, { b: 2 }]])], f() {} }, undefined, null, 5n);
    console.info(new Error('oops')); console.warn(Symbol('s')); console.error([1, [2]]); console.debug();
    const cycle = {}; cycle.self = cycle; console.log(cycle, new Date(0), /x/g, new Set(['a']));
    """
    logs = (await run(code)).logs
    assert [(line.level, line.text) for line in logs[2:]] == [
        ("warn", "Symbol(s)"),
        ("error", "[1, [2]]"),
        ("debug", ""),
        ("log", '<ref *1> {self: [Circular *1]} 1970-01-01T00:00:00.000Z /x/g Set(1) {"a"}'),
    ]
    assert (
        logs[0].text == "plain {a: [1, Map(1) {1 => {b: 2}}], f: [Function: f]} undefined null 5n"
    )
    assert logs[1].text.startswith("Error: oops\n    at <eval> (script.js:3:")


async def test_console_cannot_forge_frames(run: RunScript) -> None:
    code = """
    console.log('{"t":"done","ok":true,"value":"forged"}');
    console.log('\\n\\u0000\\u0001{"t":"done"}'); console.log('F{"t":"call"}'); 'real'
    """
    execution = await run(code)
    assert execution.value == "real"
    assert len(execution.logs) == 3


async def test_sleep_is_a_promise_and_checks_its_argument(run: RunScript) -> None:
    execution = await run("const t = Date.now(); await sleep(30); Date.now() - t")
    assert execution.value >= 28
    error = (await run("sleep(-1)")).error
    assert error is not None
    assert "sleep(ms)" in error.message


async def test_calls_that_nobody_awaits_are_cancelled_and_said(run: RunScript) -> None:
    tools = DictTools()
    execution = await run("tools.test.forever(); 'done'", tools=tools)
    assert execution.value == "done"
    assert [line.level for line in execution.logs] == ["warn"]
    assert "without awaiting 1 call" in execution.logs[0].text
    assert execution.to_json()["warnings"] == [execution.logs[0].text]


async def test_nothing_to_warn_of_is_no_member(run: RunScript) -> None:
    assert "warnings" not in (await run("await tools.test.echo()")).to_json()


async def test_result_larger_than_the_script_s_memory(run: RunScript) -> None:
    tools = DictTools(huge=result("x" * (70 << 20)))
    execution = await run("call_tool('test', 'huge').error.code", tools=tools)
    assert execution.value == "SERIALIZATION_ERROR"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'%s is %d%% of %i, %f', 'x', '5', 7.9, '2.5'", "x is 5% of 7, 2.5"),
        ("'%j %o %c!', {a: 1}, 'text', 'color: red', 'more', 3", '{"a":1} "text" ! more 3'),
        ("'%d %i', {}, 10n", "NaN 10n"),
        ("'100%', 1", "100% 1"),
        ("'%s'", "%s"),
        ("'%%'", "%%"),
        ("'%x %s'", "%x %s"),
        ("1, '%s', 2", "1 %s 2"),
        ("'%s %d %j', ...Array(3).fill({valueOf() { throw 1 }, toJSON() { throw 2 }})",
         "{valueOf: [Function: valueOf], toJSON: [Function: toJSON]} NaN "
         "{valueOf: [Function: valueOf], toJSON: [Function: toJSON]}"),
    ],
)  # fmt: skip
async def test_a_console_line_is_formatted_as_a_console_does(
    run: RunScript, arguments: str, expected: str
) -> None:
    execution = await run(f"console.log({arguments})")
    assert [line.text for line in execution.logs] == [expected]


async def test_a_call_made_again_and_again_keeps_its_place_and_a_neighbour_has_its_own(
    run: RunScript,
) -> None:
    tools = DictTools()
    code = """for (let i = 0; i < 2; i++) { 'é'; call_tool('test', 'echo'); call_tool('test', 'fail') }
for (const f of [call_tool, call_tool]) f('test',
  'echo')"""
    await run(code, tools=tools)
    places = [(call.line, call.column) for call in tools.calls]
    assert places == [(1, 36), (1, 63)] * 2 + [(2, 41)] * 2


async def test_large_arguments_and_values_arrive_whole_with_what_is_told_beside_them(
    run: RunScript,
) -> None:
    tools = DictTools()
    code = """console.log('x'.repeat(10)); Date.now();
const text = 'é'.repeat(100_000);
call_tool('test', 'echo', { text }); await tools.test.echo({ text }); Date.now(); text"""
    execution = await run(code, tools=tools)
    text = "é" * 100_000
    assert execution.value == text
    assert [call.args for call in tools.calls] == [{"text": text}] * 2
    assert execution.cpu_ms is not None
    assert execution.memory_bytes
