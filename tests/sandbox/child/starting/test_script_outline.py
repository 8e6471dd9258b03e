"""The outline of a script says what its tree says, or nothing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tree_sitter import Node

from bench.typed_script import UNTYPED
from workbench.sandbox.child.grammars import Grammars, expression_of, statements
from workbench.sandbox.child.starting import (
    entry_points,
    parallel,
    script_lines,
    script_outline,
    wrapping,
)
from workbench.sandbox.child.starting.drafting import Draft
from workbench.sandbox.child.starting.script_lines import read_lines
from workbench.sandbox.child.starting.script_outline import Outline, outline, read_signs

PIECES = """\
await x;
await y(1)
return z;
if (a) return 5;
if (a) { return b } else { c() }
({ most, lines: lines.length })
[1, 2].map((n) => n * 2);
total
'await x';
// await in a comment; call_tool('x')
/* } */ last(1)
`a ${await q} b ${`c ${d}`}`;
text.replace(/["'`({]/g, '').split(/[/\\]]/)
x = a / b / c; y = (a + b) / 2
i++ / 2; j = k[0] /2/ m
const r = await call_tool('a', 'b', { f(x) { return 1 } });
const r = (await call_tool('a', 'b')).result.map((x) => ({ x }));
const r = await call_tool('a', 'b').result;
const r = await call_tool('a', 'b')`c`;
const [p, q] = [await read_resource('a', 'b'), await get_prompt('a', 'b', {})];
call_tool('a', 'b')
const f = async () => await call_tool('x', 'y');
const f = async (x) => { return await x; };
const f = x => x * 2
const o = { async m() { await 1 }, n: 2, await: 3 };
const { a, b: [c] } = await d
for (const a of b) { await c }
for await (const a of b) c.push(a);
for (let i = 0; i < 3; i++) { if (!i) continue; found[i] = i }
while (x) { await y; break }
do { await x } while (y)
try { await q } catch { p() } finally { r }
label: for (;;) { break label }
switch (x) { case 1: await y; break; default: z }
async function read(label, page = 1) { for (const x of y) { await z } return 4 }
function sum(a, b) { return a + b; }
function f() {}
async function g(call_tool) { return await call_tool('x', 'y') }
async function g(a, b = call_tool('x', 'y')) { return await b }
class K { static async m() { await 1 } x = { y: 2 } }
async (x) => { await (x) }
(function () { return 10 })()
function* g() { yield 1 }
async function main() { return await 7 }
(a, { b }) => { return b }
x => { return x }
async (x) => f(x)(y);
x => (y, [x])
await main()
new K({})
({ execute() { return 1 } })
const main = async () => { await 1 }
(await 1)
.then((x) => x)
gen.return(1)
x = {}
{ let inner = 1; await inner }
throw new Error(`no ${thing}`)
é = "ü"; await é
""".splitlines()
FORMATTED = [
    *(piece for piece in PIECES if not piece.startswith(("async (x)", "x =>", "(a, {"))),
    "for (const a of b) {\n  const c = await d(a);\n  if (!c.some((x) => x.y)) {\n    await e;\n  }\n}",
    "async function load(page) {\n  const { a } = await b(page);\n  return a.map((x) => {\n    return x;\n  });\n}",
    "const rows = await Promise.all(\n  ids.map(async (id) => {\n    return await d(id);\n  }),\n);",
    "const f = async (x) =>\n  await g(x);",
    "const f = async (x) => ({\n  a: await g(x),\n});",
    "try {\n  await q;\n} catch (e) {\n  p();\n} finally {\n  r;\n}",
    "const o = {\n  async m() {\n    await 1;\n  },\n  catch(e) {\n    return 1;\n  },\n};",
    "class K {\n  async m() {\n    return await 1;\n  }\n}",
    "if (a) {\n  return b;\n} else if (c) {\n  await d;\n} else {\n  e;\n}",
    "rows\n  .filter((x) => x)\n  // await\n  .map((x) => x.y)",
    "({\n  a: 1,\n  b: [await x, `${y}`],\n});",
    "x = a / b; // c / await d\ny = [a] / 2 / b;",
    "const t = `\nawait {\n`;",
    "/* await\n   { */",
    "x = {\n}\n[0]",
    "x = a ||\n  await b",
    "f(\n)\n(a)",
    "const g = await list(); // it's\nlet h = 'a\\\n{';",
    "if (x)\n  await y;\nelse\n  z()",
    "return {\n  a: 1,\n};",
    "function g() {\n  return 1;\n}\n(a)",
    "s.replace(/[{]/g, '').match(/await/)",
    "a.await; b = { return: 1 }; c.call_tool('x')",
    "async (input) => {\n  const a = await call_tool('x');\n  return { a };\n}",
    "async function main({ a } = {}) {\n  if (a) {\n    return 1;\n  }\n};",
    "(a) => {\n} // {",
    "function g() {\n  return 1;\n}",
    "async (a) => {\n  b;\n} + {\n  c\n}",
]
"""As people write it, several lines a statement."""
PATTERN_OR_DIVISION = ["if (x) /re/.test(y)", "a = b\n/c/d.e", "x = {} / 2 / 3", "p = (q) / 2 / r"]


def _lone(root: Node, source: bytes) -> str | None:
    return entry_points.open_lone_function(root, Draft(source))


class Trees:
    """What the outline has to agree with."""

    def __init__(self) -> None:
        self._grammars = Grammars()

    def read(self, text: str) -> Node | None:
        """None: it is no script."""
        root = self._grammars.javascript_tree(text.encode())
        return None if root.has_error else root

    def disagrees(self, text: str, root: Node, told: Outline) -> str:
        """In what they differ."""
        source = text.encode()
        its = statements(root)
        if told.waits != wrapping.needs_wrapping(root, source):
            return "waits"
        if told.returns and not any(one.type == "return_statement" for one in its):
            return "returns"
        if told.value is not None:
            value = text[slice(*told.value)].encode()
            whole = its[-1].text or b""
            behind = whole.removeprefix(value).lstrip(b" ;\n")[:2]
            if (expression_of(its[-1]) is None and not told.lone) or not whole.startswith(value):
                return f"value: {value!r}"
            if behind not in {b"", b"//", b"/*"}:
                return f"end of the value: {value!r}"
        if told.lone is not None and bool(told.lone) != (_lone(root, source) == ""):
            return f"lone: {told.lone}"
        drafts = Draft(source), Draft(source)
        for at, name in told.awaited:
            drafts[0].overwrite(len(text[:at].encode()), parallel.ASYNCHRONOUS[name])
        if parallel.may_be_asynchronous(text):
            parallel.make_asynchronous(root, drafts[1])
        return "" if drafts[0].text == drafts[1].text else "calls"


@pytest.fixture(scope="module")
def trees() -> Trees:
    return Trees()


def _of_lines(text: str) -> Outline | None:
    found = read_lines(text)
    return found and Outline(*found)


@pytest.mark.parametrize(
    ("read", "pieces", "least"),
    [(read_signs, PIECES, 250), (_of_lines, FORMATTED, 100), (read_signs, FORMATTED, 150)],
    ids=["signs", "lines", "signs of lines"],
)
def test_it_says_what_the_tree_says_or_nothing(
    trees: Trees, read: Callable[[str], Outline | None], pieces: list[str], least: int
) -> None:
    chance = random.Random(5)
    looked, told = 0, 0
    for _ in range(1500):
        of_it = chance.sample(pieces, chance.randint(1, 5))
        text = chance.choice(["\n", "\n", " ", ";\n"]).join(of_it)
        root = trees.read(text)
        if root is None or not parallel.is_as_it_stands(text):
            continue
        looked += 1
        found = read(text)
        if found is not None:
            told += 1
            assert trees.disagrees(text, root, found) == "", text
    assert looked > 700
    assert told > least


@pytest.mark.parametrize("text", PATTERN_OR_DIVISION)
def test_a_slash_that_may_be_both_is_no_guess(trees: Trees, text: str) -> None:
    for script in (f"{text}; await 1; 2", f"await 1;\n{text}"):
        found, root = outline(script), trees.read(script)
        assert root is not None
        assert found is None or trees.disagrees(script, root, found) == ""


@pytest.mark.parametrize(
    "text",
    [
        "`${",
        "`",
        "'",
        "(" * 9_000,
        "})",
        "await 1; { await: 2 }",
        "a <!-- b\nawait 1; 2",
        "await 1\rreturn 2",
        "const f = async () => await 1; f",
        "foo()\n{ await (1) }\n2",
        "await 1; " + "x();" * 20_000,
        "const r = call_tool('a', 'b'); await r; r",
    ],
)
def test_what_signs_do_not_tell_is_left_to_the_tree(text: str) -> None:
    assert outline(text) is None


def test_a_script_as_a_model_writes_it_takes_no_tree() -> None:
    found = outline(UNTYPED)
    assert found is not None
    assert found.waits
    assert found.lone == ""
    assert found.value is not None
    assert UNTYPED[slice(*found.value)].startswith("({ most, lines")


def test_it_is_told_by_its_lines(trees: Trees) -> None:
    """At a third of the cost of its signs."""
    plain = (
        "const a = await b();\n" + "function f(x) { return x / 2; }\n" * 50 + "// done\na.length\n"
    )
    for text in (UNTYPED, UNTYPED.replace("\n", "\r\n"), plain):
        found, root = _of_lines(text), trees.read(text)
        assert found is not None
        assert root is not None
        assert trees.disagrees(text, root, found) == ""
        assert found.value is not None


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("async (input) =>", "arrow"),
        ("() =>", "arrow"),
        ("async function main({ a } = {})", "function"),
    ],
)
def test_a_lone_function_is_told_by_its_lines(trees: Trees, head: str, kind: str) -> None:
    text = f"\n{head} {{\n" + "  if (a) { b(); }\n" * 20 + "  return a;\n};\n// end\n"
    found, root = _of_lines(text), trees.read(text)
    assert found is not None
    assert root is not None
    assert found.lone == kind
    assert trees.disagrees(text, root, found) == ""


@pytest.mark.parametrize(
    "text",
    [
        "async () => {\n  a\n} {\n  b\n}",
        "() => {\n  a\n}\n{ b }",
        "(a) => {\n  b\n}\n;[c].map((d) => {\n  e\n})\n;{}",
        "() => {\n  a }",
        "function f() {\n  a\n}\nfunction g() {\n}",
        "function f() => {\n  a\n}",
        "() {\n  a\n}",
    ],
)
def test_what_is_more_or_less_than_a_function_is_none_by_its_lines(text: str) -> None:
    assert _of_lines(text) is None


def test_each_line_is_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hostile text nests, or says often, is not looked for from its start each time."""
    looked = 0
    start_of = script_lines._Brackets.start_of

    def counted(brackets: script_lines._Brackets, line: int) -> int:
        nonlocal looked
        looked += line
        return start_of(brackets, line)

    monkeypatch.setattr(script_lines._Brackets, "start_of", counted)
    for text in (
        "{\n" * 11 + "a({\nawait\n})\n" * 2_000 + "}\n" * 11,
        "(\n" * 3_000 + ")\n" * 3_000,
        " " * 30_000 + "}",
        "()" + " " * 30_000 + "}",
    ):
        assert read_lines(text + ";\n0") is None
    assert looked < 300_000


@pytest.mark.parametrize("sign", ["/*", "(\n/*\n", "[][/*$;\n", "a*//*{}\\"])
def test_a_comment_without_an_end_is_read_once(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end would be looked for from each beginning: seconds for 30 kB."""
    monkeypatch.setattr(script_outline, "_Reader", None)
    assert outline("await x; " + sign * 3) is None


def test_how_a_statement_begins_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """At each of its braces the space before it would be passed again: seconds for 30 kB."""
    looked_from: list[int] = []
    behind = script_outline._Reader._behind

    def counted(reader: script_outline._Reader, at: int) -> int:
        looked_from.append(at)
        return behind(reader, at)

    monkeypatch.setattr(script_outline._Reader, "_behind", counted)
    first = "await x;"
    found = read_signs(first + "\n" * 50 + "y = [" + "{}, " * 3 + "]," + "{}, " * 100 + "0")
    assert found is not None
    assert found.waits
    assert looked_from.count(len(first)) == 1
