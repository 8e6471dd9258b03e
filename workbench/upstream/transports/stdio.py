"""A session over our own pipes, without the SDK: its import takes longer than most servers' start.

Both eras of the protocol, the part that calling tools needs: ``server/discover`` (2026-07-28) or
``initialize`` (2024-11-05 to 2025-11-25), ``tools/list``, ``tools/call``, ``subscriptions/listen``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from workbench import __version__
from workbench.mcp.peer import (
    CONNECTION_CLOSED,
    METHOD_NOT_FOUND,
    Peer,
    Progress,
    RpcError,
)
from workbench.upstream.repair import repair_listing

Json: TypeAlias = Any

_log = logging.getLogger(__name__)
MODERN_VERSIONS = ("2026-07-28",)
HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MOST_PAGES = 100
LOG_LEVEL: Literal["info"] = "info"
CLIENT = {"name": "workbench", "version": __version__}
META = {
    "version": "io.modelcontextprotocol/protocolVersion",
    "client": "io.modelcontextprotocol/clientInfo",
    "capabilities": "io.modelcontextprotocol/clientCapabilities",
    "log_level": "io.modelcontextprotocol/logLevel",
}
UNSUPPORTED_VERSION = -32022
_DISCOVER_S = 10.0


class StdioLink:
    """The session with one process (a ``Link``)."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._version = ""
        self._capabilities: dict[str, Json] = {}
        self._stamp: dict[str, Json] = {}
        """What every request of the newest protocol carries in ``_meta``."""

    @property
    def protocol_version(self) -> str:
        return self._version

    async def negotiate(self, protocol: str) -> None:
        if protocol != "legacy" and await self._discover(MODERN_VERSIONS[-1]):
            return
        try:
            await self._initialize()
        except RpcError as error:
            # It was slow to start: the first question timed out here and was answered there.
            version = _mutual(error)
            if version is None or not await self._discover(version):
                raise

    async def list_tools(self) -> tuple[list[dict[str, Json]], dict[str, list[str]]]:
        tools: list[dict[str, Json]] = []
        repaired: dict[str, list[str]] = {}
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            params: dict[str, Json] = {} if cursor is None else {"cursor": cursor}
            try:
                page = await self._request("tools/list", params)
            except RpcError as error:
                if error.code == METHOD_NOT_FOUND and "tools" not in self._capabilities:
                    break  # a server of prompts or resources only
                raise
            repair_listing(page, repaired)
            tools += page["tools"]
            cursor = page.get("nextCursor")
            if not cursor or cursor in seen:
                break
            seen.add(cursor)
        return tools, repaired

    async def watch(self, changed: Callable[[], None]) -> None:
        tools = self._capabilities.get("tools")
        if not self._stamp or not isinstance(tools, dict) or not tools.get("listChanged"):
            return
        wanted = {"notifications": {"toolsListChanged": True}}
        try:
            # Its events come as notifications; it is answered when the server ends it.
            await self._request("subscriptions/listen", wanted, request_id="listen-1")
        except RpcError as error:
            _log.info("no news of changed tools: %s", error)

    async def call_tool(
        self, name: str, args: dict[str, Json], timeout: float, progress: Progress
    ) -> dict[str, Json]:
        params: dict[str, Json] = {"name": name, "arguments": args}
        if self._stamp:
            params["_meta"] = self._stamp
        return await self._peer.request("tools/call", params, timeout=timeout, progress=progress)

    async def _request(
        self, method: str, params: dict[str, Json], *, request_id: str | None = None
    ) -> dict[str, Json]:
        if self._stamp:
            params = {**params, "_meta": self._stamp}
        return await self._peer.request(method, params, request_id=request_id)

    async def _discover(self, version: str) -> bool:
        """Ask for the newest protocol; False: the server does not speak it."""
        stamp = {META["version"]: version, META["client"]: CLIENT, META["capabilities"]: {}}
        try:
            answer = await self._peer.request(
                "server/discover", {"_meta": stamp}, timeout=_DISCOVER_S, cancel=False
            )
        except RpcError as error:
            if error.code == CONNECTION_CLOSED:
                raise
            other = _mutual(error)
            return other is not None and other != version and await self._discover(other)
        spoken = answer.get("supportedVersions")
        if not isinstance(spoken, list) or version not in spoken:
            return False
        self._version = version
        self._stamp = {**stamp, META["log_level"]: LOG_LEVEL}
        self._learn(answer)
        return True

    async def _initialize(self) -> None:
        wanted = {
            "protocolVersion": HANDSHAKE_VERSIONS[-1],
            "capabilities": {},
            "clientInfo": CLIENT,
        }
        answer = await self._peer.request("initialize", wanted, cancel=False)
        version = answer.get("protocolVersion")
        if version not in HANDSHAKE_VERSIONS:
            raise RpcError(
                UNSUPPORTED_VERSION, f"the server speaks protocol version {version!r} only"
            )
        self._version = version
        self._learn(answer)
        self._peer.notify("notifications/initialized", None)

    def _learn(self, answer: dict[str, Json]) -> None:
        capabilities = answer.get("capabilities")
        self._capabilities = capabilities if isinstance(capabilities, dict) else {}


def _mutual(error: RpcError) -> str | None:
    """The newest protocol version that both sides speak, where a server names its own."""
    if error.code != UNSUPPORTED_VERSION or not isinstance(error.data, dict):
        return None
    spoken = error.data.get("supported")
    if not isinstance(spoken, list):
        return None
    return next((version for version in reversed(MODERN_VERSIONS) if version in spoken), None)
