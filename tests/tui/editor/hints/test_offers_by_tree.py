"""What is offered in scripts as people and models write them (the cursor is written ``|``): by the tree."""

from __future__ import annotations

import pytest

from tests.tui.editor.hints.scripts import cursor
from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.core.model import JsonValue
from workbench.tui.editor.analysis.cursor_tree import read_at
from workbench.tui.editor.hints.code_completion import complete


def shaped(required: str = "", **properties: JsonValue) -> dict[str, JsonValue]:
    names: list[JsonValue] = [*required.split()]
    return {"type": "object", "properties": properties, "required": names}


TEXT: JsonValue = {"type": "string"}
LIST = shaped(
    "repo",
    repo=TEXT,
    state={"enum": ["open", "closed", "all"]},
    limit={"type": "integer"},
    labels={"type": "array", "items": {"enum": ["bug", "p1"]}},
    all={"type": "boolean"},
)
ONE = shaped(
    "id title",
    id={"type": "integer"},
    title=TEXT,
    state={"enum": ["open", "closed"]},
    user=shaped(login=TEXT),
)
FOUND = shaped("issues", issues={"type": "array", "items": ONE}, total={"type": "integer"})
GIVEN = shaped(user=shaped(name={}), ids={"type": "array", "items": shaped(a={})})

SERVERS = ["github", "my-chat"]
TOOLS = ["list_issues", "get_user", "list_directory", "whoami"]
ARGUMENTS = ["repo", "state", "limit", "labels", "all"]
PAGE, ISSUE, USER = ["issues", "total"], ["id", "title", "state", "user"], ["login", "email"]
ENVELOPE, INPUT = ["ok", "content", "result", "error"], ["user", "ids"]


def catalogue() -> Catalogue:
    tools = [
        ToolInfo("github", "list_issues", "", None, LIST, FOUND),
        ToolInfo(
            "github",
            "get_user",
            "",
            None,
            shaped("login", login=TEXT),
            shaped(login=TEXT, email=TEXT),
        ),
        ToolInfo("github", "list_directory", "", None, shaped("path", path=TEXT)),
        ToolInfo("github", "whoami", "", None, shaped()),
    ]
    post = ToolInfo("my-chat", "post", "", None, shaped("text", text=TEXT))
    return Catalogue(
        {name: ServerInfo(name, state="ready") for name in SERVERS},
        {"github": {tool.name: tool for tool in tools}, "my-chat": {"post": post}},
    )


def labels(script: str) -> list[str]:
    found = complete(catalogue(), *cursor(script.replace("LIST", CALL)), given=lambda: GIVEN)
    return [offer.label for offer in found]


CALL = "await tools.github.list_issues({repo: 'x'})"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('tools.|', SERVERS),
        ('tools.github.|', TOOLS),
        ('tools.github.listd|', ['list_directory']),
        ('tools.git|', ['github']),
        ('tools.GitHub.|', TOOLS),
        ('tools?.github?.|', TOOLS),
        ("tools['my-chat'].|", ['post']),
        ('tools["|', SERVERS),
        ('tools["|"]', SERVERS),
        ('const gh = tools.github;\ngh.|', TOOLS),
        ('const { github } = tools;\nawait github.|', TOOLS),
        ("const { list_issues } = tools.github;\nconst r = await list_issues({repo: 'a'});\nr.|", PAGE),
        ('const { list_issues } = tools.github;\nconst r = await list_issues({ |', ARGUMENTS),
        ('await tools.github.list_issues({ | })', ARGUMENTS),
        ('await tools.github.list_issues({ |, limit: 3 })', ['repo', 'state', 'labels', 'all']),
        ("await tools.github.list_issues({\n  repo: 'x',\n  |\n})", ['state', 'limit', 'labels', 'all']),
        ("await tools.github.list_issues({\n  repo: 'x',\n  |\n  limit: 3,\n})\nfoo()", ['state', 'labels', 'all']),
        ('await tools.github.list_issues({ st|', ['state']),
        ("await tools.github.list_issues({ state: '|'})", ['open', 'closed', 'all']),
        ('await tools.github.list_issues({ state: "|', ['open', 'closed', 'all']),
        ("await tools.github.list_issues({ labels: ['|']})", ['bug', 'p1']),
        ('await tools.github.list_issues({ all: |})', ['true', 'false']),
        ('await tools.get_user({ |', ['login']),
        ("await tools['github.get_user']({ |", ['login']),
        ('await tools.mcp__github__get_user({ |', ['login']),
        ('await tools.getUser({ |', ['login']),
        ('await tools.github.getUser({ |', ['login']),
        ("const u = await tools.mcp__github__get_user({login: 'a'}); u.|", USER),
        ("const u = await tools.getUser({login: 'a'}); u.|", USER),
        ('call_tool("github", "list_issues", {|', ARGUMENTS),
        ('call_tool("github","list_issues",{|})', ARGUMENTS),
        ('await call_tool("github", "|', TOOLS),
        ('const r = await call_tool("github", "list_issues", {}); r.result.issues[0].|', ISSUE),
        ('const {result} = await call_tool("github", "list_issues", {}); result.|', PAGE),
        ('const {ok, result: page, error} = call_tool("github", "list_issues", {}); page.issues[0].|', ISSUE),
        ('const page = LIST;\npage.issues[0].|', ISSUE),
        ('const page = LIST;\npage?.issues?.[0]?.user?.|', ['login']),
        ('const page = LIST;\npage.issues.at(-1).|', ISSUE),
        ('const page = LIST;\npage.issues.at(-1)?.|', ISSUE),
        ('const { issues } = LIST;\nissues.map(i => i.|)', ISSUE),
        ('const { issues } = LIST;\nissues.map(({ | }) => 1)', ISSUE),
        ('const { issues } = LIST;\nissues.map(function (i) { return i.| })', ISSUE),
        ("const { issues } = LIST;\nissues.filter(i => i.state === '|')", ['open', 'closed']),
        ('const { issues } = LIST;\nissues.filter(i => i.state === "open").map(i => i.user.|', ['login']),
        ('const { | } = LIST;', PAGE),
        ('const { issues, | } = LIST;', ['total']),
        ('const { issues: [{ | }] } = LIST;', ISSUE),
        ('for (const i of (LIST).issues) {\n  i.|\n}', ISSUE),
        ('const page = LIST;\nfor (const { | } of page.issues) {}', ISSUE),
        ('const page = LIST;\nfor (const i of page.issues) i.|', ISSUE),
        ('const page = LIST;\nfor (const [n, i] of page.issues.entries()) { i.|', ISSUE),
        ("const [a, b] = await Promise.all([tools.github.list_issues({repo: 'x'}), tools.github.get_user({login:'a'})]);\nb.|", USER),
        ("const [{ issues }, user] = await Promise.all([tools.github.list_issues({repo: 'x'}), tools.github.get_user({login:'a'})]);\nissues[0].|", ISSUE),
        ('const all = await Promise.all(input.ids.map(id => tools.github.get_user({login: id})));\nall[0].|', USER),
        ('const all = await Promise.all(input.ids.map(async (id) => { const u = await tools.github.get_user({login: id}); return u; }));\nall[0].|', USER),
        ('const s = await Promise.allSettled([tools.github.whoami(), tools.github.get_user({})]);\ns[1].|', ['status', 'value', 'reason']),
        ("const s = await Promise.allSettled(ids.map(i => tools.github.get_user({login: i})));\nfor (const r of s) { if (r.status === '|'", ['fulfilled', 'rejected']),
        ("const s = await Promise.allSettled(ids.map(i => tools.github.get_user({login: i})));\ns.filter(x => x.status === 'fulfilled').map(x => x.value.|", USER),
        ("tools.github.get_user({login: 'x'}).then(u => u.|)", USER),
        ("tools.github.get_user({login: 'x'}).|", ['then', 'catch', 'finally']),
        ('let page;\ntry {\n  page = LIST;\n} catch (e) { return null }\npage.issues[0].|', ISSUE),
        ('const out = [];\nconst page = LIST;\nfor (const i of page.issues) out.push(i);\nout[0].|', ISSUE),
        ('const out = [];\nconst page = LIST;\nout.push(...page.issues);\nout.filter(o => o.|', ISSUE),
        ('const page = LIST;\nconst rows = page.issues.map(i => ({ name: i.title, who: i.user.login }));\nrows[0].|', ['name', 'who']),
        ('const page = LIST;\nconst rows = page.issues.map(i => { return { ...i, extra: 1 } });\nrows[0].|', ['id', 'title', 'state', 'user', 'extra']),
        ("async function load(repo) {\n  const page = await tools.github.list_issues({ repo });\n  return page.issues;\n}\nconst i = await load('x');\ni[0].|", ISSUE),
        ("const load = async (repo) => (await tools.github.list_issues({ repo })).issues;\nconst i = await load('x');\ni[0].|", ISSUE),
        ('const i = (LIST).issues[0]!;\ni.|', ISSUE),
        ('const page = (LIST) as any;\npage.issues[0].|', ISSUE),
        ('interface Issue { id: number; title?: string }\nconst a = x as Issue[];\na[0].|', ['id', 'title']),
        ('interface Issue { id: number; title?: string }\nfunction f(i: Issue) { i.|', ['id', 'title']),
        ('type P = { name: string };\nconst f = (p: P) => p.|', ['name']),
        ('const x: str|', ['string']),
        ('interface Issue { id: number }\nconst x: Iss|', ['Issue']),
        ('input.|', INPUT),
        ('input.ids[0].|', ['a']),
        ('const { user } = input; user.|', ['name']),
        ('const { | } = input', INPUT),
        ('export default async function main(input) {\n  input.|', INPUT),
        ('async ({ ids, user }) => { user.|', ['name']),
        ('async function main({ | }) {}', INPUT),
        ('console.log(`a ${input.|}`)', INPUT),
        ('console.log(`a input.|`)', []),
        ('// input.|', []),
        ('/* input.| */', []),
        ('const r = /input.|/', []),
        ("'input.|'", []),
        ('const s = `x ${tools.github.|', TOOLS),
        ('const x = a / b; tools.|', SERVERS),
        ('const fo|', []),
        ('function tools2(in|', []),
        ('const { a } = inp|', ['input']),
        ('class In|', []),
        ('for (const in|', []),
        ('x.inp|', []),
        ('try {} catch (in|', []),
        ('const page = LIST;\nconst total = page.|\nreturn total', PAGE),
        ('const page = LIST;\npage.issues.sort((a, b) => a.| - b.id)', ISSUE),
        ('const page = LIST;\npage.issues.reduce((sum, i) => sum + i.|, 0)', ISSUE),
        ('const page = LIST;\nconst by = Object.values(page.issues.reduce((m, i) => m, {}));\nif (page.|', PAGE),
        ("switch ((LIST).issues[0].state) {\n  case '|'", ['open', 'closed']),
        ("call_tools([{ server: 'github', tool: '|' }])", TOOLS),
        ("call_tools([{ server: '|' }])", SERVERS),
        ("const rs = call_tools([{ server: 'github', tool: 'get_user', args: {} }]);\nrs[0].result.|", USER),
        ("const rs = call_tools(input.ids.map(id => ({ server: 'github', tool: 'get_user', args: { | } })));", ['login']),
        ("const rs = call_tools(input.ids.map(id => ({ server: 'github', tool: 'get_user', args: {} })));\nrs.map(r => r.result.|", USER),
        ("const calls = input.ids.map(id => ({ server: 'github', tool: 'get_user', args: { login: id } }));\nconst rs = call_tools(calls);\nrs[0].|", ENVELOPE),
        ("const r = call_tool('github', 'get_user', {login: 'x'});\nif (!r.|", ENVELOPE),
        ("const r = call_tool('github', 'get_user', {login: 'x'});\nconst u = r.ok ? r.result : null;\nu.|", USER),
        ("const r = call_tool('github', 'get_user', {login: 'x'});\nconst u = r.result ?? {};\nu.|", USER),
        ('if (input.user.name) {\n  const a = tools.|\n', SERVERS),
        ('JSON.|', ['stringify', 'parse']),
        ('Promise.al|', ['all', 'allSettled']),
        ('console.|', ['log', 'info', 'warn', 'error', 'debug']),
        ('const tools = {}; tools.|', []),
        ("const call_tool = 1; call_tool('|", []),
        ('await tools.github.list_issues({ repo: `${input.|}` })', INPUT),
        ('await tools.github.list_issues({ repo: input.|', INPUT),
        ('await tools.github.list_issues({ repo: in|', ['input']),
        ('await tools.github.list_issues({ "|" })', ARGUMENTS),
        ('const counts = {};\nfor (const i of input.ids) counts[i.|', ['a']),
        ('for await (const x of []) {}\nwhile (input.|', INPUT),
        ("const page = await tools.github.list_issues({ repo: 'x' })\npage.|\n", PAGE),
        ("page = await tools.github.list_issues({ repo: 'x' })\npage.|\n", PAGE),
        ("var page = (await tools.github.list_issues({ repo: 'x' }));\nfunction f() { return page.| }", PAGE),
        ("```js\nconst page = await tools.github.list_issues({ repo: 'x' });\npage.|\n```", PAGE),
        ("const é = 'ü€😀'; const page = await tools.github.list_issues({ repo: 'é😀' }); page.|", PAGE),
        ("const sort = 1; await tools.github.list_issues({ repo: 'x', state: s| })", ["sort", "closed"]),
        ("const s = 1; await tools.github.list_issues({ repo: 'x', state: s| })", []),
        ("const page = LIST;\npage.issues.filter(i => i.title.starts|", ["startsWith"]),
        ("const page = LIST;\npage.issues.map(i => i.title).fil|", ["filter"]),
        ("const page = LIST;\npage.total.|", []),
        ("const page = LIST;\nObject.groupBy(page.issues, i => i.|", ISSUE),
    ],
)  # fmt: skip
def test_what_can_stand_there(script: str, expected: list[str]) -> None:
    assert labels(script) == expected


def test_who_asks_for_the_same_place_gets_the_same_tree() -> None:
    """A tree is most of what a key takes: offers and what is said of a call are of one."""
    text, place = cursor("const page = 1;\nawait tools.github.list_issues({ s|")
    tree = read_at(text, place)
    assert read_at(f"{text[:4]}{text[4:]}", place) is tree
    assert read_at(text, (place[0], place[1] - 1)) is not tree
    assert read_at(text + "\n", place) is not tree
