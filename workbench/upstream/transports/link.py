"""What a connection needs of an open session with a server, and a session of what carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from workbench.mcp.conversation import Progress
from workbench.mcp.messages import Failure

Era: TypeAlias = Literal["modern", "handshake"]
Way: TypeAlias = Literal["probe", "initialize", "legacy"]
"""How to begin: ask for the newest protocol first, for the older handshake first, or for that alone."""


class StartAfresh(Failure):
    """The question for the newest protocol was too much for this server: it needs a new start.

    A server that ends, or is beyond use, once it is asked what it does not know (the specification,
    2026-07-28, versioning).
    """


class Channel(Protocol):
    """What requests go through: pipes (``mcp.Peer``) or HTTP."""

    @property
    def longest(self) -> int:
        """Bytes of one answer."""
        ...

    @property
    def has_headers(self) -> bool:
        """Whether ``headers`` of a request go anywhere."""
        ...

    async def request(
        self,
        method: str,
        params: Mapping[str, Any] | None,
        *,
        timeout: float | None = None,
        progress: Progress | None = None,
        request_id: int | str | None = None,
        cancel: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request and wait for its result. Raises RpcError or Failure."""
        ...

    async def notify(self, method: str, params: Mapping[str, Any] | None) -> None:
        """Send a notification."""
        ...

    def agreed(self, version: str) -> None:
        """Both sides speak this version of the protocol from now on."""
        ...


MOST_ABOUT = 300


class Link(Protocol):
    """One open session."""

    @property
    def protocol_version(self) -> str:
        """As negotiated, e.g. ``2025-11-25``."""
        ...

    @property
    def era(self) -> Era:
        """Of the negotiated version."""
        ...

    @property
    def server(self) -> str:
        """The server's own name and version, to know it again by; empty where it tells none."""
        ...

    @property
    def about(self) -> str:
        """What it says that it is for, cut: its title, else the beginning of its instructions."""
        ...

    async def negotiate(self, way: Way) -> None:
        """Agree on a protocol version.

        Raises StartAfresh (not for ``legacy``), RpcError or Failure.
        """
        ...

    async def list_tools(self) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
        """All tools as the server sends them, and what was repaired, by tool name.

        Stops at a repeated cursor and after 100 pages. Raises RpcError or Failure.
        """
        ...

    def offers(self, what: Literal["resources", "prompts"]) -> bool:
        """Whether the server says that it has some."""
        ...

    async def list_all(self, method: str, member: str) -> list[dict[str, Any]]:
        """The objects in ``member`` of all pages of a listing, as ``list_tools``.

        Raises RpcError or Failure.
        """
        ...

    async def ask(
        self, method: str, params: dict[str, Any], timeout: float, progress: Progress
    ) -> dict[str, Any]:
        """One request of any method; its result as the server sent it. ``timeout`` in seconds.

        Raises RpcError or Failure.
        """
        ...

    async def watch(self, changed: Callable[[], None]) -> None:
        """Hear of changed tools from a server of the newest protocol, as long as it tells them.

        Servers of the older one send a notification without being asked.
        """
        ...

    async def call_tool(
        self, name: str, args: dict[str, Any], timeout: float, progress: Progress
    ) -> dict[str, Any]:
        """One call; the result as the server sent it. ``timeout`` in seconds.

        Raises RpcError or Failure.
        """
        ...


def about_of(title: object, instructions: object) -> str:
    """A server's own words on what it is for, cut; empty where it has none."""
    for words in (title, instructions):
        if isinstance(words, str) and words.strip():
            return words.strip()[:MOST_ABOUT]
    return ""
