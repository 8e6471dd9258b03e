// The TypeScript SDK's client against a server: node client.mjs stdio COMMAND ARGS… | http URL TOKEN
// Prints one JSON object with what it saw.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, ...rest] = process.argv.slice(2);
const transport =
  kind === "stdio"
    ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env })
    : new StreamableHTTPClientTransport(new URL(rest[0]), {
        requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } },
      });
const client = new Client({ name: "ts-client", version: "1" });
await client.connect(transport);
const { tools } = await client.listTools();
const progress = [];
const code = "call_tool('raw', 'echo', {n: input}).result.n + 1";
const ran = await client.callTool(
  { name: "code_execution", arguments: { code, input: 41 } },
  undefined,
  { onprogress: (each) => progress.push(each.message) },
);
const failed = await client.callTool({ name: "code_execution", arguments: { code: "nope()" } });
const stop = new AbortController();
const sleep = "call_tool('raw', 'sleep', {ms: 60000})";
const cancelled = client
  .callTool({ name: "code_execution", arguments: { code: sleep } }, undefined, {
    signal: stop.signal,
    onprogress: () => stop.abort("enough"),
  })
  .then(() => false, () => true);
const aborted = await cancelled;
console.log(
  JSON.stringify({
    server: client.getServerVersion(),
    tools: tools.map((tool) => tool.name),
    value: ran.structuredContent.value,
    failed: [failed.isError, failed.structuredContent.error.code],
    progress: progress.length,
    aborted,
  }),
);
await client.close();
