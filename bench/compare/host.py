"""One engine in one process, driven by JSON lines: the thinnest server that could be built on it.

Runs in the engine's own environment: python host.py quickjs|mini_racer|monty|utcp UPSTREAM. A line
``{id, code, timeout_ms, memory_mb}`` is answered by ``{id, value}`` or ``{id, error}``; several run at once.
Standard library and the engine.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import sys


class Upstream:
    """The MCP server behind all peers, over its pipes."""

    async def start(self, script):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            script,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        self.waiting = {}
        self.last = 0
        self.reader = asyncio.create_task(self.read())
        hello = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "host", "version": "1"},
        }
        await self.ask("initialize", hello)

    async def read(self):
        async for line in self.process.stdout:
            message = json.loads(line)
            self.waiting.pop(message["id"]).set_result(message.get("result"))

    async def ask(self, method, params):
        self.last += 1
        answer = self.waiting[self.last] = asyncio.get_running_loop().create_future()
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        return await answer

    async def call(self, tool, arguments):
        result = await self.ask("tools/call", {"name": tool, "arguments": arguments})
        return result["content"][0]["text"]


class QuickJs:
    """A context a script, on a thread. With a time limit the library lets no script call out, so those that call have none."""

    async def start(self, upstream):
        self.loop, self.upstream = asyncio.get_running_loop(), upstream
        self.threads = concurrent.futures.ThreadPoolExecutor(64)

    async def run(self, code, timeout_ms, memory_mb):
        return await self.loop.run_in_executor(
            self.threads, self.execute, code, timeout_ms, memory_mb
        )

    def execute(self, code, timeout_ms, memory_mb):
        import quickjs

        context = quickjs.Context()
        context.set_memory_limit(memory_mb << 20)

        def call(tool, text):
            return asyncio.run_coroutine_threadsafe(
                self.upstream.call(tool, json.loads(text)), self.loop
            ).result()

        if "call_tool" in code:
            context.add_callable("$call", call)
        else:
            context.set_time_limit(timeout_ms / 1000)
        return json.loads(context.eval(
            "const call_tool = (server, tool, args) => $call(tool, JSON.stringify(args));"
            f"JSON.stringify((() => {{ {code} }})())"
        ))  # fmt: skip


class MiniRacer:
    """An isolate a script; calls are asynchronous."""

    async def start(self, upstream):
        self.upstream = upstream

    async def run(self, code, timeout_ms, memory_mb):
        import py_mini_racer

        racer = py_mini_racer.MiniRacer()
        try:
            racer.set_hard_memory_limit(memory_mb << 20)

            async def call(tool, text):
                return await self.upstream.call(tool, json.loads(text))

            async with racer.wrap_py_function(call) as function:
                racer.eval("globalThis")["$call"] = function
                body = (
                    "const call_tool = (server, tool, args) => $call(tool, JSON.stringify(args));"
                    f"(async () => JSON.stringify(await (async () => {{ {code} }})()))()"
                )

                async def result():
                    return await (await racer.eval_cancelable(body))

                return json.loads(await asyncio.wait_for(result(), timeout_ms / 1000))
        finally:
            racer.close()


class Monty:
    """A warm pool of processes; Python."""

    async def start(self, upstream):
        import pydantic_monty

        async def call_tool(server, tool, args):
            return await upstream.call(tool, args)

        self.lookup = {"call_tool": call_tool}
        self.pool = pydantic_monty.AsyncMonty(min_processes=2, max_processes=16)
        await self.pool.__aenter__()

    async def run(self, code, timeout_ms, memory_mb):
        limits = {
            "max_suspensions": 1_000_000,
            "max_feed_duration_secs": timeout_ms / 1000,
            "max_memory": memory_mb << 20,
        }
        async with self.pool.checkout(limits=limits) as session:
            return await session.feed_run(code, external_lookup=self.lookup)


class Utcp:
    """RestrictedPython on a thread. Its plugin for MCP takes no tools without an output schema: no calls."""

    async def start(self, upstream):
        import logging

        from utcp_code_mode import CodeModeUtcpClient

        logging.disable(logging.ERROR)
        self.client = await CodeModeUtcpClient.create()

    async def run(self, code, timeout_ms, memory_mb):
        answer = await self.client.call_tool_chain(code, timeout=timeout_ms / 1000)
        if answer["result"] is None:
            raise RuntimeError("; ".join(answer["logs"]))
        return answer["result"]


async def main():
    upstream = Upstream()
    await upstream.start(sys.argv[2])
    engines = {"quickjs": QuickJs, "mini_racer": MiniRacer, "monty": Monty, "utcp": Utcp}
    engine = engines[sys.argv[1]]()
    await engine.start(upstream)
    loop = asyncio.get_running_loop()
    tasks = set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task = asyncio.create_task(answer(engine, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def answer(engine, asked):
    try:
        found = {"value": await engine.run(asked["code"], asked["timeout_ms"], asked["memory_mb"])}
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps({"id": asked["id"], **found}), flush=True)


asyncio.run(main())
