"""What is said of a script's calls before it runs, and what its fixes make of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import FrameType

import pytest

from tests.tui.editor.hints.scripts import catalogue
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.core.model import JsonValue
from workbench.tui.editor.hints.call_findings import findings
from workbench.tui.editor.hints.findings import Finding


def found(script: str) -> list[Finding]:
    known = catalogue()
    servers = {
        "asleep": ServerInfo("asleep", state="connecting"),
        "files": ServerInfo("files", state="ready"),
    }
    move = ToolInfo("files", "move_file", "", None, MOVE)
    tools = {**known.tools, "files": {"move_file": move}}
    return findings(replace(known, servers={**known.servers, **servers}, tools=tools), script)


MOVE: dict[str, JsonValue] = {
    "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
    "required": ["from", "to"],
}


def fixed(script: str) -> str:
    """The script after the first fix of the first finding."""
    fix = found(script)[0].fixes[0]
    return script[: fix.start] + fix.text + script[fix.end :]


@pytest.mark.parametrize(
    ("script", "marked", "said", "after"),
    [
        (
            "await tools.traker.search_issues({ query: 'x' })",
            "traker",
            "tracker",
            "await tools.tracker.search_issues({ query: 'x' })",
        ),
        (
            "await tools.tracker.serch_issues({ query: 'x' })",
            "serch_issues",
            "search_issues",
            "await tools.tracker.search_issues({ query: 'x' })",
        ),
        (
            "await tools.tracker.search_issues({ qurey: 'x' })",
            "qurey",
            "qurey",
            "await tools.tracker.search_issues({ query: 'x' })",
        ),
        (
            "await tools['tracker']['search_isues']({ query: 'x' })",
            "search_isues",
            "search_issues",
            "await tools['tracker']['search_issues']({ query: 'x' })",
        ),
        (
            "await tools.tracker.search_issues()",
            "",
            "needs query",
            'await tools.tracker.search_issues({ query: "" })',
        ),
        (
            "await tools.tracker.search_issues({ limit: 3 })",
            "{ limit: 3 }",
            "needs query",
            'await tools.tracker.search_issues({ limit: 3, query: "" })',
        ),
        (
            "await tools.files.move_file({ note: 1 // why\n})",
            "{ note: 1 // why\n}",
            "needs from and to",
            'await tools.files.move_file({ note: 1, from: "", to: "" // why\n})',
        ),
        (
            "await tools.tracker.search_issues({})",
            "{}",
            "needs query",
            'await tools.tracker.search_issues({ query: "" })',
        ),
        (
            "await tools.tracker.search_issues('dark')",
            "'dark'",
            "as an object",
            "await tools.tracker.search_issues({ query: 'dark' })",
        ),
        (
            "tools.tracker.search_issues({ query: 'x' })\nreturn 1",
            "tools.tracker.search_issues({ query: 'x' })",
            "not awaited",
            "await tools.tracker.search_issues({ query: 'x' })\nreturn 1",
        ),
        (
            "const n = tools.tracker.search_issues({ query: 'x' }).length",
            "tools.tracker.search_issues({ query: 'x' })",
            "Promise",
            "const n = (await tools.tracker.search_issues({ query: 'x' })).length",
        ),
        (
            "const n = await tools.tracker.search_issues({ query: 'x' })[0].id",
            "tools.tracker.search_issues({ query: 'x' })",
            "Promise",
            "const n = (await tools.tracker.search_issues({ query: 'x' }))[0].id",
        ),
        (
            "const found = tools.tracker.search_issues({ query: 'x' });\nreturn found.length",
            "tools.tracker.search_issues({ query: 'x' })",
            "Promise",
            "const found = await tools.tracker.search_issues({ query: 'x' });\nreturn found.length",
        ),
        (
            "const { items } = tools.tracker.search_issues({ query: 'x' });\nreturn items",
            "tools.tracker.search_issues({ query: 'x' })",
            "Promise",
            "const { items } = await tools.tracker.search_issues({ query: 'x' });\nreturn items",
        ),
        (
            "for (const i of tools.tracker.search_issues({ query: 'x' })) console.log(i)",
            "tools.tracker.search_issues({ query: 'x' })",
            "Promise",
            "for (const i of await tools.tracker.search_issues({ query: 'x' })) console.log(i)",
        ),
        (
            "call_tools([{ server: 'tracker', tool: 'serch_issues', args: { query: '' } }])",
            "serch_issues",
            "search_issues",
            "call_tools([{ server: 'tracker', tool: 'search_issues', args: { query: '' } }])",
        ),
        (
            "const r = call_tools(q.map(query => ({ server: 'tracker', tool: 'search_issues' })))",
            "",
            "needs query",
            "const r = call_tools(q.map(query => ({ server: 'tracker', tool: 'search_issues',"
            ' args: { query: "" } })))',
        ),
        (
            "const r = call_tool('tracker', 'search_issues')",
            "",
            "needs query",
            "const r = call_tool('tracker', 'search_issues', { query: \"\" })",
        ),
        (
            "const t = tools.tracker;\nconst é = '€';\nawait t.serch_issues({ query: 'x' })",
            "serch_issues",
            "search_issues",
            "const t = tools.tracker;\nconst é = '€';\nawait t.search_issues({ query: 'x' })",
        ),
        (
            "await Promise.all(input.map(tools.tracker.serch_issues))",
            "serch_issues",
            "search_issues",
            "await Promise.all(input.map(tools.tracker.search_issues))",
        ),
        (
            "await call_tool('tracker', 'search_issues', { query: 'x' });\nreturn 1",
            "await call_tool('tracker', 'search_issues', { query: 'x' })",
            "envelope",
            "await tools.tracker.search_issues({ query: 'x' });\nreturn 1",
        ),
        (
            "const r = call_tool('tracker', 'serch_issues', { query: 'x' })",
            "serch_issues",
            "search_issues",
            "const r = call_tool('tracker', 'search_issues', { query: 'x' })",
        ),
    ],
    ids=range(22),
)
def test_it_is_found_and_put_right(script: str, marked: str, said: str, after: str) -> None:
    (finding,) = found(script)
    assert script[finding.at : finding.end].strip(") ") == marked.strip(") ")
    assert said in finding.message
    assert fixed(script) == after
    assert not found(after)


@pytest.mark.parametrize(
    ("given", "marked", "right"),
    [
        ("{ query: 7 }", "7", ['"7"']),
        ("{ query: 'x', limit: '3' }", "'3'", ["3"]),
        ("{ query, state: `clsed` }", "`clsed`", ['"closed"']),
        ("{ query, draft: [1] }", "[1]", []),
    ],
)
def test_a_literal_of_a_wrong_type_is_found(given: str, marked: str, right: list[str]) -> None:
    script = f"await tools.tracker.search_issues({given})"
    (finding,) = found(script)
    assert script[finding.at : finding.end] == marked
    assert [fix.text for fix in finding.fixes] == right


@pytest.mark.parametrize(
    "script",
    [
        "await tools.tracker.search_issues({ query: q, ...more, limit: n() })",
        "await tools.tracker.search_issues(args)",
        "await tools.tracker.search_issues({ ...given })",
        "await tools.Tracker.searchIssues({ query: 'x' })",  # spelled otherwise: it runs
        "await tools.asleep.nothing({})",  # not connected: its tools are not known
        "// tools.nobody.nothing()\nconst s = 'tools.nobody.nothing()'",
        "tools.tracker.search_issues({ query: 'x' })",  # the script's value
        "return tools.tracker.search_issues({ query: 'x' })",
        "const all = await Promise.all(q.map(query => tools.tracker.search_issues({ query })))",
        "tools.tracker.search_issues({ query: 'x' }).then(console.log)\nreturn 1",
        "const p = [\n  tools.tracker.search_issues({ query: 'x' }),\n]",
        "const p = a ||\n  tools.tracker.search_issues({ query: 'x' })\nreturn p",
        "const r = call_tool('tracker', 'search_issues', { query: 'x' })",
        "if (call_tool('tracker', 'close-issue').ok) return 1\nreturn 2",
        "const shape = { tools: { tracker: 1 } }; shape.tools.tracker.nothing()",
        "await tools.tracker.search_issues({ // two\n  query: 'x', // why\n  limit: 2, /* } */\n})",
    ],
)
def test_nothing_is_said_where_there_is_doubt_or_nothing_wrong(script: str) -> None:
    assert found(script) == []


def test_no_await_is_put_where_none_may_stand() -> None:
    start = "function f() {\n  "
    call = "tools.tracker.search_issues({ query: 'x' })"
    assert found(f"{start}{call}\n}}\nf()")[0].fixes == ()
    assert found(f"async {start}{call}\n}}\nf()")[0].fixes != ()
    assert found(f"async {start}if (a) {{\n{call}\n}} }}\nf()")[0].fixes != ()


def test_a_script_that_is_being_written_is_read_to_its_end() -> None:
    for cut in range(
        len(text := "await tools.tracker.search_issues({ query: 'x', limit: [1, {a: `")
    ):
        found(text[:cut])
    assert len(found("tools.nobody.nothing()\n" * 1_000)) == 100


def steps(script: str) -> int:
    """How many Python functions, and steps of generators, it takes to look at a script."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        found(script)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "begun",
    [
        "await tools.tracker.search_issues(",
        "await tools.tracker.search_issues({ query: [\n",
        "call_tool('tracker', 'search_issues', { query: 'x'\n",
    ],
)
def test_calls_that_are_not_closed_are_not_read_to_the_end_each(begun: str) -> None:
    assert steps(begun * 160) < 8 * steps(begun * 40)  # each to the end: 16 times as many


def test_nothing_is_said_where_no_server_is_known() -> None:
    assert findings(Catalogue(), "tools.nobody.nothing()\nreturn 1") == []
