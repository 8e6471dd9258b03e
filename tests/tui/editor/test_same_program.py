"""Which changes of a text change no program, and that all others are seen."""

from __future__ import annotations

import pytest

from workbench.tui.editor.analysis.syntax import grammars
from workbench.tui.editor.same_program import difference


def differ(one: str, other: str) -> int | None:
    roots = [grammars().typescript_tree(text.encode()) for text in (one, other)]
    assert not any(root.has_error for root in roots), "the test's own text does not parse"
    return difference(*roots)


ALIKE = [
    ("a\nb", "a;\n\nb;"),
    ("f(a,b)", "f(\n  a,\n  b,\n);"),
    ("[a,,]", "[a, ,];"),
    ("[a,[]]", "[\n  a,\n  [],\n];"),
    ("x=>x", "(x) => x;"),
    ("async x=>({})", "async (x) => ({});"),
    ("x => (y, z)", "(x) => (y, z)"),
    ("new A", "new A();"),
    ("'it\\'s'", '"it\'s";'),
    ("'say \"a\"\\n'", '"say \\"a\\"\\n"'),
    ("({'a': 1})", "({ a: 1 });"),
    ("0XaB + 1.50 + 1E5 + .5 + 5. + 10N".replace("10N", "10n"), "0xab + 1.5 + 1e5 + 0.5 + 5 + 10n"),
    ("/a/ig", "/a/gi;"),
    ("(a && b) || c", "a && b || c"),
    ("return (a\n)", "return a;"),
    ("/* a\n  b */ c // d", "/* a\n   b */\nc; // d"),
    ("if (a) ;;", "if (a);"),
    ("const f = <T,>(v: T) => v", "const f = <T>(v: T) => v;"),
    ("type A = | 'a' | 'b'", 'type A = "a" | "b";'),
    ("interface A { b: C, d: (E) }", "interface A {\n  b: C;\n  d: E;\n}"),
    ("`a ${b} c`", "`a ${ b } c`"),
    ("(await a).b", "(await a).b;"),
]
UNLIKE = [
    ("a b".replace(" ", "\n"), "a"),
    ("a\n(b)", "a;\n(b)"),
    ("return\na", "return a"),
    ("[a]", "[a,,]"),
    ("[,]", "[]"),
    ("a - (b - c)", "a - b - c"),
    ("(a?.b).c", "a?.b.c"),
    ("(a?.b)()", "a?.b()"),
    ("('use strict')", "'use strict'"),
    ("`a ${b} c`", "`a ${b}  c`"),
    ("'a\\n'", "'a\\\\n'"),
    ("'a'", "'b'"),
    ("017", "17"),
    ("9n", "9"),
    ("/a/g", "/b/g"),
    ("// a\nb", "b"),
    ("// a\nb", "// c\nb"),
    ("for (;a;) b", "for (a;;) b"),
    ("if (a) b; else c", "if (a) b; c"),
    ("if (a) {}", "if (a);"),
    ("x => {}", "x => ({})"),
    ("(x = 1) => x", "x => x"),
    ("(x: A) => x", "x => x"),
    ("new (a())()", "new a()()"),
    ("a.b", "a?.b"),
    ("{ a }", "({ a })"),
    ("type A = (B | C)[]", "type A = B | C[]"),
    ("a\nb // c", "a\nc // c"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_another_layout_is_the_same_program(one: str, other: str) -> None:
    assert differ(one, other) is None


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_another_program_is_not(one: str, other: str) -> None:
    assert differ(one, other) is not None
    assert differ(other, one) is not None


def test_the_row_is_said() -> None:
    assert differ("a\nb\n// c\nd", "a\nb\n// c\ne") == 3
    assert differ("a\nb\n// c\nd", "a\nb\n// e\nd") == 2


def test_a_deep_text_is_read() -> None:
    deep = "[" * 2_000 + "]" * 2_000
    assert differ(deep, f"{deep};") is None
