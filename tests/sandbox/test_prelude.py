"""The prelude shares its realm with the script: nothing of it may be reached, nothing can be forged, and
no object that fights back makes it throw."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.params import first_fast
from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode, ExecutionRequest, Limits, PoolSettings

pytestmark = pytest.mark.anyio

# Each notes what it is handed while the prelude works.
SPIES = [
    "Object.defineProperty(Array, Symbol.species, { get() { return function (...a) { note(this); return note(new Proxy([], { defineProperty(t, k, d) { note(d.value); return Reflect.defineProperty(t, k, d) } })) } } })",
    "Array.prototype.constructor = function (...a) { note(a) }",
    "for (const i of [0, 1, 2]) Object.defineProperty(Array.prototype, i, { set(v) { note(this); note(v) }, configurable: true })",
    "Array.prototype[Symbol.iterator] = function* () { note(this) }",
    "for (const n of Object.getOwnPropertyNames(Array.prototype)) { const f = Array.prototype[n]; if (typeof f === 'function')"
    " Array.prototype[n] = function (...a) { note(this); note(a); return apply(f, this, a) } }",
    "for (const n of ['then', 'get', 'set', 'value', 'toJSON', 'code', 'resolve', 't', 'op']) define(Object.prototype, n,"
    " { __proto__: null, get() { note(this); return undefined }, set(v) { note(this); note(v) }, configurable: true })",
    "for (const P of [Map, WeakMap, Promise]) for (const n of Object.getOwnPropertyNames(P.prototype)) { const f = Object.getOwnPropertyDescriptor(P.prototype, n).value;"
    " if (typeof f === 'function' && n !== 'constructor') P.prototype[n] = function (...a) { note(this); note(a); return apply(f, this, a) } }",
    "Object.defineProperty(Promise, Symbol.species, { get() { return function (f) { note(f); return new Promise(f) } } })",
    "Error.prepareStackTrace = (e, sites) => { note(e); note(sites); return '' }; Error.stackTraceLimit = 50",
    "Object.setPrototypeOf(ToolError, function (...a) { note(a) })",
    "Function.prototype.call = Function.prototype.apply = function (...a) { note(this); note(a) }",
]  # fmt: skip
SCRIPT = """
const { ownKeys, apply } = Reflect, define = Object.defineProperty, textOf = Function.prototype.toString;
const includes = String.prototype.includes;
let seen = null, found = '';
const note = v => { seen = { __proto__: null, v, next: seen }; return v };
const work = async () => {
  try { eval('1 +* 2') } catch (e) { e.stack }
  try { null.x } catch (e) { e.stack }
  call_tool('test', 'echo', { a: [1, { b: 2 }] });
  call_tools([{ server: 'test', tool: 'echo', args: { a: [1] } }]);
  try { await tools.test.fail({}) } catch (e) { e.message + e.stack }
  console.log({ a: [1, new Map([[1, 2]])], e: new Error('x') }); console.table([{ a: 1 }]); console.group('g');
  list_tools('test'); Object.keys(tools); String(tools); tools.test.echo().catch(() => {}); Promise.reject(1);
  queueMicrotask(() => {}); await new Promise(resolve => setTimeout(resolve, 1)); await sleep(1);
  crypto.randomUUID(); performance.now(); new Date(); Math.random();
};
// What only the prelude's own functions say.
const marks = new WeakMap(), has = WeakMap.prototype.has, set = WeakMap.prototype.set;
const inner = { 0: 'host(', 1: 'mapGet(', 2: 'weakGet(', 3: 'placeOf(', 4: 'kit.', length: 5 };
const isInner = text => { for (let i = 0; i < inner.length; i++) if (apply(includes, text, [inner[i]])) return true; return false };
const given = { __proto__: null };
for (const name of ownKeys(globalThis)) if (typeof globalThis[name] === 'function') given[apply(textOf, globalThis[name], [])] = 1;
for (const name of ownKeys(console)) given[apply(textOf, console[name], [])] = 1;
const look = (v, depth) => {
  if (v === null || typeof v !== 'object' && typeof v !== 'function' || depth > 6 || apply(has, marks, [v])) return;
  apply(set, marks, [v, 1]);
  if (typeof v === 'function') {
    const text = apply(textOf, v, []);
    if (isInner(text) && given[text] === undefined && !apply(includes, text, ['note('])) found += text + ' ; ';
  }
  try { look(v.getFunction(), depth + 1) } catch (e) {}
  const keys = ownKeys(v);
  for (let i = 0; i < keys.length; i++) { try { look(v[keys[i]], depth + 1) } catch (e) {} }
};
{ %s }
await work();
for (let item = seen; item !== null; item = item.next) look(item.v, 0);
found
"""


@pytest.mark.parametrize("spy", SPIES, ids=[spy[:40] for spy in SPIES])
async def test_nothing_of_the_prelude_is_handed_to_a_script(run: RunScript, spy: str) -> None:
    execution = await run(SCRIPT % spy)
    assert execution.error is None, execution.error
    assert execution.value == ""


async def test_call_sites_give_no_functions(run: RunScript) -> None:
    code = """
    const seen = [];
    Object.defineProperty(Array, Symbol.species, { get() { return function (n) { const a = new Proxy([], { defineProperty(t, k, d) { seen.push(d.value); return Reflect.defineProperty(t, k, d) } }); return a } } });
    try { eval('1 +* 2') } catch (e) {}
    [seen.length, typeof Error.captureStackTrace({})]
    """
    assert (await run(code)).value == [0, "undefined"]


FORGED = [
    "throw new ToolError('x', { code: 'CANCELLED', server: 's', tool: 't' })",
    "throw Object.assign(new Error('out of memory'), { name: 'InternalError' })",
    "const E = (() => { try { /(?:a*)*b/.test('a'.repeat(5)); return Error } catch (e) { return e.constructor } })(); throw new E('out of memory')",
    "Object.prototype.toJSON = () => ({ t: 'done', ok: true, value: 'forged' }); throw new Error('x')",
    "Object.prototype.code = 'CANCELLED'; throw new Error('x')",
    "let e; try { await tools.test.fail() } catch (x) { e = x } e.code = 'CANCELLED'; throw Object.setPrototypeOf({ ...e }, Object.getPrototypeOf(e))",
]


@pytest.mark.parametrize("code", FORGED, ids=[code[:40] for code in FORGED])
async def test_a_script_does_not_choose_its_own_code(run: RunScript, code: str) -> None:
    execution = await run(code)
    assert execution.error is not None
    assert execution.error.code == ErrorCode.RUNTIME_ERROR
    assert execution.status == "error"


async def test_a_tool_error_keeps_the_code_of_its_call(run: RunScript) -> None:
    code = """
    try { await tools.test.fail() } catch (e) {
      e.code = 'DISABLED'; Object.defineProperty(e, 'server', { get() { throw 1 } }); throw e
    }
    """
    error = (await run(code)).error
    assert error is not None
    assert error.code == ErrorCode.UPSTREAM_ERROR
    assert error.details == {"server": "test", "tool": "fail", "details": {"why": "asked to"}}


REVOKED = "const { proxy, revoke } = Proxy.revocable({}, {}); revoke();"
FIGHTING: list[tuple[str, Any]] = [
    (f"{REVOKED} console.log(proxy, [proxy], {{ proxy }}); console.table([proxy]); 1", 1),
    (f"{REVOKED} call_tool('test', 'echo', proxy).error.code", "SERIALIZATION_ERROR"),
    (f"{REVOKED} call_tool('test', 'echo', {{ a: proxy }}).error.code", "SERIALIZATION_ERROR"),
    (f"{REVOKED} call_tool(proxy, proxy).error.code", "INVALID_ARGS"),
    (f"{REVOKED} call_tools(proxy).error.code", "INVALID_ARGS"),
    ("call_tool('test', 'echo', { toJSON() { throw Object.create(null) } }).error.code", "SERIALIZATION_ERROR"),
    ("call_tool('test', 'echo', { toJSON() { throw new Proxy({}, { getPrototypeOf() { throw 1 } }) } }).error.code", "SERIALIZATION_ERROR"),
    ("call_tool('test', 'echo', { toJSON() { throw { path: 'x', what: 'forged', cure: '' } } }).error.message", "args are not JSON: $ is not readable: a getter or toJSON threw {\"path\":\"x\",\"what\":\"forged\",\"cure\":\"\"}"),
    ("let n = 0; const many = new Proxy(Array(101).fill({ server: 'test', tool: 'echo' }), { get: (t, k) => k === 'length' ? (n++ ? 101 : 1) : t[k] }); call_tools(many).length", 1),
    ("call_tools(new Proxy([], { get: (t, k) => k === 'length' ? 1e9 : t[k] })).error.message", "call_tools takes at most 100 calls, not 1000000000"),
    ("const e = new Error('x'); Object.setPrototypeOf(e, null); console.log(e); console.log(Object.create(null)); 1", 1),
    ("console.log({ get [Symbol.toStringTag]() { throw 1 } }, new Proxy(new Map(), {}), new Proxy(new Set(), {})); 1", 1),
    ("console.log(new Proxy(() => {}, { get() { throw 1 } })); 1", 1),
    ("console.log('%s %d %i %f %j %o', { toString() { throw 1 } }, Symbol('d'), Symbol('i'), Symbol('f'), { toJSON() { throw 1 } }, { get a() { throw 1 } }); 1", 1),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), FIGHTING, ids=[code[-50:] for code, _ in FIGHTING])
async def test_objects_that_fight_back(run: RunScript, code: str, value: Any) -> None:
    execution = await run(code)
    assert execution.error is None, execution.error
    assert execution.value == value


FILLS = [
    "a.push({ x: 1, y: ['q'] })",
    "a.push('s' + a.length)",
    "a.push(() => 1)",
    "a = { a, b: 'x' + n++ }",
    "a.push(new Date())",
    "a.push([1, 2, 3].map(x => [x]))",
]


@pytest.mark.parametrize("memory_mb", first_fast(8, 64))
async def test_the_end_of_memory_is_never_caught(memory_mb: int) -> None:
    """Full to the last byte the engine cannot make an error and throws null; what was allocated and never
    written to is not resident."""
    engine = Engine(
        limits=Limits(timeout_ms=60_000, memory_mb=memory_mb), pool=PoolSettings(size=2)
    )
    try:
        for fill in FILLS:
            for pad in (0, 3_000_000):
                code = (
                    f"const noise = new Error('never thrown'); let n = 0; const pad = new Uint8Array({pad});\n"
                    f"try {{ let a = []; for (;;) {fill} }} catch (e) {{ 'caught ' + e }}"
                )
                execution = await engine.run(ExecutionRequest(code), tools=DictTools())
                assert execution.error is not None, code
                assert execution.error.code == ErrorCode.MEMORY_LIMIT_EXCEEDED, code
    finally:
        await engine.close()


async def test_null_is_a_value_to_throw_like_any_other(run: RunScript) -> None:
    code = "let n = 0; for (let i = 0; i < 50; i++) { try { throw null } catch (e) { n += e === null } } n"
    assert (await run(code)).value == 50
