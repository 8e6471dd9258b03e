"""Our small client of the protocol holds what the SDK holds."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import mcp_types as types
import orjson
import pytest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from workbench.mcp import messages
from workbench.mcp.messages import (
    CAPABILITIES_KEY,
    CLIENT_KEY,
    HANDSHAKE_VERSIONS,
    LOG_LEVEL_KEY,
    MODERN_VERSIONS,
    UNSUPPORTED_VERSION,
    VERSION_KEY,
    NoCommonVersion,
    RpcError,
)
from workbench.mcp.peer import Peer
from workbench.upstream.transports.client_session import CLIENT, Session

Answer = dict[str, Any]
_STAMP = {VERSION_KEY: "2026-07-28", CLIENT_KEY: CLIENT, CAPABILITIES_KEY: {}}
_OLD: Answer = {"result": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}}
_NEW: Answer = {"result": {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}}}
_NO_METHOD: Answer = {"error": {"code": -32601, "message": "Method not found"}}


def _unsupported(*spoken: str) -> Answer:
    return {
        "error": {
            "code": UNSUPPORTED_VERSION,
            "message": "Unsupported protocol version",
            "data": {"supported": list(spoken), "requested": "x"},
        }
    }


class _Server:
    """The other end of a pipe that answers from a script, and keeps what it was asked."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answers = {name.replace("_", "/"): list(told) for name, told in answers.items()}
        self.peer = Peer(lambda method, params: None)
        self.peer.attach(cast(asyncio.WriteTransport, self))

    def write(self, data: bytes) -> None:
        message = orjson.loads(data)
        self.asked.append(message)
        if "id" in message:
            told = self._answers.get(message["method"])
            answer = told.pop(0) if told else _NO_METHOD
            line = orjson.dumps({"jsonrpc": "2.0", "id": message["id"], **answer})
            asyncio.get_running_loop().call_soon(self.peer.feed, line + b"\n")

    @property
    def methods(self) -> list[str]:
        return [message["method"] for message in self.asked]


def test_constants_are_the_sdks() -> None:
    assert tuple(MODERN_PROTOCOL_VERSIONS) == MODERN_VERSIONS
    assert tuple(HANDSHAKE_PROTOCOL_VERSIONS) == HANDSHAKE_VERSIONS
    assert types.PROTOCOL_VERSION_META_KEY == VERSION_KEY
    assert types.CLIENT_INFO_META_KEY == CLIENT_KEY
    assert types.CLIENT_CAPABILITIES_META_KEY == CAPABILITIES_KEY
    assert types.LOG_LEVEL_META_KEY == LOG_LEVEL_KEY
    assert types.SERVER_INFO_META_KEY == messages.SERVER_KEY
    assert types.UNSUPPORTED_PROTOCOL_VERSION == UNSUPPORTED_VERSION
    assert types.HEADER_MISMATCH == messages.HEADER_MISMATCH


@pytest.mark.anyio
async def test_the_newest_protocol() -> None:
    server = _Server(server_discover=[_NEW], tools_list=[{"result": {"tools": []}}])
    link = Session(server.peer)
    await link.negotiate("probe")
    await link.list_tools()
    assert link.protocol_version == "2026-07-28"
    assert server.methods == ["server/discover", "tools/list"]
    assert server.asked[0]["params"] == {"_meta": _STAMP}
    assert server.asked[1]["params"]["_meta"] == {**_STAMP, LOG_LEVEL_KEY: "info"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "discover",
    [
        _NO_METHOD,
        _unsupported("2025-11-25"),
        {"result": {"supportedVersions": ["2025-11-25"]}},
        {"result": {"anything": 1}},
        {"result": {"supportedVersions": "2026-07-28"}},
        {"error": {"code": -32602, "message": "Server not initialized"}},
    ],
)
async def test_the_older_handshake(discover: Answer) -> None:
    server = _Server(server_discover=[discover], initialize=[_OLD])
    link = Session(server.peer)
    await link.negotiate("probe")
    assert link.protocol_version == "2025-06-18"
    assert server.methods == ["server/discover", "initialize", "notifications/initialized"]
    asked = types.InitializeRequestParams.model_validate(server.asked[1]["params"])
    assert asked.protocol_version == "2025-11-25"


@pytest.mark.anyio
async def test_the_older_handshake_at_once() -> None:
    server = _Server(initialize=[_OLD])
    await Session(server.peer).negotiate("legacy")
    assert server.methods == ["initialize", "notifications/initialized"]


@pytest.mark.anyio
async def test_a_server_that_was_slow_to_start() -> None:
    """It answered the first question after we gave it up, and is modern now."""
    slow = {"error": {"code": -32001, "message": "timed out"}}
    server = _Server(server_discover=[slow, _NEW], initialize=[_unsupported("2026-07-28")])
    link = Session(server.peer)
    await link.negotiate("probe")
    assert link.protocol_version == "2026-07-28"
    assert server.methods == ["server/discover", "initialize", "server/discover"]


@pytest.mark.anyio
async def test_a_server_that_names_the_very_version_is_asked_once_more() -> None:
    server = _Server(server_discover=[_unsupported("2026-07-28"), _NEW])
    session = Session(server.peer)
    await session.negotiate("probe")
    assert session.protocol_version == "2026-07-28"
    again = _Server(server_discover=[_unsupported("2026-07-28")] * 9, initialize=[_OLD])
    await Session(again.peer).negotiate("probe")
    assert again.methods.count("server/discover") == 2


@pytest.mark.anyio
async def test_no_version_in_common() -> None:
    future = {"result": {"protocolVersion": "2031-01-01", "capabilities": {}}}
    server = _Server(initialize=[future])
    with pytest.raises(NoCommonVersion, match="speaks protocol version '2031-01-01' only"):
        await Session(server.peer).negotiate("probe")


@pytest.mark.anyio
async def test_a_server_without_tools_has_none() -> None:
    nothing = {"result": {"protocolVersion": "2025-11-25", "capabilities": {"prompts": {}}}}
    server = _Server(initialize=[nothing])
    link = Session(server.peer)
    await link.negotiate("legacy")
    assert await link.list_tools() == ([], {})


@pytest.mark.anyio
async def test_a_server_that_offers_tools_and_cannot_list_them_fails() -> None:
    server = _Server(initialize=[_OLD])
    link = Session(server.peer)
    await link.negotiate("legacy")
    with pytest.raises(RpcError, match="Method not found"):
        await link.list_tools()
