"""The value of a script: what it is, and what JSON makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.tools import DictTools
from workbench.core.model import ErrorCode, Outcome, ToolCall

pytestmark = pytest.mark.anyio

VALUES: list[tuple[str, Any]] = [
    ("1 + 1", 2),
    ("", None),
    ("let x = 5", None),
    ("undefined", None),
    ("// only a comment", None),
    ("const f = () => 1", None),
    ("if (input.n > 3) 'big'; else 'small'", "big"),
    ("for (let i = 0; i < 3; i++) { i * 2 }", 4),
    ("try { null.x } catch (e) { 'caught' }", "caught"),
    ("switch (input.n) { case 5: 'five'; break; default: 'other' }", "five"),
    ("await 7", 7),
    ("await (async () => 7)()", 7),
    ("const x = await (async () => 5)(); x + 1", 6),
    ("return 3", 3),
    ("if (input.n > 3) { return 'early' }\n'late'", "early"),
    ("const a = await Promise.resolve(2); return a * 2", 4),
    ("await 1; if (input.n) { await 2 } else { 3 }", 2),
    ("for await (const x of [1, 2]) { x * 10 }", 20),
    ("let n = 0; do { n++; await 0; n } while (n < 3)", 3),
    # Branches and loops without a value are undefined, wherever they stand (ECMA-262, UpdateEmpty).
    ("await 0; for (const x of [1, 2, 3]) { if (x === 2) break; x }", None),
    ("await 0; for (const x of [1, 2]) if (x === 1) x", None),
    (
        "await 0; for (const x of [1, 2]) L: for (const y of [1]) { if (x === 2) continue L; x }",
        None,
    ),
    ("await 0; { 5; if (false) 6 }", None),
    ("await 0; 5; L: for (;;) break L", None),
    ("await 0; try { 5; throw 1 } catch { }", None),
    ("await 0; switch (1) { case 1: 5; while (false) { } }", None),
    ("await 0; if (false) 1; else if (true) { 2 } else 3", 2),
    ("await 0; L: { 1; break L }", 1),
    ("await 0; for (const x of [1, 2]) { x; continue }", 2),
    ("await 0; let n = 0; do if (n) n; while (n++ < 2)", 2),
    ("'use strict'; await 1; (function () { return this === undefined })()", True),
    ("await 1 // a comment at the end", 1),
    ("#!/usr/bin/env workbench\nawait 4", 4),
    ("#!/usr/bin/env workbench\n4", 4),
    ("Promise.resolve([1, Promise.resolve ? 2 : 3])", [1, 2]),
    ("(async () => { return { deep: await 1 } })()", {"deep": 1}),
    ("{ a: 1, b: [1, 2] }", {"a": 1, "b": [1, 2]}),
    ("{}", {}),
    ("{ const x = 1; x }", 1),
    ("({ a: undefined, b: null, c: [undefined, ,1] })", {"b": None, "c": [None, None, 1]}),
    ("new Date(0)", "1970-01-01T00:00:00.000Z"),
    ("({ toJSON() { return { x: 1 } } })", {"x": 1}),
    ("class P { constructor() { this.x = 1 } } new P()", {"x": 1}),
    ("const shared = {}; [shared, shared]", [{}, {}]),
    ("'a\\0b'", "a\0b"),
    ("'\\ud83d\\ude00 \\ud800 é'", "😀 � é"),
    ("-0", 0),
    ("5e9", 5_000_000_000),
    ("2 ** 53 + 2", 2**53 + 2),
    ("'x'.repeat(600) + 'y'.repeat(600)", "x" * 600 + "y" * 600),
    ('JSON.parse(\'{"__proto__": 1, "constructor": 2}\')', {"__proto__": 1, "constructor": 2}),
    ("var await_ = 3; await_", 3),
    ("[Object(5), Object('s'), Object(true), new (class extends Number {})(4)]", [5, "s", True, 4]),
    ("[JSON.rawJSON('9007199254740993'), JSON.rawJSON('null')]", [9007199254740993, None]),
]


@pytest.mark.parametrize(("code", "value"), VALUES, ids=[code[:40] for code, _ in VALUES])
async def test_value(run: RunScript, code: str, value: Any) -> None:
    execution = await run(code, input={"n": 5})
    assert execution.error is None
    assert execution.value == value


NOT_JSON: list[tuple[str, str, str]] = [
    (
        "({ items: [1, 2, 3, { callback() {} }] })",
        "$.items[3].callback is a function",
        "leave it out",
    ),
    ("const f = () => 1; f", "$ is a function", ""),
    ("new Map([[1, 2]]).values()", "$ is an iterator", "[...iterator]"),
    ("({ all: 'aXbX'.matchAll(/X/g) })", "$.all is an iterator", "[...iterator]"),
    ("[(function* () {})()]", "$[0] is an iterator", "[...iterator]"),
    ("({ s: (async function* () {})() })", "$.s is an async iterator", "Array.fromAsync"),
    ("tools", "$ is tools itself", "await tools.<server>.<tool>(args)"),
    ("tools.demo", "$ is tools.demo, a server", "await tools.demo.<tool>(args)"),
    (
        "[tools.demo.now]",
        "$[0] is a function, the tool tools.demo.now",
        "await tools.demo.now(args)",
    ),
    ("Symbol('s')", "$ is a symbol", ""),
    ("[1n]", "$[0] is a BigInt", "String(x)"),
    ("({ n: NaN })", "$.n is NaN", ""),
    ("({ n: [Object(NaN)] })", "$.n[0] is NaN", ""),
    ("[JSON.rawJSON('1e1000')]", "$[0] is Infinity", ""),
    ("({ b: [Object(1n)] })", "$.b[0] is a BigInt", "String(x)"),
    ("[Object(Symbol())]", "$[0] is a symbol", ""),
    ("({ get x() { throw 5 } })", "$.x is not readable: a getter or toJSON threw 5", ""),
    ("({ 'a b': [Infinity] })", '$["a b"][0] is Infinity', ""),
    ("new Map([[1, 2]])", "$ is a Map", "Object.fromEntries"),
    ("({ s: new Set() })", "$.s is a Set", "[...set]"),
    ("[Promise.resolve(1)]", "$[0] is a Promise", "await"),
    ("({ e: new Error('x') })", "$.e is an Error", "message"),
    ("const o = { a: {} }; o.a.b = o; o", "$.a.b is a circular reference to $", ""),
    (
        "const a = []; a.push(1, {}, [a]); ({ x: {}, a })",
        "$.a[2][0] is a circular reference to $.a",
        "",
    ),
    (
        "const o = {}; o.p = new Proxy(o, {}); o.q = [o.p]; o",
        "$.p.p is a circular reference to $.p",
        "copy",
    ),
    (
        "const o = {}; ({ before: [o, o], b: { toJSON() { throw o } }, o })",
        "$.b is not readable",
        "threw",
    ),
    ("({ before: {}, get x() { throw new Error('no') } })", "$.x is not readable", "no"),
    ("({ deep: { toJSON() { throw new Error('tj') } } })", "$.deep is not readable", "tj"),
    ("let o = {}; for (let i = 0; i < 1000; i++) o = { o }; o", "nested deeper than 500", ""),
]


@pytest.mark.parametrize(
    ("code", "where", "cure"), NOT_JSON, ids=[code[:40] for code, *_ in NOT_JSON]
)
async def test_value_that_is_not_json(run: RunScript, code: str, where: str, cure: str) -> None:
    execution = await run(code)
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SERIALIZATION_ERROR
    assert where in execution.error.message
    assert cure in execution.error.message


async def test_a_long_text_is_written_as_a_short_one_is(run: RunScript) -> None:
    """Whatever is in it, wherever; and where a text of the script's looks like its place."""

    async def compare(call: ToolCall) -> Outcome:
        as_engine_writes = json.loads(call.args["json"])
        return Outcome(ok=True, result=_readable(as_engine_writes) == call.args["value"])

    script = r"""
    const plain = 'x'.repeat(40_000), mark = 'a long text stands here', values = [
      plain, '\u{1f600}'.repeat(40_000), 'x' + '\u{1f600}'.repeat(40_000), plain + '\\', new String(plain),
      [plain, 1, plain], { a: plain, [plain]: [], [mark]: 1 }, [plain, mark], [mark, { b: 'c"' + mark + '"' }, plain],
      { toJSON: () => [plain, { b: plain }] }];
    for (const code of [...Array(32).keys(), 0x22, 0x5c, 0x7f, 0xe9, 0x2028, 0xd83d]) {
      values.push([5, 32_767, 32_768, 40_000].map(at => plain.slice(0, at) + String.fromCharCode(code) + plain.slice(at)));
    }
    for (const code of [0, 0x1f, 0x22, 0x5c, 0xe9]) {  // it is looked at in pieces of 65,536
      const long = plain + plain;
      values.push([65_535, 65_536, 80_000].map(at => long.slice(0, at) + String.fromCharCode(code) + long.slice(at)));
    }
    for (const size of [65_536, 131_072]) for (const more of [-60, -59, -58, -1, 0, 1]) values.push('y'.repeat(size + more));
    const wrong = [];
    for (const value of values) {
      const json = JSON.stringify(value);
      if (!call_tool('test', 'compare', { value, json }).result) wrong.push(escape(json).slice(0, 60));
    }
    wrong
    """
    execution = await run(script, tools=DictTools(compare=compare))
    assert execution.error is None
    assert execution.value == []


def _readable(value: Any) -> Any:
    """Half of a letter, which only JSON can say, as a replacement."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


async def test_no_memory_to_hand_a_text_over_is_the_script_s_limit(run: RunScript) -> None:
    script = "const s = '\\u{1f600}'.repeat(4e6); await tools.test.echo({ s, t: s, u: s, v: s })"
    execution = await run(script, tools=DictTools())
    assert execution.error is not None
    assert execution.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED


async def test_value_larger_than_allowed(run: RunScript) -> None:
    execution = await run("'x'.repeat(17 * 1024 * 1024)")
    assert execution.error is not None
    assert execution.error.code == ErrorCode.SERIALIZATION_ERROR
    assert "max_result_bytes" in execution.error.message


async def test_input_is_the_request_s_value(run: RunScript) -> None:
    given = {"a": [1, None, "😀"], "__proto__": {"x": 1}, "nul": "\0"}
    assert (await run("input", input=given)).value == given
    assert (await run("input")).value == {}
    assert (await run("input", input=None)).value is None
    assert (await run("const input = 3; input")).value == 3


async def test_nothing_of_one_run_is_visible_in_another(run: RunScript) -> None:
    await run(
        "globalThis.leak = 1; Array.prototype.leak = 2; Object.prototype.leak = 3; JSON.parse = null"
    )
    execution = await run("[typeof leak, typeof [].leak, typeof ({}).leak, typeof JSON.parse]")
    assert execution.value == ["undefined", "undefined", "undefined", "function"]


async def test_nothing_of_the_host_is_reachable(run: RunScript) -> None:
    names = "require process std os scriptArgs print load fetch XMLHttpRequest WeakRef Atomics InternalError"
    code = f"'{names}'.split(' ').filter(name => name in globalThis)"
    assert (await run(code)).value == []
    for code in ("import('fs')", "import('os')", "await import('./x.js')"):
        execution = await run(code)
        assert execution.error is not None
        assert execution.error.code == ErrorCode.RUNTIME_ERROR


async def test_replaced_built_ins_change_only_the_script_s_own_world(run: RunScript) -> None:
    code = """
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      if (name !== '__proto__') try { Object.prototype[name] = null } catch (e) {}
    }
    JSON.stringify = JSON.parse = null; Array.prototype.push = null; Promise.prototype.then = null;
    Map.prototype.get = null; Function.prototype.call = Function.prototype.bind = null;
    Error.prepareStackTrace = () => 'forged'; Error.stackTraceLimit = 0;
    const r = call_tool('test', 'echo', { a: [1, { b: 2 }] });
    [r.ok, r.result.a[1].b]
    """
    execution = await run(code)
    assert execution.error is None
    assert execution.value == [True, 2]


IMAGE = {"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"}
BLOCKS = [
    {"type": "text", "text": "a picture"},
    IMAGE,
    {**IMAGE, "type": "audio", "mimeType": "audio/wav"},
]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("image(call_tool('test', 'shot'))", BLOCKS[1:]),
        ("image(await tools.test.shot())", BLOCKS[1:]),
        ("image(input)", IMAGE),
        ("image([input])", IMAGE),
        ("image({content: [input]})", IMAGE),
        ("const image = 5; image", 5),
    ],
)
async def test_image_finds_what_a_tool_gave(run: RunScript, code: str, value: object) -> None:
    async def shot(call: ToolCall) -> Outcome:
        return Outcome(ok=True, result=BLOCKS, content=BLOCKS)

    execution = await run(code, input=IMAGE, tools=DictTools(shot=shot))
    assert (execution.error, execution.value) == (None, value)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("image('text')", "there is no image in it"),
        ("image(null)", "there is no image in it"),
        ("image(call_tool('test', 'fail'))", "image(result): the call failed: boom"),
        ("image({ok: false})", "image(result): the call failed: undefined"),
        ("image(new Proxy({}, {get() { throw new Error('mine') }}))", "Error: mine"),
        ("image({get content() { return this }})", "there is no image in it"),
    ],
)
async def test_image_says_what_it_misses(run: RunScript, code: str, message: str) -> None:
    execution = await run(code)
    assert execution.error is not None
    assert message in execution.error.message
