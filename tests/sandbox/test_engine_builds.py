"""The engine built from its source (``make engine``) is the engine of the wheel, only faster."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.support import environment

_SNIPPETS = [
    "0.1 + 0.2",
    "[1e21, 1e-7, -0, 123456789012345680000, 5e-324, 1.7976931348623157e308].map(String)",
    "(1234.5678).toFixed(2) + (255).toString(16) + (0.000001234).toExponential(3) + (1e21).toPrecision(5)",
    "[3, 1, 2, 10, 'b', 'a', undefined, null].sort()",
    "Array.from({ length: 600 }, (_, i) => (i * 7919) % 601).sort((a, b) => a - b).join()",
    "'äöü漢字👍'.normalize('NFD').length + '👍'.codePointAt(0) + [...'a👍b'].length",
    "'a-b_c'.replace(/[-_](.)/g, (_, c) => c.toUpperCase())",
    "[...'x1y22z333'.matchAll(/(?<l>[a-z])(?<n>\\d+)/g)].map(m => [m.groups.l, m.groups.n, m.index])",
    "/(?<=\\$)\\d+(\\.\\d*)?/u.exec('cost $10.53').slice(0)",
    "JSON.stringify({ a: [1, { b: null }], c: undefined, d: new Date(0), e: 'é\\u2028' }, null, 1)",
    'JSON.parse(\'{"__proto__": 1, "a": [1e3, -0.5, "\\\\u00e9"]}\')',
    "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } fib(20)",
    "let s = 0; for (let i = 0; i < 100000; i++) s = (s * 31 + i) | 0; s",
    "let h = 0n; for (let i = 0n; i < 200n; i++) h = (h * 31n + i) ** 2n % 1000000007n; String(h)",
    "class A { #x = 1; get x() { return this.#x } static s = 2 } class B extends A { y = super.x } [new B().y, B.s]",
    "function* g() { const got = yield 1; yield got * 2 } const it = g(); [it.next().value, it.next(21).value, it.next().done]",
    "const m = new Map([[NaN, 1], [0, 2]]); [m.get(NaN), m.get(-0), new Set([1, 1, 2]).size]",
    "new Uint8Array(new Float64Array([Math.PI, -1.5]).buffer).join()",
    "const { a, ...rest } = { a: 1, b: 2, c: 3 }; [a, rest, [..._(3)]]; function _(n) { return Array(n).fill(n) }",
    "new Date(Date.UTC(2024, 1, 29, 12)).toISOString() + Date.parse('2024-02-29T12:00:00+02:00')",
    "try { null.x } catch (e) { [e.name, e.message, e.stack.split('\\n').length] }",
    "try { (function f() { f() })() } catch (e) { e.name }",
    "label: for (const i of [1, 2, 3]) { for (const j of [1, 2]) { if (i * j === 4) break label } } 'left'",
    "const t = (s, ...v) => s.raw.join('|') + v; t`a${1}\\n${2}`",
    "Object.entries({ b: 1, 2: 2, a: 3, 1: 4 }).flat().join()",
    "[1, [2, [3, [4]]]].flat(Infinity).reduceRight((a, b) => a + '' + b)",
    "new Proxy({}, { get: (_, name) => name.length }).hello + Reflect.ownKeys({ a: 1, [Symbol.iterator]: 1 }).length",
    "parseFloat('3.14abc') + parseInt('0x1f') + Number('') + Math.round(-0.5) + Math.hypot(3, 4)",
    "'abc'.at(-1) + [1, 2, 3].findLast(x => x < 3) + Object.groupBy([1, 2, 3], x => x % 2 ? 'o' : 'e').o",
    "structuredCloneIsNot = typeof structuredClone; [structuredCloneIsNot, typeof WeakRef, typeof globalThis]",
]
_EVALUATE = """
import json, sys
import _quickjs
out = []
for code in json.load(sys.stdin):
    context = _quickjs.Context()
    try:
        out.append(context.eval("JSON.stringify([(0, eval)(" + json.dumps(code) + ")])"))
    except _quickjs.JSException as error:
        out.append(str(error))
print(json.dumps([_quickjs.__file__, out]))
"""


def _evaluated(*path: str) -> tuple[str, list[str]]:
    code = f"import sys; sys.path[:0] = {list(path)!r}\n{_EVALUATE}"
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(_SNIPPETS), capture_output=True, text=True, check=True
    )  # fmt: skip
    file, values = json.loads(done.stdout)
    return file, values


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_a_build_from_source_gives_the_same(tmp_path: Path) -> None:
    wanted = f"quickjs-ng=={metadata.version('quickjs-ng')}"
    with environment.proxies():
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--no-cache-dir", "--no-binary", "quickjs-ng", "--target", str(tmp_path), wanted],
            check=True,
        )  # fmt: skip
    of_wheel, expected = _evaluated()
    of_source, got = _evaluated(str(tmp_path))
    assert (tmp_path in Path(of_source).parents) > (tmp_path in Path(of_wheel).parents)
    assert got == expected
    assert sum("rror" in value for value in expected) < 5  # the snippets do run
