"""Slips that models make, where the line that is proposed is put in its place: it runs, and gives the author's
value. What gave a wrong value and no error is told in a warning."""

from __future__ import annotations

import difflib
import re
from typing import Any

import pytest

from workbench.core.model import Execution, ExecutionRequest
from workbench.core.runtime import Runtime

pytestmark = pytest.mark.anyio

_WRITTEN = re.compile(r"(?:write|end with|end it): (.+)\Z", re.DOTALL)
_MOST_STEPS = 3

CORRECTED: list[tuple[str, Any]] = [
    # code, the value once what is proposed was written
    # a Promise that is read as its value
    ("const r = tools.demo.get_issue({ id: 101 });\nconsole.log(r.id);\nreturn r.id;", 101),
    ("const r = tools.demo.list_issues({ limit: 2 });\nreturn { total: r.total, first: r.issues?.[0].id };", {"total": 19, "first": 101}),
    ("const r = tools.demo.list_issues({ limit: 2 });\nreturn `Total: ${r.total}`;", "Total: 19"),
    ("const r = tools.demo.list_labels({});\nif (!Array.isArray(r)) return 'none';\nreturn r.length;", 7),
    ("const user = tools.demo.lookup_user({ handle: 'amy' });\nreturn 'Hi ' + user.name;", "Hi Amy Okafor"),
    ("const user = tools.demo.lookup_user({ handle: 'amy' });\nawait tools.demo.echo({ value: `Hi ${user.name}` });", "Hi Amy Okafor"),
    ("const user = tools.demo.lookup_user({ handle: 'amy' });\nreturn (await tools.demo.echo({ value: user.name }));", "Amy Okafor"),
    ("const now = tools.demo.now({});\nconst at = new Date(now.iso);\nreturn at.toISOString().length;", 24),
    ("const s = tools.demo.issue_stats({});\nreturn s.open + s.closed;", 24),
    ("let data;\ntools.demo.get_issue({ id: 101 }).then(r => { data = r; });\nreturn data?.id;", 101),
    ("let data;\ntools.demo.get_issue({ id: 101 }).then(r => { data = r; });\nreturn data.id;", 101),
    ("const r = await (tools.demo.get_issue({ id: 101 })).id;\nreturn r;", 101),
    ("if (tools.demo.get_issue({ id: 101 }).state === 'open') return 'open'; else return 'closed';", "open"),
    ("const a = call_tool('demo', 'get_issue', { id: 101 }).then(r => r.result);\nreturn a.id;", 101),
    ("async function load() { return (await tools.demo.list_issues({ limit: 2 })).issues; }\nasync function main() {\n  const issues = load();\n  return issues.length;\n}\nreturn main();", 2),
    # a list of them
    ("const issues = [101, 102].map(id => tools.demo.get_issue({ id }));\nreturn issues.map(i => i.id);", [101, 102]),
    ("const issues = [101, 102].map(async id => await tools.demo.get_issue({ id }));\nreturn issues.map(i => i.id);", [101, 102]),
    ("const issues = [101, 102].map(id => tools.demo.get_issue({ id }));\nconst ids = [];\nfor (const i of issues) ids.push(i.id);\nreturn ids;", [101, 102]),
    ("const get = async (id) => await tools.demo.get_issue({ id });\nconst ids = [101, 102].map(id => get(id).id);\nreturn ids;", [101, 102]),
    ("const rows = [101, 102].map(id => ({ id, state: tools.demo.get_issue({ id }).state }));\nreturn rows;", [{"id": 101, "state": "open"}, {"id": 102, "state": "open"}]),
    ("const rows = [101].map(id => ({ id, issue: tools.demo.get_issue({ id }) }));\nreturn rows.length && rows[0].issue.id ? rows.length : rows;", 1),
    ("const get = async id => (await tools.demo.get_issue({ id })).id;\nreturn { id: get(101) };", {"id": 101}),
    ("return { ids: [101, 102].map(async id => (await tools.demo.get_issue({ id })).id) };", {"ids": [101, 102]}),
    # a function that gives nothing
    ("const r = await tools.demo.list_issues({ limit: 2 });\nr.issues.map(i => { id: i.id })", [{"id": 101}, {"id": 102}]),
    ("const r = await tools.demo.list_issues({ limit: 1 });\nr.issues.map(i => { id: i.id, state: i.state })", [{"id": 101, "state": "open"}]),
    ("const rs = await Promise.all([101].map(async id => (await tools.demo.get_issue({ id })).id));\nconst now = tools.demo.now({});\nreturn [rs[0], now.iso.length];", [101, 24]),
    ("const r = await tools.demo.list_issues({ limit: 1 });\nconst ids = r.issues.map(i => { id: i.id, n: 1 });\nconst more = r.issues.map(i => { ...i, n: 1 });\nreturn [ids[0].id, more[0].n];", [101, 1]),
    ("const r = await tools.demo.list_issues({ limit: 1 });\nconst rows = r.issues.map(({ id, state }) => { id, state });\nrows", [{"id": 101, "state": "open"}]),
    ("const r = await tools.demo.list_issues({ limit: 1 });\nreturn r.issues.map(i => { ...i, title: '' }).length;", 1),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.issues.map(i => { i.id });", [101, 102]),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.issues.map((i) => {\n  const s = i.state;\n  s.toUpperCase();\n});", ["OPEN", "OPEN"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nreturn r.issues.filter(i => { i.votes > 20 }).length;", 3),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.issues.reduce((all, i) => { all[i.id] = i.state }, {});", {"101": "open", "102": "open"}),
    ("const rs = await Promise.all([101, 102].map(id => { tools.demo.get_issue({ id }) }));\nreturn rs.map(r => r.id);", [101, 102]),
    ("const rs = await Promise.all([101].map(async id => { const r = await tools.demo.get_issue({ id }); }));\nreturn rs.length && rs[0] ? rs.length : rs;", 1),
    ("await Promise.all([101, 102].map(async id => { await tools.demo.get_issue({ id }) })).then(rs => rs.map(r => r?.id))", [101, 102]),
    ("const r = await tools.demo.get_issue({ id: 101 }).then(r => { r.id });\nreturn r;", 101),
    ("return [101, 102].find(x => { x === 102 });", 102),
    # names that are declared otherwise than they are used; what is no list
    ("const total = 0;\nfor (const n of [1, 2]) {\n  total += n;\n}\nreturn total;", 3),
    ("const out = [];\nfor (const [k, v] of input) out.push(k, v);\nreturn out;", ["n", 5]),
    ("const { id } = { id: 1 };\nfor (const { id } of await tools.demo.list_issues({ limit: 1 })) return id;", 101),
    ("const xs = [3, 1];\nreturn xs.length();", 2),
    ("const { issues } = await tools.demo.list_issues({ limit: 1 });\nreturn issues.map(i => i.created_at.getTime()).length;", 1),
    ("const none = null;\nreturn [none.name, 1].length;", 2),
    # a tool without its server, and a call as JSON
    ("const i = await get_issue({ id: 101 });\nreturn i.id;", 101),
    ("const i = await mcp__demo__get_issue({ id: 101 });\nreturn i.id;", 101),
    ("const r = list_issues(limit=2);\nreturn r.issues.length;", 2),
    ("const { lookup_user } = tools.demo;\nreturn (await lookup_user('amy')).name;", "Amy Okafor"),
    # what call_tool gives, and what is in a result
    ("const { issues } = await call_tool('demo', 'list_issues', { limit: 3 });\nreturn issues.length;", 3),
    ("const { issues } = await call_tool('demo', 'list_issues', { limit: 3 });\nreturn issues?.length;", 3),
    ("const r = call_tool('demo', 'list_issues', { limit: 3 });\nconst { total } = r;\nreturn total;", 19),
    ("const { data } = await call_tool('demo', 'list_issues', { limit: 3 });\nreturn data.total;", 19),
    ("const r = await call_tool('demo', 'list_issues', { limit: 3 });\nreturn r.data.issues.length;", 3),
    ("const r = await call_tool('demo', 'list_issues', { limit: 3 });\nif (r.isError) return 1;\nreturn r.structuredContent.issues.length;", 3),
    ("const r = await call_tool('demo', 'list_issues', { limit: 2 });\nreturn r.result.map(i => i.id);", [101, 102]),
    ("const r = await call_tool('demo', 'list_issues', { limit: 2 });\nreturn r.result.items.map(i => i.id);", [101, 102]),
    ("const r = await call_tool('demo', 'list_issues', { limit: 2 });\nreturn r.result[0].id;", 101),
    ("const r = await call_tool('demo', 'list_issues', { limit: 2 });\nlet n = 0;\nfor (const i of r) n += i.id;\nreturn n;", 203),
    ("const rs = call_tools([{ server: 'demo', tool: 'get_issue', args: { id: 101 } }]);\nreturn rs.results.map(r => r.result.id);", [101]),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.length;", 2),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r[0].id;", 101),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r['data'].issues[0].id;", 101),
    ("const { id } = (await tools.demo.list_issues({ limit: 1 })).items[0];\nreturn id;", 101),
    ("const n = 0;\nreturn (await tools.demo.list_issues({ limit: 1 }))['items'][n].id;", 101),
    # arguments
    ("const i = await tools.demo.get_issue(JSON.stringify({ id: 101 }));\nreturn i.id;", 101),
    ("const i = await tools.demo.get_issue('{\"id\": 101}');\nreturn i.id;", 101),
    ("const i = await tools.demo.update_issue(103, { state: 'open' });\nreturn i.state;", "open"),
    ("const c = await tools.demo.add_comment(103, 'amy', 'hello');\nreturn c.author;", "amy"),
    # tools by a longer name, and arguments with something around them
    *((f"const i = await {called};\nreturn i.id;", 101) for called in (
        "tools.servers.demo.get_issue({ id: 101 })", "tools.demo.tools.get_issue({ id: 101 })",
        "tools.demo.get_issue.execute({ id: 101 })", "tools.demo.issue.get({ id: 101 })",
        "tools.demo.call('get_issue', { id: 101 })", "tools.demo.callTool('get_issue', { id: 101 })",
        "tools('demo', 'get_issue', { id: 101 })", "tools('demo.get_issue')({ id: 101 })",
        "tools.get('demo.get_issue')({ id: 101 })", "tools.demo.get-issue({ id: 101 })",
        "tools.demo.get_issue({ args: { id: 101 } })", "tools.demo.get_issue({ input: { id: 101 } })",
    )),
    ("const [a, b] = await Promise.all(tools.demo.get_issue({ id: 101 }), tools.demo.now({}));\nreturn a.id;", 101),
    ("setResult({ a: 1 });", {"a": 1}),
    # a function that gives nothing, or is given what is global
    ("async () => {\n  const r = await tools.demo.list_issues({ limit: 2 });\n  r.issues.map(i => i.id);\n}", [101, 102]),
    ("async function execute() {\n  const r = await tools.demo.list_issues({ limit: 2 });\n  const ids = r.issues.map(i => i.id);\n}\nexecute()", [101, 102]),
    ("export default async ({ input, tools }) => {\n  return (await tools.demo.get_issue({ id: 96 + input.n })).id;\n}", 101),
    ("async ({ input }) => input.n", 5),
    ("async function run(tools, input) {\n  return (await tools.demo.get_issue({ id: 101 })).id;\n}", 101),
    ("const r = ['a', 'b'];\nreturn ', '.join(r.map(x => x));", "a, b"),
    # as it was sent
    ("const r = await tools.demo.list_issues({ state: &quot;open&quot;, limit: 2 });\nreturn r.issues.map(i =&gt; i.id);", [101, 102]),
    ("const n = 3; n &gt; 2", True),
    ("const r = await tools.demo.list_issues({ state: “open”, limit: 2 });\nreturn r.total;", 19),
    ("const r = await tools.demo.list_issues（{ limit： 2 }）；\nreturn r.total；", 19),
    ("const\u200b r = await tools.demo.list_issues({ limit: 2 });\nreturn r.total;", 19),
]  # fmt: skip
TOLD: list[tuple[str, str]] = [
    # code, what is said of it: an error's message, or a warning
    ('{"code": "return (await tools.demo.get_issue({ id: 101 })).title"}', "the script is JSON with a script inside"),
    ('{"name": "code_execution", "arguments": {"code": "return await tools.demo.now({})"}}', "the script is JSON with a script inside"),
    ('"const r = await tools.demo.now({});\\nreturn r;"', "the script is one text, with a script inside"),
    ("`const r = await tools.demo.now({}); return r;`", "the script is one text, with a script inside"),
    ("const r = await tools.demo.now({});\\nreturn r;", "the script is escaped once more"),
    ("console.log(\\\"hi\\\");", "the script is escaped once more"),
    ("1  const r = await tools.demo.now({});\n2  return r;", "each line has the number of the line in front; give the script alone: const r ="),
    ("1: const r = await tools.demo.now({});\n2: return r;", "each line has the number of the line in front"),
    ("+ const r = await tools.demo.now({});\n+ return r;", "each line has the + of a diff in front"),
    ("- const r = 1;\n+ const r = 2;\n  return r;", "each line has a mark of a diff in front"),
    ("> const r = await tools.demo.now({});\n> return r;", "each line has the > of a quotation in front"),
    ("Sure! Here is a script that tells the time:\n\nreturn await tools.demo.now({});", "line 1 is words and no code"),
    ("return await tools.demo.now({});\n\nThis script tells what time it is.", "line 3 is words and no code"),
    ("<|python_tag|>const r = 1;\nreturn r;", "tags stand around the script"),
    ("<think>\nIt is late.\n</think>\nreturn 1;", "tags stand around the script"),
    ("const { issues } = await tools.demo.list_issues({ limit: 3 });\nreturn issues.filter(async i => (await tools.demo.get_issue({ id: i.id })).id > 900).length;",
     "filter in line 2 does not wait, and a Promise counts as true: loop with for (const i of issues)"),
    ("const { issues } = await tools.demo.list_issues({ limit: 2 });\nreturn await issues.reduce(async (sum, i) => sum + (await tools.demo.get_issue({ id: i.id })).votes, 0);",
     "reduce in line 2 hands on a Promise each time: loop with for (const i of issues)"),
    ("const r = call_tool('tools.demo.get_issue', { id: 101 });\nreturn r.result.title;", 'call_tool("demo", "get_issue", args)'),
    ("call_tool('demo', 'get_issue', { id: '101' }).result.title", "the call failed (INVALID_ARGS: demo.get_issue: field 'id' must be a whole number"),
    ('{"name": "demo.get_issue", "arguments": {"id": 101}}', 'the script is a call as JSON; write: await tools.demo.get_issue({"id": 101})'),
    ('<tool_call>\n{"tool": "get_issue", "parameters": {"id": 101}}\n</tool_call>', "the script is a call as JSON"),
    ("const { issues } = await tools.demo.list_issues({ limit: 1 });\nconst { issues } = await tools.demo.list_issues({ limit: 2 });\nreturn issues;",
     "issues is declared in line 1 already: give that of line 2 another name"),
    ("return await tools.demo.get_issue({ id: input.id });", "the request's input has no 'id'"),
    ("const { issueId } = input;\nreturn await tools.demo.get_issue({ id: issueId });", "the request's input has no 'issueId'"),
    ("const id = input.issue;\nreturn await tools.demo.get_issue({ id });", "the request's input has no 'issue'"),
    ("import data from './a.json' with { type: 'json' };\nreturn data;", 'if a tool can, search_tools("read file") finds it'),
    ("const w = new Worker('x.js');", "Promise.all runs calls in parallel"),
    ("import { Client } from '@modelcontextprotocol/sdk/client/index.js';\nreturn 1;", "await tools.<server>.<tool>(args) calls a tool"),
    *((code, f"this looks like {language}, and a script is JavaScript") for language, code in (
        ("Python", "result = await tools.demo.list_issues(limit=3)\nreturn [i['title'] for i in result['issues']]"),
        ("Python", "r = await tools.demo.list_issues({'limit': 3})\nreturn f\"{len(r['issues'])} issues\""),
        ("Python", "import json\nprint(json.dumps(1))"), ("Python", "x = 5\nif x > 3:\n    x = 4"),
        ("SQL", "SELECT * FROM issues WHERE state = 'open' LIMIT 3;"), ("SQL", "-- all\nselect count(*) from issues"),
        ("Lua", "local r = tools.demo.list_issues({ limit = 3 })\nfor _, i in ipairs(r.issues) do\n  print(i.title)\nend"),
        ("a shell script", '#!/bin/bash\nfor i in 101 102; do\n  echo "$i"\ndone'), ("a shell script", 'echo "a" && ls'),
        ("Ruby", "r = tools.demo.list_issues\nr.each do |x|\n  puts x\nend"), ("Go", "package main\n\nfunc main() {\n}"),
        ("Rust", 'fn main() {\n    println!("hi");\n}'), ("PHP", "$r = $tools->demo->list_issues(['limit' => 3]);"),
        ("Java or C#", "public class Main { public static void main(String[] args) { } }"),
    )),
    ("const q = `for x in y:\n  f\"{a}\"`;\nconst a = 1; (", "it may have been cut off"),
    ("const r = await code_execution({ code: 'return 1' });", "this is the script already"),
    ("js\nconst r = 1;\nreturn r;", "the name of the language is no part of the script"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn len(r.issues);", "that is Python's: value.length"),
    ("return input('n');", "input is the request's input, a value: input.name"),
    ("const rs = await Promise.all({ a: tools.demo.now({}) });", "Promise.all takes an array: of an object its values"),
    ("async function main() { return 1 }\nif (require.main === module) main();", "end with: await main()"),
    ("const ids = input.n.split(',');\nreturn ids.length;", "input.n is not text: look at it with console.log(input.n)"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.get('issues');", "tools.demo.list_issues gives {issues, total, next_offset}"),
    ("const ids = [];\n[101, 102].forEach(id => tools.demo.get_issue({ id }).then(r => ids.push(r.id)));\nreturn ids;",
     "forEach in line 2 does not wait: loop with for (const id of [101, 102])"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.issues.map(i => i.number);", "i.number in line 2 is undefined: i has {id, title, state, labels,"),
    ("const { issues } = await tools.demo.list_issues({ limit: 2 });\nreturn issues.map(({ id, ...i }) => ({ id, n: 1 })).concat(issues.map(i => ({ id: i.id, who: i.user })));", "i.user in line 2 is undefined"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn { count: r.count, ids: r.issues.map(i => i.id) };", "r.count in line 2 is undefined: r has {issues, total, next_offset}"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn r.items ?? [];", "r.items in line 2 is undefined"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nconst issues = r.items || r.data || [];\nreturn issues.map(i => i.id);", "r.items in line 2 is undefined"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nlet n = 0;\nfor (let i = 0; i < r.length; i++) n++;\nreturn n;", "r.length in line 3 is undefined: r has {issues,"),
    ("const { issues } = await tools.demo.list_issues({ limit: 9 });\nreturn issues.filter(i => i.labels.some(l => l.name === 'bug')).map(i => i.id);", "l.name in line 2 is undefined: l is text"),
    ("const { issues } = await tools.demo.list_issues({ limit: 9 });\nfor (const i of issues) if (i.title) return `by ${i.author}`;", "i.author in line 2 is undefined"),
    ("const [issue] = (await tools.demo.list_issues({ limit: 1 })).issues;\nreturn issue.assignee.login;", "issue.assignee.login in line 2 is undefined: issue.assignee is text"),
    ("const r = await call_tool('demo', 'list_issues', { limit: 1 });\nreturn { total: r.total };", "r.total in line 2 is undefined: r has {ok, result, error, content}"),
    ("const list = await tools.demo.list_issues({ limit: 1 });\nreturn await tools.demo.get_issue({ id: list.id });", "list.id in line 2 is undefined: list has {issues, total, next_offset}"),
    ("const { count, issues } = await tools.demo.list_issues({ limit: 1 });\nreturn { count, n: issues.length };", "count in line 1 is undefined: what it is taken out of has {issues,"),
    ("const { data: { issues } } = await tools.demo.list_issues({ limit: 1 });\nreturn issues.length;", "data in line 1 is undefined: what it is taken out of has {issues,"),
    ("const { issues: { items } } = await tools.demo.list_issues({ limit: 1 });\nreturn items.length;", "items in line 1 is undefined: what it is taken out of is an array"),
    ("const { issues } = await tools.demo.list_issues({ limit: 1 });\nreturn issues.map(({ id, author }) => ({ id, author }));", "author in line 2 is undefined"),
    ("try {\n  await tools.demo.get_issue({ id: 9 });\n} catch (e) {\n  return e.response.data;\n}", "e.response in line 4 is undefined: e is an error, which has {message, code,"),
    ("let n = 0;\nfor (const i in (await tools.demo.list_issues({ limit: 3 })).issues) if (i.state === 'open') n++;\nreturn n;", "i.state in line 2 is undefined: i is text"),
    ("const r = await tools.demo.now({});\nreturn `It is ${r}`;", "the value holds [object Object]"),
    ("return [1, 2].groupBy(n => n % 2);", "Object.groupBy(list"),
    ("const m = new Map([['a', 1]]);\nreturn { n: m.length };", "m.length in line 2 is undefined: m is a Map, which has {size,"),
    ("const xs = [3, 1];\nreturn { n: xs.size };", "xs.size in line 2 is undefined: xs is an array"),
    ("const now = await tools.demo.now({});\nreturn Date.parse(now.time) + 1;", "now.time in line 2 is undefined: now has {iso, unix_ms, weekday}"),
    ("await Promise.all([101].map(async id => { await tools.demo.get_issue({ id }) }));", "the function given to map in line 1 returns nothing"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn 'items' in r ? r.items : [];", "r.items in line 2 is undefined"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nconst out = [];\nfor (const i of r.issues) { if (!i.open) continue; out.push(i.id); }\nreturn out;", "i.open in line 3 is undefined"),
    ("tools.demo.sleep({ ms: 9000 });\nreturn await Promise.race([tools.demo.sleep({ ms: 9000 }), sleep(1)]) ?? 0;", "ended without awaiting 2 call"),
    ("[9000].forEach(async ms => { await tools.demo.sleep({ ms }) });\nreturn await Promise.any([1]);", "forEach in line 1 does not wait"),
    # of a long value, too
    ("const list = Array.from({ length: 30_000 }, (_, i) => i);\nreturn list.map(i => { i * 2 });", "the function given to map in line 2 returns nothing"),
    ("const r = await tools.demo.list_issues({ limit: 2 });\nreturn Array.from({ length: 9_000 }, () => `by ${r.author}`);", "r.author in line 2 is undefined"),
    ("const rs = await Promise.allSettled([101].map(id => tools.demo.get_issue({ id })));\nreturn rs.map(r => r.title);", "Promise.allSettled gives {status, value} or {status, reason}"),
]  # fmt: skip
QUIET: list[str] = [
    # nothing is wrong with these
    "const p = tools.demo.now({});\nconst q = tools.demo.issue_stats({});\nconst s = await q;\nreturn [s.open, (await p).weekday.length > 0];",
    "const p = tools.demo.now({});\nreturn Promise.all([p, 1]).then(([now]) => now.weekday);",
    "const out = {};\nawait Promise.all([101].map(async id => { out[id] = (await tools.demo.get_issue({ id })).assignee }));\nreturn out;",
    "const list = [];\n[1, 2].forEach(n => { list.push(n) });\nreturn list.filter(n => { return n > 5 });",
    "const seen = new Set();\nreturn [1, 1].filter(n => !seen.has(n) && seen.add(n)).map(n => ({ n: null }));",
    "return [1].map(() => null);",
    "const f = async () => 1;\nconst all = [1, 2].map(async n => n);\nfor await (const n of all) await f();\nreturn [];",
    "const r = tools.demo.now({});\nconst s = r.then(n => n.weekday);\nreturn (await s).length > 0;",
    "const calls = [];\nfor (const id of [101, 102]) calls.push(tools.demo.get_issue({ id }));\nreturn (await Promise.all(calls)).map(i => i.missing ?? null);",
    "const r = await tools.demo.list_issues({ limit: 2 });\nconst extra = r.issues.map(i => ({ ...i, mine: undefined }));\nreturn extra.map(i => i.mine);",
    "const r = await tools.demo.list_issues({ state: 'closed', assignee: 'none' });\nreturn r.issues.filter(i => i.votes > 900).map(i => i.title);",
    "const byId = { a: tools.demo.now({}) };\nconst got = await byId.a;\nreturn [got.nothing ?? null];",
    "const zp = tools.demo.now({});\nconst ps = [101, 102].map(id => tools.demo.get_issue({ id }));\nconst out = [await zp, 'zp.x'].slice(2);\nfor (const p of ps) out.push((await p).id);\nreturn [out, (await ps[0]).id];",
    # a call that loses a race goes on
    "const slow = tools.demo.sleep({ ms: 9000 });\nreturn await Promise.race([slow, sleep(1).then(() => 'late')]);",
    "const within = (p, ms) => Promise.race([p, sleep(ms)]);\nreturn await within(tools.demo.sleep({ ms: 9000 }), 1) ?? null;",
    "return (await Promise.any([9000, 0].map(ms => tools.demo.sleep({ ms })))).slept_ms;",
    # a member that is asked for because it may not be there
    *(f"const r = await tools.demo.list_issues({{ assignee: 'none', state: 'closed' }});\n{rest}" for rest in (
        "const list = 'items' in r ? r.items : r.issues;\nreturn list;",
        "const list = Array.isArray(r) ? r : r.items ? r.items : r.issues;\nreturn list;",
        "if (r.items) return r.items;\nreturn r.issues;",
        "if (!r.items) { return r.issues; }\nreturn r.items;",
        "return r.items === undefined ? r.issues : r.items;",
        "if (typeof r.cursor === 'undefined') console.log('last page');\nreturn r.issues;",
        "if (!r.truncated) console.log('all');\nreturn r.issues.filter(i => !i.archived);",
    )),
    "const { issues, count = 0 } = await tools.demo.list_issues({ limit: 1 });\nreturn issues.filter(i => i.votes > 900 + count);",
    "const xs = [3, 1];\nxs.total = 4;\nconst m = new Map();\nm.name = 'm';\nreturn [xs.total, m.name, m.get('x')];",
    "const { error, result } = await call_tool('demo', 'now', {});\nreturn { error, is: result.weekday.length > 1 };",
    "try {\n  await tools.demo.get_issue({ id: 9 });\n} catch (e) {\n  return [e.response?.data ?? e.code, e.details ?? null].slice(2);\n}",
    "class Odd extends Error { status = 3 }\ntry {\n  throw new Odd('x');\n} catch (e) {\n  return [e.status, undefined, null].slice(3);\n}",
    # a function of map that is there for what it does
    "const { issues } = await tools.demo.list_issues({ limit: 2 });\nreturn issues.map(i => { console.log(i.id); });",
    "await Promise.all([103].map(async id => { await tools.demo.add_comment({ id, author: 'amy', text: 'x' }); }));",
    "const out = [];\nawait Promise.all([103].map(async id => { try { out.push((await tools.demo.get_issue({ id })).id) } catch (e) { out.push(e.code) } }));\nreturn [];",
    "const byId = {};\nreturn [103].map(id => { byId[id] = true });",
    "const zp = tools.demo.now({});\nconst ps = [101].map(async id => tools.demo.get_issue({ id }));\nreturn ['zp.x', (await zp).iso, await Promise.all(ps.map(p => p.catch(() => null)))].slice(1);",
    "const zp = tools.demo.now({});\nconst work = { all: [101].map(async id => tools.demo.get_issue({ id })) };\nreturn ['zp.x', (await zp).iso, await Promise.all(work.all)].slice(1);",
    "const zp = tools.demo.now({});\nconst q = null;\nreturn ['zp.x', (await (q ?? zp)).iso, await (q ? q : zp)].slice(1);",
    "const rs = await Promise.allSettled([tools.demo.get_issue({ id: 99999 })]);\nreturn rs.filter(({ value }) => value).map(r => r.value.id);",
    "const r = await tools.demo.list_issues({ limit: 2 });\nr.count = r.issues.length;\nr.issues.forEach(i => { i.score = 1 });\nreturn { c: r.count, s: r.issues.map(i => i.score), none: undefined };",
    "let r = await tools.demo.list_issues({ limit: 2 });\nr = r.issues;\nreturn { n: r.length, f: r.find(i => i.id === 0) };",
    "const r = await tools.demo.list_issues({ limit: 2 });\nif (r.error) throw new Error(r.error);\nreturn (r.items ?? r.issues).filter(i => i.votes > 9999);",
    "const r = await tools.demo.list_issues({ limit: 2 });\nfunction show(r) { return r.name }\ntry { show({}) } catch (r) { console.log(r.message) }\nreturn { a: show({}), n: r.total };",
    "const r = await tools.demo.list_issues({ limit: 2 });\nr.issues.map(i => { console.log(i.id) });\nArray.from({ length: 2 }, () => {});\nreturn [];",
]  # fmt: skip


async def run(runtime: Runtime, code: str) -> Execution:
    return await runtime.engine.run(ExecutionRequest(code, input={"n": 5}))


def told(ended: Execution) -> list[str]:
    """What a client is told beside the value."""
    return [*([ended.error.message] if ended.error else []), *ended.warnings]


def with_correction(code: str, messages: list[str]) -> str | None:
    """The script with what the first of the messages proposes in place of what is most like it."""
    found = next(filter(None, map(_WRITTEN.search, messages)), None)
    if found is None:
        return None
    fixed, lines = found[1].strip(), code.split("\n")
    if not found[0].startswith("write"):
        return f"{code.rstrip()}\n{fixed}"
    spans = [(i, i + n) for i in range(len(lines)) for n in (1, 2, 3) if i + n <= len(lines)]

    def likeness(span: tuple[int, int]) -> float:
        given = "\n".join(lines[slice(*span)]).strip()
        return difflib.SequenceMatcher(None, given, fixed, autojunk=False).ratio()

    start, end = max(spans, key=likeness)
    return "\n".join([*lines[:start], fixed, *lines[end:]])


@pytest.mark.parametrize(
    ("code", "value"), CORRECTED, ids=[repr(row[0])[1:80] for row in CORRECTED]
)
async def test_what_is_proposed_works(runtime: Runtime, code: str, value: Any) -> None:
    ended = await run(runtime, code)
    assert ended.error is not None or ended.value != value
    for _ in range(_MOST_STEPS):
        corrected = with_correction(code, told(ended))
        assert corrected is not None, told(ended)
        assert corrected != code
        code = corrected
        ended = await run(runtime, code)
        if ended.error is None and ended.value == value:
            return
    pytest.fail(f"{told(ended)}: {code}")


@pytest.mark.parametrize(("code", "said"), TOLD, ids=[repr(row[0])[1:80] for row in TOLD])
async def test_it_is_told(runtime: Runtime, code: str, said: str) -> None:
    ended = await run(runtime, code)
    assert any(said in text for text in told(ended)), told(ended)


@pytest.mark.parametrize("code", QUIET)
async def test_nothing_is_said_of_what_is_right(runtime: Runtime, code: str) -> None:
    assert told(await run(runtime, code)) == []


async def test_what_is_long_or_nested_deep_is_not_looked_through(runtime: Runtime) -> None:
    slip = "const r = await tools.demo.list_issues({ limit: 2 });\n%s;\nreturn { count: r.count };"
    assert told(await run(runtime, slip % "r.total"))
    assert told(await run(runtime, slip % ("r.total;\n" * 6000)))
    assert told(await run(runtime, slip % ("r.total;\n" * 8000))) == []
    assert told(await run(runtime, slip % f"{'[' * 200}1{']' * 200}")) == []
