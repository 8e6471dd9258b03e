"""What a server may ask of us: roots, a person, and what is refused; over pipes, HTTP and in both eras."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.support.servers import NPM_BIN, call, managing, script_settings, until
from tests.upstream.asking_server import ASKS, FORM
from workbench.config import ServerSettings
from workbench.core.elicitation import Elicitation, Reply
from workbench.core.events import ToolCallNote
from workbench.core.model import ErrorCode
from workbench.upstream.client_side import roots_of

pytestmark = pytest.mark.anyio


def asks(**more: Any) -> ServerSettings:
    return script_settings("asks", ASKS, **more)


async def test_the_working_folder_is_told_and_can_be_set(tmp_path: Path) -> None:
    async with managing(asks(cwd=str(tmp_path))) as manager:
        told = await call(manager, "asks", "ask", {"method": "roots/list"})
        assert told.result == {
            "result": {"roots": [{"uri": tmp_path.as_uri(), "name": tmp_path.name}]}
        }
        assert manager.catalogue().servers["asks"].about == '{"roots": {}}'
    async with managing(asks(roots=())) as manager:
        none = await call(manager, "asks", "ask", {"method": "roots/list"})
        assert none.result == {"result": {"roots": []}}
        assert manager.catalogue().servers["asks"].about == "{}"


def test_roots_are_what_the_owner_said_or_what_the_command_names(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    data, folder = (tmp_path / "data").as_uri(), tmp_path.as_uri()

    def roots(*args: str, **more: Any) -> list[str]:
        more = {"command": "x", "cwd": str(tmp_path), **more}
        return roots_of(ServerSettings("s", args=args, **more))

    assert roots() == [folder]
    assert roots("--verbose", "5", "\0") == [folder]
    assert roots("data") == roots("--repository=data") == roots(str(tmp_path / "data")) == [data]
    assert roots("data", roots=()) == []
    assert roots(roots=("data", "file:///x")) == [data, "file:///x"]
    assert roots(command=None, url="https://x") == []
    assert roots(command=None, url="https://x", roots=("data",)) == [data]


async def test_what_is_not_offered_is_refused_with_a_reason() -> None:
    async with managing(asks()) as manager:
        for method, why in (
            ("sampling/createMessage", "Workbench has no model"),
            ("elicitation/create", "lets no server ask questions"),
            ("x/y", "x/y is not offered"),
        ):
            told = await call(manager, "asks", "ask", {"method": method, "params": FORM})
            assert told.result["error"]["code"] == -32601
            assert why in told.result["error"]["message"]


async def test_a_question_is_put_to_whoever_is_there() -> None:
    asked: list[Elicitation] = []

    async def answer(question: Elicitation) -> Reply:
        asked.append(question)
        return Reply("accept", {"city": "Oslo"})

    async with managing(asks(elicitation="ask")) as manager:
        declined = await call(
            manager, "asks", "ask", {"method": "elicitation/create", "params": FORM}
        )
        assert declined.result == {"result": {"action": "decline"}}
        manager.elicit = answer
        before = time.time()
        notes: list[ToolCallNote] = []
        params = {"method": "elicitation/create", "params": FORM}
        told = await call(manager, "asks", "ask", params, notes)
        assert told.result == {"result": {"action": "accept", "content": {"city": "Oslo"}}}
        assert [(note.kind, note.words) for note in notes] == [
            ("asks", "asks: Which city?"), ("answered", "asks no longer")
        ]  # fmt: skip
        (question,) = asked
        assert (question.server, question.message) == ("asks", "Which city?")
        assert question.execution_id == "test"
        limit = asks().call_timeout_ms / 1000
        assert question.until is not None
        assert before <= question.until - limit <= time.time(), "when the call is given up"
        there = {"mode": "url", "message": "Pay", "url": "https://pay.test/", "elicitationId": "e"}
        told = await call(manager, "asks", "ask", {"method": "elicitation/create", "params": there})
        assert told.result == {"result": {"action": "accept"}}
        assert (asked[-1].url, asked[-1].elicitation_id) == ("https://pay.test/", "e")
        urls: list[Any] = [
            "",
            "file:///x",
            "javascript:x",
            "http://",
            "http://[",
            "http://x y",
            "http://x/\x1b",
            "https://bad.test\\@good.test/",
            5,
        ]
        odd = [{**there, "url": url} for url in [*urls, "https://x/" + "x" * 4000, None]]
        for wrong in (*odd, {**FORM, "mode": "x"}, {"message": "x"}, {**FORM, "message": 5}):
            refused = await call(
                manager, "asks", "ask", {"method": "elicitation/create", "params": wrong}
            )
            assert refused.result["error"]["code"] == -32602


async def test_a_question_is_taken_back_with_its_call_and_never_asked_without_end() -> None:
    asked: list[Elicitation] = []
    taken_back: list[Elicitation] = []

    async def never(question: Elicitation) -> Reply:
        asked.append(question)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            taken_back.append(question)
            raise
        raise AssertionError

    async with managing(asks(elicitation="ask", call_timeout_ms=60_000)) as manager:
        manager.elicit = never
        args = {"method": "elicitation/create", "params": FORM, "endless": True}
        task = asyncio.create_task(call(manager, "asks", "ask", args))
        await until(lambda: len(asked) == 32)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(asked) == len(taken_back) == 32


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_over_http(port: int, protocol: Literal["auto", "legacy"]) -> None:
    """The newest protocol has the questions in an answer, the older one beside it."""

    async def answer(question: Elicitation) -> Reply:
        return Reply("accept", {"city": question.message})

    settings = ServerSettings(
        "web", url=f"http://127.0.0.1:{port}/mcp", headers={"Authorization": "Bearer right"},
        protocol=protocol, elicitation="ask", roots=("file:///r",),
    )  # fmt: skip
    async with managing(settings) as manager:
        manager.elicit = answer
        told = await call(manager, "web", "ask", {"message": "ä?"})
        assert told.result == {"action": "accept", "content": {"city": "ä?"}}, told
        roots = await call(manager, "web", "roots", {})
        assert roots.result == ["file:///r"]


@pytest.mark.npm
@pytest.mark.parametrize("own_pipes", [True, False])
async def test_everything(own_pipes: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("workbench.upstream.routes._OWN_PIPES", own_pipes)

    seen: list[str | None] = []

    async def answer(question: Elicitation) -> Reply:
        seen.append(question.url)
        return Reply("accept", {"name": f"{len(question.schema.get('properties', ()))} fields"})

    settings = ServerSettings(
        "all", str(NPM_BIN / "mcp-server-everything"), ("stdio", str(tmp_path)), elicitation="ask"
    )
    async with managing(settings) as manager:
        manager.elicit = answer
        await manager.settled("all")
        await until(lambda: "get-roots-list" in manager.catalogue().tools["all"])
        assert "trigger-sampling-request" not in manager.catalogue().tools["all"]
        roots = await call(manager, "all", "get-roots-list")
        assert tmp_path.as_uri() in roots.result
        there = {"url": "https://pay.test/", "message": "Pay"}
        opened = await call(manager, "all", "trigger-url-elicitation", there)
        assert "User completed the URL" in str(opened.result), opened
        first = await call(  # refused until somebody was at an address, which is put to them
            manager,
            "all",
            "trigger-url-elicitation",
            {**there, "url": "https://a.test/", "errorPath": True},
        )
        assert first.error is not None
        assert seen[-1] == "https://modelcontextprotocol.io"
        asked = await call(manager, "all", "trigger-elicitation-request")
        assert "fields" in str(asked.result), asked
        assert asked.error is None or asked.error.code != ErrorCode.TIMEOUT
