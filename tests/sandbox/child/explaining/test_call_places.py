"""Where a call begins, told by signs: the same as its tree says, or nothing."""

from __future__ import annotations

import pytest

from workbench.sandbox.child.explaining import call_places
from workbench.sandbox.child.explaining.script_tree import Script
from workbench.sandbox.child.grammars import Grammars

GRAMMARS = Grammars()
PLAIN = [
    ('const r = await call_tool("a", "b", { n: |x, m: [y.z] });', "call_tool"),
    ('const r = await call_tool("a", "b", { n: x, m: [y.|z] });', "call_tool"),
    (
        "await tools.github.list_issues({\n  owner: input.owner,\n  repo: input.|repo,\n});",
        "list_issues",
    ),
    (
        "for (const x of list) { out.push(await call_tool('a', 'b', { s: String(|x) })); }",
        "call_tool",
    ),
    ("list.map(x => tools.a.b({ n: |x }))", "b"),
    ("const é = await call_tool('a', 'é', {\n  n: é.|x });", "call_tool"),
    ("await call_tool('(', ')', { n: |x })", "call_tool"),
    ("await call_tool('a', 'b', { n: call_tool('c', 'd', { m: |x }) })", "call_tool"),
]
DOUBTFUL = [
    ("f(call_tool('a', 'b'), |x)", "call_tool"),
    ("await call_tool('a', 'b', { f() { return |x; } })", "call_tool"),
    ("await call_tool('a', 'b', { f: () => |x })", "call_tool"),
    ("await call_tool('a', 'b', { n: |x, m: call_tool('c', 'd') })", "call_tool"),
    ("await call_tool('a', `call_tool(`, { n: |x })", "call_tool"),
    ("await call_tool('call_tool(', \"b\", { s: 'q', n: |x })", "call_tool"),
    ("'call_tool(' + f(|x)", "call_tool"),
    ("// call_tool(\nf(|x)", "call_tool"),
    ("/* call_tool( */ f(|x)", "call_tool"),
    ("my_call_tool(|x)", "call_tool"),
    ("$call_tool(|x)", "call_tool"),
    ("list.map(tools.a.|b)", "b"),
    ("b(list.map(tools.a.|b))", "b"),
    ("x" * 5_000 + " + call_tool(|x)", "call_tool"),
    ("call_tool(" + "x, " * 5_000 + "|x)", "call_tool"),
]


def _marked(code: str) -> tuple[Script, int]:
    before, _, after = code.partition("|")
    return Script(GRAMMARS, before + after), len(before.encode())


@pytest.mark.parametrize(("code", "name"), PLAIN)
def test_the_call_around_plain_values_is_found_without_a_tree(code: str, name: str) -> None:
    script, offset = _marked(code)
    found = call_places._seen_before(script.source, offset, name.encode())
    assert found is not None
    assert found == call_places._call_at(script.root, offset, name.encode())


@pytest.mark.parametrize(("code", "name"), DOUBTFUL)
def test_where_signs_may_mislead_the_tree_is_asked(code: str, name: str) -> None:
    script, offset = _marked(code)
    assert call_places._seen_before(script.source, offset, name.encode()) is None
