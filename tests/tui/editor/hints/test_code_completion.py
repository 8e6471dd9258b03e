"""What is offered at the cursor (written ``|`` in the scripts)."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.tui.editor.hints.scripts import NESTED, catalogue, cursor, labels, offers
from workbench.catalogue.tools import Catalogue, ToolInfo
from workbench.tui.editor.analysis.call_at_cursor import (
    tool_on_line,
)
from workbench.tui.editor.hints.call_signature import signature_at
from workbench.tui.editor.hints.code_completion import complete
from workbench.tui.editor.hints.script_globals import GLOBALS
from workbench.tui.editor.offering import is_in_string, may_expect


def accepted(script: str) -> str:
    """The script with the first offer taken."""
    offer = offers(script)[0]
    before, _, after = script.partition("|")
    text = before[: len(before) - offer.prefix] + offer.insert
    return text[: len(text) - offer.back] + "|" + text[len(text) - offer.back :] + after


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("call_t|", ["call_tool", "call_tools"]),
        ("const x = inp|", ["input"]),
        (
            "_tool|",
            [
                "call_tool",
                "call_tools",
                "list_tools",
                "search_tools",
                "describe_tool",
                "describe_tools",
            ],
        ),
        ("console.w|", ["warn"]),
        ("tools.|", ["tracker", "my-chat"]),
        ("tools.tr|", ["tracker"]),
        ('tools["my|', ["my-chat"]),
        ("await tools.tracker.|", ["search_issues", "close-issue"]),
        ("tools.tracker.sea|", ["search_issues"]),
        ('tools["my-chat"].|', ["post"]),
        ('tools["tracker"]["clo|', ["close-issue"]),
        ('call_tool("|")', ["tracker", "my-chat"]),
        ("describe_tool('my|", ["my-chat"]),
        ('list_tools("|', ["tracker", "my-chat"]),
        ('call_tool("tracker", "|")', ["search_issues", "close-issue"]),
        ('call_tool("tracker",\n  "iss|', ["search_issues", "close-issue"]),
        ('call_tools([{server: "|', ["tracker", "my-chat"]),
        ('call_tools([{server: "my-chat", tool: "|', ["post"]),
        ('call_tools([{server: "my-chat", tool: "post", args: {|', ["text"]),
        ("tools.tracker.search_issues({|", ["query", "limit", "state", "draft", "two words"]),
        (
            "tools.tracker.search_issues({ query: 'a, b', |",
            ["limit", "state", "draft", "two words"],
        ),
        ("tools.tracker.search_issues({ query: f({limit: 1}), li|", ["limit"]),
        ('call_tool("tracker", "search_issues", {\n  st|', ["state"]),
        ('tools["my-chat"]["post"]({ |', ["text"]),
        ("tools.tracker.search_issues({ state: |", ["open", "closed"]),
        ('tools.tracker.search_issues({ state: "cl|', ["closed"]),
        ("tools.tracker.search_issues({ draft: t|", ["true"]),
        ("tools.tracker.search_issues({ query: inp|", ["input"]),
        ("// tools.|", []),
        ("/* call_tool('|", []),
        ("const s = 'tools.|", []),
        ("other.|", []),
        ("x.tools.|", []),
        ("tools.nowhere.|", []),
        ("'it' + `\\`${x}` + tools.tr|", ["tracker"]),
        ("const never = 'closed\ntools.tr|", ["tracker"]),
        ("console.warn|", []),
    ],
)
def test_offers(script: str, expected: list[str]) -> None:
    assert labels(script) == expected


@pytest.mark.parametrize(
    ("script", "after"),
    [
        ("tools.tr|", "tools.tracker|"),
        ("tools.my|", 'tools["my-chat"]|'),
        ("tools.tracker.clo|", 'tools.tracker["close-issue"](|)'),
        ('call_tool("tr|")', 'call_tool("tracker|")'),
        ("tools.tracker.search_issues({ qu|", "tools.tracker.search_issues({ query: |"),
        ("tools.tracker.search_issues({ two|", 'tools.tracker.search_issues({ "two words": |'),
        (
            "tools.tracker.search_issues({ state: op|",
            'tools.tracker.search_issues({ state: "open"|',
        ),
    ],
)
def test_what_an_offer_inserts(script: str, after: str) -> None:
    assert accepted(script) == after


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("{ |", ["order", "where", "either"]),
        ("{ order: { |", ["by", "also"]),
        ("{ order: { by: 'age', a|", ["also"]),
        ("{ order: { by: |", ["age", "last change", 'the "top"']),
        ('{ order: { by: "last c|', ["last change"]),
        ("{ order: { also: ['|", ["name", "size"]),
        ("{ order: { also: ['name', 's|", ["size"]),
        ("{ where: [{ field: 'size' }, { |", ["field", "not", "and"]),
        ("{ where: [{ and: { and: { not: f|", ["false"]),
        ("{ either: { |", ["left", "right"]),
        ("{\n  // {[ a comment\n  order: {\n    // by what\n    b|", ["by"]),
        ("{ 'order': { 'b|", ["by"]),
        ("{ order: f({ |", [name for name, _, _ in GLOBALS]),
        ("{ order: rows.map((row) => ({ zz|", []),
        ("{ unknown: { |", []),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        "await tools.db.find(",
        'call_tool("db", "find", ',
        'call_tools([{ server: "db", tool: "find", args: ',
    ],
)
def test_names_and_values_within_arguments(call: str, args: str, expected: list[str]) -> None:
    known = Catalogue(tools={"db": {"find": ToolInfo("db", "find", "", None, NESTED)}})
    assert [offer.label for offer in complete(known, *cursor(call + args))] == expected


@pytest.mark.parametrize(
    ("script", "inserted"),
    [
        ("{ order: { by: the|", '"the \\"top\\""'),
        ("{ order: { by: 'the|", 'the "top"'),
        ('{ order: { by: "the|', 'the \\"top\\"'),
    ],
)
def test_a_value_is_written_for_its_quotes(script: str, inserted: str) -> None:
    known = Catalogue(tools={"db": {"find": ToolInfo("db", "find", "", None, NESTED)}})
    (offer,) = complete(known, *cursor("tools.db.find(" + script))
    assert offer.insert == inserted
    assert offer.prefix == 3


@pytest.mark.parametrize(
    ("script", "label"),
    [
        ("await tools.tracker.search_issues(|", '{ query: "" }'),
        ('call_tool("tracker", "search_issues", |', '{ query: "" }'),
        ("tools.tracker['close-issue'](|)", "{}"),
    ],
)
def test_a_call_without_arguments_is_offered_those_it_needs(script: str, label: str) -> None:
    first, *others = offers(script)
    assert (first.label, first.insert, first.prefix) == (label, label, 0)
    assert [offer.label for offer in others] == [name for name, _, _ in GLOBALS]


def test_a_schema_that_holds_itself_ends() -> None:
    endless = {"properties": {"a": {"$ref": "#"}}, "allOf": [{"$ref": "#"}]}
    known = Catalogue(tools={"db": {"find": ToolInfo("db", "find", "", None, endless)}})
    script = "tools.db.find({ a: { a: { a: { |"
    assert [offer.label for offer in complete(known, *cursor(script))] == ["a"]


def test_an_empty_cursor_offers_all_globals() -> None:
    assert labels("|") == [name for name, _, _ in GLOBALS]


def test_a_tool_comes_with_its_signature_and_first_line() -> None:
    offer = offers("tools.tracker.sea|")[0]
    assert "query: string" in offer.detail
    assert "\n" not in offer.detail
    assert offer.doc == "Search issues."
    offer = offers("tools.tracker.search_issues({lim|")[0]
    assert offer.detail.endswith("optional")
    assert offer.doc == "How many."


def test_a_server_says_its_state_safely() -> None:
    offer = offers("tools.my|")[0]
    assert "failed" in offer.detail
    assert "\x1b" not in offer.doc


def opens_by_itself(script: str) -> bool:
    """Whether what was typed last is looked at for offers that nobody asked for."""
    text, place = cursor(script)
    typed = script.partition("|")[0]
    return typed.endswith(".") or is_in_string(text, place) or may_expect(typed, typed[-1:])


@pytest.mark.parametrize(
    ("script", "opens"),
    [
        ("tools.|", True),
        ("tools.tracker.|", True),
        ("console.|", True),
        ('call_tool("|', True),
        ('call_tool("tracker", "|', True),
        ("x.|", True),  # where something is known of it
        ('const s = "a"|', False),
        ("f({|", True),
        ("f({ |", True),
        ("f({\n  q|", True),
        ("f({ qu|", False),  # it was looked at already
        ("f({ state: |", True),
        ("f({ a: 1, |", True),
        ("const x = |", False),
        ("return x|", False),
        ('f({ state: "|', True),
        ("tools|", False),
    ],
)
def test_when_offers_open_by_themselves(script: str, opens: bool) -> None:
    assert opens_by_itself(script) is opens


@pytest.mark.parametrize(
    "script",
    [
        "await tools.tracker.sea|rch_issues({})",
        "await tools.tracker.search_issues|",
        "await tools.tracker.search_issues({ query: '|' })",
        'call_tool("tracker", "search_is|sues")',
        'call_tool("tracker", "search_issues", { query: f(1|) })',
        'call_tools([{server: "tracker", tool: "search_issues", args: { query: 1| }}])',
    ],
)
def test_the_tool_under_the_cursor(script: str) -> None:
    found = tool_on_line(catalogue(), *cursor(script))
    assert found is not None
    assert found.name == "search_issues"


def test_no_tool_under_the_cursor() -> None:
    assert tool_on_line(catalogue(), "const x = 1;", (0, 4)) is None
    assert tool_on_line(catalogue(), "", (3, 4)) is None


@pytest.mark.parametrize(
    "script",
    [
        "const found = await tools.tracker.search_issues({ query: '' });|",
        "con|st found = f(await tools.tracker.search_issues());",
        "|  call_tool('tracker', 'search_issues')",
    ],
)
def test_the_tool_that_a_line_calls(script: str) -> None:
    found = tool_on_line(catalogue(), *cursor(script))
    assert found is not None
    assert found.name == "search_issues"
    assert tool_on_line(catalogue(), "f(1);\n", (0, 2)) is None
    assert tool_on_line(catalogue(), "", (3, 0)) is None


def test_a_long_script_is_quick() -> None:
    script = "const s = `x`; // y\n" * 50_000
    began = time.process_time()
    assert complete(catalogue(), script + "tools.", (50_000, 6))
    assert time.process_time() - began < 2  # it takes 0.02 s


NAMED_BY_MANY = "".join(f"type T{n} = [{f'T{n + 1}, ' * 60}1];\n" for n in range(8))
HOLDING_MANY = "".join(
    f"const a{n} = [a{n - 1}, [a{n - 1}, 1], [[a{n - 1}]]];\n" for n in range(1, 40)
)


@pytest.mark.parametrize(
    ("reader", "script"),
    [
        (signature_at, "tools.tracker.search_issues({ a: " + "[" * 15_000),
        (tool_on_line, "(" * 19_000),
        (complete, "(" * 19_000 + "{"),
        (complete, "await tools.tracker.search_issues(\n" * 600 + "{"),
        (complete, "tools.tracker.search_issues({ a: " + "[" * 15_000),
        (complete, "(" * 9_000 + ")" * 9_000 + "."),
        (complete, "`${" * 6_000),
        (complete, "a." * 9_000),
        (complete, NAMED_BY_MANY + "let t: T0 = f();\nt."),
        (complete, "const a0 = [1];\n" + HOLDING_MANY + "const held = { a: a39 };\nheld."),
    ],
    ids=range(10),
)
def test_a_deep_script_is_quick(
    reader: Callable[[Catalogue, str, tuple[int, int]], object], script: str
) -> None:
    began = time.process_time()
    reader(catalogue(), script, cursor(script + "|")[1])
    assert time.process_time() - began < 4  # it takes 0.7 s at most


def test_letters_in_their_order_are_enough_where_nothing_fits_better() -> None:
    assert labels("tools.tracker.srchi|") == ["search_issues"]
    assert "search_issues" in labels("tools.tracker.issues|")
    assert labels("tools.tracker.zzz|") == []


def test_a_call_that_is_there_keeps_its_brackets() -> None:
    assert accepted("tools.tracker.search|({ query: 1 })").startswith(
        "tools.tracker.search_issues|({"
    )
