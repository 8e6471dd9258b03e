"""Clients that others wrote: both TypeScript SDKs and the Inspector's command line."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.serving import Served, command, end, write_config
from workbench.history import Store

pytestmark = [pytest.mark.anyio, pytest.mark.npm]
NPM = Path(__file__).parents[1] / "npm"
TOKEN = "a-token-for-the-tests"
Start = Callable[..., Served]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_config(tmp_path, raw=True)
    return tmp_path


async def output(*program: str, home: Path) -> Any:
    """The JSON that a client prints."""
    if not (NPM / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("needs: npm install in tests/npm")
    process = await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(home)},
        cwd=home,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        await end(process)
    assert process.returncode == 0, err.decode()
    return json.loads(out)


TYPESCRIPT_SDKS = [("v1", None), ("v2", "2026-07-28"), ("v2-legacy", "2025-11-25")]


async def check(seen: Any, folder: Path, version: str | None) -> None:
    assert seen["server"]["name"] == "workbench"
    if version is not None:  # the first SDK does not tell
        assert seen["version"] == version
    assert seen["tools"][0] == "code_execution"
    assert seen["after"] == seen["tools"], "list_changed was heard, and the list asked for again"
    assert seen["value"] == 42
    assert seen["failed"] == [True, "RUNTIME_ERROR"]
    assert seen["progress"][0] == "#1 raw.sleep started"
    assert seen["aborted"] is True
    page = [{"id": n, "title": f"Issue {n}"} for n in (4000, 4001)]
    assert seen["large"] == [True, 5000, page]
    assert seen["running"] == [None, True, True, "late"]
    assert seen["image"] == {"type": "image", "data": "iVBORw0KGgo=", "mimeType": "image/png"}
    store = Store(folder / "data" / "history.sqlite3")
    rows = store.list_executions()
    async with asyncio.timeout(20):
        while any(row.status == "running" for row in rows):
            await asyncio.sleep(0.05)
            rows = store.list_executions()
    store.close()
    assert sorted(row.status for row in rows) == ["cancelled", "error", "ok", "ok", "ok", "ok"]
    assert {row.client for row in rows} == {"ts-client"}


@pytest.mark.slow
@pytest.mark.parametrize(("sdk", "version"), TYPESCRIPT_SDKS)
async def test_typescript_sdk_over_stdio(folder: Path, sdk: str, version: str | None) -> None:
    script = str(NPM / "client.mjs")
    seen = await output("node", script, sdk, "stdio", *command(folder), home=folder)
    await check(seen, folder, version)


@pytest.mark.slow
@pytest.mark.parametrize(("sdk", "version"), TYPESCRIPT_SDKS)
async def test_typescript_sdk_over_http(
    folder: Path, start: Start, sdk: str, version: str | None
) -> None:
    served = start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN)
    url = (await served.stderr_line()).split()[-1]
    script = str(NPM / "client.mjs")
    seen = await output("node", script, sdk, "http", url, TOKEN, home=folder)
    await check(seen, folder, version)


def check_tasks(seen: Any, kind: str, folder: Path) -> None:
    assert seen["support"] == ["optional", None, None, None, None]
    if kind == "v1":
        ok, cancelled = seen["ok"][1], seen["cancelled"][1]
        assert seen["ok"][0] == ["taskCreated", "taskStatus", "result"]
        assert cancelled.endswith("was cancelled")
        assert seen["listed"] == ["completed", "cancelled"]
    else:
        ok = seen["ok"]
        assert (
            seen["failed"] == "TaskFailedError: RUNTIME_ERROR: ReferenceError: nope is not defined"
        )
        assert seen["cancelled"] == "TaskCancelledError: Task was cancelled"
    assert isinstance(ok, dict), ok
    assert (ok["ok"], ok["value"]) == (True, "late")
    store = Store(folder / "data" / "history.sqlite3")
    rows = store.list_executions()
    store.close()
    assert {row.status for row in rows} - {"error"} == {"ok", "cancelled"}
    assert ok["execution_id"] in {row.execution_id for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["v1", "ext"])
async def test_clients_of_the_first_tasks_over_stdio(folder: Path, kind: str) -> None:
    script = str(NPM / "tasks.mjs")
    seen = await output("node", script, kind, "stdio", *command(folder), home=folder)
    check_tasks(seen, kind, folder)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["v1", "ext"])
async def test_clients_of_the_first_tasks_over_http(folder: Path, start: Start, kind: str) -> None:
    served = start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN)
    url = (await served.stderr_line()).split()[-1]
    script = str(NPM / "tasks.mjs")
    seen = await output("node", script, kind, "http", url, TOKEN, home=folder)
    check_tasks(seen, kind, folder)


async def inspect(*target: str, home: Path) -> Any:
    return await output(
        str(NPM / "node_modules" / ".bin" / "mcp-inspector"), "--cli", *target, home=home
    )


CALL = (
    *("--method", "tools/call", "--tool-name", "code_execution"),
    *("--tool-args-json", '{"code": "6 * 7"}', "--format", "json", "-q"),
)


@pytest.mark.slow
@pytest.mark.parametrize("era", ["legacy", "modern"])
async def test_inspector_over_stdio(folder: Path, era: str) -> None:
    program, *args = command(folder)
    servers = {"mcpServers": {"workbench": {"command": program, "args": args}}}
    (folder / "mcp.json").write_text(json.dumps(servers))
    target = ("--config", str(folder / "mcp.json"), "--server", "workbench")
    listing = ("--method", "tools/list", "--format", "json", "-q")
    listed = await inspect(*target, *listing, home=folder)
    assert "code_execution" in json.dumps(listed)
    modern = ("--protocol-era", "modern") if era == "modern" else ()
    called = await inspect(*target, *modern, *CALL, home=folder)
    assert '"value": 42' in json.dumps(called)
    if era == "modern":  # it speaks the extension "tasks", and comes back for what takes longer
        code = '{"code": "await sleep(2200); \'late\'"}'
        late = (*CALL[:5], code, *CALL[6:])
        called = await inspect(*target, *modern, *late, home=folder)
        assert '"value": "late"' in json.dumps(called)


@pytest.mark.slow
@pytest.mark.parametrize("era", ["legacy", "modern"])
async def test_inspector_over_http(folder: Path, start: Start, era: str) -> None:
    served = start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN)
    url = (await served.stderr_line()).split()[-1]
    modern = ("--protocol-era", "modern") if era == "modern" else ()
    header = ("--header", f"Authorization: Bearer {TOKEN}")
    called = await inspect("--server-url", url, *header, *modern, *CALL, home=folder)
    assert '"value": 42' in json.dumps(called)
