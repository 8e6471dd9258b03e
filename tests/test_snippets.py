"""Snippets as models write them, in real workers against the demo server: each gives the author's value, or a
message that says how it is right. And each replays to the same end."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.core.model import ExecutionRequest
from workbench.core.runtime import Runtime
from workbench.replay import replay
from workbench.text.redact import Redactor

pytestmark = pytest.mark.anyio

VALUES: list[tuple[str, Any]] = [
    # an object at the end that is no block to anybody
    ("const a = 1;\n{ a: a, b: 2 }", {"a": 1, "b": 2}),
    ("const f = x => x\n{ f: f(1), g: 2 };", {"f": 1, "g": 2}),
    ("const p = await tools.demo.list_issues({ limit: 1 });\nconst total = p.total;\n{ total, first: p.issues[0].id }", {"total": 19, "first": 101}),
    ("const a: number = 1;\n// both\n{\n  a,\n  'b c': 2,\n}\n// end", {"a": 1, "b c": 2}),
    # calling tools
    ("const { issues } = await tools.demo.list_issues({ limit: 2 });\nreturn issues.map(i => i.id);", [101, 102]),
    ("const r = await tools.demo.list_issues({ limit: 3 }); r.issues.length", 3),
    ("const r = call_tool('demo', 'get_issue', { id: 101 }); r.ok ? r.result.id : r.error", 101),
    ("const r = await call_tool('demo', 'get_issue', { id: 101 }); r.result.id", 101),
    ("(await call_tool('demo', 'get_issue', { id: 102 })).result.id", 102),
    ("const ids = [101, 102, 103];\nconst all = await Promise.all(ids.map(id => tools.demo.get_issue({ id })));\nall.map(i => i.id)", [101, 102, 103]),
    ("const ids = [101, 102];\nconst rs = await Promise.all(ids.map(async id => (await call_tool('demo', 'get_issue', { id })).result));\nrs.map(r => r.id)", [101, 102]),
    ("const ids = [101, 102];\nawait Promise.all(ids.map(id => call_tool('demo', 'get_issue', { id }))).then(rs => rs.map(r => r.result.id))", [101, 102]),
    ("call_tool('demo', 'get_issue', { id: 101 }).then(r => r.result.id)", 101),
    ("const rs = await Promise.allSettled([101, 999999].map(id => tools.demo.get_issue({ id })));\nrs.map(r => r.status)", ["fulfilled", "rejected"]),
    ("const out = [];\nfor (const id of [101, 102]) {\n  const r = await tools.demo.get_issue({ id });\n  out.push(r.id);\n}\nreturn out;", [101, 102]),
    ("call_tools([101, 102].map(id => ({ server: 'demo', tool: 'get_issue', args: { id } }))).map(r => r.result.id)", [101, 102]),
    ("try { await tools.demo.get_issue({ id: 999999 }) } catch (e) { e.code }", "UPSTREAM_ERROR"),
    ("await tools.demo.echo({ value: { nested: [1, 2] } })", {"nested": [1, 2]}),
    ("const text = await tools.demo.daily_summary({}); typeof text", "string"),
    ("const labels = await tools.demo.list_labels({}); Array.isArray(labels)", True),
    # tools as they are spelled
    ("(await tools.get_issue({ id: 101 })).id", 101),
    ("(await tools['demo.get_issue']({ id: 101 })).id", 101),
    ("(await tools.mcp__demo__get_issue({ id: 101 })).id", 101),
    ("(await tools.demo_get_issue({ id: 101 })).id", 101),
    ("(await tools.demo.getIssue({ id: 101 })).id", 101),
    ("(await tools['demo']['get-issue']({ id: 101 })).id", 101),
    ("(await tools.Demo.get_issue({ id: 101 })).id", 101),
    ("try { await tools.Demo.getIssue({ id: 'x' }) } catch (e) { [e.server, e.tool] }", ["demo", "get_issue"]),
    ("const { get_issue, list_issues } = tools.demo; (await get_issue({ id: 101 })).id", 101),
    ("const api = tools.demo; (await api.get_issue({ id: 102 })).id", 102),
    # the catalogue
    ("list_tools().filter(t => t.name === 'get_issue').length", 1),
    ("search_tools('issue').every(t => t.name === t.tool)", True),
    ("Object.keys(describe_tool('demo.get_issue').inputSchema.properties)", ["id"]),
    ("Object.keys(list_tools()[0])", ["server", "tool", "description"]),
    ("search_tools('issue').length > 0", True),
    ("list_tools('demo').some(t => t.tool === 'get_issue')", True),
    ("describe_tool('demo', 'get_issue').tool", "get_issue"),
    ("describe_tool('demo.get_issue').tool", "get_issue"),
    ("describe_tools(['demo.get_issue', 'get_issue', 'mcp__demo__now']).tools.map(t => t.tool)", ["get_issue", "get_issue", "now"]),
    ("describe_tools([{ server: 'demo', tool: 'nope' }]).missing.length", 1),
    ("Object.keys(tools)", ["demo"]),
    ("String(tools)", "tools has the servers demo: await tools.<server>.<tool>(args)"),
    ("`${tools.demo}`.startsWith('tools.demo has the tools ')", True),
    # as it is handed over
    ("```js\nconst r = await tools.demo.get_issue({ id: 101 });\nreturn r.id;\n```", 101),
    ("<execute>\nconst r = await tools.demo.get_issue({ id: 101 });\nreturn r.id;\n</execute>\n", 101),
    ("<code lang=\"ts\">\n```ts\nconst r: string = `</code>`;\nr.length\n```\n</code>", 7),
    ("<code>const r = await tools.demo.get_issue({ id: 101 }); return r.id;</code>", 101),
    ("<invoke name=\"code_execution\">\n<parameter name=\"code\">\nconst a: number = 1;\nreturn a;\n</parameter>\n</invoke>", 1),
    ("import { type Issue } from './types';\nconst i: Issue = await tools.demo.get_issue({ id: 101 });\ni.id", 101),
    ("```typescript\nconst r: { id: number } = await tools.demo.get_issue({ id: 101 });\nr.id\n```", 101),
    ("async () => {\n  const r = await tools.demo.get_issue({ id: 101 });\n  return r.id;\n}", 101),
    ("async (input) => input.n", 5),
    ("export default async function main(input) {\n  return (await tools.demo.get_issue({ id: 100 + input.n - 4 })).id;\n}", 101),
    ("module.exports = async (input) => input.n * 2", 10),
    ("async function main() {\n  return (await tools.demo.now({})).weekday.length > 2;\n}\nmain();", True),
    ("async function main() {\n  return 1;\n}\nawait main();", 1),
    ("(async () => {\n  const r = await tools.demo.get_issue({ id: 101 });\n  return r.id;\n})();", 101),
    ("'use strict';\nconst r = await tools.demo.get_issue({ id: 101 });\nr.id", 101),
    ("\ufeffconst a = 1;\r\na + 1", 2),
    ("#!/usr/bin/env node\n1 + 1", 2),
    ("interface Issue { id: number; title: string }\nconst issue = (await tools.demo.get_issue({ id: 101 })) as Issue;\nconst ids: number[] = [issue.id];\nids!", [101]),
    ("type Row = { id: number };\nconst rows: Row[] = (await tools.demo.list_issues({ limit: 2 })).issues;\nrows.map((r: Row): number => r.id)", [101, 102]),
    ("export {};\nconst x = 1;\nx", 1),
    # the language and what one expects around it
    ("await new Promise(resolve => setTimeout(resolve, 5)); 'waited'", "waited"),
    ("const delay = ms => new Promise(r => setTimeout(r, ms));\nawait delay(1);\nawait sleep(1);\n'ok'", "ok"),
    ("const timeout = new Promise((_, reject) => setTimeout(() => reject(new Error('slow')), 5000));\nawait Promise.race([tools.demo.now({}), timeout]);\n'in time'", "in time"),
    ("let n = 0;\nawait new Promise(done => { const t = setInterval(() => { n++; if (n === 3) { clearInterval(t); done(); } }, 1); });\nn", 3),
    ("const u = new URL('https://example.com/a?b=1#c'); u.searchParams.set('d', 'e f'); u.toString()", "https://example.com/a?b=1&d=e+f#c"),
    ("new URLSearchParams({ q: 'a b', page: 2 }).toString()", "q=a+b&page=2"),
    ("new TextDecoder().decode(new TextEncoder().encode('héllo'))", "héllo"),
    ("atob(btoa('hello'))", "hello"),
    ("structuredClone({ a: [1, new Date(0)] }).a[1].getTime()", 0),
    ("crypto.randomUUID().length", 36),
    ("const t = performance.now(); await sleep(5); performance.now() - t >= 4", True),
    ("(1234567.891).toLocaleString()", "1,234,567.891"),
    ("(1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' })", "$1,234.50"),
    ("new Intl.NumberFormat('en-US', { notation: 'compact' }).format(12345)", "12K"),
    ("new Date(1709647509123).toLocaleString('en-US', { timeZone: 'America/New_York' })", "3/5/2024, 9:05:09 AM"),
    ("new Date(1709647509123).toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })", "Tuesday, March 5, 2024"),
    ("new Date(1709647509123).toLocaleDateString('en-CA', { timeZone: 'Asia/Tokyo' })", "2024-03-05"),
    ("new Date(1709647509123).toLocaleString('sv-SE', { timeZone: 'Europe/Paris' })", "2024-03-05 15:05:09"),
    ("['item 10', 'item 9', 'Item 1'].sort((a, b) => a.localeCompare(b, undefined, { numeric: true, sensitivity: 'base' }))", ["Item 1", "item 9", "item 10"]),
    ("['b', 'á', 'C', 'a'].sort((a, b) => a.localeCompare(b))", ["a", "á", "b", "C"]),
    ("Object.groupBy([1, 2, 3], n => n % 2 ? 'odd' : 'even').odd", [1, 3]),
    ("console.table([{ a: 1 }]); console.group('g'); console.count(); console.assert(false); console.dir({}); console.groupEnd(); 'quiet'", "quiet"),
    ("const counts = new Map([['a', 1]]);\nObject.fromEntries(counts)", {"a": 1}),
    ("[...new Set([1, 1, 2])]", [1, 2]),
    # in the manner of others
    ("export async function execute() {\n  const { issues } = await tools.demo.list_issues({ limit: 2 });\n  return issues.map(i => i.id);\n}", [101, 102]),
    ("return await (async () => (await tools.demo.getIssue({ id: 101 })).id)();", 101),
    ("const all = [];\nlet offset = 0;\nwhile (true) {\n  const r = await tools.demo.list_issues({ limit: 10, offset });\n  all.push(...r.issues);\n  if (!r.next_offset) break;\n  offset = r.next_offset;\n}\nall.length", 19),
    ("async function* pages() { for (let o = 0; o < 4; o += 2) yield await tools.demo.list_issues({ limit: 2, offset: o }) }\nconst ids = [];\nfor await (const p of pages()) ids.push(...p.issues.map(i => i.id));\nids", [101, 102, 103, 104]),
    ("class Runner { async run() { return (await tools.demo.get_issue({ id: 101 })).id } }\nnew Runner().run()", 101),
    ("const name = 'get_issue';\n(await tools.demo[name]({ id: 101 })).id", 101),
    ("const mine = { ...tools.demo };\n(await mine.get_issue({ id: 101 })).id", 101),
    ("tools.demo.get_issue.call(null, { id: 101 }).then(r => r.id)", 101),
    ("const rs = [];\nawait Promise.all([102, 101].map(async id => { rs.push((await tools.demo.get_issue({ id })).id) }));\nrs.sort()", [101, 102]),
    ("Here is the script:\n\n```js\nreturn (await tools.demo.get_issue({ id: 101 })).id;\n```\n\nIt reads one issue.", 101),
    # what a failed call says of itself
    ("const r = await call_tool('demo', 'get_issue', { id: 9999 });\n`failed: ${r.error}`", "failed: UPSTREAM_ERROR: demo.get_issue: no issue 9999; issues are numbered 101 to 124"),
    ("const r = call_tools([1]);\n[String(r.error), Object.keys(r.error)]", ["INVALID_ARGS: calls[0] must be an object {server, tool, args}", ["code", "message"]]),
    ("const [a, b] = await Promise.allSettled([101, 9999].map(id => tools.demo.get_issue({ id })));\n[a.value.id, b]",
     [101, {"status": "rejected", "reason": {"code": "UPSTREAM_ERROR", "message": "demo.get_issue: no issue 9999; issues are numbered 101 to 124", "server": "demo", "tool": "get_issue"}}]),
    ("try { await tools.demo.get_issue({ id: 9999 }) } catch (error) { return { error, said: JSON.parse(JSON.stringify(error)).message.slice(0, 14) } }",
     {"error": {"code": "UPSTREAM_ERROR", "message": "demo.get_issue: no issue 9999; issues are numbered 101 to 124", "server": "demo", "tool": "get_issue"}, "said": "demo.get_issue"}),
    ("const e = ToolError.of(call_tool('demo', 'get_issue', {}));\nconst made = new ToolError('mine', { code: 'X' });\n[e.toJSON().code, made]", ["INVALID_ARGS", {"code": "X", "message": "mine"}]),
    ("const queue = [];\nqueueMicrotask(() => queue.push(1));\nawait null;\nqueue.length", 1),
]  # fmt: skip
MESSAGES: list[tuple[str, str, list[str]]] = [
    # code, the error's code, what its message says
    ("const res = await fetch('https://example.com');\nawait res.json()", "RUNTIME_ERROR", ["fetch is not defined", "a script has no network"]),
    ("const res = await tools.demo.get_issue({ id: 101 });\nconst data = await res.json();\ndata.id", "RUNTIME_ERROR", ["res.json is not a function; a result is unwrapped already; write: const data = await res;"]),
    ("const res = await tools.demo.get_issue({ id: 101 });\nres.getTitle()", "RUNTIME_ERROR", ["res.getTitle is not a function; tools.demo.get_issue gives {id, title,"]),
    ("class Api { constructor(private readonly base: string) {} }\nnew Api('x')", "SYNTAX_ERROR", ["declare base in the class and write this.base = base"]),
    ("const client = new Client({ name: 'x' });", "RUNTIME_ERROR", ["Client is not defined; write await tools.<server>.<tool>(args)"]),
    ("const fs = require('fs');\nfs.readFileSync('x')", "RUNTIME_ERROR", ["require is not defined", "'fs' cannot be loaded", "search_tools("]),
    ("import fs from 'fs';\nfs.readFileSync('x')", "SYNTAX_ERROR", ["a script has no modules", "'fs' cannot be loaded"]),
    ("const { default: axios } = await import('axios')", "RUNTIME_ERROR", ["could not load module 'axios'", "no modules"]),
    ("await tools.demo.constructor({ a: 1 })", "RUNTIME_ERROR", ["tools.demo.constructor is not a function"]),
    ("process.env.TOKEN", "RUNTIME_ERROR", ["process is not defined", "`input`"]),
    ("Buffer.from('a').toString('base64')", "RUNTIME_ERROR", ["Buffer is not defined", "TextEncoder"]),
    ("const c = new AbortController()", "RUNTIME_ERROR", ["AbortController is not defined", "Promise.race"]),
    ("print('hello')", "RUNTIME_ERROR", ["print is not defined", "console.log"]),
    ("const r = await callTool('demo', 'now', {})", "RUNTIME_ERROR", ["callTool is not defined", "write: const r = await tools.demo.now({})"]),
    ("await get_issue({ id: 101 })", "RUNTIME_ERROR", ["get_issue is not defined", "write: await tools.demo.get_issue({ id: 101 })"]),
    ("await demo.get_issue({ id: 101 })", "RUNTIME_ERROR", ["demo is not defined", "write: await tools.demo.get_issue({ id: 101 })"]),
    ("await codemode.get_issue({ id: 101 })", "RUNTIME_ERROR", ["codemode is not defined", "write: await tools.demo.get_issue({ id: 101 })"]),
    ("const r = call_tool('demo', 'get_issue', { id: 101 });\nconst title = r.result.content[0].text;", "RUNTIME_ERROR", ["unwrapped already", "write: const title = r.result;"]),
    ("const r = await tools.demo.get_issue({ id: 101 });\nJSON.parse(r.content[0].text)", "RUNTIME_ERROR", ["unwrapped already"]),
    ("const r = call_tool('demo', 'get_issue', { id: 101 });\nJSON.parse(r.result).title", "RUNTIME_ERROR", ["parsed already", "write: r.result.title"]),
    ("const issues = JSON.parse(await tools.demo.list_issues({}));\nissues.length", "RUNTIME_ERROR", ["parsed already", "write: const issues = await tools.demo.list_issues({});"]),
    ("const r = tools.demo.list_issues({});\nr.issues.map(i => i.id)", "RUNTIME_ERROR", ["tools.demo.list_issues(…) in line 1 gives a Promise", "write: const r = await tools.demo.list_issues({});"]),
    ("const { issues } = tools.demo.list_issues({});\nissues.length", "RUNTIME_ERROR", ["gives a Promise", "write: const { issues } = await tools.demo.list_issues({});"]),
    ("tools.demo.list_issues({}).issues.map(i => i.id)", "RUNTIME_ERROR", ["gives a Promise", "(await tools.demo.list_issues({})).issues"]),
    ("const r = call_tool('demo', 'list_issues', {});\nr.issues.map(i => i.id)", "RUNTIME_ERROR", ["r is what call_tool gives, {ok, result}", "write: r.result.issues.map(i => i.id)"]),
    ("const r = await tools.demo.list_issues({});\nr.map(i => i.id)", "RUNTIME_ERROR", ["r.map is not a function", "r is not an array: tools.demo.list_issues gives {issues, total, next_offset}", "write: r.issues.map(i => i.id)"]),
    ("const r = call_tool('demo', 'get_issue', { id: 999999 });\nr.result.title", "RUNTIME_ERROR", ["the call failed", "r.error"]),
    ("const rs = call_tools(Array.from({ length: 101 }, (_, i) => ({ server: 'demo', tool: 'now', args: {} })));\nrs.map(r => r.ok)", "RUNTIME_ERROR", ["call_tools refused the batch: call_tools takes at most 100 calls, not 101"]),
    ("function load(id) {\n  return await tools.demo.get_issue({ id });\n}\nload(101)", "SYNTAX_ERROR", ["await stands in a function that is not async", "write: async function load(id) {"]),
    ("const all = [101].map(id => await tools.demo.get_issue({ id }));", "SYNTAX_ERROR", ["not async", "write: const all = [101].map(async id => await"]),
    ("({ later: tools.demo.now({}) })", "SERIALIZATION_ERROR", ["$.later is a Promise", "await it first"]),
    ("tools.demo.now", "SERIALIZATION_ERROR", ["the tool tools.demo.now", "await tools.demo.now(args)"]),
    ("tools.demo", "SERIALIZATION_ERROR", ["$ is tools.demo, a server"]),
    ("new Map([['a', 1]])", "SERIALIZATION_ERROR", ["$ is a Map", "Object.fromEntries(map)"]),
    ("'a1b2'.matchAll(/\\d/g)", "SERIALIZATION_ERROR", ["$ is an iterator", "[...iterator]"]),
    ("await tools.nowhere.get_issue({ id: 1 })", "NOT_FOUND", ["no server 'nowhere'", "demo.get_issue"]),
    ("await tools.demo.get_isue({ id: 1 })", "NOT_FOUND", ["has no tool 'get_isue'", "'get_issue'"]),
    ("await tools.list_everything({})", "NOT_FOUND", ["no tool 'list_everything' on any server"]),
    ("await tools.demo({ id: 1 })", "NOT_FOUND", ["'demo' is a server", "call one: tools.demo."]),
    ("await tools.demo.get_issue({ number: 101 })", "INVALID_ARGS", ["number", "id"]),
    ("setTimeout('alert(1)', 10)", "RUNTIME_ERROR", ["setTimeout takes a function"]),
    ("console.foo('x')", "RUNTIME_ERROR", ["console.foo is not a function", "console has log"]),
    ("enum Color { Red }\nColor.Red", "SYNTAX_ERROR", ["an enum becomes code"]),
    ("```js\nawait tools.demo.now({})", "SYNTAX_ERROR", ["never closed", "cut off"]),
    ("<script>alert(1)</script>", "SYNTAX_ERROR", ["give the script alone"]),
    ("<script>\nlet x = ;\n</script>", "SYNTAX_ERROR", ["unexpected token in expression: ';'"]),
    ("def main():\n    return 1\n\nmain()", "SYNTAX_ERROR", ["looks like Python"]),
    ("ls -la", "RUNTIME_ERROR", ["shell command"]),
    ("const issues = await tools.demo.list_issues({", "SYNTAX_ERROR", ["cut off"]),
    ("new Date(0).toLocaleDateString('de-DE')", "RUNTIME_ERROR", ["the locale de-DE is not supported here"]),
    ("await Promise.any([tools.demo.get_issue({ id: 999998 }), tools.demo.get_issue({ id: 999999 })])", "RUNTIME_ERROR", ["all 2 promises were rejected: 1. ToolError:", "2. ToolError:"]),
    # in other dialects: code mode, code execution with MCP, utcp, smolagents
    ("async () => {\n  const issues = await codemode.list_issues({ limit: 3 });\n  return issues;\n}", "RUNTIME_ERROR", ["write: const issues = await tools.demo.list_issues({ limit: 3 });"]),
    ("const r = await codemode.demo.list_issues({ limit: 1 });", "RUNTIME_ERROR", ["write: const r = await tools.demo.list_issues({ limit: 1 });"]),
    ("const r = await callMCPTool('demo__list_issues', { limit: 1 });", "RUNTIME_ERROR", ["write: const r = await tools.demo.list_issues({ limit: 1 });"]),
    ("const r = await mcp.callTool({ name: 'list_issues', arguments: { limit: 1 } });", "RUNTIME_ERROR", ["write: const r = await tools.demo.list_issues({ limit: 1 });"]),
    ("const r = client.callTool({ server: 'demo', tool: 'now' });", "RUNTIME_ERROR", ["write: const r = await tools.demo.now();"]),
    ("const r = demo.list_issues({ limit: 2 });\nr.issues.length", "RUNTIME_ERROR", ["write: const r = await tools.demo.list_issues({ limit: 2 });"]),
    ("const r = await tools.call('demo.list_issues', { limit: 1 });", "NOT_FOUND", ["no tool 'call'", "write: const r = await tools.demo.list_issues({ limit: 1 });"]),
    ("const r = await tools.call('demo', 'list_issues', { limit: 1 });", "NOT_FOUND", ["write: const r = await tools.demo.list_issues({ limit: 1 });"]),
    ("const r = await callTool('demo.get_issue', { id: 101 });", "RUNTIME_ERROR", ["write: const r = await tools.demo.get_issue({ id: 101 });"]),
    ("import { listIssues, helper } from './servers/demo';\nawait listIssues({ limit: 1 })", "SYNTAX_ERROR", ["'./servers/demo' cannot be loaded", "without it: await tools.demo.list_issues(args)"]),
    # in the style of generated files, and of libraries
    ("import * as demo from './servers/demo';\nawait demo.listIssues({ limit: 1 })", "SYNTAX_ERROR", ["'./servers/demo' cannot be loaded", "without it: const demo = tools.demo;"]),
    ("import api from '../servers/Demo/index.js';\nawait api.listIssues({})", "SYNTAX_ERROR", ["without it: const api = tools.demo;"]),
    ("import * as drive from './servers/google-drive';\nawait drive.list({})", "SYNTAX_ERROR", ["without it: await tools.<server>.<tool>(args)"]),
    ("import { callMCPTool } from '../../client.js';\nawait callMCPTool('x', {})", "SYNTAX_ERROR", ["without it: await tools.<server>.<tool>(args)"]),
    ("import { format } from 'date-fns';\nformat(new Date())", "SYNTAX_ERROR", ["'date-fns' cannot be loaded): Date and Intl are there"]),
    ("import groupBy from 'lodash/groupBy';\ngroupBy([])", "SYNTAX_ERROR", ["Object.groupBy"]),
    ("const { setTimeout: wait2 } = require('node:timers/promises');", "RUNTIME_ERROR", ["write await sleep(ms)"]),
    ("try { await tools.demo.get_issue({ id: 3 }) } catch (e) { if (e instanceof McpError) throw e }", "RUNTIME_ERROR", ["what a call throws is a ToolError"]),
    ("const limit = pLimit(3);", "RUNTIME_ERROR", ["call_tools(calls, { max_parallel })"]),
    ("const Issue = z.object({});", "RUNTIME_ERROR", ["arguments are checked before each call"]),
    ("const labels = await tools.demo.list_labels({});\ntext(labels.length);", "RUNTIME_ERROR", ["a script's value is its last expression; write: labels.length;"]),
    ("await crypto.subtle.digest('SHA-256', new Uint8Array(1))", "RUNTIME_ERROR", ["crypto has randomUUID()"]),
    ("crypto.createHash('sha256')", "RUNTIME_ERROR", ["crypto has randomUUID()"]),
    ("const t = __getToolInterface('demo.list_issues');", "RUNTIME_ERROR", ["write describe_tool(server, tool)"]),
    ("__interfaces.length", "RUNTIME_ERROR", ["list_tools() and describe_tool(server, tool)"]),
    ("const r = await tools.demo.list_issues({ limit: 3 });\nfinal_answer(r.issues.length);", "RUNTIME_ERROR", ["a script's value is its last expression; write: r.issues.length;"]),
    ("const _ = lodash;\n_.groupBy([], 'a')", "RUNTIME_ERROR", ["lodash is not defined", "no modules"]),
    # the call that failed, and what a result has
    ("const r = await call_tool('demo.get_issue', { id: 101 });\nr.result.title", "RUNTIME_ERROR", ["the call failed (INVALID_ARGS", 'call_tool("demo", "get_issue", args)']),
    ("const r = await call_tool({ server: 'demo', tool: 'get_issue', args: { id: 101 } });\nr.result.title", "RUNTIME_ERROR", ['call_tool("demo", "get_issue", args) takes three arguments']),
    ("const r = await call_tool({ name: 'get_issue' });\nr.result.title", "RUNTIME_ERROR", ["call_tool(server, tool, args) takes three arguments"]),
    ("const r = await call_tool('get_issue', { id: 101 });\nr.result.title", "RUNTIME_ERROR", ['"get_issue" was given without a tool']),
    *(
        (f"const r = await call_tool('{name}', {{ id: 101 }});\nr.result.title", "RUNTIME_ERROR", ['call_tool("demo", "get_issue", args)'])
        for name in ("demo:get_issue", "demo/get_issue", "demo__get_issue", "mcp__demo__get_issue")
    ),
    ("const r = await call_tool('search_tools', { query: 'issue' });\nr.result.length", "RUNTIME_ERROR", ["search_tools is a function of its own: search_tools(…)"]),
    ("await tools.search_tools({ query: 'issue' })", "NOT_FOUND", ["'search_tools' is no tool of a server but a function of its own: search_tools(…)"]),
    ("const r = call_tool('demo', 'get_issue', { id: 99999 });\nObject.keys(r.result)", "RUNTIME_ERROR", ["a call failed before: UPSTREAM_ERROR: demo.get_issue: no issue 99999"]),
    ("const { result } = call_tool('demo', 'get_issue', { id: 99999 });\nresult.title", "RUNTIME_ERROR", ["a call failed before: UPSTREAM_ERROR"]),
    ("const { result: { title } } = call_tool('demo', 'get_issue', { id: 99999 });\ntitle", "RUNTIME_ERROR", ["a call failed before: UPSTREAM_ERROR"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nfor (const i of r) { console.log(i.id) }", "RUNTIME_ERROR", ["tools.demo.list_issues gives {issues, total, next_offset}", "write: for (const i of r.issues) { console.log(i.id) }"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nconst [first] = r;\nfirst", "RUNTIME_ERROR", ["write: const [first] = r.issues;"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nr.items.map(i => i.id)", "RUNTIME_ERROR", ["write: r.issues.map(i => i.id)"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nr.data.issues.map(i => i.id)", "RUNTIME_ERROR", ["a result is unwrapped already; write: r.issues.map(i => i.id)"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nr.result.issues.length", "RUNTIME_ERROR", ["a result is unwrapped already; write: r.issues.length"]),
    ("const r = await tools.demo.list_issues({ limit: 5 });\nif (!r.ok) throw new Error(r.error.message);", "RUNTIME_ERROR", ["gives the result itself, and throws where it fails"]),
    ("const list = list_tools();\nlist.filter(t => t.id.includes('issue')).length", "RUNTIME_ERROR", ["list_tools gives an array of {server, tool, description}"]),
    ("const r = await search_tools('issue');\nr.tools.length", "RUNTIME_ERROR", ["search_tools gives an array of {server, tool, description}"]),
    ("input.items.map(x => x.id)", "RUNTIME_ERROR", ["the request's input has no 'items'"]),
    ("const r = await tools.demo.get_issue(101);\nr.title", "INVALID_ARGS", ["not a number; its fields are: id; write: const r = await tools.demo.get_issue({ id: 101 });"]),
    ("await Promise.all([101].map(tools.demo.get_issue));", "INVALID_ARGS", ["write: await Promise.all([101].map(id => tools.demo.get_issue({ id })));"]),
    ("const two = await tools.demo.list_issues(state=\"open\", limit=2);\ntwo.total", "INVALID_ARGS", ["write: const two = await tools.demo.list_issues({ state: \"open\", limit: 2 });"]),
    ("'use strict'; await tools.demo.list_issues(limit=2)", "RUNTIME_ERROR", ["write: 'use strict'; await tools.demo.list_issues({ limit: 2 })"]),
    ("const answer = await tools.demo.list_issues(3);", "INVALID_ARGS", ["its fields are: state, labels, assignee, limit, offset"]),
    # a line that goes on with the next one
    ("let x = 1\nlet y = 2\n[x, y] = [y, x]\nx", "RUNTIME_ERROR", ["line 2 goes on with line 3; end it: let y = 2;"]),
    ("const a = 1\n(async () => { return a })()", "RUNTIME_ERROR", ["line 1 goes on with line 2; end it: const a = 1;"]),
    ("const r = { a: 1 };\nfor await (const x of r) x", "RUNTIME_ERROR", ["r is not iterable"]),
    ("for await (const x of tools.demo.list_issues({})) x", "RUNTIME_ERROR", ["tools.demo.list_issues({}) is not iterable"]),
    ("const r = 5;\nfor await (const x of r.foo()) x", "RUNTIME_ERROR", ["r.foo is not a function"]),
    ("const a = 1 // one\n\n// then\n(async () => { return a })()", "RUNTIME_ERROR", ["line 1 goes on with line 4; end it: const a = 1;"]),
    ("const { data, error } = await tools.demo.get_issue({ id: 101 });\nif (error) throw error;\ndata.title", "RUNTIME_ERROR", ["write: const data = await tools.demo.get_issue({ id: 101 });"]),
    ("const issue = (await tools.demo.get_issue({ id: 101 })).structuredContent;\nissue.title", "RUNTIME_ERROR", ["write: const issue = await tools.demo.get_issue({ id: 101 });"]),
    ("const { items } = await tools.demo.list_issues({});\nitems.length", "RUNTIME_ERROR", ["tools.demo.list_issues gives {issues, total, next_offset}, no items"]),
    ("const r = await call_tool('demo.get_issue', { id: 101 });\nr.result.content", "RUNTIME_ERROR", ["the call failed (INVALID_ARGS", "r.error"]),
    ("await Promise.all([101].map(id => tools.demo.get_issue(id)))", "INVALID_ARGS", ["write: await Promise.all([101].map(id => tools.demo.get_issue({ id })))"]),
    ("const all = [101].map(async id => await tools.demo.get_issue({ id }));\nall", "SERIALIZATION_ERROR", ["$[0] is a Promise", "write: await Promise.all(all)"]),
    ("async function run() { return 1 }\nconst k = 1;\nrun", "SERIALIZATION_ERROR", ["$ is a function", "write: await run(input)"]),
    ("const t = tools.find(t => t.name === 'get_issue');\nawait t.execute({ id: 101 })", "RUNTIME_ERROR", ["tools is not an array: list_tools() gives one"]),
    ("const [first] = await tools.demo.list_issues({ limit: 1 });\nfirst.id", "RUNTIME_ERROR", ["write: const [first] = (await tools.demo.list_issues({ limit: 1 })).issues;"]),
    ("const n = (await tools.demo.list_issues({ limit: 2 })).data.length;", "RUNTIME_ERROR", ["unwrapped already; write: const n = (await tools.demo.list_issues({ limit: 2 })).length;"]),
    ("const n = (await tools.demo.list_issues({})).map(i => i.id);", "RUNTIME_ERROR", ["it is not an array: tools.demo.list_issues gives {issues,", "write: const n = (await tools.demo.list_issues({})).issues.map(i => i.id);"]),
    ("const issues = await tools.demo.list_issues({}).issues;\nissues.length", "RUNTIME_ERROR", ["gives a Promise; write: const issues = await (await tools.demo.list_issues({})).issues;"]),
    ("const { query } = input;\nquery.toLowerCase()", "RUNTIME_ERROR", ["the request's input has no 'query'"]),
    ("const issue = (await tools.demo.get_issue({ id: 101 })).data.title;\nissue.length", "RUNTIME_ERROR", ["write: const issue = (await tools.demo.get_issue({ id: 101 })).title;"]),
    ("'a'.toUppercase()", "RUNTIME_ERROR", ["did you mean toUpperCase?"]),
    ("[1].contains(1)", "RUNTIME_ERROR", ["did you mean includes?"]),
    ("await delay(10)", "RUNTIME_ERROR", ["delay is not defined", "await sleep(ms)"]),
    ("import { tools } from 'workbench';\nawait tools.demo.now({})", "SYNTAX_ERROR", ["tools: global in a script; leave the line out"]),
    ("enum P { Low = 'p3', High = 'p1' }\nP.High", "SYNTAX_ERROR", ["write: const P = { Low: 'p3', High: 'p1' };"]),
    ("describe_tools('demo.now')", "RUNTIME_ERROR", ['takes an array: describe_tools(["demo.now"])']),
]  # fmt: skip
WARNED: list[tuple[str, Any, str]] = [
    # code, its value, a warning
    ("const total = 1, issues = [2];\n// both\n{ total, issues }", [2], "the value is issues alone; for an object end with: ({ total, issues })"),
    ("const { total } = await tools.demo.list_issues({});\n{ total };", 19, "for an object end with: ({ total })"),
    ("async function main() {\n  return await tools.demo.now({});\n}\nconst helper = 1;\nfunction other() {}", None, "main() is never called; end with: await main()"),
    ("const result = await tools.demo.get_issue({ id: 101 });", None, "ends with a declaration; end with: result"),
    ("tools.demo.get_issue({ id: 101 });\n'done'", "done", "ended without awaiting 1 call"),
    ("const found = {};\n[101, 102].forEach(async id => { found[id] = await tools.demo.get_issue({ id }) });\nfound", {}, "forEach and map do not wait; for (const x of list) and Promise.all do"),
    ("tools.demo.get_issue({ id: 999999 });\nawait sleep(300);\n'done'", "done", "Uncaught (in promise) ToolError: "),
    ("setTimeout(() => console.log('later'), 1000)", 1, "ended before its timers fired"),
    # values that nobody has
    ("const issue = tools.demo.get_issue({ id: 101 });\nreturn issue.title;", None, "gives a Promise; write: const issue = await tools.demo.get_issue({ id: 101 });"),
    ("return await tools.demo.get_issue({ id: 101 }).title;", None, "write: return await (await tools.demo.get_issue({ id: 101 })).title;"),
    ("const { result } = await tools.demo.get_issue({ id: 101 });\nresult", None, "unwrapped already; write: const result = await tools.demo.get_issue({ id: 101 });"),
    ("const r = await call_tool('demo', 'get_issue', { id: 101 });\nr.title", None, "r is what call_tool gives, {ok, result}; write: r.result.title"),
    ("const r = await tools.demo.get_issue({ id: 101 });\nconst text = r?.content?.[0]?.text;\ntext", None, "unwrapped already; write: const text = r;"),
    ("const r = await tools.demo.get_issue({ id: 101 });\nreturn r?.content?.[0]?.text;", None, "unwrapped already; write: return r;"),
    ("const r = await tools.demo.list_issues({ limit: 1 });\nconst first = r.data?.issues?.[0];\nfirst", None, "unwrapped already; write: const first = r?.issues?.[0];"),
    ("const r = call_tool('demo', 'get_issue', '101');\nif (r.isError) throw new Error('no');\nr.result", None, "the call failed (INVALID_ARGS: args must be an object, not a string): look at ok and error first"),
    ("const { query } = input;\nquery", None, "the request's input has no 'query'"),
    ("const t = tools.filter(t => t.server === 'demo');\nt.length", None, "tools is not an array: list_tools() gives one"),
    ("function helper() {}\nconst main = async (input) => helper();\nconst x = 1;", None, "main() is never called; end with: await main(input)"),
]  # fmt: skip


async def replays_to_the_same_end(runtime: Runtime, execution_id: str) -> None:
    assert runtime.history is not None
    recording = runtime.history.recording(execution_id)
    replayed = await replay(runtime.engine, recording, redactor=Redactor())
    assert replayed.verdict == "identical", replayed.divergence


@pytest.mark.parametrize(("code", "value"), VALUES, ids=[repr(code)[1:60] for code, _ in VALUES])
async def test_it_works(runtime: Runtime, code: str, value: Any) -> None:
    execution = await runtime.engine.run(ExecutionRequest(code, input={"n": 5}))
    assert execution.error is None, execution.error
    assert execution.value == value
    await replays_to_the_same_end(runtime, execution.execution_id)


@pytest.mark.parametrize(
    ("code", "error_code", "said"), MESSAGES, ids=[repr(row[0])[1:60] for row in MESSAGES]
)
async def test_it_says_how_it_is_right(
    runtime: Runtime, code: str, error_code: str, said: list[str]
) -> None:
    execution = await runtime.engine.run(ExecutionRequest(code, input={"n": 5}))
    assert execution.error is not None, execution.value
    assert execution.error.code == error_code
    for words in said:
        assert words in execution.error.message
    await replays_to_the_same_end(runtime, execution.execution_id)


@pytest.mark.parametrize(
    ("code", "value", "warning"), WARNED, ids=[repr(row[0])[1:40] for row in WARNED]
)
async def test_it_warns(runtime: Runtime, code: str, value: Any, warning: str) -> None:
    execution = await runtime.engine.run(ExecutionRequest(code))
    assert execution.error is None
    assert execution.value == value
    assert any(warning in text for text in execution.warnings), execution.warnings
    await replays_to_the_same_end(runtime, execution.execution_id)


@pytest.mark.parametrize("code", ["call_tool", "ToolError", "console"])
async def test_no_call_is_proposed_of_what_is_not_the_script_s(runtime: Runtime, code: str) -> None:
    error = (await runtime.engine.run(ExecutionRequest(code))).error
    assert error is not None
    assert error.message.endswith("is a function (call it, or leave it out)")


async def test_an_uncaught_error_of_a_tool_keeps_what_it_knows(runtime: Runtime) -> None:
    ended = await runtime.engine.run(
        ExecutionRequest(code="await tools.demo.getIssue({ id: 'x' })", source="cli")
    )
    assert ended.error is not None
    assert ended.error.details == {
        "server": "demo",
        "tool": "get_issue",
        "details": {"problems": ["field 'id' must be a whole number, not the string \"x\""]},
    }
