"""What of a script's own is offered at its cursor (``|``), and of its input."""

from __future__ import annotations

import json

import pytest

from tests.tui.editor.hints.scripts import catalogue, cursor, labels
from workbench.tui.editor.analysis.cursor_tree import read_at
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.hints.input_members import input_schema
from workbench.tui.editor.hints.local_names import local_names


def seen(script: str) -> list[str]:
    return [name for name, _ in local_names(read_at(*cursor(script)))]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("const a = 1;\nconst b = 2;\n|\nconst c = 3;", ["b", "a"]),
        ("const a = 1;\nfor (const row of a) {\n  let b;\n  |\n}", ["b", "row", "a"]),
        ("{ const a = 1 }\n|", []),
        ("if (x) { var a = 1; | }", ["a"]),
        ("|\nfunction later(p) { const q = 1 }", ["later"]),
        ("function f(p, { q: r, s }) {\n  return |\n}", ["s", "r", "p", "f"]),
        ("function f(p) {\n  const b = 2;\n  foo(|", ["b", "p"]),  # not closed yet
        ("rows.map((row) => row.x + |)", ["row"]),
        ("rows.map(row => |)", ["row"]),
        ("const a = 1;\nconst b = |;", ["a"]),
        ("const a = 1, ä = '€'; const b = a|", ["ä", "a"]),
        ("const a = 1; { const a = 2; | }", ["a"]),
        ("class C {\n  m(p) { | }\n}", ["p", "C"]),
        ("try {} catch (error) { | }", ["error"]),
        ("type T = string; const a: T = ''; |", ["a"]),
        ("const { a, b: { c }, ...d } = x;\n|", ["d", "c", "a"]),
    ],
)
def test_what_is_declared_before_the_cursor_is_seen_nearest_first(
    script: str, names: list[str]
) -> None:
    assert seen(script) == names


def test_own_names_stand_before_those_of_every_script() -> None:
    assert labels("const inner = 1;\nconst input2 = 2;\nreturn in|") == ["input2", "inner", "input"]
    assert labels("const listing = 1;\nreturn lstg|") == ["listing"], (
        "by its letters in their order"
    )
    assert labels("const input = 1;\nreturn inpu|").count("input") == 1
    assert "found" in labels("const found = 1;\nawait tools.tracker.search_issues(|)")


def test_a_long_script_is_read_around_the_cursor_alone() -> None:
    long = "const early = 1;\n" + "// x\n" * 20_000 + "const late = 2;\n|\nfunction after() {}"
    assert seen(long) == ["late", "after"]


GIVEN = {
    "user": {"name": "Ada", "two words": 1},
    "items": [{"id": 1}, {"id": 2, "tag": None}],
    "limit": 3,
}


@pytest.mark.parametrize(
    ("script", "offered"),
    [
        ("input.|", ["user", "items", "limit"]),
        ("input.lmt|", ["limit"]),
        ("return input.user.|", ["name", "two words"]),
        ("return input?.user?.na|", ["name"]),
        ("input.items[0].|", ["id", "tag"]),
        ("for (const item of input.items) { item.| }", ["id", "tag"]),
        ("const { user } = input; user.n|", ["name"]),
        ("input.items.fi|", ["filter", "find"]),
        ("x.input.|", []),
        ("const input = 1; input.|", []),
        ("input.limit.|", []),
    ],
)
def test_members_of_the_input_are_offered(script: str, offered: list[str]) -> None:
    schema = input_schema(json.dumps(GIVEN))
    found = complete(catalogue(), *cursor(script), given=lambda: schema)
    assert [offer.label for offer in found] == offered


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "3", '{"a": ' + '"x"' * 50_000])
def test_an_input_that_is_no_object_offers_nothing(text: str) -> None:
    schema = input_schema(text)
    assert complete(catalogue(), *cursor("input.|"), given=lambda: schema) == []
