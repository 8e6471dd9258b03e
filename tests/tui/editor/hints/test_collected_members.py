"""What is offered of values that a script hands on: to functions that it names, through maps, sets and groups."""

from __future__ import annotations

import pytest

from tests.tui.editor.hints.test_offers_by_tree import ISSUE, labels

PAGE = "const page = LIST;\nconst rows = page.issues;\n"
BY_ID = PAGE + "const byId = new Map(rows.map(i => [i.id, i]));\n"
GROUPS = PAGE + "const groups = Object.groupBy(rows, i => i.state);\n"
LOGIN = ["login"]


@pytest.mark.parametrize(
    "script",
    [
        # A function that is handed on by its name.
        "function showOne(item) {\n  console.log(item.|)\n}\nrows.map(showOne)",
        "rows.map(showOne);\nfunction showOne(item) {\n  item.|\n}",
        "const showOne = item => item.|;\nrows.forEach(showOne)",
        "const showOne = (item) => { return item.| };\nrows.filter(Boolean).map(showOne)",
        "const showOne = async function (item) { item.| };\nawait Promise.all(rows.map(showOne))",
        "const newest = (a, b) => b.|;\nrows.sort(newest)",
        "async function one({ | }) {}\nrows.map(one)",
        "function one(item, index, all) { all[0].| }\nrows.map(one)",
        # A function that the script calls.
        "function show(item) { item.| }\nshow(rows[0])",
        "function show(n, item) { item.| }\nfor (const row of rows) show(1, row)",
        "function show(list) { list[0].| }\nshow(page.issues)",
        "function total({ issues }) { issues[0].| }\ntotal(page)",
        "async function all(p) { const { issues } = await p; issues[0].| }\n"
        "all(tools.github.list_issues({repo: 'x'}))",
        "function use(page) { page.issues[0].| }\ntools.github.list_issues({repo: 'x'}).then(use)",
        # A member of an object that is handed on, or called.
        "const lib = { show: (item) => item.| };\nrows.map(lib.show)",
        "const lib = { n: 1, show(item) { item.| } };\nrows.forEach(lib.show)",
        "const lib = { show: function (item) { item.| } };\nlib.show(rows[0])",
        "const lib = {};\nlib.show = async (item) => item.|;\nawait Promise.all(rows.map(lib.show))",
        "const lib = { one: (n) => n, show: (item) => item.| };\nrows.map(lib.show); lib.one(1)",
        # What it gives.
        "const lib = { first: (list) => list[0] };\nlib.first(rows).|",
        "const lib = { first() { return rows[0] } };\nlib.first().|",
        "const lib = { load: async (n) => rows[n] };\n(await Promise.all([1, 2].map(lib.load)))[0].|",
        "const lib = {};\nlib.load = async (n) => rows[n];\n(await lib.load(3)).|",
        # The one of that name that is meant.
        "{ const f = (item) => item.|; rows.map(f) }\n{ const f = (item) => item; f(1) }",
        # What calls itself, or is itself.
        "const lib = { show: lib.show };\nlib.show(1);\nrows[0].|",
        "function walk(item) { item.|; if (item.next) walk(item.next) }\nrows.forEach(walk)",
    ],
)
def test_a_function_is_given_what_those_give_that_name_it(script: str) -> None:
    assert labels(PAGE + script) == ISSUE


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (BY_ID + "byId.get(3).|", ISSUE),
        (BY_ID + "byId.get(3)?.user.|", LOGIN),
        (BY_ID + "for (const i of byId.values()) i.|", ISSUE),
        (BY_ID + "for (const [id, i] of byId) { i.|\n}", ISSUE),
        (BY_ID + "for (const [, { | }] of byId.entries()) {}", ISSUE),
        (BY_ID + "byId.forEach((i, id) => i.|)", ISSUE),
        (BY_ID + "byId.forEach(one);\nfunction one(i) { i.| }", ISSUE),
        (BY_ID + "[...byId.values()].map(i => i.|)", ISSUE),
        (BY_ID + "[...byId].map(([id, i]) => i.|)", ISSUE),
        (BY_ID + "Array.from(byId.values())[0].|", ISSUE),
        (BY_ID + "Array.from(byId, ([, i]) => i.|)", ISSUE),
        (BY_ID + "byId.values().filter(i => i.|)", ISSUE),
        (BY_ID + "byId.values().map(i => i.user).toArray()[0].|", LOGIN),
        (BY_ID + "Object.fromEntries(byId)[3].|", ISSUE),
        (BY_ID + "for (const id of byId.keys()) id.|", []),
        (PAGE + "new Map(Object.entries(page)).get('x').|", ["length", "map", "filter"]),
        (PAGE + "const m = new Map();\nfor (const i of rows) m.set(i.id, i);\nm.get(1).|", ISSUE),
        (PAGE + "const m = new Map();\nfor (const i of rows) { if (!m.has(i.state)) m.set(i.state, []);\n"
         "m.get(i.state).push(i) }\nfor (const [s, list] of m) list[0].|", ISSUE),
        ("interface I { a: 1, b: 2 }\nconst m = new Map<string, I>();\nm.get('x').|", ["a", "b"]),
        ("interface I { a: 1, b: 2 }\nconst m: Map<string, I[]> = load();\nm.get('x')[0].|", ["a", "b"]),
        ("interface I { a: 1, b: 2 }\nconst m: Record<string, I> = load();\nm[key].|", ["a", "b"]),
        (PAGE + "const users = new Set(rows.map(i => i.user));\nfor (const u of users) u.|", LOGIN),
        (PAGE + "const users = new Set(rows.map(i => i.user));\n[...users][0].|", LOGIN),
        (PAGE + "const s = new Set();\nrows.forEach(i => s.add(i.user));\ns.values().find(u => u.|", LOGIN),
        (GROUPS + "groups.open[0].|", ISSUE),
        (GROUPS + "groups[state].map(i => i.|", ISSUE),
        (GROUPS + "const { open } = groups;\nopen.map(i => i.|", ISSUE),
        (GROUPS + "for (const [state, list] of Object.entries(groups)) { list[0].| }", ISSUE),
        (GROUPS + "Object.entries(groups).map(([state, list]) => list[0].|)", ISSUE),
        (GROUPS + "Object.values(groups)[0][0].|", ISSUE),
        (GROUPS + "for (const [state, [first]] of Object.entries(groups)) first.|", ISSUE),
        (PAGE + "Map.groupBy(rows, i => i.state).get('open')[0].|", ISSUE),
        (PAGE + "Object.groupBy(rows, state);\nfunction state(i) { return i.| }", ISSUE),
        (PAGE + "const of = {};\nfor (const i of rows) of[i.id] = i;\nof[3].|", ISSUE),
        (PAGE + "const of = {};\nfor (const i of rows) (of[i.state] ??= []).push(i);\nof.open[0].|", ISSUE),
        (PAGE + "const by = {};\nfor (const i of rows) { by[i.state] = by[i.state] ?? [];\n"
         "by[i.state].push(i) }\nby.open[0].|", ISSUE),
        (PAGE + "const out = {};\nout.first = rows[0];\nout.n = 1;\nout.|", ["n", "first"]),
        (PAGE + "const of = rows.reduce((all, i) => { all[i.id] = i; return all }, {});\nof[1].|", ISSUE),
        (PAGE + "rows.reduce((all, i) => { all.push(i); all[0].|; return all }, [])", ISSUE),
        (PAGE + "Object.assign({}, rows[0], { more: 1 }).|", [*ISSUE, "more"]),
        (PAGE + "rows[0].title.split(' ').map(word => word.tri|", ["trim"]),
    ],
)  # fmt: skip
def test_members_are_found_through_what_holds_them(script: str, expected: list[str]) -> None:
    assert labels(script)[: max(1, len(expected))] == expected


def test_maps_sets_and_iterators_offer_what_they_have() -> None:
    assert labels(BY_ID + "byId.|")[:3] == ["get", "set", "size"]
    assert labels(PAGE + "new Set(rows).|")[:3] == ["add", "size", "has"]
    assert labels(BY_ID + "byId.values().|")[:3] == ["map", "filter", "find"]
    assert labels(BY_ID + "byId[0].|") == []
