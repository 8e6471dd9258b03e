"""What a binding (stdio, HTTP) needs of the tools that are served, without knowing either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from workbench.core.elicitation import Elicit
from workbench.core.model import JsonValue
from workbench.util.dataclass import dataclass

SERVER_NAME = "workbench"
NO_CURSOR = (
    "cursor must be one that tools/list gave (nextCursor), and it gave none: it has one page"
)


class Progress(Protocol):
    """Tells a caller how far its request is; never blocks."""

    def __call__(self, done: float, text: str, total: float | None = None) -> None:
        """``done`` only grows; ``total``: what it grows to, where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and how to tell it what goes on meanwhile."""

    client: str | None = None
    """The MCP client's name, as it gives it."""
    progress: Progress | None = None
    """None: the client did not ask for progress."""
    meta: Mapping[str, JsonValue] = field(default_factory=dict)
    """The request's ``_meta``: it may carry a trace context."""
    request_id: str | int | None = None
    protocol_version: str = ""
    task_id: str | None = None
    """The call is a task of this id: who started it may be gone, and asks for it later."""
    session: str = ""
    """What the calls of one client have in common, while it stays; "": nothing tells it from others."""
    elicit: Elicit | None = None
    """Puts a question to the client's user; None: it takes none while its call runs."""
    input_state: JsonValue = None
    """The call came before and was answered with questions: what it was told to give back."""
    input_responses: JsonValue = None
    """The answers to them."""


class UnknownTool(Exception):
    """A tool of this name is not offered; the message names near ones."""


class ToolProvider(Protocol):
    """The tools that are served."""

    @property
    def instructions(self) -> str:
        """What a client's model should know of this server."""
        ...

    def listing(self) -> list[JsonValue]:
        """The tools as they go over the wire (``Tool`` objects), in a stable order."""
        ...

    async def call(self, name: str, arguments: JsonValue, caller: Caller) -> JsonValue:
        """Answer one call: a ``CallToolResult`` object as it goes over the wire.

        Raises UnknownTool. Cancelling the task cancels what was asked for.
        """
        ...
