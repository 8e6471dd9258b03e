"""The seams of the engine: where a tool's answer comes from, and where the record goes.

``upstream.Manager`` answers from live servers, ``replay.RecordedTools`` from a recording, a test from
a dict. The engine knows only these protocols.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbench.catalogue.tools import Catalogue
from workbench.core.model import CatalogueQuery, Event, JsonValue, Outcome, ToolCall, ToolCallNote

NoteListener = Callable[[ToolCallNote], None]


class Tools(Protocol):
    """Answers the calls of one execution. One instance may serve many executions at once."""

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """Answer one call. Never raises for a failed call; cancelling the task cancels the call."""
        ...

    def at_once(self, call: ToolCall) -> Outcome | None:
        """The answer where there is nothing to wait for; ``call`` is not asked then. None: ask it."""
        ...

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        """Answer a catalogue query as an envelope ``{"ok": …}``; no upstream call."""
        ...

    def catalogue_hash(self) -> str | None:
        """A hash of the tool definitions in force, or None where none are known yet."""
        ...


class Upstream(Protocol):
    """The live servers, as policy and faces see them (implemented by ``upstream.Manager``)."""

    def catalogue(self) -> Catalogue:
        """What is known now: an immutable snapshot, cheap to take."""
        ...

    async def settled(self, server: str | None = None) -> None:
        """Wait until a server (or every server) is connected or has failed its first attempt.

        Bounded by the server's connect timeout. Starts connecting where nothing has yet. For "every
        server", one whose tools are known from an earlier process is not waited for.
        """
        ...

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        """Send one call, without any policy. Never raises for a failed call."""
        ...


class Recorder(Protocol):
    """Where events go to stay (implemented by ``history.Store``)."""

    def record(self, event: Event) -> None:
        """Take an event for writing. Never blocks, never raises."""
        ...

    async def committed(self) -> None:
        """Return when everything recorded so far is in the file."""
        ...
