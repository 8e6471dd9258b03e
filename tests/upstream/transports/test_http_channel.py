"""Streamable HTTP as servers really speak it, and as hostile ones do: fakes that answer byte by byte."""

from __future__ import annotations

import asyncio
import gc
import gzip
import logging
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_fakes import (
    Asked,
    Fake,
    Reply,
    event,
    handshake_server,
    refused,
    result,
    serving,
    stream,
)
from tests.support.raw_server import TOOLS, text
from tests.support.servers import call, managing, until
from workbench.config import ServerSettings
from workbench.core.model import ErrorCode
from workbench.mcp import messages
from workbench.upstream import Manager
from workbench.upstream.transports import http_channel, mirrored
from workbench.upstream.transports.http_channel import HttpChannel

pytestmark = pytest.mark.anyio

_NOT_KNOWN: dict[str, Callable[[Asked], Reply]] = {
    "typescript, stateful": lambda _: refused(400, -32000, "Bad Request: Server not initialized"),
    "typescript, no session": lambda _: refused(
        400, -32000, "Bad Request: No valid session ID provided"
    ),
    "typescript, stateless": lambda _: refused(
        400, -32000, "Bad Request: Unsupported protocol version: 2026-07-28"
    ),
    "method not found": lambda asked: refused(200, -32601, "Method not found", asked.message["id"]),
    "-32001": lambda asked: refused(200, -32001, "request timed out", asked.message["id"]),
    "no page": lambda _: Reply(404, b"<html><h1>Not Found</h1></html>", "text/html"),
    "a crash": lambda _: Reply(500, b"Internal Server Error", "text/plain"),
    "who are you": lambda _: Reply(401, b'{"error":"invalid_token"}'),
    "accepted": lambda _: Reply(202),
    "a page": lambda _: Reply(200, b"<html>Welcome</html>", "text/html"),
    "no message": lambda _: Reply(200, b"[]"),
    "no JSON": lambda _: Reply(200, b"{"),
    "a stream without an answer": lambda _: stream(b": hello\n\n"),
    "cut off": lambda _: Reply(200, b"{", cut=True),
    "silence": lambda _: Reply(silent=True),
    "no version of ours": lambda asked: result(asked, {"supportedVersions": ["2025-11-25"]}),
}


def _settings(fake: Fake, **more: Any) -> ServerSettings:
    return ServerSettings("web", url=fake.url, **more)


def _error(manager: Manager) -> str:
    return manager.catalogue().servers["web"].error or ""


def _state(manager: Manager) -> str:
    return manager.catalogue().servers["web"].state


@pytest.mark.parametrize("how", _NOT_KNOWN)
async def test_whatever_an_older_server_answers_it_is_asked_again_in_its_own_way(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.upstream.transports.client_session._DISCOVER_S", 0.3)
    async with serving(partial(handshake_server, discover=_NOT_KNOWN[how])) as fake:
        for _ in range(2):
            async with managing(_settings(fake), data_dir=tmp_path) as manager:
                await manager.settled("web")
                assert (_state(manager), _error(manager)) == ("ready", "")
                assert (await call(manager, "web", "echo")).result == "fine"
    assert fake.rpcs.count("server/discover") == 1, "what it speaks is remembered"


async def test_a_server_of_another_version_is_asked_for_the_newest_protocol_again(
    tmp_path: Path,
) -> None:
    version = "1"

    def answer(asked: Asked) -> Reply:
        if asked.rpc != "initialize":
            return handshake_server(asked, discover=_NOT_KNOWN["method not found"])
        info = {"name": "fake", "version": version}
        told = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": info}
        return result(asked, told, headers={"mcp-session-id": "s1"})

    probes = []
    async with serving(answer) as fake:
        for version in ("1", "1", "2", "2", "2"):  # noqa: B007  (the server reads it)
            async with managing(_settings(fake), data_dir=tmp_path) as manager:
                await manager.settled("web")
                assert _state(manager) == "ready"
            probes.append(fake.rpcs.count("server/discover"))
    assert probes == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            Reply(
                401,
                b'{"error":"invalid_token"}',
                headers={"www-authenticate": 'Bearer realm="mcp"'},
            ),
            'HTTP 401 Unauthorized (WWW-Authenticate: Bearer realm="mcp"): {"error":"invalid_token"}',
        ),
        (
            refused(401, -32001, "Unauthorized: no token"),
            "HTTP 401 Unauthorized: Unauthorized: no token",
        ),
        (
            Reply(403, b"<html><style>b{}</style><b>No</b> entry</html>", "text/html"),
            "HTTP 403 Forbidden: No entry",
        ),
        (Reply(403, b"use <token>", "text/plain"), "HTTP 403 Forbidden: use <token>"),
        (Reply(404, b"", "text/plain"), "HTTP 404 Not Found"),
        (Reply(429, b'{"message":"slow down"}'), 'HTTP 429 Too Many Requests: {"message":"slow'),
        (Reply(500, b"\xff\xfe broken", "text/plain"), "HTTP 500 Internal Server Error: \ufffd"),
        (
            Reply(301, headers={"location": "https://elsewhere.example/mcp?token=t"}),
            "HTTP 301 Moved Permanently (redirects to https://elsewhere.example/mcp, which is not",
        ),
        (Reply(202), "HTTP 202: the server gave no answer"),
        (Reply(200, b"<p>Welcome</p>", "text/html"), "the server answered with text/html"),
        (
            Reply(200, gzip.compress(b"x" * 50_000_000), headers={"content-encoding": "gzip"}),
            "the answer is larger than max_upstream_bytes (1000000 bytes)",
        ),
        (
            Reply(200, gzip.compress(b"x")[:10] + b"?!", headers={"content-encoding": "gzip"}),
            "DecodingError",
        ),
        (Reply(200, b"{", endless=b" " * 65_536), "larger than max_upstream_bytes"),
        (stream(b"data: ", endless=b"x" * 65_536), "larger than max_upstream_bytes"),
        (stream(b": ", endless=b"x" * 65_536), "larger than max_upstream_bytes"),
        (Reply(500, b"no", "text/plain", endless=b"x" * 65_536), "HTTP 500 Internal Server Error"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
@pytest.mark.filterwarnings("error")
async def test_what_a_server_says_instead_is_told(
    reply: Reply, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(lambda _: reply) as fake:
        async with managing(_settings(fake), max_answer_bytes=1_000_000) as manager:
            await manager.settled("web")
            assert _state(manager) == "failed"
            assert words in _error(manager)
        assert fake.sent < 40_000_000, "what has no end is not read on"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def _calling(reply: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    return partial(handshake_server, discover=_NOT_KNOWN["method not found"], call=reply)


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (
            lambda asked: refused(200, -32001, "the database is locked", asked.message["id"]),
            ErrorCode.UPSTREAM_ERROR,
            "the database is locked",
        ),
        (
            lambda asked: refused(200, -32000, "Connection closed", asked.message["id"]),
            ErrorCode.UPSTREAM_ERROR,
            "Connection closed",
        ),
        (
            lambda asked: stream(event({"id": asked.message["id"], "error": None})),
            ErrorCode.UPSTREAM_ERROR,
            "malformed answer: neither a result nor an error",
        ),
        (
            lambda asked: Reply(
                200,
                b'{"jsonrpc":"2.0","id":%d,"result":{"content":[],"n":NaN}}' % asked.message["id"],
            ),
            ErrorCode.SERIALIZATION_ERROR,
            "the result is not JSON",
        ),
        (
            lambda _: Reply(200, b'{"jsonrpc":"2.0","id":' + b"9" * 5_000 + b',"result":5}'),
            ErrorCode.UPSTREAM_ERROR,
            "the result is not an object",
        ),
        (
            lambda _: Reply(200, b"{" * 100_000),
            ErrorCode.UPSTREAM_ERROR,
            "malformed answer",
        ),
        (lambda _: stream(), ErrorCode.UPSTREAM_ERROR, "the connection was lost"),
        (
            lambda _: Reply(403, b"not you", "text/plain"),
            ErrorCode.UPSTREAM_ERROR,
            "HTTP 403 Forbidden: not you",
        ),
        (lambda _: Reply(silent=True), ErrorCode.TIMEOUT, "the call timeout of 400 ms"),
    ],
)
async def test_a_failed_call_says_why_and_the_session_goes_on(
    reply: Callable[[Asked], Reply], code: ErrorCode, words: str
) -> None:
    def answer(asked: Asked) -> Reply:
        bad = asked.message["params"]["name"] == "fail"
        return reply(asked) if bad else result(asked, text("fine"))

    async with (
        serving(_calling(answer)) as fake,
        managing(_settings(fake)) as manager,
    ):
        await manager.settled("web")
        if code == ErrorCode.TIMEOUT:
            await manager.configure([_settings(fake, call_timeout_ms=400)])
        outcome = await call(manager, "web", "fail")
        await manager.configure([_settings(fake)])  # the next may take longer on a busy machine
        assert outcome.error is not None
        assert (outcome.error.code, outcome.dispatched) == (code, True)
        assert words in outcome.error.message
        assert (await call(manager, "web", "echo")).result == "fine"
        assert _state(manager) == "ready"


async def test_an_answer_in_a_stream_comes_with_its_news() -> None:
    def answer(asked: Asked) -> Reply:
        token = asked.message["params"]["_meta"]["progressToken"]
        far = {"progressToken": token, "progress": 1, "total": 2}
        return stream(
            event({"method": "notifications/progress", "params": far}),
            event({"method": "notifications/message", "params": {"data": "busy"}}),
            event({"id": "p1", "method": "ping"}),
            event({"id": "another id", "result": text("done")}),
        )

    notes: list[Any] = []
    async with serving(_calling(answer)) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        assert (await call(manager, "web", "echo", notes=notes)).result == "done"
        assert [(note.kind, note.progress, note.text) for note in notes] == [
            ("progress", 1, ""),
            ("log", None, "info: busy"),
        ]
        await until(lambda: any(one.message == _PONG for one in fake.asked))


_PONG = {"jsonrpc": "2.0", "id": "p1", "result": {}}


async def test_a_stream_that_was_cut_off_is_taken_up_where_it_ended() -> None:
    asked_for: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.method != "GET":
            return _calling(lambda _: stream(b"retry: 5\nid: e1\ndata:\n\n"))(asked)
        if "last-event-id" not in asked.headers:
            return Reply(405)
        asked_for.append(asked.headers["last-event-id"])
        if len(asked_for) == 1:
            return stream(b"id: e2\ndata:\n\n")
        return stream(event({"id": 9, "result": text("late")}, "e3"))

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        assert (await call(manager, "web", "echo")).result == "late"
    assert asked_for == ["e1", "e2"]


async def test_a_connection_is_used_again_after_an_answer_in_a_stream() -> None:
    """To a server far away a new one costs three journeys, and the keys of TLS."""

    def answer(asked: Asked) -> Reply:
        return stream(event({"id": asked.message["id"], "result": text("fine")}))

    async with serving(_calling(answer)) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        before = fake.connections
        for _ in range(20):
            assert (await call(manager, "web", "echo")).ok
        assert fake.connections - before <= 5


async def test_nothing_is_kept_of_a_request_that_cannot_be_written() -> None:
    class Heard:
        def __call__(self, done: float, total: float | None, text: str | None) -> None: ...

    channel = HttpChannel("http://127.0.0.1:9/mcp", {}, lambda _method, _params: None)
    deep: list[Any] = []
    for _ in range(2_000):
        deep = [deep]
    heard = Heard()
    kept = weakref.ref(heard)
    with pytest.raises(ValueError, match="nested deeper"):
        await channel.request("tools/call", {"deep": deep}, progress=heard)
    del heard
    gc.collect()
    assert kept() is None
    await channel.close()


async def test_a_call_that_a_forgotten_session_refused_is_sent_once_more_in_a_new_one() -> None:
    forgets = 1

    def answer(asked: Asked) -> Reply:
        nonlocal forgets
        if asked.rpc == "tools/call" and forgets:
            forgets -= 1
            return refused(404, -32001, "Session not found")
        return _calling(lambda asked: result(asked, text("fine")))(asked)

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        assert (await call(manager, "web", "echo")).result == "fine"
        assert fake.rpcs.count("initialize") == fake.rpcs.count("tools/call") == 2
        forgets = 2
        lost = await call(manager, "web", "echo")
        assert lost.error is not None
        assert lost.error.code == ErrorCode.UPSTREAM_ERROR
        assert "the session is not known any more: HTTP 404" in lost.error.message
        assert fake.rpcs.count("tools/call") == 4, "once more, and no more often"
        assert (await call(manager, "web", "echo")).result == "fine"


async def test_a_tool_that_changed_with_the_new_session_is_not_called() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.rpc == "tools/list" and fake.rpcs.count("initialize") > 1:
            return result(asked, {"tools": [{**TOOLS[0], "description": "another"}]})
        return _calling(lambda _: refused(404, -32001, "Session not found"))(asked)

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        held = await call(manager, "web", "echo")
        assert held.error is not None
        assert held.error.code == ErrorCode.TOOL_NOT_APPROVED
        assert fake.rpcs.count("tools/call") == 1


async def test_a_session_that_is_found_forgotten_as_tools_are_listed_again_is_made_anew() -> None:
    called = forgotten = False

    def answer(asked: Asked) -> Reply:
        nonlocal called, forgotten
        if asked.rpc == "tools/list" and called and not forgotten:
            forgotten = True
            return refused(404, -32001, "Session not found")
        called = called or asked.rpc == "tools/call"
        changed = event({"method": "notifications/tools/list_changed"})
        return _calling(lambda asked: stream(changed, event({"id": 1, "result": text("fine")})))(
            asked
        )

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        assert (await call(manager, "web", "echo")).result == "fine"
        await until(lambda: fake.rpcs.count("initialize") == 2 and _state(manager) == "ready")
        assert (await call(manager, "web", "echo")).result == "fine"


async def test_other_calls_of_a_session_that_was_lost_fail_and_say_so() -> None:
    asked: list[Asked] = []

    def answer(asked_now: Asked) -> Reply:
        asked.append(asked_now)
        if asked_now.message["params"]["name"] == "sleep":
            return Reply(silent=True)
        return refused(404, -32001, "Session not found")

    async with serving(_calling(answer)) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        hanging = [asyncio.create_task(call(manager, "web", "sleep")) for _ in range(3)]
        await until(lambda: len(asked) == 3)
        await call(manager, "web", "echo")
        for outcome in await asyncio.gather(*hanging):
            assert outcome.error is not None
            assert outcome.error.code == ErrorCode.UPSTREAM_ERROR
            assert outcome.error.message == "web.sleep: the connection was closed"
        await until(lambda: fake.rpcs.count("initialize") >= 2)


async def test_the_session_is_ended_with_the_connection() -> None:
    async with serving(_calling(lambda asked: result(asked, text("")))) as fake:
        async with managing(_settings(fake)) as manager:
            await manager.settled("web")
        assert [one.headers["mcp-session-id"] for one in fake.asked if one.method == "DELETE"] == [
            "s1"
        ]


async def test_a_stream_of_its_own_messages_that_held_for_long_is_asked_for_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of one that ends at once only twice: the server says by that that it has none."""
    monkeypatch.setattr(http_channel, "_STEADY_S", 0.0)
    listened = 0

    def answer(asked: Asked) -> Reply:
        nonlocal listened
        if asked.method != "GET":
            return _calling(lambda asked: result(asked, text("fine")))(asked)
        listened += 1
        return stream(b"retry: 1\n\n")

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        await until(lambda: listened > 4)


async def test_a_redirect_is_followed_on_the_same_server_only() -> None:
    async with serving(lambda _: Reply(500)) as other:

        def answer(asked: Asked) -> Reply:
            to = {"server/discover": "/elsewhere", "initialize": f"{other.url}/x"}.get(asked.rpc)
            if to is not None and not moved:
                moved.append(to)
                return Reply(307, headers={"location": to})
            if to is None or asked.rpc == "server/discover":
                return _calling(lambda asked: result(asked, text("")))(asked)
            return Reply(307, headers={"location": to})

        moved: list[str] = []
        headers = {"Authorization": "Bearer secret"}
        async with serving(answer) as fake, managing(_settings(fake, headers=headers)) as manager:
            await manager.settled("web")
            assert "which is not followed" in _error(manager)
            assert fake.rpcs[:2] == ["server/discover", "server/discover"]
    assert other.asked == []


async def test_a_stream_without_pause_leaves_the_loop_to_others() -> None:
    news = event({"method": "notifications/message", "params": {"data": "x"}})
    flood = Reply(
        200,
        gzip.compress(news * 60_000),
        "text/event-stream",
        {"content-encoding": "gzip"},
    )

    async with serving(_calling(lambda _: flood)) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        turns = 0
        task = asyncio.create_task(call(manager, "web", "echo"))
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 50
        assert (await task).error is not None


def test_what_is_mirrored_into_headers_is_what_the_sdk_mirrors() -> None:
    from mcp.shared import inbound

    plain = {"type": "string", "x-mcp-header": "Region"}
    schemas: list[Any] = [
        {"properties": {"region": plain}},
        {"properties": {"a": {"properties": {"b": {**plain, "type": "integer"}}}}},
        {"properties": {"n": {**plain, "type": "number"}}},
        {"properties": {"n": {**plain, "x-mcp-header": "bad name"}}},
        {"properties": {"n": {**plain, "x-mcp-header": 5}}},
        {"properties": {"a": plain, "b": {**plain, "x-mcp-header": "REGION"}}},
        {"properties": {"list": {"items": plain}}},
        {"anyOf": [{"properties": {"region": plain}}]},
        {"$defs": {"x": plain}},
        plain,
        {"properties": {"data": {"default": {"x-mcp-header": "No"}}}},
        {},
    ]
    for schema in schemas:
        mirror = mirrored.mirror_of(schema)
        assert (mirror is None) == (inbound.find_invalid_x_mcp_header(schema) is not None)
        if mirror is None:
            continue
        assert mirror == inbound.x_mcp_header_map(schema)
        for value in ("eu", " ü\n", "=?base64?eA==?=", "", 7, True, None, {"b": 3}, [1]):
            args = {"region": value, "a": value}
            assert mirrored.mirrored(mirror, args) == inbound.mcp_param_headers(mirror, args)


async def test_news_of_changed_tools_are_asked_for_again_when_their_stream_was_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the streams anything may have changed: the tools are listed again."""
    monkeypatch.setattr("workbench.upstream.transports.client_session._FIRST_PAUSE_S", 0.01)
    listens = 0

    def answer(asked: Asked) -> Reply:
        nonlocal listens
        if asked.rpc == "server/discover":
            capabilities = {"tools": {"listChanged": True}}
            told = {"supportedVersions": ["2026-07-28"], "capabilities": capabilities}
            return result(asked, told)
        if asked.rpc == "subscriptions/listen":
            listens += 1
            heard = event({"method": "notifications/subscriptions/acknowledged", "params": {}})
            return stream(heard) if listens < 3 else stream(heard, silent_end=True)
        name = {"name": f"tool_{listens}", "inputSchema": {"type": "object"}}
        return result(asked, {"tools": [name]})

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        await until(lambda: "tool_3" in manager.catalogue().tools["web"])
        assert listens == 3
        assert _state(manager) == "ready"


async def test_a_listing_without_end_is_bounded() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.rpc != "tools/list":
            return _calling(lambda asked: result(asked, text("")))(asked)
        page = len([one for one in fake.asked if one.rpc == "tools/list"])
        tool = {"name": f"t{page}", "description": "x" * 400_000, "inputSchema": {}}
        return result(asked, {"tools": [tool], "nextCursor": str(page)})

    async with (
        serving(answer) as fake,
        managing(_settings(fake), max_answer_bytes=1_000_000) as manager,
    ):
        await manager.settled("web")
        assert _error(manager) == "the tools are more than max_upstream_bytes (1000000 bytes)"
        assert fake.rpcs.count("tools/list") == 3


async def test_the_newest_protocol_repeats_itself_in_headers() -> None:
    schema = {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    }
    bad = {"properties": {"n": {"type": "number", "x-mcp-header": "N"}}}
    tools = [{"name": "größe", "inputSchema": schema}, {"name": "bad", "inputSchema": bad}]

    def answer(asked: Asked) -> Reply:
        told: dict[str, Any] = {
            "server/discover": {"supportedVersions": ["2026-07-28"], "capabilities": {}},
            "tools/list": {"tools": tools},
        }
        return result(asked, told.get(asked.rpc, text("fine")))

    async with serving(answer) as fake, managing(_settings(fake)) as manager:
        await manager.settled("web")
        assert list(manager.catalogue().tools["web"]) == ["größe"]
        assert (await call(manager, "web", "größe", {"region": "eu"})).result == "fine"
    kept = {
        name: value for name, value in fake.asked[-1].headers.items() if name.startswith("mcp-")
    }
    assert kept == {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "=?base64?Z3LDtsOfZQ==?=",
        "mcp-param-region": "eu",
    }
    assert messages.VERSION_KEY in fake.asked[-1].message["params"]["_meta"]
