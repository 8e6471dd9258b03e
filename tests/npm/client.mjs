// A TypeScript SDK's client against a server: node client.mjs v1|v2|v2-legacy stdio COMMAND ARGS… | http URL TOKEN
// Prints one JSON object with what it saw. v2 negotiates 2026-07-28. Runs in the folder of the server's workbench.toml.
import { readFileSync, writeFileSync } from "node:fs";

const [sdk, kind, ...rest] = process.argv.slice(2);
const v1 = "@modelcontextprotocol/sdk/client";
const v2 = "@modelcontextprotocol/client";
const { Client } = await import(sdk === "v1" ? `${v1}/index.js` : v2);
const { StdioClientTransport } = await import(sdk === "v1" ? `${v1}/stdio.js` : `${v2}/stdio`);
const { StreamableHTTPClientTransport } = await import(sdk === "v1" ? `${v1}/streamableHttp.js` : v2);

const transport =
  kind === "stdio"
    ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env })
    : new StreamableHTTPClientTransport(new URL(rest[0]), {
        requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } },
      });
let heard;
const changed = new Promise((resolve) => (heard = resolve));
const options = {
  listChanged: { tools: { onChanged: (error, tools) => heard(error ?? tools.map((t) => t.name)) } },
  ...(sdk === "v2" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {}),
};
const client = new Client({ name: "ts-client", version: "1" }, options);
await client.connect(transport);
const call = (params, given) =>
  sdk === "v1" ? client.callTool(params, undefined, given) : client.callTool(params, given);

const { tools } = await client.listTools();
const code = "call_tool('raw', 'echo', {n: input}).result.n + 1";
const ran = await call({ name: "code_execution", arguments: { code, input: 41 } });
// Past max_answer_tokens a preview, and the rest by its path. Both SDKs hold the answer to its output schema.
const many = "({items: Array.from({length: 5000}, (_, id) => ({id, title: 'Issue ' + id}))})";
const large = (await call({ name: "code_execution", arguments: { code: many } })).structuredContent;
const ask = { execution_id: large.execution_id, path: "$.items[4000:4002]" };
const page = (await call({ name: "get_execution", arguments: ask })).structuredContent;
// Longer than it is waited for, collected later.
const waiting = { code: "await sleep(400); 'late'", options: { wait_ms: 1 } };
const early = (await call({ name: "code_execution", arguments: waiting })).structuredContent;
const collect = { execution_id: early.execution_id, wait_ms: 60000 };
const late = (await call({ name: "get_execution", arguments: collect })).structuredContent;
const image = { type: "image", data: "iVBORw0KGgo=", mimeType: "image/png" };
const seen = await call({ name: "code_execution", arguments: { code: "input", input: image } });
// The list has another answer when its owner sets another limit.
const settings = readFileSync("workbench.toml", "utf8");
writeFileSync("workbench.toml", `code_execution_memory_mb = 65\n${settings}`);
const after = await changed;
const failed = await call({ name: "code_execution", arguments: { code: "nope()" } });
// Progress is asked of a run that is still under way: what comes in one piece with the answer, both SDKs throw away.
const progress = [];
const stop = new AbortController();
const told = (each) => (progress.push(each.message), stop.abort("enough"));
const sleep = "call_tool('raw', 'sleep', {ms: 60000})";
const aborted = await call(
  { name: "code_execution", arguments: { code: sleep } },
  { signal: stop.signal, onprogress: told },
).then(() => false, () => true);
console.log(
  JSON.stringify({
    server: client.getServerVersion(),
    version: client.getNegotiatedProtocolVersion?.(),
    tools: tools.map((tool) => tool.name),
    after,
    value: ran.structuredContent.value,
    failed: [failed.isError, failed.structuredContent.error.code],
    progress,
    aborted,
    large: [large.value.truncated, large.value.head.items.length, page.value],
    running: [early.ok, early.running, late.ok, late.value],
    image: seen.content[1],
  }),
);
await client.close();
