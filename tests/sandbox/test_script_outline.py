"""The outline of a script says what its tree says, or nothing."""

from __future__ import annotations

import random

import pytest
from tree_sitter import Node

from bench.typed_script import UNTYPED
from workbench.sandbox.child import entry_points, parallel, script_outline, wrapping
from workbench.sandbox.child.drafting import Draft
from workbench.sandbox.child.grammars import Grammars, expression_of, statements
from workbench.sandbox.child.script_outline import Outline, outline

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


def test_it_says_what_the_tree_says_or_nothing(trees: Trees) -> None:
    chance = random.Random(5)
    looked, told = 0, 0
    for _ in range(1500):
        pieces = chance.sample(PIECES, chance.randint(1, 5))
        text = chance.choice(["\n", "\n", " ", ";\n"]).join(pieces)
        root = trees.read(text)
        if root is None:
            continue
        looked += 1
        found = outline(text)
        if found is not None:
            told += 1
            assert trees.disagrees(text, root, found) == "", text
    assert looked > 700
    assert told > looked // 4


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
    found = outline(first + "\n" * 50 + "y = [" + "{}, " * 3 + "]," + "{}, " * 100 + "0")
    assert found is not None
    assert found.waits
    assert looked_from.count(len(first)) == 1
