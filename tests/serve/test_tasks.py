"""Calls as MCP tasks, in both shapes that clients speak: on the wire, and what is kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.serving import ENVELOPE, HANDSHAKE, Served
from tests.support.talk import Doors, Talk
from workbench.mcp.messages import RpcError
from workbench.serve.tasks import Task, Tasks, TooManyTasks
from workbench.serve.tool_provider import Caller

pytestmark = pytest.mark.anyio
EXTENSION = "io.modelcontextprotocol/tasks"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
SPEAKS = {**ENVELOPE, CAPABILITIES: {"extensions": {EXTENSION: {}}}}
NOBODY = "00000000-0000-4000-8000-000000000000"


class Client:
    """Asks one question after the other."""

    def __init__(self, talk: Talk, meta: dict[str, Any] | None = None) -> None:
        self.talk = talk
        self._meta = {"_meta": meta} if meta is not None else {}
        self._next = 0

    async def ask(self, method: str, **params: Any) -> Any:
        """The result, or the error."""
        self._next += 1
        self.talk.ask(self._next, method, {**params, **self._meta})
        told = await self.talk.bag.answer(self._next)
        return told.get("result", told.get("error"))


async def first(version: str = "2025-11-25") -> tuple[Client, Any]:
    """A client of the handshake, and the capabilities that it was told."""
    client = Client(Talk(tasks_after_s=0))
    told = await client.ask("initialize", **{**HANDSHAKE, "protocolVersion": version})
    return client, told["capabilities"]


async def test_a_task_that_the_client_asks_for(folder: Path, start: Callable[..., Served]) -> None:
    """On the real server, where a task has the id of its run."""
    served = start(folder)
    await served.ask("initialize", HANDSHAKE)
    code = "console.log('begun'); await sleep(300); 'late'"
    asked = {"name": "code_execution", "arguments": {"code": code}, "task": {"ttl": 60_000}}
    task = (await served.ask("tools/call", asked))["task"]
    assert (task["status"], task["ttl"], task["pollInterval"]) == ("working", 60_000, 500)
    known = {"taskId": task["taskId"]}
    assert (await served.ask("tasks/get", known))["status"] == "working"
    result = await served.ask("tasks/result", known)
    assert result["structuredContent"]["value"] == "late"
    assert result["structuredContent"]["execution_id"] == task["taskId"]
    assert result["_meta"] == {"io.modelcontextprotocol/related-task": known}
    assert (await served.ask("tasks/get", known))["status"] == "completed"
    shown = await served.call("get_execution", {"execution_id": task["taskId"]})
    assert shown["structuredContent"]["value"] == "late"

    # What failed is a task that failed, and says why; its result can be had all the same.
    asked["arguments"] = {"code": "nope()"}
    known = {"taskId": (await served.ask("tools/call", asked))["task"]["taskId"]}
    result = await served.ask("tasks/result", known)
    told = await served.ask("tasks/get", known)
    assert (result["isError"], told["status"]) == (True, "failed")
    assert told["statusMessage"] == "RUNTIME_ERROR: ReferenceError: nope is not defined"
    refused = {**asked, "arguments": {"code": 1}}
    known = {"taskId": (await served.ask("tools/call", refused))["task"]["taskId"]}
    told = (await served.ask("tasks/result", known))["structuredContent"]
    assert (told["error"]["code"], told["execution_id"]) == ("INVALID_REQUEST", known["taskId"])

    # Cancelled: the run ends as it would by cancel_execution, also a detached one.
    for options in ({}, {"detached": True}):
        asked["arguments"] = {"code": "await sleep(600000)", "options": options}
        known = {"taskId": (await served.ask("tools/call", asked))["task"]["taskId"]}
        assert (await served.ask("tasks/cancel", known))["status"] == "cancelled"
        told = (await served.ask("tasks/result", known))["structuredContent"]
        assert told["error"]["code"] == "CANCELLED"
        again = await served.ask("tasks/cancel", known)
        assert again["code"] == -32602
        assert "its status is cancelled" in again["message"]


@pytest.mark.slow
async def test_a_task_that_the_server_makes_of_a_long_call(
    folder: Path, start: Callable[..., Served]
) -> None:
    served = start(folder)
    discovered = await served.ask("server/discover", modern=True)
    assert discovered["capabilities"]["extensions"] == {EXTENSION: {}}
    assert "tasks" not in discovered["capabilities"]
    meta = {"_meta": {CAPABILITIES: SPEAKS[CAPABILITIES]}}

    async def ask(method: str, **params: Any) -> Any:
        return await served.ask(method, {**params, **meta}, modern=True)

    async def run(code: str) -> Any:
        return await ask("tools/call", name="code_execution", arguments={"code": code})

    short = await run("6 * 7")
    assert (short["resultType"], short["structuredContent"]["value"]) == ("complete", 42)
    task = await run("call_tool('none', 'x'); await sleep(600000)")
    assert (task["resultType"], task["status"]) == ("task", "working")
    assert task["ttlMs"] == 3_600_000
    assert "task" not in task
    told = await ask("tasks/get", taskId=task["taskId"])
    assert (told["resultType"], told["status"], "result" in told) == ("complete", "working", False)
    updated = await ask("tasks/update", taskId=task["taskId"], inputResponses={})
    cancelled = await ask("tasks/cancel", taskId=task["taskId"])
    assert updated.keys() == cancelled.keys() == {"resultType", "_meta"}
    assert (await ask("tasks/get", taskId=task["taskId"]))["status"] == "cancelled"
    shown = await served.call("get_execution", {"execution_id": task["taskId"]})
    assert shown["structuredContent"]["status"] == "cancelled"


async def test_the_result_of_a_long_call_is_in_its_task() -> None:
    client = Client(Talk(tasks_after_s=0), SPEAKS)
    task = await client.ask("tools/call", name="door")
    assert task["resultType"] == "task"
    told = await client.ask("tasks/get", taskId=task["taskId"])
    assert (told["status"], told["statusMessage"]) == ("working", "knocked")
    client.talk.provider.open.set()
    while told["status"] == "working":
        told = await client.ask("tasks/get", taskId=task["taskId"])
    assert told["status"] == "completed"
    assert told["result"] == {"content": [], "isError": False, "resultType": "complete"}
    assert client.talk.provider.callers[0].task_id == task["taskId"]


async def test_who_does_not_speak_of_tasks_gets_none() -> None:
    client = Client(Talk(tasks_after_s=0), ENVELOPE)
    client.talk.provider.open.set()
    told = await client.ask("tools/call", name="door", task={"ttl": 1})
    assert told["resultType"] == "complete"
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        told = await client.ask(method, taskId=NOBODY)
        assert told["code"] == -32021
        assert told["data"] == {"requiredCapabilities": {"extensions": {EXTENSION: {}}}}
    older, capabilities = await first("2025-06-18")
    assert "tasks" not in capabilities
    assert "execution" not in (await older.ask("tools/list"))["tools"][0]
    older.talk.provider.open.set()
    assert "content" in await older.ask("tools/call", name="door", task={})
    assert (await older.ask("tasks/get", taskId=NOBODY))["code"] == -32601
    without = Client(Talk())
    told = await without.ask("initialize", **HANDSHAKE)
    assert "tasks" not in told["capabilities"]
    assert (await without.ask("tasks/get", taskId=NOBODY))["code"] == -32601


@pytest.mark.parametrize(
    ("method", "params", "code", "words"),
    [
        ("tasks/get", {"taskId": NOBODY}, -32602, "no task"),
        ("tasks/result", {"taskId": 7}, -32602, "no task"),
        ("tasks/cancel", {}, -32602, "no task"),
        ("tasks/list", {"cursor": 3}, -32602, "cursor"),
        ("tasks/list", {"cursor": "next"}, -32602, "cursor"),
        ("tasks/update", {"taskId": NOBODY}, -32601, "Method not found"),
        ("tools/call", {"name": "door", "task": 5}, -32602, "task must be an object"),
        ("tools/call", {"name": "door", "task": {"ttl": -1}}, -32602, "task.ttl"),
        ("tools/call", {"name": "door", "task": {"ttl": "1"}}, -32602, "task.ttl"),
        ("tools/call", {"name": "window", "task": {}}, -32601, "door can"),
    ],
)
async def test_odd_requests_are_refused(
    method: str, params: dict[str, Any], code: int, words: str
) -> None:
    client, capabilities = await first()
    assert capabilities["tasks"] == {
        "list": {},
        "cancel": {},
        "requests": {"tools": {"call": {}}},
    }
    told = await client.ask(method, **params)
    assert (told["code"], words in told["message"]) == (code, True), told


async def test_a_client_lists_the_tasks_that_it_began() -> None:
    client, _ = await first()
    assert await client.ask("tasks/list") == {"tasks": []}
    ids = [
        (await client.ask("tools/call", name="door", task={}))["task"]["taskId"] for _ in range(120)
    ]
    listed: list[str] = []
    cursor: dict[str, str] = {}
    sizes = []
    while True:
        page = await client.ask("tasks/list", **cursor)
        listed += [task["taskId"] for task in page["tasks"]]
        sizes.append(len(page["tasks"]))
        if "nextCursor" not in page:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert (listed, sizes) == (ids, [50, 50, 20])

    # Another client of the same server: by its id it finds a task, in its list are its own.
    other, _ = await first()
    other.talk.session._tasks = client.talk.tasks
    assert (await other.ask("tasks/get", taskId=ids[0]))["status"] == "working"
    assert await other.ask("tasks/list") == {"tasks": []}


async def test_a_call_that_cannot_be_answered_is_a_task_that_failed() -> None:
    """Its own words are for clients only where they were meant for them."""

    async def broken(name: str, arguments: Any, caller: Caller) -> Any:
        await asyncio.sleep(0)
        raise ValueError("a secret of ours") if name == "odd" else RpcError(-32602, "no such thing")

    talk = Talk()
    tasks = Tasks(broken, frozenset({"odd", "known"}))
    for name, words in (("odd", "Internal server error"), ("known", "no such thing")):
        task = tasks.begin_at_once(name, {}, Caller(), None)
        await tasks.end_of(task)
        assert task.status == "failed"
        talk.session._tasks = tasks
        meta = {"_meta": SPEAKS}
        talk.ask(name, "tasks/get", {"taskId": task.task_id, **meta})
        told = (await talk.bag.answer(name))["result"]
        assert (told["status"], told["error"]["message"]) == ("failed", words)


async def test_who_leaves_before_there_is_a_task_ends_the_call() -> None:
    doors = Doors()
    tasks = Tasks(doors.call, frozenset({"door"}), after_s=60)
    beginning = asyncio.create_task(tasks.begin("door", {}, Caller()))
    while not doors.callers:  # noqa: ASYNC110
        await asyncio.sleep(0)
    beginning.cancel()
    await asyncio.wait((beginning,))
    assert doors.cancelled == 1
    assert tasks.get(str(doors.callers[0].task_id)) is None


@pytest.mark.parametrize(("is_error", "status"), [(False, "completed"), (True, "cancelled")])
async def test_what_ends_well_while_it_is_cancelled_was_not(is_error: bool, status: str) -> None:
    over = asyncio.Event()

    async def ending(name: str, arguments: Any, caller: Caller) -> Any:
        await over.wait()
        return {"content": [], "isError": is_error}

    async def stop(task_id: str) -> bool:
        over.set()
        return True

    tasks = Tasks(ending, frozenset({"call"}), stop)
    task = tasks.begin_at_once("call", {}, Caller(), None)
    assert await asyncio.gather(tasks.cancel(task), tasks.cancel(task)) == [is_error, is_error]
    assert task.status == status
    assert task.work.result()["isError"] is is_error


async def test_what_is_kept_is_bounded_in_number_and_time() -> None:
    doors = Doors()
    tasks = Tasks(doors.call, frozenset({"door"}), after_s=0, most=2)
    began = [tasks.begin_at_once("door", {}, Caller(), 1), await tasks.begin("door", {}, Caller())]
    with pytest.raises(TooManyTasks, match="2 tasks are kept"):
        tasks.begin_at_once("door", {}, Caller(), None)
    asking = asyncio.create_task(tasks.begin("door", {}, Caller()))
    assert isinstance(began[0], Task)
    await tasks.end_of(began[0])
    assert tasks.get(began[0].task_id) is None
    assert began[0].status == "cancelled", "nobody could collect it: it ends with its time"
    doors.open.set()
    told: Any = await asking
    assert told["isError"] is False, "where no task has room, the call is answered as ever"
    assert isinstance(tasks.begin_at_once("door", {}, Caller(), None), Task)


async def test_results_that_wait_are_bounded_in_size() -> None:
    async def large(name: str, arguments: Any, caller: Caller) -> Any:
        return {"content": [{"type": "text", "text": "x" * (65 << 20)}]}

    tasks = Tasks(large, frozenset({"large"}))
    task = tasks.begin_at_once("large", {}, Caller(), 86_400_000)
    await tasks.end_of(task)
    await asyncio.sleep(0)
    with pytest.raises(TooManyTasks):
        tasks.begin_at_once("large", {}, Caller(), None)
    tasks._forget(task)
    tasks.begin_at_once("large", {}, Caller(), None)
