"""A script as models hand it over: fences, modules, lone functions, TypeScript. Positions are those of the text."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import RunScript
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode
from workbench.sandbox.child.starting import entry_points, wrapping
from workbench.sandbox.child.starting.starter import Starter
from workbench.sandbox.job import Form

pytestmark = pytest.mark.anyio

FORMS: list[tuple[str, Any]] = [
    ("```js\n1 + 1\n```", 2),
    ("```\nawait 3\n```", 3),
    ("\n```typescript\nconst x: number = 4; x\n```  \n", 4),
    ("~~~javascript\nreturn 5\n~~~", 5),
    ("````js\n`a` + '```'\n````", "a```"),
    ("```js\r\nawait 6\r\n```\r\n", 6),
    ("const s = '```'; s.length", 3),
    ("() => 1", 1),
    ("async () => { return await 2 }", 2),
    ("async () => {\n  const r = await tools.test.echo({ a: 1 });\n  return r;\n}", {"a": 1}),
    ("(input) => input.n", 5),
    ("input => input.n * 2;", 10),
    ("// what it does\nasync ({ n }) => n + 1", 6),
    ("/* one */ /* two */ function main(input) { return input.n }", 5),
    ("async function main() { return await 7 }", 7),
    ("async (input) => input.n; // the end", 5),
    ("(async () => { return 8 })", 8),
    ("function (input) { return input.n }", 5),
    ("// named nothing\nasync function ({ n }) { return await n }\n", 5),
    ("(function (input) { return input.n });", 5),
    ("export async function main(input) { return await input.n }", 5),
    ("/* a module */ export function main({ n }: { n: number }): number { return n }", 5),
    ("(async () => 9)()", 9),
    ("(function () { return 10 })()", 10),
    ("'use strict';\n(() => 11)()", 11),
    ("export default 12", 12),
    ("export default async () => 13", 13),
    ("export default async function main({ n }) { return n }", 5),
    ("export default function (input) { return input.n }", 5),
    ("export default { a: 1, b: await 2 }", {"a": 1, "b": 2}),
    ("function help(x) { return x + 1 }\nexport default function main(input) { return help(input.n) }", 6),
    ("export const k = 3;\nexport function f() { return k }\nf()", 3),
    ("const f = async () => 14;\nexport default f;", 14),
    ("const a = 1;\nexport { a };\na + 1", 2),
    ("module.exports = async (input) => input.n", 5),
    ("const a = 1, b = await 2;\nexport { a, b as default }", 2),
    ("const a = 3;\nexport { a as default };", 3),
    ("module.exports = { a: 1 }", {"a": 1}),
    ("module.exports = async function run() { return await 15 };", 15),
    ("async function main() { return 16 }\nmain()", 16),
    ("async function main() { return 17 }\nmain();\n", 17),
    ("async function main() { return 18 }\nawait main()", 18),
    ("function main() { return 19 }\nreturn main();", 19),
    ("'use strict'; 20", 20),
    ("\ufeffconst x = 21; x", 21),
    ("\ufeff{ a: 22 }", {"a": 22}),
    ("const a = 1;\r\nconst b = await 2;\r\na + b", 3),
    ("#!/usr/bin/env node\nawait 23", 23),
    ("\ufeff#!/usr/bin/env node\n23", 23),
    ("\ufeff#!/usr/bin/env node\r\nawait 23", 23),
    ("Here is the script:\n\n```js\n41\n```", 41),
    ("Sure:\n```js\n42\n```", 42),
    ("Sure! I'll call `list_issues` first (it takes a `limit`).\n\n```javascript\nreturn 43;\n```\n\n"
     "**How it works**\n- it returns 43; that is all\n- if you need more, ask (I can do that).\n", 43),
    ("First install it:\n```bash\nnpm i x\n```\nThen run\n```ts\nconst n: number = 44; n\n```\nIt gives\n"
     "```json\n44\n```", 44),
    ("```js\n45\n```\nIts output:\n```\n45\n```", 45),
    ("/*\n```js\nan example\n```\n*/\n46", 46),
    ("// ```js\n47", 47),
    ("const md = '```js';\nmd.length", 5),
    ("const e = { export: 1 }; e.export", 1),
    ("const x: number = 24; x", 24),
    ("interface A { n: number }\nconst a: A = input as A;\na.n", 5),
    ("const o = { c: 81 };\nconst p = o as a.b.C<D>[]\n; (<any>p).c", 81),
    ("type R = { ok: boolean };\nconst r = { ok: true } satisfies R;\nr.ok", True),
    ("function f<T>(x: T): T { return x }\nf<number>(25)", 25),
    ("const m = new Map<string, number>([['a', 26]]);\nm.get('a')!", 26),
    ("const f = <T,>(x: T): T => x;\nf('g')", "g"),
    ("f<string>('x');\nfunction f<T>(x: T) { return x }", "x"),
    ("async function main(input: { n: number }): Promise<number> { return input.n }\nmain(input)", 5),
    ("export default async function main({ n }: { n: number }): Promise<number> { return n }", 5),
    ("async (input: any): Promise<any> => input.n", 5),
    ("let u!: string; u = 'd' as unknown as string; u", "d"),
    ("const t = ['a', 1] as const; t", ["a", 1]),
    ("class P { private readonly n: number = 27; get(): number { return this.n } }\nnew P().get()", 27),
    ("declare const nothing: string;\n28", 28),
    ("import type { X } from 'x';\n29", 29),
    ("enumerate();\nfunction enumerate() { return 30 }", 30),
    ("const r: Array<{ id: number }> = await Promise.all([1].map(async (id: number) => ({ id })));\nr", [{"id": 1}]),
    ("for (const [k, v] of Object.entries({ a: 31 }) as [string, number][]) { v }", 31),
    ("let v = 'x' as string\n;[1].length", 1),
    ("const cond = (1 as number) < (2 as number); cond", True),
    ("function over(a: string): string;\nfunction over(a: any) { return a }\nover('o')", "o"),
    ("try { throw new Error('t') } catch (e: unknown) { (e as Error).message }", "t"),
    ("const a = 3, b = 1; a < b || b > a", False),
    ("export default { run() { return 48 } }", 48),
    ("{ async execute(input) { return input.n } }", 5),
    ("({ async execute(input) { return await input.n } })", 5),
    ("async function main({ n }) {\n  return await n;\n}\nexport { main };", 5),
    ("({ execute: async (input) => input.n })", 5),
    ("export default { name: 'x', parameters: {}, execute: async ({ n }) => n }", 5),
    ("const tool = { k: 2, async run({ n }) { return this.k * n } };\nexport default tool;", 10),
    ("() => Number(input.n)", 5),
    ("async ({ n }) => Promise.all([n].map((x) => x));", [5]),
    ("input => (x => x)(input.n)", 5),
    ("export default async (input) => { return input.n } // end\n", 5),
    ("module.exports = async ({ n }) => {\n  return n\n} // end\n// more", 5),
    ("function main({ n }) { return n } // return n", 5),
    ("for (const x of [1, 59]) if (await x) { x } // end\n", 59),
    ("module.exports = { handler: async (event) => event.n }", 5),
    ("exports.handler = async (event) => { return event.n }", 5),
    ("const main = async (input) => input.n;", 5),
    ("export const run = async (input: { n: number }): Promise<number> => input.n", 5),
    ("const f = (a: number):\n  Array<\n    number> => [a as any as number];\nf(49)", [49]),
    ("type D = { a(): void; [k: string]: any };\n(50 as { b(): void } as any as number)", 50),
    ("interface I<in out T> { x: T }\nconst i = { x: 52 } as I<number>; i.x", 52),
    ("declare namespace A { enum B { C } }\n51", 51),
    ("function mk(n: number): () => { v: number } { return () => ({ v: n }) }\nmk(53)().v", 53),
    ("function add(a: number): (b: number) => (c: X) => Y { return b => c => a + b + c }\nadd(5)(4)(45)", 54),
    ("const id = (a: number): (A) => a;\nid(55)", 55),
    ("const first = () => {\n  return <\n    T,\n  >(x: T) => x;\n};\nfirst()(56)", 56),
    ("const g = async <\n  T,\n>(x: T): Promise<\n  T> => x;\nawait g(57)", 57),
    ("let as = input.n as any, b = <any>as + 53;\nb", 58),
    ("const sum = input.n as number\n  + 1;\nsum", 6),
    ("[7 as number\n, input.n as number\n/ 5]", [7, 1]),
    ("let w = [8] as A | T[0]\n[1].length", 1),
    ("const s = new Set<'a' | \"b\">(['a']); s.size", 1),
    ("const $ = f<$A>('y'); $\nfunction f(x) { return x }", "y"),
    ("await\n  [60].at(0)", 60),
    ("if (input) { await // it's\n /* await */ 61 }", 61),
    ("let s = 0;\nfor (const x of [62]) { const r = await\r\n  (x as number); s += r }", 62),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value"), FORMS, ids=[repr(code)[1:50] for code, _ in FORMS])
async def test_form(run: RunScript, engine: Engine, code: str, value: Any) -> None:
    for _ in range(2):  # the second time it is not read again
        execution = await run(code, input={"n": 5})
        assert execution.error is None, execution.error
        assert execution.value == value
    assert await engine.check(code) is None


LONE = [
    # a text, and whether a tree is needed to know that it is one function
    ("function f(){ return 1 }\nfunction g(){}", False),
    ("function f(){ return 1 };\n// end\n", True),
    ("async () => 1; // end", True),
    ("const f = () => 1; /* the */ /* end */", True),
    ("const x = 1;\nconst f = () => 1;", False),
    ("const f = () => { return {a:1} };", True),
    ("const f = () => {} satisfies X", True),
    ("async ({ n }) => n + 1", True),
    ("(input) => input.n * 2; foo()", False),
    ("function f(): { a: number } { return { a: 1 } }", True),
    ("function f() { return '}' + \"}\" } // x\n f()", False),
    ("function f() { return `}` }\nf()", True),
    ("function f(a) { return a / 2 }\nf()", True),
    ("() => {}\n[1].map(x => x)", True),
    ("// c }\n/* function } */ function f() {}", True),
    ("export function f() {}\nexport function g() {}", False),
]


@pytest.mark.parametrize(("text", "worth_a_look"), LONE)
def test_whether_a_script_goes_on_is_seen_without_a_tree(text: str, worth_a_look: bool) -> None:
    assert entry_points.may_be_lone(text) is worth_a_look


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("({ f: () => 1 })", "$.f"),
        ("{ callback: () => 1 }", "$.callback"),
        ("({ run() {}, main() {} })", "$.run"),
        ("export default { help() { return 1 } }", "$.help"),
    ],
)
async def test_other_functions_in_a_value_are_not_called(
    run: RunScript, code: str, path: str
) -> None:
    error = (await run(code)).error
    assert error is not None
    assert error.code == ErrorCode.SERIALIZATION_ERROR
    assert f"{path} is a function" in error.message


async def test_a_function_that_is_only_declared_is_not_called(run: RunScript) -> None:
    execution = await run("const load = (input) => input.n;")
    assert execution.value is None
    (warning,) = execution.warnings
    assert warning.endswith("load() is never called; end with: await load(input)")


async def test_a_script_of_functions_that_are_all_main_is_looked_through_once(
    run: RunScript,
) -> None:
    """Their uses were counted for each of them: 2 000 took eleven seconds, and a good run its time."""
    execution = await run("function main() {}\n" * 10_000)
    assert (execution.error, execution.value, execution.warnings) == (None, None, ())


NESTED = {
    "generics": "Array<" * 20_000 + "number" + ">" * 20_000,
    "objects": "{ a: " * 20_000 + "number" + "}" * 20_000,
    "functions": "(a: number) => " * 20_000 + "number",
}


@pytest.mark.parametrize("name", NESTED)
async def test_types_nest_as_deep_as_a_script_is_long(run: RunScript, name: str) -> None:
    execution = await run(f"let x: {NESTED[name]} = 1 as any; x")
    assert execution.value == 1


async def test_what_is_no_language_is_not_searched_for_types(run: RunScript) -> None:
    """The search takes the square of its pieces: half a minute for these."""
    execution = await run("!" * 200_000)
    assert execution.error is not None
    assert execution.error.code == "SYNTAX_ERROR"


def test_what_may_be_a_lone_function_is_seen_in_one_look() -> None:
    """Each comment more took twice as long, each escaped quote of a text without end as long as the text."""
    assert not entry_points.may_be_lone("/**/" * 5_000 + "var f = () => 1")
    assert entry_points.may_be_lone("/**/" * 5_000 + "() => 1")
    assert entry_points.may_be_lone('const f = "' + '\\"' * 100_000 + "\n) => 1")


def test_what_another_module_exports_is_not_the_script_s_own() -> None:
    forms: list[Form] = []

    def take(form: Form, _own: str) -> bool:
        forms.append(form)
        return False

    Starter().start('function main() { return 1 }\nexport { main } from "x"', take)
    assert [form.is_lone for form in forms] == [False]


def test_functions_are_looked_for_once_however_many_exports_list_one() -> None:
    """Each of them was looked for among all statements: 20 000 took minutes."""
    taken = Starter().check("export { a };\n" * 20_000, lambda *_: True)
    assert taken


def test_namespaces_nest_as_deep_as_a_script_is_long() -> None:
    """What is declared only is looked at once, however much of it stands around."""
    code = "declare namespace A { " * 3_000 + "enum B {} " * 3_000 + "}" * 3_000
    texts: list[str] = []

    def take(form: Form, _own: str) -> bool:
        texts.append(form.text.strip())
        return "enum" not in form.text  # as the engine says of it

    assert Starter().start(code, take)
    assert texts == [code, ";"]


async def test_what_was_read_once_is_as_if_it_was_read_again(run: RunScript) -> None:
    code = "const é: number = 1 as any; await 1;\n  await null.x"
    first, second = (await run(code), await run(code))
    assert first.error == second.error
    assert first.error is not None
    assert (first.error.line, first.error.column) == (2, 9)


@pytest.mark.parametrize(
    "code",
    [
        "const n = 1;\nreturn n;",
        "return 1;",
        "const r = call_tool('a', 'b', {});\nreturn r.result;",
        "return (await call_tool('a', 'b', {})).result;",
        "if (1) {\n  f(() => {\n    return 2;\n  });\n}\nreturn 3;",
    ],
)
def test_what_returns_outside_of_functions_takes_neither_the_parser_nor_a_tree(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """It would say that it is no script, and how it says so takes longer than all the rest."""
    tried: list[str] = []

    def take(form: Form, _own: str) -> bool:
        tried.append(form.text)
        return "async (" in form.text

    starter = Starter()
    monkeypatch.setattr(starter, "grammars", None)
    assert starter.start(code, take)
    assert len(tried) == 1


def test_a_form_that_no_longer_parses_is_made_anew() -> None:
    tried: list[str] = []
    told: list[Form] = []

    def take(form: Form, _own: str) -> bool:
        tried.append(form.text)
        return "number" not in form.text

    known = Form("x as number")
    assert Starter().start("x as number", take, known=known, on_form=told.append)
    assert [text.strip() for text in tried] == ["x as number", "x as number", "x"]
    assert [form.text.strip() for form in told] == ["x"]


@pytest.mark.parametrize(
    ("code", "wanted", "told"),
    [
        ("await 1;\n2", False, 0),
        ("await 1;\n2", True, 1),
        ("1", True, 0),
        ("await (x as number)", False, 0),
        ("export default await (x as number)", False, 1),
    ],
)
def test_a_form_is_told_where_it_cost_more_than_to_tell_it(
    code: str, wanted: bool, told: int
) -> None:
    forms: list[Form] = []
    assert Starter().start(code, lambda *_: True, on_form=forms.append, is_form_wanted=wanted)
    assert len(forms) == told


PLACES = [
    ("```js\nconst a = 1;\n  null.x\n```", ErrorCode.RUNTIME_ERROR, 3, 3),
    ("```ts\nconst é: number = 1; null.x\n```", ErrorCode.RUNTIME_ERROR, 2, 22),
    ("export default async () => {\n  null.x\n}", ErrorCode.RUNTIME_ERROR, 2, 3),
    ("export default { a: zzz }", ErrorCode.RUNTIME_ERROR, 1, 21),
    ("function main() { null.x }", ErrorCode.RUNTIME_ERROR, 1, 19),
    ("function (input) {\n  throw new Error('a') }", ErrorCode.RUNTIME_ERROR, 2, 13),
    ("  async function () { zzz() }", ErrorCode.RUNTIME_ERROR, 1, 23),
    ("export function main() { zzz() }", ErrorCode.RUNTIME_ERROR, 1, 26),
    ("async () => zzz", ErrorCode.RUNTIME_ERROR, 1, 13),
    ("const x: number = 1 as any; await 1; null.x", ErrorCode.RUNTIME_ERROR, 1, 38),
    ("interface A {\n  n: number\n}\nconst a = 5 +* 3", ErrorCode.SYNTAX_ERROR, 4, 14),
    ("\ufeff  null.x", ErrorCode.RUNTIME_ERROR, 1, 4),
    ("module.exports = async () => { await 1; zzz }", ErrorCode.RUNTIME_ERROR, 1, 41),
    ("```js\n1 +* 2\n```", ErrorCode.SYNTAX_ERROR, 2, 4),
    ("let t: `${A\n| B}` = 'é';\n zzz()", ErrorCode.RUNTIME_ERROR, 3, 2),
]


@pytest.mark.parametrize(
    ("code", "error_code", "line", "column"), PLACES, ids=[repr(row[0])[1:40] for row in PLACES]
)
async def test_places_are_those_of_the_text_as_given(
    run: RunScript, code: str, error_code: ErrorCode, line: int, column: int
) -> None:
    error = (await run(code)).error
    assert error is not None
    assert (error.code, error.line, error.column) == (error_code, line, column)


REFUSED = [
    ("```js\n1 + 1", "never closed", 1, 1),
    ("```python\nprint(1)\n```", "the fence says python", 1, 1),
    ("Two ways:\n```js\n1\n```\nor\n```js\n2\n```", "2 fences with code (lines 2, 6)", 6, 1),
    ("```\n1\n```\n```\n2\n```", "2 fences with code (lines 1, 4)", 4, 1),
    ("Here you are:\n\n```js\nconst a = [1,", "never closed", 3, 1),
    ("Data:\n```json\n{}\n```", "the fence says json", 2, 1),
    ("const n = 1;\n```js\nn + 1\n```", "code outside of the fence", 1, 1),
    ("```js\nconst n = 1;\n```\nThen\n  return n;", "code outside of the fence", 5, 3),
    ("enum Color { Red }\nColor.Red", "an enum becomes code", 1, 1),
    ("const a = 1;\n  const enum E { A }", "an enum becomes code", 2, 3),
    (f"enum E {{ A = {'9' * 5_000}, B }}", "an enum becomes code", 1, 1),
    ("namespace N { export const x = 1 }", "a namespace becomes code", 1, 1),
    ("class P { constructor(private x: number) {} }", "a parameter property becomes code", 1, 23),
    ('const x: { a: string = { a: "b" };\nx.a', "expecting '}'", 1, 8),
    ("interface A { x: number\nconst a: A = { x: 1 };\na.x", "expecting '}'", 1, 1),
    ("let x: { a: number, ?? } = 1 as any;\nx", "is not one", 1, 6),
    ("@sealed class X {}\nconst y: number = 1", "decorators", 1, 1),
    ("class A { accessor n = 1 }", "accessor is not part of JavaScript yet", 1, 11),
]


@pytest.mark.parametrize(
    ("code", "message", "line", "column"), REFUSED, ids=[repr(row[0])[1:30] for row in REFUSED]
)
async def test_what_cannot_be_taken_away_is_refused_by_name(
    run: RunScript, engine: Engine, code: str, message: str, line: int, column: int
) -> None:
    for error in ((await run(code)).error, await engine.check(code)):
        assert error is not None
        assert error.code == ErrorCode.SYNTAX_ERROR
        assert message in error.message
        assert (error.line, error.column) == (line, column)


def test_a_name_that_the_script_has_not_is_found_at_once() -> None:
    """Each longer name was looked for in the whole text: half a second for 32 kB."""
    assert wrapping.unused_name("await x") == "$value"
    assert wrapping.unused_name("$value$value$$ + $value") == "$value$$$"
    assert wrapping.unused_name("$value" + "$" * 1_000_000) == "$value" + "$" * 1_000_001
