"""What a server asks a person while it works: the question, the answer, and who is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import field
from typing import Literal, TypeAlias

from workbench.core.model import JsonValue
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Elicitation:
    """One question. Message and schema are the server's words."""

    server: str
    message: str
    schema: dict[str, JsonValue] = field(default_factory=dict)
    """Of the answer: an object of plain members."""
    execution_id: str | None = None
    """The execution whose call is probably the reason; None: the server asks on its own."""
    url: str | None = None
    """Where the person does it, in a browser, in place of a form; the answer has no content then."""
    elicitation_id: str | None = None
    """What the server calls a question of an address, where it speaks a protocol that has such names."""
    until: float | None = None
    """When the call that waits for the answer is given up, in seconds since the epoch; None: not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    """accept: with ``content``; decline: no; cancel: nobody chose."""

    action: Literal["accept", "decline", "cancel"]
    content: dict[str, JsonValue] | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """As it goes over the wire."""
        told: dict[str, JsonValue] = {"action": self.action}
        return told if self.content is None else {**told, "content": self.content}


DECLINED = Reply("decline")
CANCELLED = Reply("cancel")

Elicit: TypeAlias = Callable[[Elicitation], Awaitable[Reply]]
"""Puts a question to somebody. Cancelling it takes the question back."""


async def declined(_: Elicitation) -> Reply:
    """The ``Elicit`` of who has nobody to ask."""
    return DECLINED
