"""What a connection needs of an open session with a server, whatever it runs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from workbench.mcp.peer import Progress


class Link(Protocol):
    """One open session."""

    @property
    def protocol_version(self) -> str:
        """As negotiated, e.g. ``2025-11-25``."""
        ...

    async def negotiate(self, protocol: str) -> None:
        """Agree on a protocol version: ``auto``, or ``legacy`` (the older handshake) at once.

        Raises RpcError, or what the transport raises.
        """
        ...

    async def list_tools(self) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
        """All tools as the server sends them, and what was repaired, by tool name.

        Stops at a repeated cursor and after 100 pages. Raises RpcError.
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
        """One call; the result as the server sent it. ``timeout`` in seconds. Raises RpcError."""
        ...
