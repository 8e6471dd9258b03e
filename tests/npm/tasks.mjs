// Clients that speak tasks, against a server: node tasks.mjs v1|ext stdio COMMAND ARGS… | http URL TOKEN
// v1: the first SDK's own tasks. ext: @modelcontextprotocol/ext-tasks over the second SDK. Both speak those of 2025-11-25.
// Prints one JSON object with what it saw.
const [kind, transportKind, ...rest] = process.argv.slice(2);
const sdk = kind === "v1" ? "@modelcontextprotocol/sdk/client" : "@modelcontextprotocol/client";
const load = (path) => import(kind === "v1" ? `${sdk}/${path}.js` : path === "stdio" ? `${sdk}/stdio` : sdk);
const { Client } = await load("index");
const { StdioClientTransport } = await load("stdio");
const { StreamableHTTPClientTransport } = await load("streamableHttp");
const transport =
  transportKind === "stdio"
    ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env })
    : new StreamableHTTPClientTransport(new URL(rest[0]), {
        requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } },
      });
const client = new Client({ name: "ts-tasks", version: "1" }, {});
await client.connect(transport);
const { tools } = await client.listTools();
const script = (code) => ({ name: "code_execution", arguments: { code } });
const seen = { support: tools.map((tool) => tool.execution?.taskSupport ?? null) };

if (kind === "v1") {
  const through = async (code, during) => {
    const types = [];
    for await (const message of client.experimental.tasks.callToolStream(script(code), undefined, { task: { ttl: 60000 } })) {
      if (types.at(-1) !== message.type) types.push(message.type);
      if (message.type === "taskCreated") await during?.(message.task.taskId);
      if (message.type === "result") return [types, message.result.structuredContent];
      if (message.type === "error") return [types, String(message.error)];
    }
  };
  seen.ok = await through("await sleep(200); 'late'");
  seen.cancelled = await through("await sleep(600000)", (id) => client.experimental.tasks.cancelTask(id));
  seen.listed = (await client.experimental.tasks.listTasks()).tasks.map((task) => task.status);
} else {
  const ext = await import("@modelcontextprotocol/ext-tasks/client");
  const session = ext.createTaskSessionFromClient(client, { endpointId: "workbench" });
  const through = async (code, during) => {
    const declaration = ext.toolDeclaration({ ...tools[0], taskSupport: tools[0].execution.taskSupport });
    const execution = await session.callTool("code_execution", { code }, { task: { preference: "require" }, declaration });
    await during?.(execution);
    const { outcome } = await execution.settle();
    try {
      return ext.resultFromTaskOutcome(outcome).structuredContent;
    } catch (error) {
      return String(error);
    }
  };
  seen.ok = await through("await sleep(200); 'late'");
  seen.failed = await through("await sleep(200); nope()");
  seen.cancelled = await through("await sleep(600000)", (execution) => execution.cancel());
  await session.close();
}
console.log(JSON.stringify(seen));
await client.close();
