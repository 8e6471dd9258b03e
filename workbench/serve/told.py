"""What the tools that only read answer, before it is wrapped for the wire."""

from __future__ import annotations

from workbench.core.model import JsonValue
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: JSON for programs, and the text that a model reads."""

    structured: JsonValue
    text: str | None = None
    """None: the JSON itself."""
    blocks: tuple[JsonValue, ...] = ()
    """Images and audio."""


class Misasked(Exception):
    """What is given can mean nothing; the message says what would be right."""


class NothingFound(Exception):
    """The question has no answer; the message says why."""


class Unreadable(Exception):
    """There is an answer, but the history file is damaged; the message says how."""
