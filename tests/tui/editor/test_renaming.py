"""Which places a rename changes (the cursor is ``|``), and which names it refuses."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.tui.editor.renaming import NotRenamed, moved, renamed, renaming_at


def asked(script: str, new: str) -> str:
    """The script after a rename, or why not."""
    text, at = script.replace("|", "", 1), script.index("|")
    try:
        renaming = renaming_at(text, at)
    except NotRenamed as error:
        return f"! {error}"
    problem = renaming.problem(new)
    return f"! {problem}" if problem else renamed(text, renaming.edits(new))


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ("const |a = 1; a + x.a + 'a' + `${a} a` // a", "const b = 1; b + x.a + 'a' + `${b} a` // a"),
        ("const a = 1; f({ |a, c: a, a: 2 })", "const b = 1; f({ a: b, c: b, a: 2 })"),
        ("const { a, c: d = a } = x; |a", "const { a: b, c: d = b } = x; b"),
        ("const { a = 1, ...r } = x; a|", "const { a: b = 1, ...r } = x; b"),
        ("let a = 1; { let a = 2; |a } a", "let a = 1; { let b = 2; b } a"),
        ("let |a = 1; { let a = 2; a } a", "let b = 1; { let a = 2; a } b"),
        ("let |a = 1; { { a = 2 } var c = a }", "let b = 1; { { b = 2 } var c = b }"),
        ("if (x) { var a = 1 } |a", "if (x) { var b = 1 } b"),
        ("function f(|a, c = a) { var a; return a } a", "function f(b, c = b) { var b; return b } a"),
        ("let a; function f(c = |a) { let a; return a }", "let b; function f(c = b) { let a; return a }"),
        ("rows.map(|a => a.a + a)", "rows.map(b => b.a + b)"),
        ("rows.map(async ([a, { c: |a2 }]) => a2)", "rows.map(async ([a, { c: b }]) => b)"),
        ("for (const |a of a2) { a }", "for (const b of a2) { b }"),
        ("for (var a in x) {} |a", "for (var b in x) {} b"),
        ("for (let a = 0; a < 1; a++) { |a } a", "for (let b = 0; b < 1; b++) { b } a"),
        ("try {} catch (|a) { a } a", "try {} catch (b) { b } a"),
        ("try {} catch ({ |a }) { a }", "try {} catch ({ a: b }) { b }"),
        ("|a(); function a() { a() }", "b(); function b() { b() }"),
        ("const c = function |a() { a() }; a", "const c = function b() { b() }; a"),
        ("class |a { a() { return new a().a } static a = 1 }", "class b { a() { return new b().a } static a = 1 }"),
        ("class C { [|k]() {} } const k = 1", "class C { [b]() {} } const b = 1"),
        ("a: for (;;) { let |a; break a }", "a: for (;;) { let b; break a }"),
        ("let |a; ({ a } = x); [a] = x; x.a = a", "let b; ({ a: b } = x); [b] = x; x.a = b"),
        ("switch (a) { case 1: let |a; a }", "switch (a) { case 1: let b; b }"),
        ("let ä = '€'; /* 😀 */ |ä", "let b = '€'; /* 😀 */ b"),
        ("import { |a } from 'x'; export { a }", "import { a as b } from 'x'; export { b as a }"),
        ("class |T {} const x: T[] = []; f<T>(x as T)", "class b {} const x: b[] = []; f<b>(x as b)"),
        ("type |A = { A: N.A }; let x: A", "type b = { A: N.A }; let x: b"),
        ("function f(|a: string, c?: (a: X) => void) { return a as X }", "function f(b: string, c?: (a: X) => void) { return b as X }"),
        ("const a = 1;\r\nf(|a)", "const b = 1;\r\nf(b)"),
    ],
)  # fmt: skip
def test_every_use_of_the_same_name_is_renamed_and_no_other(script: str, after: str) -> None:
    assert asked(script, "b") == after


@pytest.mark.parametrize(
    ("script", "new", "said"),
    [
        ("let |a", "2b", "no name"),
        ("let |a", "b c", "no name"),
        ("let |a", "class", "word of the language"),
        ("let |a\nlet b", "b", "declared in line 2 already"),
        ("function f(|a) { let b }", "b", "declared in line 1 already"),
        ("function f(b) { let |a }", "b", "declared in line 1 already"),
        ("let |a\n{ let b; a }", "b", "in line 2"),
        ("let b\n{ let |a; b }", "b", "something else in line 2"),
        ("let |a; f(input)", "input", "something else in line 1"),
        ("function |main() {}", "other", "called by"),
        ("function |other() {}", "main", "called by"),
        ("|tools.a.b()", "b", "tools is not declared"),
        ("x.|a", "b", "Put the cursor on"),
        ("'|a'", "b", "Put the cursor on"),
        ("{ function |a() {} } a()", "b", "outside of the block"),
        ("let |a = ((", "b", "does not parse"),
        ("|", "b", "Put the cursor on"),
    ],
)
def test_what_is_refused_is_told(script: str, new: str, said: str) -> None:
    assert asked(script, new).startswith("! ")
    assert said in asked(script, new)


def test_a_script_that_nests_too_deep_is_told() -> None:
    deep = "const a = 1;" + "{" * 201 + "a" + "}" * 201
    with pytest.raises(NotRenamed, match="more than 200 scopes deep"):
        renaming_at(deep, 6)


def test_a_name_that_is_shadowed_elsewhere_is_free() -> None:
    assert asked("let |a; f(() => { let b; b }); a", "b") == "let b; f(() => { let b; b }); b"
    assert asked("{ let b } { let |a }", "b") == "{ let b } { let b }"


_SIMPLE = st.sampled_from(
    [
        *("f(NAME);", "NAME = x.NAME;", "({ NAME });", "var NAME;", "[NAME] = 'NAME';"),
        *("({ NAME } = x);", "(NAME => NAME.y);", "(({ NAME }) => `${NAME}`);"),
    ]
)
_BLOCK = st.sampled_from(
    ["{ BODY }", "function g(NAME) { BODY }", "for (const NAME of y) { BODY }", "(() => { BODY });"]
)
_NAMES = st.sampled_from(["a", "c", "d"])
_LINES = st.recursive(
    st.builds(lambda each, name: each.replace("NAME", name), _SIMPLE, _NAMES),
    lambda inner: st.builds(
        lambda each, name, lines: each.replace("NAME", name).replace("BODY", " ".join(lines)),
        *(_BLOCK, _NAMES, st.lists(inner, max_size=3)),
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_LINES, min_size=1, max_size=4), st.integers(0, 200))
def test_renamed_and_renamed_back_is_the_same_script(lines: list[str], place: int) -> None:
    script = "\n".join(lines)
    places = [found.start() for found in re.finditer(r"(?<![\w.'])[acd]\b", script)]
    if not places:
        return
    at = places[place % len(places)]
    try:
        renaming = renaming_at(script, at)
    except NotRenamed:
        return
    assert renaming.problem("fresh") is None
    edits = renaming.edits("fresh")
    there = renamed(script, edits)
    back = renaming_at(there, next(re.finditer(r"\bfresh\b", there)).start())
    assert len(back.uses) == len(renaming.uses)
    assert back.problem(renaming.old) is None
    again = renamed(there, back.edits(renaming.old))
    assert re.sub(r"\b(\w+): \1\b", r"\1", again) == script


def test_a_cursor_stays_in_its_name() -> None:
    renaming = renaming_at("let name = 1; name", 16)
    edits = renaming.edits("a")
    assert [moved(at, edits) for at in (0, 4, 6, 8, 9, 14, 16, 18)] == [0, 4, 5, 5, 6, 11, 12, 12]
