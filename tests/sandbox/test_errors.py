"""How a script fails: codes, messages, and the exact place in the user's own text."""

from __future__ import annotations

import re

import pytest
from tree_sitter import Parser

from tests.conftest import RunScript
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode
from workbench.sandbox.child.explaining.call_places import place_of_call
from workbench.sandbox.child.explaining.script_tree import Script
from workbench.sandbox.child.grammars import Grammars

pytestmark = pytest.mark.anyio

PLACES: list[tuple[str, str, str, int | None, int | None]] = [
    ("let x = 5 +* 3", "SYNTAX_ERROR", "SyntaxError: ", 1, 12),
    ("\n\nawait 1;\nlet x = 5 +* 3", "SYNTAX_ERROR", "SyntaxError: ", 4, 12),
    ("await 1; let y = ; 3", "SYNTAX_ERROR", "SyntaxError: ", 1, 18),
    ("foo(", "SYNTAX_ERROR", "SyntaxError: ", 1, 5),
    ("await foo(", "SYNTAX_ERROR", "SyntaxError: ", 1, 11),
    ("function f() { await x }", "SYNTAX_ERROR", "SyntaxError: ", 1, 22),
    ("let a; let a", "SYNTAX_ERROR", "SyntaxError: ", 1, 13),
    ("/(/", "SYNTAX_ERROR", "SyntaxError: ", 1, 1),
    ("null.x", "RUNTIME_ERROR", "TypeError: ", 1, 1),
    ("\n  foo()", "RUNTIME_ERROR", "ReferenceError: foo", 2, 3),
    ("'ö😀'; await 1; zzz()", "RUNTIME_ERROR", "ReferenceError: zzz", 1, 16),
    ("throw { a: 1 }", "RUNTIME_ERROR", '{"a":1}', 1, 7),
    ("throw 'text'", "RUNTIME_ERROR", '"text"', 1, 7),
    ("throw null", "RUNTIME_ERROR", "null", 1, 7),
    ("throw NaN", "RUNTIME_ERROR", "NaN", 1, 7),
    ("throw -1 / 0", "RUNTIME_ERROR", "-Infinity", 1, 12),
    ("   null.x", "RUNTIME_ERROR", "TypeError: ", 1, 4),
    ("  call_tool('test', 'fail').x.y", "RUNTIME_ERROR", "TypeError: ", 1, 3),
    ("const r = call_tool('test', 'fail');\n throw r.error", "RUNTIME_ERROR", '"boom"', 2, 8),
    ("call_tool('test', 'fail');\nthrow 'x'", "RUNTIME_ERROR", '"x"', 2, 7),
    ("new Error('made, not thrown'); throw 5", "RUNTIME_ERROR", "5", 1, 38),
    ("throw Object.groupBy([1], x => 'a')", "RUNTIME_ERROR", '{"a":[1]}', 1, 14),
    ("throw () => 1", "RUNTIME_ERROR", "[Function (anonymous)]", 1, 7),
    ("function f() { throw 'x' }\nfunction g() { f() }\ng()", "RUNTIME_ERROR", '"x"', 1, 22),
    ("JSON.parse('{x')", "RUNTIME_ERROR", "SyntaxError: ", 1, 6),
    ("eval('1 +* 2')", "RUNTIME_ERROR", "SyntaxError: ", None, None),
    ("[1].map(function cb() { throw new TypeError('deep') })", "RUNTIME_ERROR", "TypeError: deep", 1, 35),
    ("async function f() { await 1; throw new Error('late') }\nawait f()", "RUNTIME_ERROR", "Error: late", 1, 41),
    ("Promise.reject(new RangeError('r'))", "RUNTIME_ERROR", "RangeError: r", 1, 20),
    ("await Promise.reject('why')", "RUNTIME_ERROR", '"why"', None, None),
    ("const a = 1;\nawait tools.test.fail({});", "UPSTREAM_ERROR", "boom", 2, 18),
    ("await new Promise(() => {})", "RUNTIME_ERROR", "nothing can settle", None, None),
    ("class E extends Error { constructor() { super('m'); this.name = 'E' } }\nthrow new E()", "RUNTIME_ERROR", "E: m", 2, 11),
    ("class A extends TypeError {}\nclass B extends A {}\nfunction f() { throw new B('m') }\nf()", "RUNTIME_ERROR", "TypeError: m", 3, 26),
    ("class E extends Error {\n constructor() { super('m'); null.x } }\nnew E()", "RUNTIME_ERROR", "TypeError: cannot", 2, 30),
    # Taking a value apart: the engine gives the place before.
    ("const {x} = input.no", "RUNTIME_ERROR", "null to object", 1, 7),
    ("f();\n\nconst {x} = input.no;\nfunction f() { const {a} = {} }", "RUNTIME_ERROR", "null to object", 3, 7),
    ("await f();\nlet a;\n[a] = 5;\nasync function f() {}", "RUNTIME_ERROR", "not iterable", 3, 1),
    ("console.log(1);\nconst [a] = null;", "RUNTIME_ERROR", "Symbol.iterator", 2, 7),
    ("function f() {\n console.log(1);\n const n = 5;\n for (const x of n) {}\n}\nf()", "RUNTIME_ERROR", "not iterable", 4, 18),
    ("console.log(1);\nconst f = ({a}) => a;\nf()", "RUNTIME_ERROR", "null to object", 2, 12),
    ("console.log(1);\nfor (const {a} of [null]) {}", "RUNTIME_ERROR", "null to object", 2, 12),
    ("async function f() {\nfor (const i of [1]) { Math.max(i); }\nconst [a] = 5;\n}\nawait f()", "RUNTIME_ERROR", "not iterable", 3, 7),
    ("try {\nlet {w: {v}} = {};\n} catch (e) {\n throw e;\n}", "RUNTIME_ERROR", "null to object", 2, 5),
    ("const K = 1;\nfor (let i = 0; i < 1; i++) {\n K = 5;\n}", "RUNTIME_ERROR", "read-only", 3, 2),
    ("const K = 1;\nK += 1", "RUNTIME_ERROR", "read-only", 2, 1),
    ("const t = 0;\nt += 1;\nconsole.log(t);", "RUNTIME_ERROR", "read-only", 2, 1),
    ("Math.max(1);\nconst t = 0;\nt++;\nMath.max(2);\nt = Math.max(3);", "RUNTIME_ERROR", "read-only", 3, 1),
    ("const f = async () => {\n const a = 1;\n Math.max(3);\n a = 2;\n Math.max(3);\n return a;\n};\nawait f()", "RUNTIME_ERROR", "read-only", 4, 2),
    ("const t = 0;\nif (input.no) t = 1;\nfor (const n of [1, 2]) {\n Math.max(n);\n t += n;\n Math.max(t);\n}\nt = 2;\nt", "RUNTIME_ERROR", "read-only", 5, 2),
    ("const t = 0;\nif (input.no) t = 1;\nMath.max(2);\nt = 2;\nreturn t", "RUNTIME_ERROR", "read-only", 4, 1),
    # A member of what is no name.
    ("const v = null.x", "RUNTIME_ERROR", "of null", 1, 11),
    ("return (void 0).x", "RUNTIME_ERROR", "of undefined", 1, 8),
    ("console.log(1);\n\nconst v = null.x", "RUNTIME_ERROR", "of null", 3, 11),
    ("function f() {\n console.log(2);\n return 'abc'.x.y;\n}\nf()", "RUNTIME_ERROR", "'y' of undefined", 3, 9),
    ("await f();\nconst v = { a: [1][5].b };\nasync function f() {}", "RUNTIME_ERROR", "'b' of undefined", 2, 16),
    ("Math.max(1);\nconst v = (await null)[2];", "RUNTIME_ERROR", "'2' of null", 2, 11),
    ("Math.max(1);\nconst [a] = [this.x.y];", "RUNTIME_ERROR", "'y' of undefined", 2, 14),
    ("const o = {};\nconst v = o.a.b, w = 'abc'.x.b;", "RUNTIME_ERROR", "'b' of undefined", 2, 11),
    ("Math.max(1);\nconst v = JSON.parse('{}').a.b + 'c'.a.b", "RUNTIME_ERROR", "'b' of undefined", 2, 16),
    ("Math.max(1);\nconst v = [1, ...null]", "RUNTIME_ERROR", "of null", 2, 15),
    # A name within {a}.
    ("const total = 1;\n\nreturn { total, count };", "RUNTIME_ERROR", "ReferenceError: count", 3, 17),
    ("const { a } = { a: 1 };\nMath.max(a);\nf({ a, b });\nfunction f() {}", "RUNTIME_ERROR", "ReferenceError: b", 3, 8),
    ("function f() {\n Math.max(1);\n return [{ b }];\n}\nf()", "RUNTIME_ERROR", "ReferenceError: b", 3, 12),
    ("Math.max(1);\nconst o = { o };", "RUNTIME_ERROR", "ReferenceError: o is not", 2, 13),
    ("b;\nconst o = { b };", "RUNTIME_ERROR", "ReferenceError: b", 1, 1),
    ("{ a }", "RUNTIME_ERROR", "ReferenceError: a", 1, 3),
    ("{ n: 1,\n  total, count: 5 }", "RUNTIME_ERROR", "ReferenceError: total", 2, 3),
    # What else the engine notes no place of.
    ("Math.max(1);\nclass A extends 5 {}", "RUNTIME_ERROR", "parent class", 2, 17),
    ("Math.max(1);\nconst A = class extends input.no {}", "RUNTIME_ERROR", "parent class", 2, 25),
    ("Math.max(1);\nwith (null) { a }", "RUNTIME_ERROR", "null to object", 2, 6),
    ("Math.max(1);\nconst v = delete null.x", "RUNTIME_ERROR", "null to object", 2, 18),
    ("Math.max(1);\nconst v = 1 + +1n", "RUNTIME_ERROR", "unary +", 2, 15),
    ("Math.max(1);\nfor await (const z of 5) {}", "RUNTIME_ERROR", "5 is not iterable", 2, 23),
    ("if (input) {\n throw 5;\n Math.max(1);\n}", "RUNTIME_ERROR", "Uncaught 5", 2, 8),
    ("throw 10n", "RUNTIME_ERROR", "Uncaught 10n", 1, 7),
    ("throw Object.assign(new Error('m'), { name: '' })", "RUNTIME_ERROR", "m", 1, 25),
    # Written over several lines: the engine gives the place of an argument.
    ("await tools.test.fail({\n a: 1,\n b: input.n,\n})", "UPSTREAM_ERROR", "boom", 1, 18),
    ("const f = tools.test.fail;\nawait f({\n a: Math.max(1),\n})", "UPSTREAM_ERROR", "boom", 2, 7),
    ("await tools\n .test\n .fail({\n  a: String(input.n),\n })", "UPSTREAM_ERROR", "boom", 3, 3),
    ("throw new Error(\n 'a' + String(1)\n)", "RUNTIME_ERROR", "Error: a1", 1, 11),
    ("throw new TypeError(\n `a ${input.n.x.y}`\n)", "RUNTIME_ERROR", "cannot read", 2, 7),
    ("JSON.parse(\n String('{x')\n)", "RUNTIME_ERROR", "SyntaxError: ", 1, 6),
    ("const o = {};\no.foo(\n Math.max(1),\n)", "RUNTIME_ERROR", "TypeError: o.foo is not a function", 2, 3),
    ("const o = {};\no.foo(\n {a: o.b},\n)", "RUNTIME_ERROR", "TypeError: o.foo is not a function", 2, 3),
    ("Math.max(\n input.foo(),\n)", "RUNTIME_ERROR", "TypeError: input.foo is not a function", 2, 8),
    # Where a function is made among the arguments it has not run.
    ("throw new Error('x' + [1].map(n => n + 1))", "RUNTIME_ERROR", "Error: x2", 1, 11),
    ("throw new Error(`x ${[1].map(function (n) { return n })}`)", "RUNTIME_ERROR", "Error: x 1", 1, 11),
    ("await tools.test.fail({ a: [1].map(n => n) })", "UPSTREAM_ERROR", "boom", 1, 18),
    ("const o = {};\no.foo(n => n)", "RUNTIME_ERROR", "TypeError: o.foo is not a function", 2, 3),
    ("new Set(5);\nconst [a] = [1]", "RUNTIME_ERROR", "not iterable", 1, 5),
    ("Object.keys(null);\nconst {a} = {}", "RUNTIME_ERROR", "null to object", 1, 8),
    ("Object.keys(\n String(1).no\n)", "RUNTIME_ERROR", "null to object", 1, 8),
    ("[1].map(\n input.no\n)", "RUNTIME_ERROR", "TypeError: input.no is not a function, and map takes one", 1, 5),
    ("const o = {map: 1};\no.map(5)", "RUNTIME_ERROR", "TypeError: o.map is not a function", 2, 3),
    ("f(...5);\nconst [a] = [1];\nfunction f() {}", "RUNTIME_ERROR", "not iterable", 1, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "error_code", "message", "line", "column"), PLACES, ids=[row[0][:40] for row in PLACES]
)
async def test_error_and_its_place(
    run: RunScript, code: str, error_code: str, message: str, line: int | None, column: int | None
) -> None:
    error = (await run(code)).error
    assert error is not None
    assert error.code == error_code
    assert message in error.message
    if line is not None:
        assert (error.line, error.column) == (line, column)


@pytest.mark.parametrize("code", ["let x; var x", "break", "++1", "'use strict'; delete x"])
async def test_a_script_that_is_whole_is_not_told_to_be_cut_off(run: RunScript, code: str) -> None:
    error = (await run(code)).error
    assert error is not None
    assert error.code == "SYNTAX_ERROR"
    assert "cut off" not in error.message


CLOSING = [
    ("await null }, async () => { 5", 13),
    ("await null }, x() { 5", 13),
    ("return 1 }, y: function () { 5", 11),
    ("await null }}); ({ x() { 5", 13),
    ("await null }}, { x() { 5", 13),
    ("await null }); (async () => { 5", 13),
    ("await null }, () => { 5", 13),
    ("await null }, 0)(); f(() => { 5", 13),
    ("await null } : 0; 0 ? function () { 5", 14),
]


@pytest.mark.parametrize(("code", "column"), CLOSING, ids=[row[0] for row in CLOSING])
async def test_a_script_cannot_end_what_is_put_around_it(
    run: RunScript, engine: Engine, code: str, column: int
) -> None:
    for error in ((await run(code)).error, await engine.check(code)):
        assert error is not None
        assert error.code == "SYNTAX_ERROR"
        assert (error.line, error.column) == (1, column)


async def test_stack_names_the_user_s_functions_and_nothing_of_ours(run: RunScript) -> None:
    code = "function outer() { return inner() }\nfunction inner() { null.x }\nawait 1;\nouter()"
    error = (await run(code)).error
    assert error is not None
    assert error.stack is not None
    assert error.stack.splitlines() == [
        "TypeError: cannot read property 'x' of null",
        "    at inner (script.js:2:20)",
        "    at outer (script.js:1:27)",
        "    at <eval> (script.js:4:1)",
    ]


async def test_a_call_over_several_lines_is_recorded_where_it_begins(run: RunScript) -> None:
    tools = DictTools()
    code = """
    const a = call_tool("test", "echo", {
      n: input.n,
    });
    await Promise.all([1].map(n => tools.test.echo({
      n, a: a.result, s: String(n),
    })));
    call_tools([
      {server: "test", tool: "echo", args: {n: Math.max(1)}},
    ]);
    await call_tool(
      "test", "echo",
      {n: input.n},
    );
    tools.test["\ud800"]({
      n: input.n,
    }).catch(() => {});
    """
    assert (await run(code, tools=tools)).error is None
    assert [call.line for call in tools.calls] == [2, 5, 8, 11, 15]


def test_places_of_thousands_of_calls_are_found_in_one_text() -> None:
    """The text was taken apart again for each of them: half a minute for these."""
    count = 10_000
    script = Script(Grammars(), "await tools.test.echo({\n  n,\n});\n" * count)
    found = [place_of_call(script, 3 * n + 2, 3, "echo") for n in range(count)]
    assert found == [(3 * n + 1, 18) for n in range(count)]


def test_a_script_that_cannot_be_parsed_keeps_the_engine_s_places() -> None:
    grammars = Grammars()
    grammars._javascript = Parser()  # one without a language raises
    assert place_of_call(Script(grammars, "f(`\n`,\n1)"), 3, 1, "f") == (3, 1)


@pytest.mark.parametrize(
    "code",
    [
        "function f(x) {\n  throw new RangeError(\n    String(x),\n  );\n}\nf(1);",
        "const f = () => 1;\nfunction g() {\n  await f();\n}",
        "const r = tools.test.echo({});\nr.data",
    ],
)
async def test_in_a_fence_a_script_is_told_the_same(run: RunScript, code: str) -> None:
    plain = await run(code)
    fenced = await run(f"Here's it:\n\n```js\n{code}\n```\nDon't (worry")
    if plain.error is None or fenced.error is None:
        assert plain.warnings[0].replace(" line 1 ", " line 4 ") == fenced.warnings[0]
        return
    assert (plain.error.message, plain.error.column) == (fenced.error.message, fenced.error.column)
    assert (plain.error.line or 0) + 3 == fenced.error.line


async def test_the_stack_has_the_place_where_a_value_could_not_be_taken_apart(
    run: RunScript,
) -> None:
    code = "function f() {\n  console.log(1);\n  const {x} = input.no;\n}\nf()"
    error = (await run(code)).error
    assert error is not None
    assert error.stack is not None
    assert error.stack.splitlines() == [
        "TypeError: Cannot convert undefined or null to object",
        "    at f (script.js:3:9)",
        "    at <eval> (script.js:5:1)",
    ]


async def test_cause_is_part_of_the_stack(run: RunScript) -> None:
    code = "try { null.x } catch (cause) { throw new Error('outer', { cause }) }"
    error = (await run(code)).error
    assert error is not None
    assert error.stack is not None
    assert "Caused by: TypeError: cannot read property 'x' of null" in error.stack


async def test_error_in_a_deep_recursion_has_its_stack(run: RunScript) -> None:
    error = (await run("function f(n) { if (n === 0) null.x; f(n - 1) }\nf(300)")).error
    assert error is not None
    assert error.stack is not None
    assert error.line == 1
    assert error.stack.count("at f (script.js:1:") >= 60  # the engine keeps 64 frames


async def test_stack_overflow_has_a_place_and_a_stack(run: RunScript) -> None:
    code = "const first = call_tool('test', 'echo', { n: 1 });\nfunction f() {\n  return f() + first.result.n\n}\nf()"
    error = (await run(code)).error
    assert error is not None
    assert error.code == ErrorCode.RUNTIME_ERROR
    assert "Maximum call stack size exceeded" in error.message
    assert error.line == 3
    assert error.stack is not None
    assert "at f (script.js:3:" in error.stack


async def test_uncaught_tool_error_keeps_its_code_but_a_forged_one_does_not(run: RunScript) -> None:
    real = (await run("try { await tools.test.fail() } catch (e) { throw e }")).error
    assert real is not None
    assert real.code == ErrorCode.UPSTREAM_ERROR
    assert real.details == {"server": "test", "tool": "fail", "details": {"why": "asked to"}}
    for change in ("e.details.self = e.details", "e.details.big = 1n", "e.details = null"):
        code = f"try {{ await tools.test.fail() }} catch (e) {{ {change}; throw e }}"
        changed = (await run(code)).error
        assert changed is not None
        assert (changed.code, changed.details) == (real.code, real.details), change
    for forged in (
        "throw new ToolError('x', { code: 'TIMEOUT', server: 's', tool: 't' })",
        "throw Object.assign(new Error('x'), { code: 'CANCELLED' })",
        "let e; try { await tools.test.fail() } catch (x) { e = x } throw Object.create(e)",
    ):
        error = (await run(forged)).error
        assert error is not None
        assert error.code == ErrorCode.RUNTIME_ERROR


async def test_thrown_values_that_fight_back(run: RunScript) -> None:
    for code in (
        "throw { toString() { return call_tool('test', 'echo') }, get message() { throw 1 } }",
        "throw new Proxy({}, { get() { throw new Error('trap') } })",
        "throw Symbol('s')",
        "throw undefined",
        "throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1 } })",
        "throw Object.defineProperty(new Error('x'), 'message', { value: { toString() { throw 2 } } })",
    ):
        error = (await run(code)).error
        assert error is not None, code
        assert error.code == ErrorCode.RUNTIME_ERROR, code


REJECTIONS = [
    ("tools.test.fail(); await sleep(30); 'done'", ["Uncaught (in promise) ToolError: boom (line 1)"]),
    ("async function f() {\n  throw new TypeError('why')\n}\nf(); 'done'", ["Uncaught (in promise) TypeError: why (line 2)"]),
    ("Promise.reject(7); 'done'", ["Uncaught (in promise) 7"]),
    ("const p = tools.test.fail(); await sleep(30); try { await p } catch (e) {} 'done'", []),
    ("const p = Promise.reject(1); p.catch(() => {}); 'done'", []),
    ("await Promise.allSettled([tools.test.fail(), Promise.reject(1)]); 'done'", []),
    ("async function f() { throw 1 } try { await f() } catch (e) {} 'done'", []),
    ("setTimeout(() => { null.x }, 1); await sleep(30); 'done'", ["Uncaught TypeError: cannot read property 'x' of null (line 1)"]),
    ("queueMicrotask(() => { throw 'x' }); await sleep(1); 'done'", ["Uncaught \"x\""]),
    # What a script leaves behind its end runs, too.
    ("Promise.resolve().then(() => { throw new Error('late') }); 'done'", ["Uncaught (in promise) Error: late (line 1)"]),
    ("await null; (async () => { for (let i = 0; i < 5; i++) await null; throw 'q' })(); 'done'", ["Uncaught (in promise) \"q\""]),
    ("(async () => { for (;;) await null })(); 'done'", []),
    ("for (let i = 0; i < 200; i++) Promise.reject(i); 'done'", [*(f"Uncaught (in promise) {i}" for i in range(10)), "and 190 more errors that nothing caught"]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "warnings"), REJECTIONS, ids=[row[0][:40] for row in REJECTIONS])
async def test_what_nothing_caught_is_told(run: RunScript, code: str, warnings: list[str]) -> None:
    execution = await run(code)
    assert execution.value == "done"
    assert list(execution.warnings) == warnings
    told = [line.text.splitlines()[0] for line in execution.logs if line.level == "error"]
    assert told[:1] == [
        warning.replace(" (line 1)", "").replace(" (line 2)", "") for warning in warnings[:1]
    ]


async def test_jobs_that_are_left_change_the_console_but_not_the_value(run: RunScript) -> None:
    execution = await run(
        "const r = [1]; Promise.resolve().then(() => { r.push(2); console.log(r) }); r"
    )
    assert execution.value == [1]
    assert [line.text for line in execution.logs] == ["[1, 2]"]


async def test_a_long_value_and_many_warnings_arrive(run: RunScript) -> None:
    execution = await run(
        "for (let i = 0; i < 200; i++) tools.test.fail({}); await sleep(50); 'x'.repeat(1e5)"
    )
    assert execution.error is None
    assert execution.value == "x" * 100_000
    assert len(execution.warnings) == 11


async def test_an_uncaught_error_is_told_once(run: RunScript) -> None:
    execution = await run("async function f() { throw new Error('once') }\nawait f()")
    assert execution.error is not None
    assert execution.error.message == "Error: once"
    assert execution.warnings == ()
    assert execution.logs == ()


STACKS = [
    ("const e = new Error('boom'); e.stack", "Error: boom|    at <eval> (script.js:1:15)"),
    ("try { null.x } catch (e) { e.stack }", "TypeError: cannot read property 'x' of null|    at <eval> (script.js:1:7)"),
    ("try { await tools.test.fail({}) } catch (e) { e.stack }", "ToolError: boom|    at <eval> (script.js:1:24)"),
    ("class Gone extends RangeError { get name() { return this.constructor.name } } new Gone('x').stack", "Gone: x|    at <eval> (script.js:1:83)"),
    ("function f() { const e = new Error(); Error.captureStackTrace(e); return e.stack } f()", "Error|    at f (script.js:1:63)|    at <eval> (script.js:1:84)"),
    ("const e = new Error('was'); e.message = 'is'; console.log(e); e.stack", "Error: was|    at <eval> (script.js:1:15)"),
    ("function Own(m) { this.name = 'Own'; this.message = m; Error.captureStackTrace(this) } new Own('o').stack", "Own: o|    at Own (script.js:1:80)|    at <eval> (script.js:1:92)"),
    ("const o = {}; Error.captureStackTrace(o); o.stack", "Error|    at <eval> (script.js:1:39)"),
    ("class Own extends Error { get name() { return 5 } } delete Own.prototype.constructor; new Own('o').stack.split(':')[0]", "Error"),
    ("structuredClone(new TypeError('t')).stack", "TypeError: t|    at <eval> (script.js:1:21)"),
    ("new Error('m'.repeat(5000)).stack.length", 1000 + len("Error: …\n    at <eval> (script.js:1:5)") + 1),
]  # fmt: skip


@pytest.mark.parametrize(("code", "stack"), STACKS, ids=[code for code, _ in STACKS])
async def test_a_stack_begins_with_what_the_error_says(
    run: RunScript, code: str, stack: str | int
) -> None:
    """As in Node: `console.error(e.stack)` told where, and not what."""
    execution = await run(code)
    assert execution.error is None, execution.error
    told = execution.value
    assert (told.replace("\n", "|") if isinstance(told, str) else told) == stack
    if "console" in code:
        assert execution.logs[0].text == "Error: is\n    at <eval> (script.js:1:15)"


@pytest.mark.parametrize(
    "change", ["", "e.name = 'Other';", "e.message = 'other';", "e.stack = e.stack;"]
)
async def test_what_an_uncaught_error_says_stands_in_its_stack_once(
    run: RunScript, change: str
) -> None:
    error = (await run(f"const e = new Error('first'); {change} throw e")).error
    assert error is not None
    assert error.stack == f"{error.message}\n    at <eval> (script.js:1:15)\n"


async def test_the_errors_of_promise_any_are_listed(run: RunScript) -> None:
    error = (
        await run("await Promise.any([tools.test.fail(), Promise.reject(new Error('no'))])")
    ).error
    assert error is not None
    assert (
        error.message
        == "AggregateError: all 2 promises were rejected: 1. ToolError: boom; 2. Error: no"
    )
    caught = "try { await Promise.any([Promise.reject(1)]) } catch (e) { [e.message, String(e), new AggregateError([], 'mine').message] }"
    said = "All promises were rejected"
    assert (await run(caught)).value == [said, f"AggregateError: {said}", "mine"]
    error = (await run("await Promise.any([])")).error
    assert error is not None
    assert error.message == "AggregateError: no promise was given"
    error = (await run("throw new AggregateError([new Error('no')], '')")).error
    assert error is not None
    assert error.message == "AggregateError: 1. Error: no"


async def test_a_stack_that_a_script_gave_an_error_stands_whole(run: RunScript) -> None:
    code = "const e = new Error('in'); e.stack = 'mine'; console.log(e); const o = new Error('out', { cause: e }); o.stack = 'that'; throw o"
    execution = await run(code)
    assert execution.logs[0].text == "Error: in\nmine"
    assert execution.error is not None
    assert execution.error.stack == "Error: out\nthat\nCaused by: Error: in\nmine\n"


async def test_a_refused_sleep_is_no_call_that_nobody_awaited(run: RunScript) -> None:
    execution = await run(
        "try { sleep(-1) } catch (e) {} await tools.test.echo(); await tools.test.echo(); 1"
    )
    assert execution.warnings == ()


@pytest.mark.parametrize("link", [".a", "['a']"])
async def test_a_chain_of_many_members_has_its_place_in_no_time(run: RunScript, link: str) -> None:
    """What is said of it was looked for from each of its links on: 2 000 took more than the time limit."""
    execution = await run(f"const x = {{}};\nx.b = 1;\nnull{link * 4_000}")
    assert execution.error is not None
    assert execution.error.code == ErrorCode.RUNTIME_ERROR
    assert (execution.error.line, execution.error.column) == (3, 1)


CHECKS = [
    ("1 + 1", None),
    ("await f(); return 3", None),
    ("{ a: 1, b: 2 }", None),
    ("#!/bin/x\nawait 1", None),
    ("#!/bin/x\n1", None),
    ("'use strict'; with (a) {}", (1, 15)),
    ("let x = 5 +* 3", (1, 12)),
    ("\n\nawait 5 +* 3", (3, 10)),
    ("call_tool('s', 't'); )", (1, 22)),
]


@pytest.mark.parametrize(("code", "place"), CHECKS, ids=[code for code, _ in CHECKS])
async def test_check_runs_nothing(engine: Engine, code: str, place: tuple[int, int] | None) -> None:
    error = await engine.check(code)
    if place is None:
        assert error is None
    else:
        assert error is not None
        assert error.code == ErrorCode.SYNTAX_ERROR
        assert (error.line, error.column) == place


@pytest.mark.parametrize(
    "code",
    ["atob('é')", "structuredClone(() => 1)", "throw new DOMException('stop', 'AbortError')"],
)
async def test_a_dom_exception_has_a_stack(run: RunScript, code: str) -> None:
    caught = (
        await run(f"function f() {{\n  {code}\n}}\ntry {{ f() }} catch (e) {{ e.stack }}")
    ).value
    assert re.fullmatch(
        r"    at f \(script\.js:2:\d+\)\n    at <eval> \(script\.js:4:\d+\)\n", caught
    )
    error = (await run(f"\n{code}")).error
    assert error is not None
    assert error.line == 2
    assert f"script.js:2:{error.column}" in (error.stack or "")


async def test_what_is_thrown_and_is_no_error_gets_nothing(run: RunScript) -> None:
    code = (
        "function f() { throw { a: 1 } }\ntry { f() } catch (e) { Object.getOwnPropertyNames(e) }"
    )
    assert (await run(code)).value == ["a"]


@pytest.mark.parametrize("before", ["", "'é'; ", "'\U0001f600'; "])
async def test_thousands_of_calls_on_one_line_have_their_places(
    run: RunScript, before: str
) -> None:
    """The characters in front of each were counted one by one: 36 s of 3 000 calls."""
    call = "await call_tool('test', 'echo', { n: input });"
    count = 10 if before else 1_500
    tools = DictTools()
    assert (await run(before + call * count, tools=tools)).ok
    places = [(one.line, one.column) for one in tools.calls]
    assert places == [(1, len(before) + len(call) * n + 7) for n in range(count)]
