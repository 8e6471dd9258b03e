"""The types that signs tell are those that the tree tells; what is no type stays."""

from __future__ import annotations

import random

import pytest

from bench.typed_script import TYPED, UNTYPED
from tests.sandbox.child.starting.test_script_outline import FORMATTED as PLAIN_LINES
from tests.sandbox.child.starting.test_script_outline import PIECES as PLAIN
from workbench.sandbox.child.starting.drafting import Draft
from workbench.sandbox.child.starting.script_types import untyped
from workbench.sandbox.child.starting.starter import Starter
from workbench.sandbox.child.starting.typescript import NotErasable
from workbench.sandbox.job import Form

PIECES = """\
interface A { id: number; labels?: string[]; on(x: string): void }
interface B<T> extends A, C<T> { [key: string]: { a: { b: T } }; get<K>(k: K): Map<K, T[]> }
type R = { ok: boolean } | null;
type U = "a" | 'b' | -1
type F<T> = (a: T, b?: string) => void;
type P = Pick<Issue, "id" | "title"> & { [K in keyof A]: string }
const a: string = input.a ?? "b: c as d";
const b: A[] = [], c: number = 1;
let d: string | undefined;
let e!: Map<string, Array<number>>
var f: [string, number] = ["x as y", 2]
const g: Record<string, { n: number }> = {};
const { h, i }: { h: string; i: number[] } = input;
const [j, k]: [string, number] = l;
const m: (a: string) => number = (a) => a.length;
const n = new Map<string, Issue[]>();
const o = f<A, "b">(p) ?? f<A>();
const q = r as string;
const s = (t as any).u as unknown as V[];
const w = x as const;
for (const y of z as [string, number][]) { y }
const aa = { b: c as D, e: f! } satisfies G;
const bb = cc!.dd![0]!.ee!;
const ff = gg()!.hh;
function add(a: number, b: number = 2, ...rest: string[]): number { return a + b }
async function load({ id, n }: { id: string; n?: number } = {}): Promise<A | null> { return await id }
function is(x: unknown): x is string { return typeof x === "string" }
function pick<T, K extends keyof T>(from: T, key: K): T[K] { return from[key] }
const ii = (a: string, b?: number): string => a;
const jj = async (): Promise<void> => { await 1 }
const kk = list.map((x: Issue) => x.id).filter((x): x is string => !!x);
const ll = list.reduce((sum, x: number) => sum + x, 0 as number);
const mm = (x: A): (y: B) => C => (y) => x;
const nn = { get(a: string): number { return 1 }, async set(b: A[]): Promise<void> {} };
try { oo() } catch (e: any) { e.message }
try { oo() } catch (e) { (e as Error).message }
class Q { private x: number = 1; get(a: string): number { return this.x } }
const <T>(x: T) => x
const pp = qq as Foo.Bar<Baz>[] | undefined
const rr = ss as string
const tt = `${uu as string} ${vv!.ww}`;
const xx = yy as a.b.C;
const yy = zz as a.b.C<D, E<F>>[] || ab;
enum E { A }
declare const zz: string;
export type T = string;
abstract class K { abstract m(): void }
function over(a: string): void;
""".splitlines()
LIKE_TYPES = """\
const a = b ? (c) : d => e;
const a = b ? f(c) : (d) => e;
switch (a) { case f(b): { c } case (b): (c) => d }
const a = b ? f(c) : void {};
const o = { a: string, b: number, type: "x", as: c, interface: d };
const o = { a(b) { return c ? d : e }, c: (d) => e };
if (a < b && c > d) e();
if (a < b) { c } else if (d > (e)) { f }
for (let i = 0; i < n; i++) { x = i > 2 ? a : b }
type = 5; declare = 1; namespace = 2
const as = 5, satisfies = as;
f({ a: b, c: d }, e = { a: f, b: g })
function f(a = { b: c, d: e }, g = h ? i : j) { return !a }
if (a)!(b) || c
const f = function () { return!(a) }
a = b !== c; d = !e
label: for (const a of b) { continue label }
// const x: string = y as T
const a = 'x as T', b = "(c: D) => e", c = `const d: E = f<G>(h)`
const a = /x: string/.test(b as)
x = y
in z
function f() { return as | a }
function* f() { yield satisfies [0]; return as (b); }
if (a) b; else as (c);
""".splitlines()


@pytest.fixture(scope="module")
def starter() -> Starter:
    return Starter()


def _by_tree(starter: Starter, text: str) -> str | None:
    """None: it is no script, or not to be erased."""
    source = text.encode()
    root = starter.grammars.typescript_tree(source)
    draft = Draft(source)
    try:
        starter._eraser.erase(root, draft)
    except NotErasable:
        return None
    erased = draft.text
    return None if starter.grammars.javascript_tree(erased).has_error else erased.decode()


def _is_script(starter: Starter, text: str) -> bool:
    return not starter.grammars.javascript_tree(text.encode()).has_error


def test_signs_tell_what_the_tree_tells_or_too_little_to_parse(starter: Starter) -> None:
    chance = random.Random(12)
    told = 0
    pieces = [*PIECES, *PIECES, *PLAIN, *PLAIN_LINES]
    for _ in range(1_500):
        text = chance.choice(["\n", "\n", ";\n"]).join(chance.sample(pieces, chance.randint(1, 4)))
        found = untyped(text)
        if found is None:
            continue
        assert len(found.text.encode()) == len(text.encode())
        if _is_script(starter, found.text):
            told += found.text != text
            assert found.text == (_by_tree(starter, text) or "the tree takes none"), text
    assert told > 400


NAMES = ["a", "$b", "of", "ü", "...c", "{ d, e: f }"]
KINDS = ["string", "number[]", "A", "a.b.C", "Promise<void>", "Map<string, A[]>", "B | null", "keyof T", "typeof x",
         '"x"', "{ a: b }", "[A, B]", "(x: A) => B", "Foo<Bar<Baz>>", "string$", "numbers", "readonly A[]", "Tü[]",
         "A |\n  B"]  # fmt: skip
DEFAULTS = ["", "", "", " = 1", " = 'a, b: c'", " = {}", " = f(1)", " = a ? b : c", " = a < b"]
HEADS = [
    "function f(",
    "async function f<T>(",
    "const f = (",
    "f((",
    "const f = async (",
    "class A { f(",
]
BODIES = {"f((": " => a)", "class A { f(": " { return 1 } }"}


def _signature(chance: random.Random) -> str:
    def typed() -> str:
        return chance.choice([":", ": ", "?: ", " : ", ":\n  "]) + chance.choice(KINDS)

    head = chance.choice(HEADS)
    listed = ", ".join(
        chance.choice(NAMES) + (typed() if chance.random() < 0.7 else "") + chance.choice(DEFAULTS)
        for _ in range(chance.randint(0, 6))
    )
    result = f": {chance.choice(KINDS)}" if chance.random() < 0.6 else ""
    body = " {}" if "function" in head else BODIES.get(head, chance.choice([" => {}", " => a"]))
    return f"{head}{listed}){result}{body}"


def test_signatures_are_told_in_one_look_as_by_parts(starter: Starter) -> None:
    """What is plain in the head of a function is taken by one match, all else parameter by parameter."""
    chance = random.Random(5)
    told = 0
    for _ in range(1_500):
        text = _signature(chance)
        found = untyped(text)
        if found is not None and found.text != text and _is_script(starter, found.text):
            assert found.text == _by_tree(starter, text), text
            told += 1
    assert told > 500


def test_each_piece_alone_is_told_or_left_to_the_tree(starter: Starter) -> None:
    left = []
    for piece in PIECES:
        found = untyped(piece)
        if found is None or not _is_script(starter, found.text):
            left.append(piece)
        else:
            assert found.text == _by_tree(starter, piece), piece
    assert len(left) <= 9, left


def test_what_is_no_type_stays(starter: Starter) -> None:
    """A text that is JavaScript is never made into another script."""
    chance = random.Random(3)
    pieces = [*LIKE_TYPES, *LIKE_TYPES, *PLAIN, *PLAIN_LINES]
    looked = 0
    mixed = (
        chance.choice(["\n", " ", ";\n"]).join(chance.sample(pieces, chance.randint(1, 4)))
        for _ in range(1_500)
    )
    for text in (*LIKE_TYPES, *mixed):
        found = untyped(text)
        if found is not None and found.text != text:
            assert not (_is_script(starter, text) and _is_script(starter, found.text)), text
        looked += found is not None and found.text == text
    assert looked > 500


@pytest.mark.parametrize(
    "text",
    [
        "const a = b<C>\n(d)",
        "const a: string = `${f<A>(b)}`",
        "let a: number = b! / c; d = '/'",
        "const a: T = b < c; if (d > (e)) f()",
        "import { a as b } from 'c'",
        "const a: string = '",
        "let a: string\u2028b",
        "const a: number = 1;" + "x();" * 10_000,
    ],
)
def test_where_signs_do_not_tell_all_there_is_no_answer(text: str) -> None:
    assert untyped(text) is None


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_script_as_a_model_writes_it_takes_no_tree(
    ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = Starter()
    monkeypatch.setattr(starter, "grammars", None)
    forms: list[Form] = []

    def run(form: Form, _own: str) -> bool:
        forms.append(form)
        return True

    typed, plain = (text.replace("\n", ends) for text in (TYPED, UNTYPED))
    assert starter.start(typed, run)
    assert starter.start(plain, run)
    assert forms[0].text.replace(";", " ") == forms[1].text.replace(";", " ")


@pytest.mark.parametrize(
    "text", ["let a as b;", "a<b = c>(d)", "if (a) let b as c", "x as", "(a: )"]
)
def test_what_is_neither_becomes_no_script(starter: Starter, text: str) -> None:
    found = untyped(text)
    assert found is None or found.text == text


def test_a_type_that_the_grammar_ends_too_soon_leaves_nothing_behind(starter: Starter) -> None:
    """``a.b.C`` was taken for the member ``C`` of ``x as a.b``: the value was then another one."""
    assert _by_tree(starter, "f(x as a.b.C<D>[], y)") == "f(x              , y)"
    assert _by_tree(starter, "x as a.b.C | d") is None
    assert _by_tree(starter, "x as a.b.C<D>[][0]") is None
    assert _by_tree(starter, "x as a.b.C || d") == "x          || d"


def test_letters_of_more_bytes_keep_their_places(starter: Starter) -> None:
    text = "const o: 'ü' | \"—\" = 'ö' as 'ö';\nconst x: string = é; await x; 'ä'"
    found = untyped(text)
    assert found is not None
    assert found.text == _by_tree(starter, text)


@pytest.mark.parametrize(
    "sign",
    [
        "(a: ",
        "a<b,",
        "const {",
        "interface A extends \n",
        "x as a|",
        "${<",
        "x!",
        "((x!",
        "type A<",
        "(a={",
    ],
)
def test_what_nests_or_repeats_is_read_in_bounded_time(sign: str) -> None:
    """All of it is linear: these would take minutes. (Without an end, or past what signs may be read.)"""
    text = f"{sign * (30_000 // len(sign))}"
    found = untyped(text)
    assert found is None or len(found.text) == len(text)
