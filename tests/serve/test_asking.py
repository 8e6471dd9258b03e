"""A server behind a served Workbench asks: the question goes to the client that made it ask."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.serve.test_serving_http import TOKEN, open_site
from tests.support.params import first_fast
from tests.support.servers import until
from tests.support.serving import Served, command, write_config
from tests.upstream.asking_server import ASKS, FORM
from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply
from workbench.mcp.messages import CAPABILITIES_KEY, MODERN_VERSIONS
from workbench.serve import task_wire
from workbench.serve.asking import Forwarding, modes_of, question, reply_of
from workbench.serve.rounds import Rounds
from workbench.serve.tasks import Tasks
from workbench.serve.tool_provider import Caller

pytestmark = pytest.mark.anyio
ADDRESS = {"mode": "url", "message": "Pay", "url": "https://pay.test/x?a=1", "elicitationId": "e1"}


def code_of(params: Any) -> str:
    return f"await tools.asks.ask({json.dumps({'method': 'elicitation/create', 'params': params})})"


CODE = code_of(FORM)


async def test_only_the_client_of_the_execution_is_asked() -> None:
    async def yes(asked: Elicitation) -> Reply:
        return Reply("accept", {"city": asked.message})

    forwarding = Forwarding()
    asked = Elicitation("s", "Which?", {}, "one")
    with forwarding.of("one", yes), forwarding.of("two", None):
        assert (await forwarding.put(asked)).content == {"city": "Which?"}
        assert await forwarding.put(Elicitation("s", "Which?", {}, "two")) == DECLINED
        assert await forwarding.put(Elicitation("s", "Which?", {})) == DECLINED
    assert await forwarding.put(asked) == DECLINED
    assert question(asked)["message"] == "s asks: Which?"
    odd: list[Any] = [None, 5, {}, {"action": "x"}, {"action": "cancel"}]
    assert [reply_of(answer) for answer in odd] == [CANCELLED] * len(odd)
    assert reply_of({"action": "accept", "content": 5}) == Reply("accept", {})


def test_the_modes_that_a_client_takes() -> None:
    declared: list[Any] = [None, {}, {"elicitation": {}}, {"elicitation": {"form": {}}}]
    both: Any = {"elicitation": {"url": {}, "form": {}}}
    declared += [{"elicitation": {"url": {}}}, both, {"elicitation": True}]
    shown = ["+".join(sorted(modes_of(each))) for each in declared]
    assert shown == ["", "", "form", "form", "url", "form+url", ""]


def test_a_question_is_of_the_form_that_clients_take() -> None:
    odd = question(Elicitation("s", "?", {"type": "string", "properties": 5}))
    assert odd["requestedSchema"] == {"type": "object", "properties": {}}
    there = Elicitation("s", "?", url="https://x.test/a")
    assert "elicitationId" not in question(there, named=False)
    assert question(replace(there, elicitation_id="e"))["elicitationId"] == "e"
    assert question(there)["elicitationId"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "way",
    first_fast(
        ("http", "2026-07-28"), ("stdio", "2026-07-28"), ("http", "legacy"), ("stdio", "legacy")
    ),
)
async def test_the_clients_user_answers(
    folder: Path, start: Callable[..., Served], way: tuple[str, str]
) -> None:
    """In the older protocol beside the call, in the newest one before its answer: a form, an address, and
    of a client that takes none."""
    configured(folder)
    seen: list[Any] = []

    async def answer(context: Any, params: Any) -> types.ElicitResult:
        seen.append(params)
        content: Any = {"city": "Oslo"} if params.mode == "form" else None
        return types.ElicitResult(action="accept", content=content)

    async with clients(folder, start, *way) as client_of:
        async with client_of(answer) as client:
            twice = f"[{CODE}, {CODE}]"
            result = await client.call_tool("code_execution", {"code": twice})
            given = {"result": {"action": "accept", "content": {"city": "Oslo"}}}
            assert result.structured_content["value"] == [given, given], result
            result = await client.call_tool("code_execution", {"code": code_of(ADDRESS)})
            given = {"result": {"action": "accept"}}
            assert result.structured_content["value"] == given, result
        async with client_of(None) as client:
            result = await client.call_tool("code_execution", {"code": CODE})
            assert result.structured_content["value"] == {"result": {"action": "decline"}}, result
    assert [each.message for each in seen] == ["asks asks: Which city?"] * 2 + ["asks asks: Pay"]
    assert seen[-1].url == ADDRESS["url"]


@pytest.mark.slow
async def test_a_call_that_comes_again_with_its_answers(
    folder: Path, start: Callable[..., Served]
) -> None:
    """What the newest protocol sends, word by word; and what comes back that is not right."""
    configured(folder)
    served = start(folder)
    capabilities: Any = {"elicitation": {"form": {}}}

    async def run(code: str, **more: Any) -> Any:
        params = {"name": "code_execution", "arguments": {"code": code}, **more}
        params["_meta"] = {CAPABILITIES_KEY: capabilities}
        return await served.ask("tools/call", params, modern=True)

    asked = await run(CODE)
    assert asked["resultType"] == "input_required"
    assert "content" not in asked
    ((name, put),) = asked["inputRequests"].items()
    assert put["method"] == "elicitation/create"
    assert put["params"] == {**FORM, "message": "asks asks: Which city?"}
    state = asked["requestState"]
    other = await run("1", requestState=state)
    assert (other["code"], "other arguments" in other["message"]) == (-32602, True)
    odd: list[Any] = ["nope", 5, {}]
    for wrong in odd:
        refused = await run(CODE, requestState=wrong)
        assert (refused["code"], "no call waits" in refused["message"]) == (-32602, True)
    again = await run(CODE, requestState=state, inputResponses={"other": {"action": "accept"}})
    assert again["inputRequests"] == asked["inputRequests"]
    given = {name: {"action": "accept", "content": {"city": "Rome"}}}
    done = await run(CODE, requestState=again["requestState"], inputResponses=given)
    assert done["structuredContent"]["value"]["result"]["content"] == {"city": "Rome"}
    assert (await run(CODE, requestState=again["requestState"]))["code"] == -32602

    declined = await run(code_of(ADDRESS))  # a mode that the client does not take
    assert declined["structuredContent"]["value"] == {"result": {"action": "decline"}}


async def test_a_call_that_nobody_comes_back_for_ends() -> None:
    ended: list[str] = []

    async def ask(arguments: Any, caller: Caller) -> Any:
        assert caller.elicit is not None
        try:
            async with asyncio.timeout(arguments.get("patience")):
                await caller.elicit(Elicitation("s", "?"))
        except TimeoutError:
            ended.append("taken back")
            return {"reply": None}
        finally:
            ended.append("over")
        raise AssertionError

    meta: dict[str, Any] = {CAPABILITIES_KEY: {"elicitation": {}}}
    caller = Caller(meta=meta, protocol_version="2026-07-28")
    asked = await Rounds(ask, kept_s=0).call({}, caller)
    assert asked["resultType"] == "input_required"
    await until(lambda: ended == ["over"])

    rounds, impatient = Rounds(ask), {"patience": 0.01}
    asked = await rounds.call(impatient, caller)
    await until(lambda: ended == ["over", "taken back", "over"])
    come_back = replace(caller, input_state=asked["requestState"], input_responses={})
    assert await rounds.call(impatient, come_back) == {"reply": None}


async def test_a_run_that_outlives_its_call_asks_nobody() -> None:
    """Its client reads no further question of it: neither of a call that was answered or given up, nor of
    a task that has its result."""
    kept: list[Any] = []

    async def answer(*given: Any) -> Any:
        kept.append(given[-1].elicit)
        if given[0]:
            await given[-1].elicit(Elicitation("s", "?"))
        return {"running": True}

    caller = Caller(
        meta={CAPABILITIES_KEY: {"elicitation": {}}}, protocol_version=MODERN_VERSIONS[-1]
    )
    tasks = Tasks(answer, frozenset({"t"}))
    assert await Rounds(answer).call({}, caller) == {"running": True}
    assert (await Rounds(answer, kept_s=0).call({"asks": 1}, caller))["inputRequests"]
    assert await tasks.begin("", {}, caller, frozenset({"form"})) == {"running": True}
    async with asyncio.timeout(5):
        replies = [await put(Elicitation("s", "?")) for put in kept]
    assert {*replies} <= {DECLINED, CANCELLED}
    assert len(replies) == 3


async def test_a_task_asks_in_what_its_client_reads_of_it(
    folder: Path, start: Callable[..., Served]
) -> None:
    configured(folder)
    served = start(folder)
    capabilities: Any = {"elicitation": {}, "extensions": {task_wire.EXTENSION: {}}}

    async def ask(method: str, **params: Any) -> Any:
        params["_meta"] = {CAPABILITIES_KEY: capabilities}
        return await served.ask(method, params, modern=True)

    began = await ask("tools/call", name="code_execution", arguments={"code": CODE})
    assert (began["resultType"], began["status"]) == ("task", "input_required")
    known = {"taskId": began["taskId"]}
    told = await ask("tasks/get", **known)
    ((name, put),) = told["inputRequests"].items()
    assert put["params"]["message"] == "asks asks: Which city?"
    await ask("tasks/update", **known, inputResponses={name: {"action": "cancel"}})
    while (told := await ask("tasks/get", **known))["status"] != "completed":
        assert told["status"] == "working"
    value = told["result"]["structuredContent"]["value"]
    assert value == {"result": {"action": "cancel"}}


def configured(folder: Path) -> None:
    write_config(
        folder,
        more=f"[servers.asks]\ncommand = {json.dumps(sys.executable)}\n"
        f"args = ['-u', '-c', {json.dumps(ASKS)}]\nelicitation = 'ask'\n",
    )


@asynccontextmanager
async def clients(
    folder: Path, start: Callable[..., Served], transport: str, mode: str
) -> AsyncIterator[Callable[[Any], Client]]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        program, *args = command(folder)
        way: Any = StdioServerParameters(
            command=program, args=args, env=dict(os.environ), cwd=folder
        )
        site: Any = None
        if transport == "http":
            site = await open_site(start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN))

        def client_of(callback: Any) -> Client:
            over = streamable_http_client(site.url, http_client=http) if site is not None else way
            return Client(over, mode=mode, elicitation_callback=callback)

        yield client_of
