"""What is offered behind the dot of a result: from declared types and from those that were seen."""

from __future__ import annotations

import pytest

from tests.tui.editor.hints.scripts import cursor
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.core.model import JsonValue
from workbench.tui.editor.hints.code_completion import complete

COMMIT: JsonValue = {
    "type": "object",
    "properties": {"sha": {"type": "string"}, "two words": {}, "author": {"$ref": "#/$defs/who"}},
    "required": ["sha"],
}
DECLARED: JsonValue = {
    "type": "object",
    "properties": {"commits": {"type": "array", "items": COMMIT}, "total": {"type": "number"}},
    "$defs": {"who": {"type": "object", "properties": {"name": {"type": "string"}}}},
}
SEEN: JsonValue = {
    "type": "array",
    "items": {"type": "object", "properties": {"id": {}, "open": {}}},
}
COMMIT_NAMES = ["sha", "two words", "author"]
ARRAY = ["length", "map", "filter"]


def results(tool: ToolInfo) -> JsonValue | None:
    assert tool.output_schema is None
    return SEEN if tool.name == "list_issues" else None


def catalogue() -> Catalogue:
    wrapped = {"type": "object", "properties": {"result": SEEN}, "x-fastmcp-wrap-result": True}
    tools = (
        ToolInfo("git", "log", "", None, {}, DECLARED),
        ToolInfo("git", "list_issues"),
        ToolInfo("git", "wrapped", "", None, {}, wrapped),
        ToolInfo("git", "never_called"),
    )
    return Catalogue(
        {"git": ServerInfo("git", state="ready")}, {"git": {tool.name: tool for tool in tools}}
    )


def labels(script: str) -> list[str]:
    return [offer.label for offer in complete(catalogue(), *cursor(script), results)]


@pytest.mark.parametrize(
    ("script", "offered"),
    [
        ("const r = await tools.git.log({limit: 3}); r.|", ["commits", "total"]),
        ("const r = await tools.git.log(); r.to|", ["total"]),
        ("const r = await tools.git.log();\nr.commits[0].|", COMMIT_NAMES),
        ("const r = await tools.git.log();\nr.commits[0].author.|", ["name"]),
        ("let r: any = await tools['git'].log();\nr?.commits?.[0]?.|", COMMIT_NAMES),
        ("const {commits} = await tools.git.log(); commits[2].|", COMMIT_NAMES),
        ("const {commits: all, total} = await tools.git.log(); all[2].|", COMMIT_NAMES),
        ("const r = call_tool('git', 'log', {limit: 3});\nr.|", ["ok", "content", "result", "error"]),
        ("const r = call_tool('git', 'log');\nr.result.|", ["commits", "total"]),
        ("const r = call_tool('git', 'log', {a: f(')')}).result;\nr.commits[0].|", COMMIT_NAMES),
        ("const {ok, result} = call_tool('git', 'log');\nresult.|", ["commits", "total"]),
        ("const r = call_tool('git', 'log');\nr.error.|", ["code", "message", "details"]),
        ("(await tools.git.log({a: {b: 1}})).|", ["commits", "total"]),
        ("const first = (await tools.git.log()).commits[0]; first.|", COMMIT_NAMES),
        ("const r = await tools.git.log(); r.commits.map(c => c.|)", COMMIT_NAMES),
        ("const r = await tools.git.log(); r.commits.filter((c, i) => c.|)", COMMIT_NAMES),
        ("const r = await tools.git.log(); r.commits.sort((a, b) => b.|)", COMMIT_NAMES),
        ("(await tools.git.log()).commits.map(c => c.|)", COMMIT_NAMES),
        ("const r = await tools.git.log(); for (const c of r.commits) { c.|", COMMIT_NAMES),
        ("for (const c of (await tools.git.log()).commits) { c.|", COMMIT_NAMES),
        ("const r = await tools.git.log(); const one = r.commits.find(x => x.sha); one.|", COMMIT_NAMES),
        (
            "const r = await tools.git.log(); const some = r.commits.filter(x => x.sha); some[0].|",
            COMMIT_NAMES,
        ),
        ("const [a, b] = await Promise.all([tools.git.list_issues(), tools.git.log({x: [1, 2]})]); b.|",
         ["commits", "total"]),
        ("const issues = await tools.git.list_issues(); issues[0].|", ["id", "open"]),
        ("const issues = await tools.git.listIssues(); issues.map(i => i.|", ["id", "open"]),
        ("const w = await tools.git.wrapped(); w[0].|", ["id", "open"]),
        ("const r = await tools.git.log();\nconst r2 = r.commits;\nr2[0].|", COMMIT_NAMES),
        # The nearest declaration counts.
        ("let r = await tools.git.log(); { const r = await tools.git.list_issues(); r[0].|", ["id", "open"]),
        # Nothing is known, and nothing is offered.
        ("const r = await tools.git.never_called(); r.|", []),
        ("const r = somewhere(); r.|", []),
        ("const r = r.x; r.|", []),
        ("const a = b.x, b = a.x; a.|", []),
        ("unknown.|", []),
        ("const r = await tools.git.log(); r.total.|", []),
        ("const r = await tools.git.log(); 'r.|'", []),
        ("1.|", []),
    ],
)  # fmt: skip
def test_members_of_results(script: str, offered: list[str]) -> None:
    assert labels(script) == offered


def test_an_array_has_methods() -> None:
    script = "const r = await tools.git.log(); r.commits.|"
    assert labels(script)[:3] == ARRAY
    assert labels(script.replace("|", "fil|")) == ["filter"]


def test_a_name_that_is_no_identifier_takes_brackets() -> None:
    script = "const r = await tools.git.log(); r.commits[0].two|"
    (offer,) = complete(catalogue(), *cursor(script), results)
    assert (offer.insert, offer.prefix) == ('["two words"]', 4)
    assert offer.detail == "any  optional"


def test_of_a_long_script_the_end_is_read() -> None:
    lines = "".join(
        f"const v{n} = await tools.git.log({{n: [{n}]}}); v{n}.commits;\n" for n in range(1000)
    )
    script = lines + "const {commits} = await tools.git.log(); commits.map(c => c.|"
    assert labels(script) == COMMIT_NAMES
