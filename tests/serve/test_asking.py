"""A server behind a served Workbench asks: the question goes to the client that made it ask."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.serve.test_serving_http import TOKEN, open_site
from tests.support.serving import Served, command, write_config
from tests.upstream.test_client_side import ASKS, FORM
from workbench.core.elicitation import CANCELLED, DECLINED, Elicitation, Reply
from workbench.serve.asking import Forwarding, question, reply_of

pytestmark = pytest.mark.anyio
CODE = f"await tools.asks.ask({json.dumps({'method': 'elicitation/create', 'params': FORM})})"


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


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_the_clients_user_answers(
    folder: Path, start: Callable[..., Served], transport: str
) -> None:
    write_config(
        folder,
        more=f"[servers.asks]\ncommand = {json.dumps(sys.executable)}\n"
        f"args = ['-u', '-c', {json.dumps(ASKS)}]\nelicitation = 'ask'\n",
    )
    seen: list[str] = []

    async def answer(context: Any, params: Any) -> types.ElicitResult:
        seen.append(params.message)
        return types.ElicitResult(action="accept", content={"city": "Oslo"})

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        program, *args = command(folder)
        way: Any = StdioServerParameters(
            command=program, args=args, env=dict(os.environ), cwd=folder
        )
        if transport == "http":
            site = await open_site(start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN))
        for callback, expected in (
            (answer, {"action": "accept", "content": {"city": "Oslo"}}),
            (None, {"action": "decline"}),
        ):
            if transport == "http":
                way = streamable_http_client(site.url, http_client=http)
            async with Client(way, mode="legacy", elicitation_callback=callback) as client:
                result = await client.call_tool("code_execution", {"code": CODE})
                assert result.structured_content["value"] == {"result": expected}, result
    assert seen == ["asks asks: Which city?"]
