// @utcp/code-mode in one process, driven by JSON lines, as host.py does for engines of Python:
// node node_host.mjs NODE_MODULES PYTHON UPSTREAM. A fresh isolate a script, the upstream through @utcp/mcp.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [, , folder, python, upstream] = process.argv;
const require = createRequire(`${folder}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
console.log = console.info = console.error; // stdout is for answers

await load("@utcp/mcp");
const { CodeModeUtcpClient } = await load("@utcp/code-mode");
const client = await CodeModeUtcpClient.create();
await client.registerManual({
  name: "raw",
  call_template_type: "mcp",
  config: { mcpServers: { raw: { transport: "stdio", command: python, args: [upstream] } } },
});

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { id, code, timeout_ms, memory_mb } = JSON.parse(line);
    let answer;
    try {
      const { result, logs } = await client.callToolChain(code, timeout_ms, memory_mb);
      answer = result === null ? { error: logs.join("; ").slice(0, 200) } : { value: result };
    } catch (error) {
      answer = { error: String(error?.message ?? error).slice(0, 200) };
    }
    process.stdout.write(JSON.stringify({ id, ...answer }) + "\n");
  })
  .on("close", () => process.exit(0));
