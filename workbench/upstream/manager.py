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
from workbench.catalogue.definitions import form_of
from workbench.catalogue.tools import Catalogue
from workbench.config import nesting
from workbench.config.identity import file_name, way
from workbench.core.elicitation import Elicit, Elicitation, Reply, declined
from workbench.core.model import Outcome, ToolCall
from workbench.core.ports import NoteListener
from workbench.mcp.peer import LONGEST_ANSWER
from workbench.upstream import resource_requests
from workbench.upstream.approval import Pins
from workbench.upstream.auth.logins import Logins, Place
from workbench.upstream.auth.sessions import log_in, log_out
from workbench.upstream.calling import answered
from workbench.upstream.connection import Connection
from workbench.upstream.definitions import read_tools
from workbench.upstream.eras import Eras
from workbench.upstream.health import health_of
from workbench.upstream.known_server import KnownServer, snapshot
from workbench.upstream.listings import Listing, ListingCache
from workbench.upstream.restarts import Restarts
from workbench.upstream.server_log import ServerLog
from workbench.util.listeners import Listeners

if TYPE_CHECKING:
    from workbench.catalogue.health import ServerHealth
    from workbench.catalogue.offerings import Offerings
    from workbench.config import Config, ServerSettings
    from workbench.upstream.auth.flow import Show

Listener = Callable[[str], None]

_log = logging.getLogger(__name__)
_PINS_POLL_S = 0.5


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
        self._servers: dict[str, KnownServer] = {}
        self._listeners: Listeners[str] = Listeners()
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
            self._announce_change(name)
        self._servers = {name: self._servers[name] for name in wanted}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear the name of a server whose state or tools changed; returns the way to stop."""
        return self._listeners.add(listener)

    async def reconnect(self, name: str) -> None:
        """Connect a server anew and wait for the attempt; a disabled one stays as it is.

        Raises KeyError for an unknown name.
        """
        server = self._servers[name]
        if server.settings.starts:
            await server.connection.reconnect()

    def health(self, name: str) -> ServerHealth:
        """How a server is doing. Raises KeyError for an unknown name."""
        server = self._servers[name]
        return health_of(server.settings, server.connection, self._logins, self._environ)

    async def log_in(self, name: str, show: Show) -> Place:
        """Log a person in to a server, and connect it anew; where the login is kept.

        Raises KeyError for an unknown name, CannotLogIn, LoginFailed, and OSError where it cannot be kept.
        """
        settings = self._servers[name].settings
        kept = await log_in(settings, self._environ, self._logins, show)
        await self.reconnect(name)
        return kept.place

    async def log_out(self, name: str) -> bool:
        """Forget a server's login; False: there was none. Raises KeyError, CannotLogIn, OSError."""
        known = await log_out(self._servers[name].settings, self._environ, self._logins)
        await self.reconnect(name)
        return known

    def approve(
        self,
        name: str,
        tools: Iterable[str] | None = None,
        *,
        varying: bool = False,
        seen: Iterable[Change] = (),
    ) -> list[str]:
        """Approve the definitions of a server's tools as they are now; None: all that can be called.

        varying: and whatever their texts say from now on, as long as nothing else changes.
        seen: what their owner looked at: where the server sent another definition since, none is approved.
        Returns the names of the tools that were not approved before. Raises KeyError for an unknown
        server or tool, and for one that is not as it was seen, OSError where the approval cannot be kept.
        """
        server = self._servers[name]
        names = [tool.name for tool in server.callable()] if tools is None else tools
        chosen = [server.offered[tool] for tool in names]
        forms = {change.tool: change.form for change in seen}
        for tool in chosen:
            if forms.get(tool.name, form := form_of(tool)) != form:
                raise KeyError(tool.name)
        self._pins.approve(server.owner, chosen, varying=varying)
        self._judge(server)
        self._announce_change(name)
        return [tool.name for tool in chosen if not tool.approved]

    def changes(self, name: str) -> list[Change]:
        """What is to be approved of a server, tool by tool. Raises KeyError for an unknown name."""
        server = self._servers[name]
        owner = server.owner
        return [self._pins.change(owner, tool) for tool in server.callable() if not tool.approved]

    # -- the port --------------------------------------------------------------------------

    def catalogue(self) -> Catalogue:
        """What is known now, with the tools of an earlier process until a server has answered."""
        if self._snapshot is None:
            self._snapshot = snapshot(self._servers)
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
        return await answered(self._servers.get(call.server), call, note, self.catalogue)

    async def offerings(self, name: str) -> Offerings:
        """Resources, templates and prompts of a server; asked for once, until it says that they changed.

        Connects it if need be. Raises KeyError for an unknown name.
        """
        server = self._servers[name]
        if server.offerings is None:
            found = await resource_requests.offerings_of(
                name, lambda call: self.call(call, lambda _: None)
            )
            if found.problem is not None:  # the next question may have better luck
                return found
            server.offerings = found
        return server.offerings

    # -- inside ----------------------------------------------------------------------------

    async def _put(self, asked: Elicitation) -> Reply:
        return await self.elicit(asked)

    def _add(self, settings: ServerSettings) -> KnownServer:
        name = settings.name
        server = KnownServer(settings)
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

    def _connection(self, server: KnownServer) -> Connection:
        """A connection for a server; what one that was replaced still says is not heard."""
        name = server.settings.name

        def current() -> bool:
            return server.connection is connection and self._servers.get(name) is server

        def on_state() -> None:
            if current():
                self._announce_change(name)

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
            self._announce_change(name)

        def on_offers() -> None:
            if current():
                server.offerings = None
                self._announce_change(name)

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
        self._announce_change(name)

    def _close_later(self, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _judge(self, server: KnownServer) -> None:
        """Look the approval of every tool up again."""
        settled = not server.cached and not server.settings.quarantined
        owner = server.owner
        holds = self._pins.judge(owner, server.offered.values(), pin_new=settled)
        for name, tool in server.offered.items():
            hold = holds[name] or ""
            if tool.hold != hold:
                server.offered[name] = replace(tool, approved=not hold, hold=hold)
        self._say_waiting(server)
        self._snapshot = None
        self._watch_pins()

    def _say_waiting(self, server: KnownServer) -> None:
        """Once, where nobody may look at a listing for long; a call that is refused says it anyway."""
        waiting, name = server.waiting, server.settings.name
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
                    self._announce_change(name)
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
        return any(server.waiting for server in self._servers.values())

    def _announce_change(self, name: str) -> None:
        self._snapshot = None
        self._listeners.tell(name, f"server {name}")
