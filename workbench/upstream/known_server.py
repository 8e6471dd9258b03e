"""What is known of one upstream server, and the catalogue that is made of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.catalogue.tools import Catalogue, ServerInfo, ServerState, ToolInfo
from workbench.config.identity import identity
from workbench.config.trust import NOT_TRUSTED
from workbench.core.model import METHODS, Offer
from workbench.upstream.approval import Owner
from workbench.upstream.definitions import denied_by

if TYPE_CHECKING:
    from workbench.catalogue.offerings import Offerings
    from workbench.config import ServerSettings
    from workbench.upstream.connection import Connection

_METHODS = [method for methods in METHODS.values() for method in methods]


class KnownServer:
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

    @property
    def owner(self) -> Owner:
        """Whose tools they are, for their approval."""
        return Owner(identity(self.settings), self.settings.name, self.settings.trust)

    def callable(self) -> list[ToolInfo]:
        """Its tools without those that the configuration denies: nobody waits for them."""
        if not self.settings.starts:
            return []
        denied = denied_by(self.settings, self.offered)
        return [tool for name, tool in self.offered.items() if name not in denied]

    @property
    def waiting(self) -> int:
        """How many of its tools wait for approval."""
        return sum(1 for tool in self.callable() if not tool.approved)

    def info(self, tools: int) -> ServerInfo:
        """As the catalogue shows it; ``tools``: how many can be called."""
        settings = self.settings
        state: ServerState = self.connection.state if settings.starts else "disabled"
        error = self.connection.error if settings.starts else None
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
            waiting=self.waiting,
            demo=settings.demo,
            cached=self.cached,
            protocol=self.connection.protocol_version,
            about=settings.description or self.about,
            offers=self.offers,
        )


def snapshot(known: Mapping[str, KnownServer]) -> Catalogue:
    """The catalogue as of now."""
    servers: dict[str, ServerInfo] = {}
    tools: dict[str, dict[str, ToolInfo]] = {}
    denied: dict[str, frozenset[str]] = {}
    for name, server in known.items():
        kept_back = denied_by(server.settings, (*server.offered, *_METHODS))
        if server.settings.starts:
            tools[name] = {
                tool.name: tool for tool in server.offered.values() if tool.name not in kept_back
            }
            denied[name] = kept_back
        servers[name] = server.info(len(tools.get(name, ())))
    return Catalogue(servers, tools, denied)
