"""Long work: runs that are waited for in part, collected later, cancelled, or left by their client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from workbench.config import Config, demo_server
from workbench.config.schema import HistorySettings
from workbench.core.events import Event, ToolCallFinished
from workbench.core.model import JsonValue
from workbench.core.runtime import Runtime, open_runtime
from workbench.serve.tool_definitions import OUTPUT_SCHEMA
from workbench.serve.tool_provider import Caller
from workbench.serve.toolset import Toolset

pytestmark = pytest.mark.anyio
LONG = "console.log('begun'); call_tool('demo', 'now'); await sleep(600000)"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
async def toolset(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Toolset]:
    config = Config(enable_code_execution=True, servers={"demo": demo_server()})
    async with open_runtime(
        config, data_dir=tmp_path_factory.mktemp("data"), connect=True
    ) as opened:
        await opened.upstream.settled()
        yield Toolset(opened)


def runtime_of(toolset: Toolset) -> Runtime:
    return toolset._runtime


async def ask(toolset: Toolset, asked: str, /, **arguments: JsonValue) -> Any:
    result = await toolset.call(asked, arguments, Caller(client="test"))
    return result["structuredContent"]


async def started(toolset: Toolset, code: str = LONG, **options: JsonValue) -> str:
    """The id of a run that goes on."""
    told = await ask(toolset, "code_execution", code=code, options={"wait_ms": 0, **options})
    return str(told["execution_id"])


async def status(toolset: Toolset, execution_id: str) -> str:
    history = runtime_of(toolset).history
    await history.committed()
    return (await asyncio.to_thread(history.standing, execution_id)).status


async def until_running(toolset: Toolset, count: int) -> list[str]:
    async with asyncio.timeout(50):
        while len(runtime_of(toolset).engine.running) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return list(runtime_of(toolset).engine.running)


@pytest.mark.slow
async def test_a_run_that_takes_longer_is_answered_and_collected_later(toolset: Toolset) -> None:
    code = "console.log('begun'); const r = await tools.demo.echo({value: 7}); await sleep(1500); r"
    result = await toolset.call(
        "code_execution", {"code": code, "options": {"wait_ms": 300}}, Caller(client="test")
    )
    told = result["structuredContent"]
    jsonschema_rs.validate(OUTPUT_SCHEMA, told)
    assert result["isError"] is False
    assert (told["ok"], told["running"]) == (None, True)
    assert "value" not in told
    assert f'get_execution(execution_id="{told["execution_id"]}", wait_ms=' in told["next"]
    collected = await ask(
        toolset, "get_execution", execution_id=told["execution_id"], wait_ms=60_000
    )
    assert (collected["ok"], collected["running"], collected["status"]) == (True, False, "ok")
    assert collected["logs"][0]["text"] == "begun"


async def test_one_that_ends_in_time_is_answered_as_ever(toolset: Toolset) -> None:
    told = await ask(toolset, "code_execution", code="6 * 7", options={"wait_ms": 60_000})
    assert (told["ok"], told["value"]) == (True, 42)
    assert "running" not in told
    failed = await ask(toolset, "code_execution", code="null.x", options={"wait_ms": 60_000})
    assert failed["error"]["code"] == "RUNTIME_ERROR"


async def test_what_still_runs_is_shown_so_far_and_can_be_cancelled(toolset: Toolset) -> None:
    execution_id = await started(toolset)
    async with asyncio.timeout(50):
        while True:
            shown = await ask(toolset, "get_execution", execution_id=execution_id, wait_ms=10)
            if shown["calls"]:
                break
    assert (shown["ok"], shown["running"], shown["status"]) == (None, True, "running")
    assert shown["logs"][0]["text"] == "begun"
    part = await ask(toolset, "get_execution", execution_id=execution_id, path="$.x")
    assert "still running" in part["error"]["message"]
    for path in ("$", "error"):
        part = await ask(toolset, "get_execution", execution_id=execution_id, path=path)
        assert part["error"]["message"].endswith("it has a value or an error when it has ended")
    # What an answer says is cut can be had at once: the console, and calls, so far.
    part = await ask(toolset, "get_execution", execution_id=execution_id, path="logs[0].text")
    assert part["value"] == "begun"
    part = await ask(toolset, "get_execution", execution_id=execution_id, path="calls[0].tool")
    assert part["value"] == shown["calls"][0]["tool"]
    told = await ask(toolset, "cancel_execution", execution_id=execution_id)
    assert told == {"execution_id": execution_id, "cancelled": True, "status": "cancelled"}
    again = await ask(toolset, "cancel_execution", execution_id=execution_id)
    assert (again["cancelled"], again["reason"]) == (False, "it had ended: cancelled")
    shown = await ask(toolset, "get_execution", execution_id=execution_id, wait_ms=60_000)
    assert (shown["ok"], shown["error"]["code"]) == (False, "CANCELLED")


@pytest.mark.parametrize("asked", ["cancel_execution", "get_execution"])
async def test_who_is_not_known_is_told(toolset: Toolset, asked: str) -> None:
    more = {"wait_ms": 1000} if asked == "get_execution" else {}
    told = await ask(toolset, asked, execution_id=NOBODY, **more)
    assert (told["ok"], told["error"]["code"]) == (False, "NOT_FOUND")
    told = await ask(toolset, asked, execution_id="12", **more)
    assert "not the whole id" in told["error"]["message"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"wait_ms": -1}, "'options.wait_ms'"),
        ({"wait_ms": 600_001}, "'options.wait_ms'"),
        ({"wait_ms": "5"}, "'options.wait_ms'"),
        ({"detached": "yes"}, "'options.detached'"),
        ({"max_answer_tokens": -1}, "'options.max_answer_tokens'"),
        ({"max_answer_tokens": 1.5}, "'options.max_answer_tokens'"),
        # No number of SQLite: the run would not be recorded.
        ({"max_answer_tokens": 10**30}, "'options.max_answer_tokens' must be at most"),
    ],
)
async def test_odd_options_are_refused_by_name(
    toolset: Toolset, options: dict[str, JsonValue], named: str
) -> None:
    told = await ask(toolset, "code_execution", code="1", options=options)
    assert (told["error"]["code"], named in told["error"]["message"]) == ("INVALID_REQUEST", True)


@pytest.mark.parametrize("options", [{}, {"wait_ms": 600_000}])
async def test_a_client_that_leaves_ends_its_run(
    toolset: Toolset, options: dict[str, JsonValue]
) -> None:
    arguments = {"code": LONG, "options": options}
    asking = asyncio.create_task(toolset.call("code_execution", arguments, Caller()))
    (execution_id,) = await until_running(toolset, 1)
    asking.cancel()
    await asyncio.wait((asking,))
    await until_running(toolset, 0)
    assert await status(toolset, execution_id) == "cancelled"


@pytest.mark.parametrize("options", [{}, {"wait_ms": 600_000}])
async def test_a_detached_run_survives_its_client(
    toolset: Toolset, options: dict[str, JsonValue]
) -> None:
    reports: list[str] = []
    caller = Caller(progress=lambda done, text, total=None: reports.append(text))
    code = "await tools.demo.now(); await sleep(800); await tools.demo.now(); 'collected'"
    arguments = {"code": code, "options": {**options, "detached": True}}
    asking = asyncio.create_task(toolset.call("code_execution", arguments, caller))
    (execution_id,) = await until_running(toolset, 1)
    while len(reports) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait((asking,))
    heard = len(reports)
    shown = await ask(toolset, "get_execution", execution_id=execution_id, wait_ms=60_000)
    assert (shown["ok"], shown["value"], len(shown["calls"])) == (True, "collected", 2)
    assert len(reports) == heard, "who left is told nothing more"


async def test_what_ends_by_itself_was_not_cancelled(toolset: Toolset) -> None:
    """Cancelled while it ends: the call that it did not wait for is let go."""
    engine = runtime_of(toolset).engine
    asked: list[asyncio.Task[Any]] = []

    def listen(event: Event) -> None:
        if isinstance(event, ToolCallFinished):
            assert event.execution_id in engine.running
            cancel = ask(toolset, "cancel_execution", execution_id=event.execution_id)
            asked.append(asyncio.ensure_future(cancel))

    stop = engine.subscribe(listen)
    try:
        code = "tools.demo.sleep({ms: 60000}); 1"
        assert (await ask(toolset, "code_execution", code=code))["value"] == 1
    finally:
        stop()
    (told,) = [await each for each in asked]
    assert (told["cancelled"], told["reason"]) == (False, "it had ended: ok")


@pytest.fixture
async def unrecorded(tmp_path: Path) -> AsyncIterator[Toolset]:
    """Its history cannot be written: a file is where its folder should be."""
    (tmp_path / "file").write_text("")
    history = HistorySettings(path=tmp_path / "file" / "history.sqlite3")
    config = Config(enable_code_execution=True, history=history)
    async with open_runtime(config, data_dir=tmp_path) as opened:
        yield Toolset(opened)


async def test_what_cannot_be_recorded_is_collected_all_the_same(unrecorded: Toolset) -> None:
    execution_id = await started(unrecorded, "await sleep(300); 'late'")
    running = await ask(unrecorded, "get_execution", execution_id=execution_id)
    assert "runs, but is not recorded; wait_ms waits for its end" in running["error"]["message"]
    for _ in range(2):
        late = await ask(unrecorded, "get_execution", execution_id=execution_id, wait_ms=60_000)
        assert (late["ok"], late["status"], late["value"]) == (True, "ok", "late")
        assert "this run is not recorded" in late["warnings"][0]
    endless = await started(unrecorded)
    for cancelled in (True, False):
        told = await ask(unrecorded, "cancel_execution", execution_id=endless)
        assert (told["cancelled"], told["status"]) == (cancelled, "cancelled")


async def test_few_are_kept_that_are_not_recorded(unrecorded: Toolset) -> None:
    async def ended(execution_id: str) -> bool:
        told = await ask(unrecorded, "get_execution", execution_id=execution_id, wait_ms=60_000)
        return bool(told["ok"])

    ids = []
    for _ in range(18):
        ids.append(await started(unrecorded, "1"))
        assert await ended(ids[-1])
    assert [await ended(each) for each in ids] == [False] * 2 + [True] * 16
