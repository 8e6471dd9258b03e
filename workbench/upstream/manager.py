"""All upstream servers: their catalogue, their calls, their changes (the port ``Upstream``)."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalogue.changes import Change
from workbench.catalogue.tools import Catalogue, ServerInfo, ServerState, ToolInfo
from workbench.config import nesting
from workbench.config.identity import file_name, identity, way
from workbench.config.trust import NOT_TRUSTED
from workbench.core.elicitation import Elicit, Elicitation, Reply, declined
from workbench.core.model import METHODS, CallKind, ErrorCode, Offer, Outcome, ToolCall
from workbench.core.ports import NoteListener
from workbench.mcp.messages import Failure, RpcError
from workbench.mcp.peer import LONGEST_ANSWER
from workbench.upstream import requests
from workbench.upstream.approval import Owner, Pins
from workbench.upstream.auth.logins import Logins, Place
from workbench.upstream.auth.sessions import log_in, log_out
from workbench.upstream.connection import Connection, NotConnected
from workbench.upstream.definitions import denied_by, read_tools
from workbench.upstream.eras import Eras
from workbench.upstream.health import health_of
from workbench.upstream.listings import Listing, ListingCache
from workbench.upstream.notes import NoteTap
from workbench.upstream.restarts import Restarts
from workbench.upstream.results import failure_of, outcome_of
from workbench.upstream.server_log import ServerLog
from workbench.util.listeners import tell

if TYPE_CHECKING:
    from workbench.catalogue.health import ServerHealth
    from workbench.catalogue.offerings import Offerings
    from workbench.config import Config, ServerSettings
    from workbench.upstream.auth.flow import Show
    from workbench.upstream.transports.link import Link

Listener = Callable[[str], None]

_log = logging.getLogger(__name__)
_PINS_POLL_S = 0.5
_METHODS = [method for methods in METHODS.values() for method in methods]


class _Server:
    """What the manager knows of one server."""

    connection: Connection

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.offered: dict[str, ToolInfo] = {}
        """All its tools, the denied ones too, with their approval as of now."""
        self.about = ""
        """What it is for, in its own words."""
        self.offers: tuple[Offer, ...] = ()
        """What it has beside tools."""
        self.offerings: Offerings | None = None
        """The same in full, once somebody asked."""
        self.cached = False
        """The listing is of an earlier process."""
        self.said_waiting = 0


class Manager:
    """Connects servers in the background and answers calls from them.

    Servers are connected by ``start``, or one by one when something asks for them. A server's trouble is
    its own: it delays and ends nothing else.
    """

    def __init__(
        self,
        servers: Iterable[ServerSettings],
        *,
        environ: Mapping[str, str] | None = None,
        data_dir: Path | None = None,
        max_answer_bytes: int = LONGEST_ANSWER,
        config_file: Path | None = None,
    ) -> None:
        """environ: where ``${VAR}`` and the children's environment come from; None: our own.

        data_dir: where approvals, listings and logins are kept; None: in memory only.
        max_answer_bytes: of one answer of a server, decompressed.
        config_file: where the servers come from: a Workbench among them does not serve it again.
        """
        self._environ = dict(os.environ if environ is None else environ)
        self._environ[nesting.VARIABLE] = nesting.marker(self._environ, config_file)
        self._pins = Pins(data_dir)
        self._listings = ListingCache(data_dir)
        self._eras = Eras(data_dir)
        self._data_dir = data_dir
        self._restarts_watch: asyncio.Task[None] | None = None
        self._logins = Logins(data_dir) if data_dir is not None else None
        self.elicit: Elicit = declined
        """Puts questions of servers to somebody; a face sets it."""
        self._max_answer_bytes = max_answer_bytes
        self._servers: dict[str, _Server] = {}
        self._listeners: list[Listener] = []
        self._snapshot: Catalogue | None = None
        self._started = False
        self._closing: set[asyncio.Task[None]] = set()
        self._pins_watch: asyncio.Task[None] | None = None
        for settings in servers:
            self._add(settings)

    @classmethod
    def of(cls, config: Config, data_dir: Path) -> Manager:
        """The manager of a configuration's servers."""
        return cls(
            config.servers.values(),
            data_dir=data_dir,
            max_answer_bytes=config.max_upstream_bytes,
            config_file=config.path,
        )

    # -- life ------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to connect every server in the background; returns at once."""
        self._started = True
        if self._restarts_watch is None and self._data_dir is not None:
            look = self._look_for_restarts(Restarts(self._data_dir))
            task = asyncio.get_running_loop().create_task(look)
            self._restarts_watch = task
        for server in self._servers.values():
            if server.settings.starts:
                server.connection.start()

    async def close(self) -> None:
        """End every connection, within 2 s; no child is left."""
        for watch in (self._pins_watch, self._restarts_watch):
            if watch is not None:
                watch.cancel()
        closing = [server.connection.close() for server in self._servers.values()]
        await asyncio.gather(*closing, *self._closing)

    async def configure(
        self, servers: Iterable[ServerSettings], *, max_answer_bytes: int | None = None
    ) -> None:
        """Take new settings. Servers that stay the same are not touched, nor the calls on them.

        A server whose way to connect changed is connected anew; one that is gone is dropped in the
        background, and its calls fail. max_answer_bytes: None leaves it as it is.
        """
        if max_answer_bytes is not None:
            self._max_answer_bytes = max_answer_bytes
            for known in self._servers.values():
                known.connection.longest = max_answer_bytes
        wanted = {settings.name: settings for settings in servers}
        for name in [name for name in self._servers if name not in wanted]:
            self._drop(name)
        for name, settings in wanted.items():
            server = self._servers.get(name)
            if server is None or way(server.settings) != way(settings):
                if server is not None:
                    self._drop(name)
                server = self._add(settings)
            elif server.settings != settings:
                server.settings = server.connection.settings = settings
                self._judge(server)
            else:
                continue
            if not settings.starts:
                self._close_later(server.connection)
                server.connection = self._connection(server)
            elif self._started:
                server.connection.start()
            self._tell(name)
        self._servers = {name: self._servers[name] for name in wanted}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear the name of a server whose state or tools changed; returns the way to stop."""
        self._listeners = [*self._listeners, listener]

        def stop() -> None:
            self._listeners = [other for other in self._listeners if other is not listener]

        return stop

    async def reconnect(self, name: str) -> None:
        """Connect a server anew and wait for the attempt; a disabled one stays as it is.

        Raises KeyError for an unknown name.
        """
        server = self._servers[name]
        if server.settings.starts:
            await server.connection.reconnect()

    def stderr_tail(self, name: str) -> list[str]:
        """The last lines of a server's stderr, oldest first. Raises KeyError for an unknown name."""
        return self._servers[name].connection.stderr.lines()

    def health(self, name: str) -> ServerHealth:
        """How a server is doing. Raises KeyError for an unknown name."""
        server = self._servers[name]
        return health_of(server.settings, server.connection, self._logins, self._environ)

    async def log_in(self, name: str, show: Show) -> Place:
        """Log a person in to a server, and connect it anew; where the login is kept.

        Raises KeyError for an unknown name, CannotLogIn, LoginFailed, and OSError where it cannot be kept.
        """
        settings = self._servers[name].settings
        place = await log_in(settings, self._environ, self._logins, show)
        await self.reconnect(name)
        return place

    async def log_out(self, name: str) -> bool:
        """Forget a server's login; False: there was none. Raises KeyError, CannotLogIn, OSError."""
        known = await log_out(self._servers[name].settings, self._environ, self._logins)
        await self.reconnect(name)
        return known

    def approve(
        self, name: str, tools: Iterable[str] | None = None, *, varying: bool = False
    ) -> list[str]:
        """Approve the definitions of a server's tools as they are now; None: all that can be called.

        varying: and whatever their texts say from now on, as long as nothing else changes.
        Returns the names of the tools that were not approved before. Raises KeyError for an unknown
        server or tool, OSError where the approval cannot be kept.
        """
        server = self._servers[name]
        names = [tool.name for tool in _callable(server)] if tools is None else tools
        chosen = [server.offered[tool] for tool in names]
        self._pins.approve(_owner(server.settings), chosen, varying=varying)
        self._judge(server)
        self._tell(name)
        return [tool.name for tool in chosen if not tool.approved]

    def changes(self, name: str) -> list[Change]:
        """What is to be approved of a server, tool by tool. Raises KeyError for an unknown name."""
        server = self._servers[name]
        owner = _owner(server.settings)
        return [self._pins.change(owner, tool) for tool in _callable(server) if not tool.approved]

    # -- the port --------------------------------------------------------------------------

    def catalogue(self) -> Catalogue:
        """What is known now, with the tools of an earlier process until a server has answered."""
        if self._snapshot is None:
            self._snapshot = self._make_snapshot()
        return self._snapshot

    async def settled(self, server: str | None = None) -> None:
        """Wait until a server is connected or has failed its first attempt; connects it if need be.

        One that is being connected again is waited for within its call timeout. None: every server,
        but one whose tools are known from an earlier process is not waited for.
        """
        one = self._servers.get(server) if server is not None else None
        if one is not None and one.settings.starts:
            await one.connection.attempted(one.settings.call_timeout_ms / 1000)
        if server is not None:
            return
        await self.start()
        chosen = [
            one.connection
            for one in self._servers.values()
            if one.settings.starts and not one.cached
        ]
        await asyncio.gather(*(connection.settled() for connection in chosen))

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """Send one call. Never raises for a failed call; cancelling it cancels it upstream."""
        server = self._servers.get(call.server)
        label = call.label
        if server is None or not server.settings.starts:
            held = server is not None and server.settings.held
            what = "is disabled" if server is not None else "is not configured"
            return Outcome.failed(
                ErrorCode.SERVER_QUARANTINED if held else ErrorCode.NOT_FOUND,
                f"{label}: server {call.server!r} {'is not trusted' if held else what}",
                dispatched=False,
            )
        timeout_ms = server.settings.call_timeout_ms
        tap = NoteTap(call, note)
        try:
            if server.cached and call.kind == "tool":
                refusal = await self._confirm(server, call)
                if refusal is not None:
                    return refusal
            answer, took = await server.connection.call(
                lambda link: _send(link, call, timeout_ms / 1000, tap), timeout_ms / 1000, tap
            )
        except NotConnected as error:
            return Outcome.failed(
                ErrorCode.UPSTREAM_ERROR,
                f"{label}: server {call.server!r} is not connected: {error}",
                dispatched=False,
            )
        except (RpcError, Failure) as error:
            if call.kind != "tool":
                return requests.failure_of(error, call, timeout_ms)
            return failure_of(error, label, timeout_ms)
        if call.kind != "tool":
            return await requests.outcome_of(answer, call, took)
        return await outcome_of(answer, server.offered.get(call.tool), label, took)

    async def offerings(self, name: str) -> Offerings:
        """Resources, templates and prompts of a server; asked for once, until it says that they changed.

        Connects it if need be. Raises KeyError for an unknown name.
        """
        server = self._servers[name]
        if server.offerings is None:
            found = await self._ask_offerings(server)
            if found.problem is not None:  # the next question may have better luck
                return found
            server.offerings = found
        return server.offerings

    # -- inside ----------------------------------------------------------------------------

    async def _put(self, asked: Elicitation) -> Reply:
        return await self.elicit(asked)

    async def _ask_offerings(self, server: _Server) -> Offerings:
        name = server.settings.name
        calls: tuple[tuple[CallKind, str], ...] = (
            ("resource", "resources/list"),
            ("prompt", "prompts/list"),
        )
        asked = (
            self.call(ToolCall("", 1, name, method, {}, kind=kind), lambda _: None)
            for kind, method in calls
        )
        resources, prompts = await asyncio.gather(*asked)
        problems = [one.error.message for one in (resources, prompts) if one.error is not None]
        from workbench.catalogue.offerings import Offerings, read_prompts, read_resources

        return Offerings(
            read_resources(name, resources.result or {}),
            read_prompts(name, prompts.result or {}),
            "; ".join(dict.fromkeys(problems)) or None,
        )

    async def _confirm(self, server: _Server, call: ToolCall) -> Outcome | None:
        """A definition of an earlier process let the call through: the server's own has the last word."""
        await server.connection.attempted(server.settings.call_timeout_ms / 1000)
        if server.cached:  # it is not connected: the call will say so
            return None
        found = self.catalogue().find(call.server, call.tool)
        if not isinstance(found, ToolInfo):
            return Outcome.failed(found.code, found.message, dispatched=False)
        if found.approved:
            return None
        return Outcome.failed(
            ErrorCode.TOOL_NOT_APPROVED,
            f"{found.full_name}: {found.hold}; "
            f"look at it and approve it with: workbench servers approve {call.server}",
            dispatched=False,
        )

    def _add(self, settings: ServerSettings) -> _Server:
        name = settings.name
        server = _Server(settings)
        server.connection = self._connection(server)
        self._servers[name] = server
        known = self._listings.load(way(settings))
        if known is not None:
            server.offered = read_tools(name, known.tools, {})
            server.about = known.about
            server.offers = known.offers
            server.cached = True
            self._judge(server)
        return server

    def _connection(self, server: _Server) -> Connection:
        """A connection for a server; what one that was replaced still says is not heard."""
        name = server.settings.name

        def current() -> bool:
            return server.connection is connection and self._servers.get(name) is server

        def on_state() -> None:
            if current():
                self._tell(name)

        def on_tools(listing: list[dict[str, Any]], repaired: dict[str, list[str]]) -> None:
            if not current():
                return
            server.offered = read_tools(name, listing, repaired)
            server.about = connection.about or ""
            server.offers = connection.offers
            server.offerings = None
            server.cached = False
            self._judge(server)
            self._listings.save(way(server.settings), Listing(listing, server.about, server.offers))
            self._tell(name)

        def on_offers() -> None:
            if current():
                server.offerings = None
                self._tell(name)

        connection = Connection(
            server.settings,
            self._environ,
            eras=self._eras,
            logins=self._logins,
            log=ServerLog(self._data_dir, server.settings),
            longest=self._max_answer_bytes,
            on_state=on_state,
            on_tools=on_tools,
            on_offers=on_offers,
            elicit=self._put,
        )
        return connection

    def _drop(self, name: str) -> None:
        self._close_later(self._servers.pop(name).connection)
        self._tell(name)

    def _close_later(self, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _judge(self, server: _Server) -> None:
        """Look the approval of every tool up again."""
        settled = not server.cached and not server.settings.quarantined
        owner = _owner(server.settings)
        holds = self._pins.judge(owner, server.offered.values(), pin_new=settled)
        for name, tool in server.offered.items():
            hold = holds[name] or ""
            if tool.hold != hold:
                server.offered[name] = replace(tool, approved=not hold, hold=hold)
        self._say_waiting(server)
        self._snapshot = None
        self._watch_pins()

    def _say_waiting(self, server: _Server) -> None:
        """Once, where nobody may look at a listing for long; a call that is refused says it anyway."""
        waiting, name = _waiting(server), server.settings.name
        if waiting and self._started and waiting != server.said_waiting:
            _log.warning(
                "server %s: %d of its tools wait for approval: workbench servers approve %s",
                name,
                waiting,
                name,
            )
            server.said_waiting = waiting

    def _watch_pins(self) -> None:
        """While a tool waits for approval, look whether another process gave it."""
        if self._pins_watch is not None or not self._waits_for_approval():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # made outside an event loop; the first listing comes here again
            return
        self._pins_watch = loop.create_task(self._look_for_approval())

    async def _look_for_approval(self) -> None:
        while self._waits_for_approval():
            await asyncio.sleep(_PINS_POLL_S)
            if self._pins.changed_elsewhere():
                for name, server in list(self._servers.items()):
                    self._judge(server)
                    self._tell(name)
        self._pins_watch = None

    async def _look_for_restarts(self, restarts: Restarts) -> None:
        """Start a server anew where somebody asked for it, in whatever process."""
        while True:
            asked = restarts.asked()
            wanted = [
                self.reconnect(name)
                for name, server in (self._servers.items() if asked else ())
                if file_name(server.settings) in asked
            ]
            await asyncio.gather(*wanted, return_exceptions=True)  # one may be gone
            await asyncio.sleep(_PINS_POLL_S)

    def _waits_for_approval(self) -> bool:
        return any(map(_waiting, self._servers.values()))

    def _make_snapshot(self) -> Catalogue:
        servers: dict[str, ServerInfo] = {}
        tools: dict[str, dict[str, ToolInfo]] = {}
        denied: dict[str, frozenset[str]] = {}
        for name, server in self._servers.items():
            kept_back = denied_by(server.settings, (*server.offered, *_METHODS))
            if server.settings.starts:
                tools[name] = {
                    tool.name: tool
                    for tool in server.offered.values()
                    if tool.name not in kept_back
                }
                denied[name] = kept_back
            servers[name] = _info(server, len(tools.get(name, ())))
        return Catalogue(servers, tools, denied)

    def _tell(self, name: str) -> None:
        self._snapshot = None
        tell(self._listeners, name, f"server {name}")


async def _send(link: Link, call: ToolCall, timeout: float, tap: NoteTap) -> dict[str, Any]:
    if call.kind != "tool":
        return await requests.ask(link, call, timeout, tap.progress)
    return await link.call_tool(call.tool, call.args, timeout, tap.progress)


def _info(server: _Server, tools: int) -> ServerInfo:
    settings = server.settings
    state: ServerState = server.connection.state if settings.starts else "disabled"
    error = server.connection.error if settings.starts else None
    if settings.held:
        state, error = "untrusted", NOT_TRUSTED
    return ServerInfo(
        name=settings.name,
        transport="stdio" if settings.command is not None else "http",
        state=state,
        error=error,
        tools=tools,
        quarantined=settings.quarantined or settings.held,
        enabled=settings.enabled,
        call_timeout_ms=settings.call_timeout_ms,
        waiting=_waiting(server),
        demo=settings.demo,
        cached=server.cached,
        protocol=server.connection.protocol_version,
        about=settings.description or server.about,
        offers=server.offers,
    )


def _owner(settings: ServerSettings) -> Owner:
    return Owner(identity(settings), settings.name, settings.trust)


def _callable(server: _Server) -> list[ToolInfo]:
    """Its tools without those that the configuration denies: nobody waits for them."""
    if not server.settings.starts:
        return []
    denied = denied_by(server.settings, server.offered)
    return [tool for name, tool in server.offered.items() if name not in denied]


def _waiting(server: _Server) -> int:
    return sum(1 for tool in _callable(server) if not tool.approved)
