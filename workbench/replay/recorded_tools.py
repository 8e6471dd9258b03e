"""The tools seam over a recording: every answer comes from the record, none from a server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from workbench.catalogue.spelling import alike
from workbench.core.model import (
    CatalogueQuery,
    ErrorCode,
    JsonValue,
    Outcome,
    ToolCall,
    ToolCallNote,
)
from workbench.core.ports import NoteListener, Tools
from workbench.core.timezones import zone_at
from workbench.history import CallRow, Recording
from workbench.history.follow import outcome_of
from workbench.replay.difference import json_difference
from workbench.text.jsontext import canonical, dumps, loads
from workbench.text.redact import Redactor

Rule: TypeAlias = Literal["stop", "live", "fail-call"]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay first did something else than the record."""

    call: int | None
    """The number of the call; None: only the value, the error or the console differ."""
    expected: JsonValue = None
    """``{server, tool, args}`` of the record; None: the record has no such call."""
    actual: JsonValue = None
    diff: JsonValue = None
    line: int | None = None
    original_line: int | None = None
    cause: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        return {name: getattr(self, name) for name in self.__slots__}


class RecordedTools:
    """Answers the calls of one replay. A call that the record does not know follows ``rule``."""

    def __init__(
        self,
        recording: Recording,
        *,
        rule: Rule = "stop",
        live: Tools | None = None,
        redactor: Redactor,
        on_cut: Callable[[], None],
        on_stop: Callable[[], None],
    ) -> None:
        """live: answers unknown calls under the rule ``live``.

        on_cut: the script reached a call that the record has no answer to, because the execution was cut
        there. on_stop: it diverged under the rule ``stop``.
        """
        self._recording = recording
        self._rule = rule
        self._live = live
        self._redactor = redactor
        self._on_cut = on_cut
        self._on_stop = on_stop
        self._answers = deque(recording.answers)
        self._unused: dict[str, deque[CallRow]] | None = None
        self._used: set[int] = set()
        self.divergence: Divergence | None = None
        self.issued = 0

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        self.issued = max(self.issued, call.seq)
        recorded = self._in_place(call)
        if recorded is None:
            self._diverge(call)
            if self._rule == "stop":
                return await self._never(self._on_stop)
            recorded = self._elsewhere(call)
        if recorded is None:
            if self._rule == "live" and self._live is not None:
                said = "the record has no such call: it went to the server"
                note(ToolCallNote(call.execution_id, call.seq, "log", said))
                return await self._live.call(call, note)
            return Outcome.failed(
                ErrorCode.DIVERGED,
                f"the recording has no call {call.server}.{call.tool} with these arguments",
                dispatched=False,
            )
        self._used.add(recorded.seq)
        if recorded.settled is None:  # it never had an answer: the script ended, or was cut, first
            at_the_cut = not self._recording.complete and self.issued >= len(self._recording.calls)
            return await self._never(self._on_cut if at_the_cut else None)
        return outcome_of(recorded)

    def at_once(self, call: ToolCall) -> Outcome | None:
        try:
            recorded = self._in_place(call)
        except ValueError:  # nested too deeply: ``call`` says so
            return None
        if recorded is None or recorded.settled is None:
            return None
        self.issued = max(self.issued, call.seq)
        self._used.add(recorded.seq)
        return outcome_of(recorded)

    def meant(self, call: ToolCall) -> ToolCall:
        """As the record has it: the recorded call of this number, or any, that is spelled alike."""
        names = (call.server, call.tool)
        recorded = [(row.server, row.tool) for row in self._recording.calls]
        if names in recorded:
            return call
        in_place = recorded[call.seq - 1 : call.seq]
        found = next((pair for pair in (*in_place, *recorded) if alike(pair, names)), names)
        return replace(call, server=found[0], tool=found[1])

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        if query.kind == "zone" and not self._is_next(query):
            return zone_at(query.query or "", int(query.at or 0)).envelope()
        if self._answers:
            return self._answers.popleft()
        if query.kind == "suggest":  # a help in a message: none is no divergence
            return Outcome(ok=True, result=[]).envelope()
        if self._rule == "live" and self._live is not None:
            return await self._live.query(execution_id, query)
        self._keep(Divergence(None, diff=[{"path": "$.catalogue", "actual": query.kind}]))
        return Outcome.failed(
            ErrorCode.DIVERGED, f"the recording has no answer to this {query.kind} query"
        ).envelope()

    def catalogue_hash(self) -> str | None:
        return self._recording.catalogue_hash

    def _is_next(self, query: CatalogueQuery) -> bool:
        """Whether the next recorded answer is of a time zone; an edited script may ask for others."""
        answer = self._answers[0] if self._answers else None
        result = answer.get("result") if isinstance(answer, dict) else None
        zone = result.get("zone") if isinstance(result, dict) else None
        return isinstance(zone, str) and zone.lower() == (query.query or "").lower()

    # -- matching --------------------------------------------------------------------------

    def _in_place(self, call: ToolCall) -> CallRow | None:
        """The recorded call of the same number, if it is the same call and not used yet."""
        calls = self._recording.calls
        if call.seq > len(calls) or call.seq in self._used:
            return None
        recorded = calls[call.seq - 1]
        if (call.server, call.tool) != (recorded.server, recorded.tool):
            return None
        # As texts: to Python 1, 1.0 and true are equal.
        same = dumps(call.args) == dumps(recorded.args) or self._key(call) == _key(recorded)
        return recorded if same else None

    def _elsewhere(self, call: ToolCall) -> CallRow | None:
        """The first recorded call that is the same and not used yet: an edit moved it."""
        if self._unused is None:
            self._unused = {}
            for recorded in self._recording.calls:
                self._unused.setdefault(_key(recorded), deque()).append(recorded)
        candidates = self._unused.get(self._key(call), deque())
        while candidates and candidates[0].seq in self._used:
            candidates.popleft()
        return candidates.popleft() if candidates else None

    def _key(self, call: ToolCall) -> str:
        # The record is masked, so what is compared with it is masked the same way.
        args, _ = self._redactor.json(call.args)
        return canonical([call.server, call.tool, loads(args)])

    def _diverge(self, call: ToolCall) -> None:
        if self.divergence is not None:
            return
        calls = self._recording.calls
        recorded = calls[call.seq - 1] if call.seq <= len(calls) else None
        actual = side(call.server, call.tool, self._redactor.value(call.args))
        expected = None
        if recorded is not None:
            expected = side(recorded.server, recorded.tool, recorded.args)
        self._keep(
            Divergence(
                call=call.seq,
                expected=expected,
                actual=actual,
                diff=json_difference(expected, actual) if expected is not None else None,
                line=call.line,
                original_line=recorded.line if recorded is not None else None,
            )
        )

    def _keep(self, divergence: Divergence) -> None:
        if self.divergence is None:
            self.divergence = divergence

    async def _never(self, tell: Callable[[], None] | None) -> Outcome:
        if tell is not None:
            tell()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


def side(server: str, tool: str, args: JsonValue) -> dict[str, JsonValue]:
    """One side of a divergence."""
    return {"server": server, "tool": tool, "args": args}


def _key(recorded: CallRow) -> str:
    return canonical([recorded.server, recorded.tool, recorded.args])
