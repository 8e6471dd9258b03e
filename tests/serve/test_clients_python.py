"""The Python SDK's client over stdio (over HTTP: test_serving_http.py), and fastmcp's over both."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastmcp
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.client import ConnectMode

from tests.support.serving import Served, command, write_config
from workbench.history import Store

pytestmark = pytest.mark.anyio
Start = Callable[..., Served]
TOKEN = "a-token-for-the-tests"
ERAS: list[tuple[ConnectMode, str]] = [("auto", "2026-07-28"), ("legacy", "2025-11-25")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path, raw=True)
    return tmp_path


def statuses(folder: Path) -> list[str]:
    store = Store(folder / "data" / "history.sqlite3")
    try:
        return [row.status for row in store.list_executions()]
    finally:
        store.close()


def parameters(folder: Path) -> StdioServerParameters:
    program, *args = command(folder)
    return StdioServerParameters(command=program, args=args, env=dict(os.environ), cwd=folder)


@pytest.mark.parametrize(("mode", "version"), ERAS)
async def test_python_sdk(folder: Path, mode: str, version: str) -> None:
    told: list[str | None] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    async with Client(parameters(folder), mode=mode) as client:
        assert client.protocol_version == version
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools][:2] == ["code_execution", "search_tools"]
        assert tools[0].annotations is not None
        assert tools[0].annotations.destructive_hint is True
        code = "call_tool('raw', 'echo', {n: input}).result.n + 1"
        # The client checks structured content against the output schema itself.
        result = await client.call_tool(
            "code_execution", {"code": code, "input": 41}, progress_callback=progress
        )
        assert result.structured_content["value"] == 42
        assert told[0] == "#1 raw.echo started"
        code = "call_tool('raw', 'sleep', {steps: 3}).ok"
        await client.call_tool("code_execution", {"code": code}, progress_callback=progress)
        assert told[2:6] == [
            "#1 raw.sleep started",
            *(f"#1 raw.sleep: {n}/3 step" for n in (1, 2, 3)),
        ]
        for code in ("null", "[1, 'é', {}]", "2 ** 53", "'\\u0000'"):
            assert (await client.call_tool("code_execution", {"code": code})).is_error is False
        failed = await client.call_tool("code_execution", {"code": "syntax error here"})
        assert failed.is_error is True
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("nothing", {})


async def test_python_sdk_cancels(folder: Path) -> None:
    async with Client(parameters(folder)) as client:
        code = "call_tool('raw', 'sleep', {ms: 60000})"
        started = asyncio.Event()

        async def progress(progress: float, total: float | None, message: str | None) -> None:
            started.set()

        calling = asyncio.create_task(
            client.call_tool("code_execution", {"code": code}, progress_callback=progress)
        )
        await asyncio.wait_for(started.wait(), 20)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        result = await client.call_tool("code_execution", {"code": "1"})
        assert result.structured_content["value"] == 1
        async with asyncio.timeout(20):
            while "running" in statuses(folder):  # noqa: ASYNC110  (in another process)
                await asyncio.sleep(0.02)
    assert sorted(statuses(folder)) == ["cancelled", "ok"]


async def test_deep_values_arrive(folder: Path) -> None:
    """What this client's JSON reader cannot read it drops, and waits for: its reader ends at 200 levels."""
    code = "let d = 'leaf'; for (let i = 0; i < 400; i++) d = i % 2 ? [d] : { d }; d"
    async with Client(parameters(folder), read_timeout_seconds=30) as client:
        for most in (8000, 0):
            arguments: dict[str, Any] = {"code": code, "options": {"max_answer_tokens": most}}
            told = (await client.call_tool("code_execution", arguments)).structured_content
            assert told["value"]["truncated"] is True
            ask = {"execution_id": told["execution_id"], "path": "$[0].d" + "[0].d" * 199}
            part = (await client.call_tool("get_execution", ask)).structured_content
            assert part["value"] == "leaf"


@pytest.mark.slow
async def test_big_values_both_ways(folder: Path) -> None:
    async with Client(parameters(folder)) as client:
        given = {"text": "é" * 2_000_000}
        arguments = {"code": "input.text + 'x'", "input": given}
        result = await client.call_tool(
            "code_execution", {**arguments, "options": {"max_answer_tokens": 0}}
        )
        assert result.structured_content["value"] == "é" * 2_000_000 + "x"
        bounded = (await client.call_tool("code_execution", arguments)).structured_content
        assert (bounded["value"]["truncated"], bounded["value"]["length"]) == (True, 2_000_001)
        ask = {"execution_id": bounded["execution_id"], "path": "$[1999999:]"}
        assert (await client.call_tool("get_execution", ask)).structured_content["value"] == "éx"


@pytest.mark.parametrize(("mode", "version"), ERAS)
async def test_long_work_is_collected_and_images_are_seen(
    folder: Path, mode: ConnectMode, version: str
) -> None:
    async with Client(parameters(folder), mode=mode) as client:
        options = {"wait_ms": 1}
        arguments = {"code": "await sleep(400); 'late'", "options": options}
        early = await client.call_tool("code_execution", arguments)
        assert (early.is_error, early.structured_content["ok"]) == (False, None)
        ask = {"execution_id": early.structured_content["execution_id"], "wait_ms": 60_000}
        late = (await client.call_tool("get_execution", ask)).structured_content
        assert (late["ok"], late["value"]) == (True, "late")
        arguments = {"code": "await sleep(600000)", "options": options}
        endless = (await client.call_tool("code_execution", arguments)).structured_content
        stop = {"execution_id": endless["execution_id"]}
        assert (await client.call_tool("cancel_execution", stop)).structured_content["cancelled"]
        image = {"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"}
        shown = await client.call_tool("code_execution", {"code": "input", "input": image})
        assert [block.type for block in shown.content] == ["text", "image"]


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize(("mode", "version"), ERAS)
async def test_fastmcp(
    folder: Path, start: Start, transport: str, mode: ConnectMode, version: str
) -> None:
    program, *args = command(folder)
    entry: dict[str, Any] = {"command": program, "args": args, "cwd": str(folder)}
    if transport == "http":
        served = start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN)
        url = (await served.stderr_line()).split()[-1]
        entry = {"url": url, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    else:
        entry["env"] = dict(os.environ)
    told: list[str | None] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    config = {"mcpServers": {"workbench": entry}}
    async with fastmcp.Client(config, mode=mode) as client:
        assert client.session.protocol_version == version
        tools = await client.list_tools()
        assert "code_execution" in tools[0].name
        code = "call_tool('raw', 'echo', {n: 42}).result.n"
        result = await client.call_tool("code_execution", {"code": code}, progress_handler=progress)
        assert result.structured_content["value"] == 42
        assert told[0] == "#1 raw.echo started"
        failed = await client.call_tool("code_execution", {"code": "nope()"}, raise_on_error=False)
        assert failed.is_error
