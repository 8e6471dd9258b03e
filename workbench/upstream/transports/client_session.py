"""A session with a server over pipes or HTTP, without the SDK: its import takes longer than most starts.

Both eras of the protocol, the part that calling tools needs: ``server/discover`` (2026-07-28) or
``initialize`` (2024-11-05 to 2025-11-25), ``tools/list``, ``tools/call``, ``subscriptions/listen``.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Literal

from workbench import __version__
from workbench.core.model import OFFERS, JsonValue
from workbench.mcp.conversation import Progress
from workbench.mcp.messages import (
    CAPABILITIES_KEY,
    CLIENT_KEY,
    HANDSHAKE_VERSIONS,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    LOG_LEVEL_KEY,
    METHOD_NOT_FOUND,
    MODERN_VERSIONS,
    SERVER_KEY,
    UNSUPPORTED_VERSION,
    VERSION_KEY,
    ConnectionLost,
    Failure,
    LoginNeeded,
    NoCommonVersion,
    RpcError,
    TooLarge,
    Unreachable,
    encode,
)
from workbench.upstream.client_side import ClientSide
from workbench.upstream.repair import repair_listing
from workbench.upstream.transports.link import Channel, Era, StartAfresh, Way, about_of
from workbench.upstream.transports.mirrored import Mirror, mirror_of, mirrored
from workbench.util.back_off import BackOff

_log = logging.getLogger(__name__)
MOST_PAGES = 100
LOG_LEVEL: Literal["info"] = "info"
CLIENT = {"name": "workbench", "version": __version__}
_DISCOVER_S = 10.0
_MOST_ROUNDS = 10
"""Of questions before one answer."""
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 60.0


class Session:
    """The session with one server (a ``Link``)."""

    def __init__(self, channel: Channel, asked: ClientSide | None = None) -> None:
        """asked: answers what the server asks while it works on a request; None: nothing is offered."""
        self._channel = channel
        self._asked = asked
        self._offered = asked.capabilities if asked is not None else {}
        self._version = ""
        self._server: dict[str, JsonValue] = {}
        self._instructions: JsonValue = None
        self._capabilities: dict[str, JsonValue] = {}
        self._stamp: dict[str, JsonValue] = {}
        """What every request of the newest protocol carries in ``_meta``."""
        self._mirrors: dict[str, Mirror] = {}

    @property
    def protocol_version(self) -> str:
        return self._version

    @property
    def era(self) -> Era:
        return "modern" if self._stamp else "handshake"

    @property
    def server(self) -> str:
        words = (self._server.get(key) for key in ("name", "version"))
        return " ".join(word[:100] for word in words if isinstance(word, str))

    @property
    def about(self) -> str:
        return about_of(self._server.get("title"), self._instructions)

    async def negotiate(self, way: Way) -> None:
        if way == "probe":
            await self._probe()
        elif way == "initialize":
            await self._initialize_first()
        else:
            await self._initialize()

    async def list_tools(self) -> tuple[list[dict[str, JsonValue]], dict[str, list[str]]]:
        tools: list[dict[str, JsonValue]] = []
        repaired: dict[str, list[str]] = {}
        try:
            async with aclosing(self._pages("tools/list", "tools")) as pages:
                async for page in pages:
                    repair_listing(page, repaired)
                    tools += page["tools"]
        except RpcError as error:  # a server of prompts or resources only may not know the question
            if error.code != METHOD_NOT_FOUND or "tools" in self._capabilities:
                raise
        return self._with_mirrors(tools), repaired

    def offers(self, what: Literal["resources", "prompts"]) -> bool:
        return what in self._capabilities

    async def list_all(self, method: str, member: str) -> list[dict[str, JsonValue]]:
        found: list[dict[str, JsonValue]] = []
        async with aclosing(self._pages(method, member)) as pages:
            async for page in pages:
                rows = page.get(member)
                if isinstance(rows, list):
                    found += [row for row in rows if isinstance(row, dict)]
        return found

    async def ask(
        self, method: str, params: dict[str, JsonValue], timeout: float, progress: Progress
    ) -> dict[str, JsonValue]:
        return await self._with_input(method, params, timeout, progress)

    async def _pages(self, method: str, what: str) -> AsyncGenerator[dict[str, JsonValue], None]:
        """The pages of a listing, as far as they are bounded."""
        cursor: str | None = None
        seen: set[str] = set()
        size = 0
        for _ in range(MOST_PAGES):
            page = await self._request(method, {} if cursor is None else {"cursor": cursor})
            size += _size(page, self._channel.longest)
            if size > self._channel.longest:
                most = self._channel.longest
                raise TooLarge(f"the {what} are more than max_upstream_bytes ({most} bytes)")
            yield page
            cursor = page.get("nextCursor")
            if not cursor or cursor in seen:
                return
            seen.add(cursor)

    async def watch(self, changed: Callable[[], None]) -> None:
        told = {
            f"{kind}ListChanged": True
            for kind in ("tools", *OFFERS)
            if isinstance(of := self._capabilities.get(kind), dict) and of.get("listChanged")
        }
        if not self._stamp or not told:
            return
        wanted = {"notifications": told}
        # Whatever stands between may end a stream on which little happens.
        back_off = BackOff(_FIRST_PAUSE_S, _LONGEST_PAUSE_S, healthy_s=_LONGEST_PAUSE_S)
        for number in itertools.count(1):
            began = time.monotonic()
            try:
                # Its events come as notifications; it is answered when the server ends it.
                await self._request("subscriptions/listen", wanted, request_id=f"listen-{number}")
            except RpcError as error:
                _log.info("no news of changed tools: %s", error)
                return
            except Failure as error:
                _log.info("no news of changed tools for now: %s", error)
            await asyncio.sleep(back_off.after(time.monotonic() - began))

    async def call_tool(
        self, name: str, args: dict[str, JsonValue], timeout: float, progress: Progress
    ) -> dict[str, JsonValue]:
        try:
            return await self._call(name, args, timeout, progress)
        except RpcError as error:
            if error.code != HEADER_MISMATCH or not self._stamp:
                raise
        await self.list_tools()  # refused unsent, for what an old listing says: renew it, ask again
        return await self._call(name, args, timeout, progress)

    async def _call(
        self, name: str, args: dict[str, JsonValue], timeout: float, progress: Progress
    ) -> dict[str, JsonValue]:
        params: dict[str, JsonValue] = {"name": name, "arguments": args}
        mirror = self._mirrors.get(name)
        headers = mirrored(mirror, args) if mirror else None
        return await self._with_input("tools/call", params, timeout, progress, headers)

    async def _with_input(
        self,
        method: str,
        params: dict[str, JsonValue],
        timeout: float,
        progress: Progress,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, JsonValue]:
        """A request that the server may answer with questions first (newest protocol): asked again with the
        answers. One whose questions are not all answered comes back as it is.
        """
        params = self._stamped(params)
        sent = params
        for _ in range(_MOST_ROUNDS):
            try:
                answer = await self._channel.request(
                    method, sent, timeout=timeout, progress=progress, headers=headers
                )
            except RpcError as error:
                if self._asked is not None:
                    await self._asked.shown_first(error)
                raise
            questions = answer.get("inputRequests", {})
            if answer.get("resultType") != "input_required" or not isinstance(questions, dict):
                return answer
            try:
                responses = {name: await self._answered(asked) for name, asked in questions.items()}
            except RpcError as error:
                _log.info("%s: %s", method, error)
                return answer
            sent = {**params, **({"inputResponses": responses} if responses else {})}
            if "requestState" in answer:
                sent["requestState"] = answer["requestState"]
        return answer

    async def _answered(self, asked: JsonValue) -> dict[str, JsonValue]:
        method = asked.get("method") if isinstance(asked, dict) else None
        if self._asked is None or not isinstance(method, str):
            raise RpcError(INVALID_PARAMS, "nobody can be asked")
        params = asked.get("params")
        given = params if isinstance(params, dict) else {}
        return await self._asked.answer(method, given, between=True)

    async def _request(
        self, method: str, params: dict[str, JsonValue], *, request_id: str | None = None
    ) -> dict[str, JsonValue]:
        return await self._channel.request(method, self._stamped(params), request_id=request_id)

    def _stamped(self, params: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """As the newest protocol wants every request; as they are for an older one."""
        return {**params, "_meta": self._stamp} if self._stamp else params

    def _with_mirrors(self, tools: list[dict[str, JsonValue]]) -> list[dict[str, JsonValue]]:
        """Learn which arguments are mirrored; a tool that is wrong about it must not be used."""
        if not (self._stamp and self._channel.has_headers):
            return tools
        mirrors = {id(tool): mirror_of(tool["inputSchema"]) for tool in tools}
        kept = [tool for tool in tools if mirrors[id(tool)] is not None]
        for tool in tools:
            if mirrors[id(tool)] is None:
                _log.warning("tool %r is left out: its x-mcp-header is wrong", tool["name"])
        self._mirrors = {tool["name"]: mirror for tool in kept if (mirror := mirrors[id(tool)])}
        return kept

    # -- how it begins -----------------------------------------------------------------------

    async def _probe(self) -> None:
        """Ask for the newest protocol; whatever comes of it, short of yes, the older one is next."""
        try:
            if await self._discover(MODERN_VERSIONS[-1]):
                return
        except (Unreachable, LoginNeeded):
            raise
        except ConnectionLost as error:
            raise StartAfresh(str(error)) from error
        except Failure as error:
            _log.info("server/discover: %s", error)
        try:
            await self._initialize()
        except NoCommonVersion:
            raise
        except (RpcError, Failure) as error:
            raise StartAfresh(str(error)) from error

    async def _initialize_first(self) -> None:
        """The older handshake; a server that does not take it may speak the newest protocol alone."""
        try:
            await self._initialize()
        except RpcError as error:
            try:
                speaks = await self._discover(MODERN_VERSIONS[-1])
            except LoginNeeded:
                raise
            except Failure:
                speaks = False
            if not speaks:
                raise error from None

    async def _discover(self, version: str, *, again: bool = True) -> bool:
        """Ask for the newest protocol; False: the server does not speak it. Raises Failure."""
        stamp = {VERSION_KEY: version, CLIENT_KEY: CLIENT, CAPABILITIES_KEY: self._offered}
        try:
            answer = await self._channel.request(
                "server/discover", {"_meta": stamp}, timeout=_DISCOVER_S, cancel=False
            )
        except RpcError as error:
            other = _mutual(error)
            return other is not None and again and await self._discover(other, again=False)
        spoken = answer.get("supportedVersions")
        if not isinstance(spoken, list) or version not in spoken:
            return False
        meta = answer.get("_meta")
        self._learn(version, answer, meta.get(SERVER_KEY) if isinstance(meta, dict) else None)
        self._stamp = {**stamp, LOG_LEVEL_KEY: LOG_LEVEL}
        return True

    async def _initialize(self) -> None:
        wanted = {
            "protocolVersion": HANDSHAKE_VERSIONS[-1],
            "capabilities": self._offered,
            "clientInfo": CLIENT,
        }
        try:
            answer = await self._channel.request("initialize", wanted, cancel=False)
        except RpcError as error:
            # It was slow to start: the first question timed out here and was answered there.
            version = _mutual(error)
            if version is None or not await self._discover(version):
                raise
            return
        version = answer.get("protocolVersion")
        if version not in HANDSHAKE_VERSIONS:
            if not isinstance(version, str):
                raise NoCommonVersion("the server's greeting names no protocol version")
            raise NoCommonVersion(f"the server speaks protocol version {version[:60]!r} only")
        self._learn(version, answer, answer.get("serverInfo"))
        await self._channel.notify("notifications/initialized", None)

    def _learn(self, version: str, answer: dict[str, JsonValue], server: JsonValue) -> None:
        self._version = version
        capabilities = answer.get("capabilities")
        self._capabilities = capabilities if isinstance(capabilities, dict) else {}
        self._server = server if isinstance(server, dict) else {}
        self._instructions = answer.get("instructions")
        self._channel.agreed(version)


def _mutual(error: RpcError) -> str | None:
    """The newest protocol version that both sides speak, where a server names its own."""
    if error.code != UNSUPPORTED_VERSION or not isinstance(error.data, dict):
        return None
    spoken = error.data.get("supported")
    if not isinstance(spoken, list):
        return None
    return next((version for version in reversed(MODERN_VERSIONS) if version in spoken), None)


def _size(page: dict[str, JsonValue], longest: int) -> int:
    """Bytes of a page; one that is nested too deeply to be written again counts as a quarter of what is taken:
    what is wrong in it is mended item by item, and need not cost the rest."""
    try:
        return len(encode(page))
    except ValueError:
        return longest // 4
