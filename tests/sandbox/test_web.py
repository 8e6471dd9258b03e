"""What a script has of the web: URL, text encodings, structuredClone, crypto, timers; measured by Node."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conftest import RunScript
from tests.support.node import EACH, node_values

pytestmark = pytest.mark.anyio

URLS: list[tuple[str, ...]] = [
    ("https://example.com",), ("HTTP://User:Pa%20ss@EXAMPLE.com:80/a/../b/./c?x=1&y= z#h h",), ("https://example.com:443/",),
    ("https://example.com:8443/a//b/",), ("http://[::1]:3000/x",), ("http://[2001:DB8:0:0:1:0:0:1]/",), ("http://[::ffff:1.2.3.4]/",),
    ("http://0x7f.1/",), ("http://256.1.1.1/",), ("http://1.2.3/",), ("http://192.168.0.1./",), ("http://münchen.de/ä?ö=ü#ß",),
    ("http://日本語.jp/",), ("http://EXAMPLE.com./",), ("http://a_b.c/",), ("http://exa mple.com/",), ("http:///x",), ("http:example.com",),
    ("http:\\\\x\\y",), ("//x.y/z",), ("//x.y/z", "https://a.b/c"), ("/z?q", "https://a.b/c/d?e#f"), ("z", "https://a.b/c/d?e#f"),
    ("?q", "https://a.b/c/d?e#f"), ("#q", "https://a.b/c/d?e#f"), ("", "https://a.b/c/d?e#f"), ("../../..", "https://a.b/c/d/e/f"),
    ("./", "https://a.b/c/d/e/f"), ("%2e%2E/x", "https://a.b/c/d/e"), ("https:x", "https://a.b/c/d"), ("http:x", "https://a.b/c/d"),
    ("file:///C:/a/../b",), ("file:///etc/passwd",), ("file://host/share/x",), ("file:/x",), ("x", "file:///a/b"), ("/x", "file:///C:/a/b"),
    ("C|/x", "file:///a/b"), ("file:///C|/a",), ("file://localhost/x",), ("file:",), ("mailto:a@b.c?subject=x y",), ("data:text/plain,a b#c",),
    ("javascript:alert(1)",), ("blob:https://a.b/c",), ("about:blank",), ("urn:isbn:123",), ("foo://Bar:80/a/../b?c#d",), ("foo:/a/../b",),
    ("foo://x y/",), ("foo:///p",), ("foo:a b ",), ("x", "mailto:a@b"), ("#x", "mailto:a@b"), ("ws://x:80/",), ("wss://x:443/a",), ("ftp://x:21/a",),
    ("  https://trimmed.com/  ",), ("https://a\tb.c/\nd",), ("https://a.b/`{}|^<>\"' ",), ("https://a.b/?`{}|^<>\"' #`{}|^<>\"' ",),
    ("https://a@b@c/",), ("https://a:b:c@d/",), ("https://@x/",), ("https://:@x/",), ("https://x:99999/",), ("https://x:8a/",), ("https://x:/",),
    ("https://x:0080/",), ("nope",), ("",), ("http://",), ("http://%41.com/",), ("http://a%2fb/",), ("https://a.b/%zz%41",), ("https://a.b?x",),
    ("https://a.b#x",), ("https://a.b/😀?😀#😀",), ("1http://x",), ("a+b-c.d://x/y",), ("https://xn--mnchen-3ya.de/",), ("http://a..b/",),
    ("http://1.2.3.4.5/",), ("http://4294967295/",), ("http://4294967296/",), ("https://x/a;b=c,d/e:f@g",), ("non-special:opaque?q#f",),
]  # fmt: skip
SHOWN = "({ href: u.href, origin: u.origin, protocol: u.protocol, username: u.username, password: u.password, host: u.host, hostname: u.hostname, port: u.port, pathname: u.pathname, search: u.search, hash: u.hash, params: [...u.searchParams] })"
SETTERS = [
    ("https://a.b:1/c?d#e", name, value)
    for name, values in {
        "protocol": ["http", "ftp:", "foo", "file", "1"],
        "username": ["u ser", ""],
        "password": ["p:w"],
        "host": ["x.y", "x.y:443", "x.y:2/z", "", "[::1]:9"],
        "hostname": ["x.y", "x.y:9", "é.x"],
        "port": ["8080", "443", "", "99999", "12ab", "x"],
        "pathname": ["x/../y", "/a b?#", ""],
        "search": ["?x=1 2", "y", ""],
        "hash": ["#x y", "z", ""],
        "href": ["https://other/x?y"],
    }.items()
    for value in values
]
PARAMS = [
    "new URLSearchParams('?a=1&b=2+3&a=%20x&c&=d&e==f%zz').toString()",
    "new URLSearchParams({ a: 1, b: 'x y', c: 'é&=+~*()\\'!' }).toString()",
    "new URLSearchParams([['a', '1'], ['a', '2']]).getAll('a')",
    "new URLSearchParams(new Map([['k', 'v']])).get('k')",
    "[...new URLSearchParams('b=1&a=2&b=3').keys()]",
    "(() => { const p = new URLSearchParams('b=1&a=2&b=3'); p.sort(); p.set('b', 9); p.append('c', 1); p.delete('a'); return [p.toString(), p.size, p.has('b'), p.has('b', '1'), p.get('zz')] })()",
    "(() => { const p = new URLSearchParams('a=1&a=2&b=3'); p.delete('a', '1'); const seen = []; p.forEach((v, k) => seen.push(k + v)); return seen })()",
    "(() => { const u = new URL('https://a.b/?x=1'); u.searchParams.set('y', 'a b&c'); u.search = '?z=2'; u.searchParams.append('q', '1'); return u.href })()",
    "(() => { const u = new URL('https://a.b/?x=1'); u.searchParams.delete('x'); return u.href })()",
    "new URLSearchParams([['a']]).toString()",
    "[URL.canParse('x'), URL.canParse('x', 'https://a'), URL.parse('nope'), JSON.stringify({ u: new URL('https://a.b') }), String(new URL('http://x'))]",
]  # fmt: skip
TEXTS = [
    "Array.from(new TextEncoder().encode('aé€😀\\ud800\\0'))",
    "new TextEncoder().encode().length",
    "new TextEncoder().encodeInto('é😀x', new Uint8Array(4))",
    "new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 97, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]))",
    "new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 97])).length",
    "new TextDecoder().decode(new Uint8Array([0xff, 97, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 98, 0xed, 0xa0, 0x80, 0xc0, 0x80, 0xf5]))",
    "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff]))",
    "(() => { const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac, 0xf0]), { stream: true }) + d.decode() })()",
    "new TextDecoder().decode(new Uint16Array([0x6261, 0x6463]).subarray(1))",
    "new TextDecoder().decode(new Uint8Array([97, 0, 98]).buffer)",
    "new TextDecoder('UTF8').encoding",
    "[btoa('hello'), atob('aGVsbG8='), atob(' aGk '), btoa('')]",
    "btoa('é€')",
    "atob('***')",
]  # fmt: skip
CLONES = [
    "(() => { const o = { a: [1, { b: new Date(5) }], m: new Map([['k', new Set([1])]]), r: /x/gi, u: undefined, n: null, big: 5n }; o.self = o; const c = structuredClone(o); return [c !== o, c.self === c, c.a[1].b.getTime(), [...c.m.get('k')], String(c.r), 'u' in c, c.big === 5n] })()",
    "(() => { const c = structuredClone({ [Symbol.toStringTag]: 'Date', a: 1 }); return [c.a, c instanceof Date] })()",
    "(() => { const c = structuredClone(Object.setPrototypeOf(new Date(5), Object.prototype)); return [c instanceof Date, c.getTime()] })()",
    "structuredClone(() => 1)",
    "structuredClone({ f() {} })",
    "structuredClone(Symbol('x'))",
    "structuredClone(Promise.resolve(1))",
    "(() => { class P { constructor() { this.x = 1 } } const c = structuredClone(new P()); return [c.x, c instanceof P] })()",
    "(() => { const c = structuredClone(new RangeError('r', { cause: 1 })); return [c instanceof RangeError, c.message, c.cause, c.name] })()",
    "(() => { const b = new Uint8Array([1, 2, 3]); const c = structuredClone({ b, again: b }); c.b[0] = 9; return [[...b], [...c.b], c.b === c.again] })()",
    "(() => { const c = structuredClone([1, , 3]); return [c.length, 1 in c] })()",
    "structuredClone()",
]  # fmt: skip


async def compare(run: RunScript, expressions: list[str]) -> None:
    execution = await run(EACH, input=expressions)
    assert execution.error is None, execution.error
    wrong = [
        (expression, given, right)
        for expression, given, right in zip(
            expressions, execution.value, node_values(expressions), strict=True
        )
        if given != right
    ]
    assert wrong == []


async def test_urls_are_as_in_node(run: RunScript) -> None:
    await compare(
        run, [f"(u => {SHOWN})(new URL({', '.join(map(json.dumps, url))}))" for url in URLS]
    )


async def test_setting_parts_of_a_url(run: RunScript) -> None:
    await compare(
        run,
        [
            f"(() => {{ const u = new URL({json.dumps(url)}); u.{name} = {json.dumps(value)}; return {SHOWN} }})()"
            for url, name, value in SETTERS
        ],
    )


@pytest.mark.parametrize("expressions", [PARAMS, TEXTS, CLONES], ids=["params", "texts", "clones"])
async def test_as_in_node(run: RunScript, expressions: list[str]) -> None:
    await compare(run, expressions)


async def test_crypto_is_seeded_chance(run: RunScript) -> None:
    code = """
    const id = crypto.randomUUID(), bytes = crypto.getRandomValues(new Uint8Array(16)), words = new Uint32Array(2);
    [id, crypto.getRandomValues(words) === words, words[0] !== words[1], Array.from(bytes).some(b => b > 0)]
    """
    value = (await run(code)).value
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", value[0]
    )
    assert value[1:] == [True, True, True]
    for wrong in ("new Float64Array(1)", "[1]", "new Uint8Array(65537)"):
        error = (await run(f"crypto.getRandomValues({wrong})")).error
        assert error is not None
        assert "crypto.getRandomValues" in error.message


TIMERS: list[tuple[str, Any]] = [
    ("await new Promise(r => setTimeout(r, 5)); 'later'", "later"),
    ("await new Promise(r => setTimeout(r, 5, 'passed'))", "passed"),
    ("const s = []; setTimeout(() => s.push('b'), 40); setTimeout(() => s.push('a'), 1); await sleep(120); s.join('')", "ab"),
    ("const s = []; const t = setTimeout(() => s.push('x'), 5); clearTimeout(t); clearTimeout(99); clearTimeout(); await sleep(30); s", []),
    ("let n = 0; await new Promise(r => { const t = setInterval(() => { if (++n === 3) { clearInterval(t); r() } }, 1) }); await sleep(20); n", 3),
    ("const s = []; setImmediate(() => s.push('macro')); queueMicrotask(() => s.push('micro')); Promise.resolve().then(() => s.push('then')); s.push('now'); await sleep(20); s", ["now", "micro", "then", "macro"]),
    ("const t0 = performance.now(); await sleep(30); const dt = performance.now() - t0; dt >= 28 && dt < 5000", True),
    ("typeof performance.timeOrigin === 'number' && Math.abs(performance.timeOrigin - Date.now()) < 5000", True),
    ("await Promise.race([new Promise(r => setTimeout(r, 60000)), sleep(1)]); 'won'", "won"),
    ("await new Promise(r => setTimeout(r, -5)); await new Promise(r => setTimeout(r)); await new Promise(r => setTimeout(r, NaN)); 1", 1),
    ("(async () => { for await (const x of (async function* () { for (let i = 0; i < 3; i++) { await new Promise(r => setTimeout(r, 1)); yield i } })()) { var last = x } return last })()", 2),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), TIMERS, ids=[row[0][:40] for row in TIMERS])
async def test_timers(run: RunScript, code: str, value: Any) -> None:
    execution = await run(code)
    assert execution.error is None, execution.error
    assert execution.value == value
    assert execution.warnings == ()


async def test_timers_that_a_script_does_not_wait_for_are_told(run: RunScript) -> None:
    for code in (
        "setTimeout(() => console.log('late'), 50)",
        "setInterval(() => {}, 50); undefined",
    ):
        execution = await run(code)
        assert execution.logs == ()
        assert "ended before its timers fired" in execution.warnings[0]
    error = (await run("setTimeout('code', 1)")).error
    assert error is not None
    assert "setTimeout takes a function" in error.message


CONSOLE = [
    ("console.table([{ a: 1, b: 'x' }, { a: 22, c: true }])", "┌─────────┬────┬─────┬──────┐\n│ (index) │ a  │ b   │ c    │\n├─────────┼────┼─────┼──────┤\n│ 0       │ 1  │ 'x' │      │\n│ 1       │ 22 │     │ true │\n└─────────┴────┴─────┴──────┘"),
    ("console.table([{ a: 1, b: 2 }], ['b'])", "┌─────────┬───┐\n│ (index) │ b │\n├─────────┼───┤\n│ 0       │ 2 │\n└─────────┴───┘"),
    ("console.table(['p', 7])", "┌─────────┬────────┐\n│ (index) │ Values │\n├─────────┼────────┤\n│ 0       │ 'p'    │\n│ 1       │ 7      │\n└─────────┴────────┘"),
    ("console.table('text')", "text"),
    ("console.group('g'); console.log('in\\ntwo'); console.group(); console.log('deep'); console.groupEnd(); console.groupEnd(); console.log('out')", "g|  in\n  two|    deep|out"),
    ("console.count(); console.count('x'); console.count(); console.countReset(); console.count()", "default: 1|x: 1|default: 2|default: 1"),
    ("console.assert(true, 'no'); console.assert(false, 'yes %s', 1); console.assert(false); console.assert(0, { a: 1 })", "Assertion failed: yes 1|Assertion failed|Assertion failed: {a: 1}"),
    ("console.dir({ a: { b: 1 } }, { depth: 0 }); console.dir('s')", '{a: {b: 1}}|"s"'),
    ("console.timeEnd('none'); console.time(); console.timeEnd()", "console.timeEnd: no timer 'none': start it with console.time('none')|default: 0ms"),
    ("console.dirxml(1, 2); console.clear()", "1 2"),
    ("console.log(new URL('http://a/'), new URLSearchParams('a=1'), tools.test, tools.test.echo)", 'http://a/ URLSearchParams {a: "1"} [tools.test, a server] [Function: echo]'),
]  # fmt: skip

VALUES = [
    ("new Number(5), new String('a'), [new Boolean(false)], Object(5n)", '[Number: 5] [String: "a"] [[Boolean: false]] [BigInt: 5n]'),
    ("-0, [-0, 0], Object(Symbol('s'))", "-0 [-0, 0] [Symbol: Symbol(s)]"),
    ("new Map([['a', { b: 1 }]]), new Set([1, 'a']), new (class Own extends Map {})()", 'Map(1) {"a" => {b: 1}} Set(2) {1, "a"} Own(0) [Map] {}'),
    ("new Uint8Array([1, 2]), new Float64Array(), new WeakMap()", "Uint8Array(2) [1, 2] Float64Array(0) [] WeakMap {}"),
    ("new (class Point { x = 1 })(), [new (class {})()], new (class List extends Array {})(2)", "Point {x: 1} [Object {}] List(2) [<2 empty items>]"),
    ("Object.create(null), { __proto__: null, a: 1 }", "[Object: null prototype] {} [Object: null prototype] {a: 1}"),
    ("[1, , 3], [, ,], [undefined], Object.assign([], { length: 1e7 })", "[1, <1 empty item>, 3] [<2 empty items>] [undefined] [<10000 empty items>"),
    ("class {}, class A {}, class B extends Array {}", "[class (anonymous)] [class A] [class B extends Array]"),
    ("function f() {}, () => 1, async () => 1, function* g() {}, { m() {} }", "[Function: f] [Function (anonymous)] [AsyncFunction (anonymous)] [GeneratorFunction: g] {m: [Function: m]}"),
    ("{ get a() { throw 1 }, set b(v) {}, get c() { return 1 }, set c(v) {} }", "{a: [Getter], b: [Setter], c: [Getter/Setter]}"),
    ("{ [Symbol('k')]: 1, 'a b': 2 }, { [Symbol.iterator]: null }", '{"a b": 2, [Symbol(k)]: 1} {[Symbol(Symbol.iterator)]: null}'),
    ("[].values(), new (class { get [Symbol.toStringTag]() { return 'T' } })()", "Object [Array Iterator] {} Object [T] {}"),
    ("(() => { const o = { a: {} }; o.self = o; o.a.up = o.a; return [o, o.a] })()", "[<ref *2> {a: <ref *1> {up: [Circular *1]}, self: [Circular *2]}, <ref *1> {up: [Circular *1]}]"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "shown"), VALUES, ids=[row[0][:40] for row in VALUES])
async def test_console_values_read_as_nodes_do(run: RunScript, values: str, shown: str) -> None:
    """What they are is told, no accessor is called; a line each, JSON's quotes and no spaces inside braces."""
    execution = await run(f"console.log({values})")
    assert execution.error is None, execution.error
    assert execution.logs[0].text.startswith(shown)


async def test_console_shows_so_much_of_what_stands_in_itself_many_times(run: RunScript) -> None:
    """A hundred places in each of nine levels: it was written until the time of the script was over."""
    nested = "let a = [1]; for (let i = 0; i < 9; i++) a = Array.from({ length: 100 }, () => a);"
    execution = await run(f"{nested} console.log(a); console.log([a].length, a.length)")
    assert execution.error is None, execution.error
    large, small = execution.logs
    assert large.text.startswith("[[[[[[[[")
    assert small.text == "1 100"


async def test_console_shows_what_an_error_carries(run: RunScript) -> None:
    code = "try { await tools.test.fail({}) } catch (e) { console.log(e); console.log(new Error('bare')) }"
    failed, bare = (await run(code)).logs
    assert failed.text.startswith("ToolError: ")
    assert failed.text.endswith(
        ' {code: "UPSTREAM_ERROR", server: "test", tool: "fail", details: {why: "asked to"}}'
    )
    assert bare.text.endswith("(script.js:1:79)")


@pytest.mark.parametrize(("code", "shown"), CONSOLE, ids=[row[0][:40] for row in CONSOLE])
async def test_console(run: RunScript, code: str, shown: str) -> None:
    execution = await run(code)
    assert execution.error is None, execution.error
    assert (
        re.sub(
            r"default: [1-9]\d*ms", "default: 0ms", "|".join(line.text for line in execution.logs)
        )
        == shown
    )


async def test_console_trace_shows_where(run: RunScript) -> None:
    logs = (await run("function f() {\n  console.trace('here')\n}\nf()")).logs
    assert logs[0].text.splitlines()[:2] == ["Trace: here", "    at f (script.js:2:11)"]


async def test_a_clone_of_many_objects_is_made_within_the_time_of_a_script(run: RunScript) -> None:
    """Each object that is no date made an error, to be told so: a hundred thousand took eleven seconds."""
    result = await run(
        "const many = Array.from({ length: 5000 }, (_, id) => ({ id })); let n = 0;"
        "for (let i = 0; i < 20; i++) n += structuredClone(many).length; n"
    )
    assert result.value == 100_000
