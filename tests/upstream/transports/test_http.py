"""Streamable HTTP servers: real ones on loopback, and what goes wrong with them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.support.listening import free_port, listening
from tests.support.servers import HTTP_SERVER, call, managing, until
from workbench.config import ServerSettings
from workbench.core.events import ToolCallNote
from workbench.core.model import ErrorCode
from workbench.upstream import Manager

pytestmark = pytest.mark.anyio


def _settings(port: int, **more: object) -> ServerSettings:
    headers = {"Authorization": "Bearer ${TOKEN}"}
    return ServerSettings("web", url=f"http://127.0.0.1:{port}/mcp", headers=headers, **more)  # type: ignore[arg-type]


_ENVIRON = {"TOKEN": "right"}


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_calls_over_http(port: int, protocol: str) -> None:
    notes: list[ToolCallNote] = []
    async with managing(_settings(port, protocol=protocol), environ=_ENVIRON) as manager:
        await manager.settled("web")
        info = manager.catalogue().servers["web"]
        assert (info.state, info.transport, info.error) == ("ready", "http", None)
        echoed = await call(manager, "web", "echo", {"n": 1, "text": "ä"}, notes)
        assert echoed.result == {"n": 1, "text": "ä"}
        assert ("progress", 1, 2) in [(note.kind, note.progress, note.total) for note in notes]
        failed = await call(manager, "web", "fail")
        assert failed.error is not None
        assert failed.error.message == "web.fail: it failed"
        unknown = await call(manager, "web", "nothing")
        assert unknown.error is not None
        assert unknown.error.message == "web.nothing: Unknown tool: nothing"
        big = await call(manager, "web", "big", {"bytes": 3_000_000})
        assert len(big.result) == 3_000_000
        listed = await call(manager, "web", "list")
        assert listed.result == ([1, 2] if protocol == "auto" else {"result": [1, 2]})


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_changed_tools_are_noticed_over_http(port: int, protocol: str) -> None:
    name = f"grown_{protocol}"
    async with managing(_settings(port, protocol=protocol), environ=_ENVIRON) as manager:
        await manager.settled("web")
        assert name not in manager.catalogue().tools["web"]
        await call(manager, "web", "grow", {"name": name})
        await until(lambda: name in manager.catalogue().tools["web"])


async def _until_hung(manager: Manager, name: str, how: str) -> None:
    """Until the server says that the call of that name ``began`` or was ``cancelled``."""
    async with asyncio.timeout(20):
        while not (await call(manager, "web", "hung", {"name": name})).result[how]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_a_call_that_takes_too_long_is_stopped(port: int, protocol: str) -> None:
    settings = _settings(port, protocol=protocol)
    args = {"name": f"late {protocol}"}
    async with managing(settings, environ=_ENVIRON) as manager:
        await manager.settled("web")
        began = False
        while not began:  # a busy server begins nothing in 0.3 s
            await manager.configure([replace(settings, call_timeout_ms=300)])
            outcome = await call(manager, "web", "hang", args)
            assert outcome.error is not None
            assert outcome.error.code == ErrorCode.TIMEOUT
            await manager.configure([settings])
            began = (await call(manager, "web", "hung", args)).result["began"]
        await _until_hung(manager, args["name"], "cancelled")


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_cancelling_reaches_the_server(port: int, protocol: str) -> None:
    async with managing(_settings(port, protocol=protocol), environ=_ENVIRON) as manager:
        await manager.settled("web")
        task = asyncio.create_task(call(manager, "web", "hang", {"name": protocol}))
        await _until_hung(manager, protocol, "began")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until_hung(manager, protocol, "cancelled")


async def test_a_wrong_token_says_so(port: int) -> None:
    async with managing(_settings(port), environ={"TOKEN": "wrong"}) as manager:
        await manager.settled("web")
        info = manager.catalogue().servers["web"]
        assert info.state == "failed"
        assert info.error is not None
        assert "HTTP 401 Unauthorized" in info.error
        assert "who are you" in info.error


async def test_nobody_listens() -> None:
    async with managing(_settings(free_port()), environ=_ENVIRON) as manager:
        await manager.settled("web")
        info = manager.catalogue().servers["web"]
        assert info.state == "failed"
        assert info.error is not None
        assert "ConnectError" in info.error
        assert "Connection refused" in info.error


async def test_what_listens_speaks_no_http() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, managing(_settings(port), environ=_ENVIRON) as manager:
        await manager.settled("web")
        info = manager.catalogue().servers["web"]
        assert info.state == "failed"
        assert info.error is not None
        assert "RemoteProtocolError" in info.error


@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_the_environments_proxy_is_used(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(answer, "127.0.0.1", 0)
    monkeypatch.setenv("http_proxy", f"{scheme}127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    monkeypatch.setenv("no_proxy", "direct.invalid")
    settings = [
        ServerSettings(name, url=f"http://{name}.invalid/mcp", protocol="legacy")
        for name in ("proxied", "direct")
    ]
    async with proxy, managing(*settings) as manager:
        await asyncio.gather(manager.settled("proxied"), manager.settled("direct"))
        servers = manager.catalogue().servers
    assert asked
    assert {line.split()[1] for line in asked} == {b"http://proxied.invalid/mcp"}
    assert "HTTP 407" in (servers["proxied"].error or "")
    assert "ConnectError" in (servers["direct"].error or "")


async def test_no_proxy_is_asked_for_a_server_on_this_machine(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    named = replace(_settings(port), name="named", url=f"http://localhost:{port}/mcp")
    async with managing(_settings(port), named, environ=_ENVIRON) as manager:
        for name in ("web", "named"):
            await manager.settled(name)
            assert manager.catalogue().servers[name].error is None


async def test_what_listens_never_answers() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    settings = _settings(server.sockets[0].getsockname()[1], connect_timeout_ms=1_000)
    async with server, managing(settings, environ=_ENVIRON) as manager:
        await manager.settled("web")
        assert manager.catalogue().servers["web"].error == "not connected within 1 s"


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_a_server_that_goes_and_comes_back(protocol: str) -> None:
    port = free_port()
    settings = _settings(port, protocol=protocol)
    async with managing(settings, environ=_ENVIRON) as manager:
        with listening(HTTP_SERVER, port=port):
            await manager.settled("web")
            hanging = asyncio.create_task(call(manager, "web", "hang", {"name": "lost"}))
            await _until_hung(manager, "lost", "began")
        lost = await asyncio.wait_for(hanging, 20)
        assert lost.error is not None
        assert lost.error.code == ErrorCode.UPSTREAM_ERROR
        gone = await call(manager, "web", "echo", {"n": 1})
        assert gone.error is not None
        assert gone.error.code == ErrorCode.UPSTREAM_ERROR
        with listening(HTTP_SERVER, port=port):
            async with asyncio.timeout(30):
                while not (await call(manager, "web", "echo", {"n": 1})).ok:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
