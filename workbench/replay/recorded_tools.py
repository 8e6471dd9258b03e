"""The tools port over a recording: every answer comes from the record, none from a server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeAlias

from workbench.catalogue.spelling import alike
from workbench.core.events import Event, ToolCallNote, ToolCallStarted
from workbench.core.model import CallKind, CatalogueQuery, ErrorCode, JsonValue, Outcome, ToolCall
from workbench.core.ports import NoteListener, Tools
from workbench.core.timezones import zone_at
from workbench.history import CallRow, Recording
from workbench.history.follow import outcome_of
from workbench.replay.course import Course
from workbench.replay.difference import json_difference
from workbench.text.jsontext import canonical, dumps, loads
from workbench.text.masks import MARK
from workbench.text.redact import Redactor
from workbench.util.dataclass import dataclass

_STALLED_S = 0.25

Rule: TypeAlias = Literal["stop", "live", "fail-call"]


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay first did something else than the record."""

    call: int | None
    """The number of the call; None: only the value, the error or the console differ."""
    expected: JsonValue = None
    """``{server, tool, args}`` of the record (``side``); None: the record has no such call."""
    actual: JsonValue = None
    diff: JsonValue = None
    line: int | None = None
    original_line: int | None = None
    cause: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        return {name: getattr(self, name) for name in self.__slots__}


End: TypeAlias = Literal["diverged", "cut", "stalled"]
"""Why a replay is over before its script is: it did something else than the record and must not go on; the
record was cut here; it waits for what the record has no end of."""


class RecordedTools:
    """Answers the calls of one replay. A call that the record does not know follows ``rule``.

    ``take`` must hear every event of the replay. It is also the replay's guide (``core.ports.ReplayGuide``).
    """

    def __init__(
        self,
        recording: Recording,
        *,
        rule: Rule = "stop",
        live: Tools | None = None,
        redactor: Redactor,
        on_end: Callable[[End], None],
    ) -> None:
        """live: answers unknown calls under the rule ``live``. on_end: the replay must end here."""
        self._recording = recording
        self._rule = rule
        self._live = live
        self._redactor = redactor
        self._on_end = on_end
        self._queries = deque(recording.answers)
        self._unused: dict[str, deque[CallRow]] | None = None
        self._used: set[int] = set()
        self._answers: dict[int, CallRow] = {}
        """The recorded answers of calls that were made and are not answered yet."""
        self._never: dict[int, CallRow | None] = {}
        """Calls that get no answer; with the recorded call that had none either."""
        self._answering = 0
        # What exceeds its memory ends at another call each time.
        self._is_open = (
            not recording.complete or recording.error_code == ErrorCode.MEMORY_LIMIT_EXCEEDED
        )
        self.course = Course(recording)
        self._names = dict.fromkeys((call.server, call.tool) for call in self.course.calls)
        self.divergence: Divergence | None = None

    def take(self, event: Event) -> None:
        """An event of the replay: each call is placed in the record the moment it is made."""
        self.course.take(event)
        if isinstance(event, ToolCallStarted):
            self._place(event.call)

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        if call.seq in self._never:
            await asyncio.Event().wait()
        recorded = self._answers.pop(call.seq, None)
        if recorded is not None:
            return outcome_of(recorded)
        try:
            return await self._elsewhere(call, note)
        finally:
            self._answering -= 1

    def at_once(self, call: ToolCall) -> Outcome | None:
        recorded = self._answers.pop(call.seq, None)
        return outcome_of(recorded) if recorded is not None else None

    def meant(self, call: ToolCall) -> ToolCall:
        """As the record has it: the recorded call of this number, or any, that is spelled alike."""
        names = (call.server, call.tool)
        if names in self._names:
            return call
        rows = self.course.calls[call.seq - 1 : call.seq]
        in_place = [(row.server, row.tool) for row in rows]
        found = next((pair for pair in (*in_place, *self._names) if alike(pair, names)), names)
        return replace(call, server=found[0], tool=found[1])

    async def query(self, execution_id: str, query: CatalogueQuery) -> JsonValue:
        if query.kind == "zone" and not self._is_next(query):
            return zone_at(query.query or "", int(query.at or 0)).envelope()
        if self._queries:
            self.course.asked += 1
            return self._queries.popleft()
        if query.kind == "suggest":  # a help in a message: none is no divergence
            return Outcome(ok=True, result={}).envelope()
        if self._is_open and self.course.is_over:
            self._on_end("cut")
            await asyncio.Event().wait()
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
        answer = self._queries[0] if self._queries else None
        result = answer.get("result") if isinstance(answer, dict) else None
        zone = result.get("zone") if isinstance(result, dict) else None
        return isinstance(zone, str) and zone.lower() == (query.query or "").lower()

    # -- the guide -------------------------------------------------------------------------

    def is_answering(self) -> bool:
        return self._answering > 0

    def may_end_sleep(self) -> bool:
        return self._recording.complete or not self.course.is_over

    def stalled(self) -> None:
        if self._recording.complete:
            self._wait_in_vain()
        self._on_end("stalled")

    # -- matching --------------------------------------------------------------------------

    def _place(self, call: ToolCall) -> None:
        """Find a call's place in the record: its answer, or why it has none."""
        recorded = self._in_place(call)
        if recorded is not None:
            self._used.add(recorded.seq)
            if recorded.settled is not None:
                self._answers[call.seq] = recorded
                return
            self._leave(call, recorded)  # the script ended, or was cut, before its answer came
            return
        if self._is_open and call.seq > len(self.course.calls) and self.course.is_over:
            self._never[call.seq] = None
            self._on_end("cut")
            return
        self._diverge(call)
        if self._rule == "stop":
            self._never[call.seq] = None
            self._on_end("diverged")
            return
        moved = self._moved(call)
        if moved is None:
            self._answering += 1
        elif moved.settled is not None:
            self._answers[call.seq] = moved
        else:
            self._leave(call, moved)

    def _leave(self, call: ToolCall, recorded: CallRow) -> None:
        """A call gets no answer, as the recorded one did not."""
        self._never[call.seq] = recorded
        if call.blocks:  # only answers to others of its batch can still be on their way
            asyncio.get_running_loop().call_later(_STALLED_S, self._stand_still)

    def _stand_still(self) -> None:
        if self.is_answering():
            asyncio.get_running_loop().call_later(_STALLED_S, self._stand_still)
        else:
            self.stalled()

    async def _elsewhere(self, call: ToolCall, note: NoteListener) -> Outcome:
        """The answer to a call that the record does not know."""
        if self._rule == "live" and self._live is not None:
            if self._recording.masked and MARK in dumps(call.args):
                return Outcome.failed(
                    ErrorCode.DIVERGED,
                    f"{call.server}.{call.tool} was not sent: its arguments hold a masked value",
                    dispatched=False,
                )
            said = "the record has no such call: it went to the server"
            note(ToolCallNote(call.execution_id, call.seq, "log", said))
            return await self._live.call(call, note)
        return Outcome.failed(
            ErrorCode.DIVERGED,
            f"the recording has no call {call.server}.{call.tool} with these arguments",
            dispatched=False,
        )

    def _in_place(self, call: ToolCall) -> CallRow | None:
        """The recorded call of the same number, if it is the same call and not used yet."""
        calls = self.course.calls
        if call.seq > len(calls) or call.seq in self._used:
            return None
        recorded = calls[call.seq - 1]
        if asked(call) != asked(recorded):
            return None
        # As texts: to Python 1, 1.0 and true are equal.
        same = dumps(call.args) == dumps(recorded.args) or self._key(call) == key(recorded)
        return recorded if same else None

    def _moved(self, call: ToolCall) -> CallRow | None:
        """The first recorded call that is the same and not used yet: an edit moved it."""
        if self._unused is None:
            self._unused = {}
            for recorded in self.course.calls:
                self._unused.setdefault(key(recorded), deque()).append(recorded)
        candidates = self._unused.get(self._key(call), deque())
        while candidates and candidates[0].seq in self._used:
            candidates.popleft()
        if not candidates:
            return None
        self._used.add(candidates[0].seq)
        return candidates.popleft()

    def _key(self, call: ToolCall) -> str:
        # The record is masked, so what is compared with it is masked the same way.
        args, _ = self._redactor.json(call.args)
        return canonical([*asked(call), loads(args)])

    def _diverge(self, call: ToolCall) -> None:
        if self.divergence is not None:
            return
        calls = self.course.calls
        recorded = calls[call.seq - 1] if call.seq <= len(calls) else None
        actual = side(replace(call, args=self._redactor.value(call.args)))
        expected = None
        if recorded is not None:
            expected = side(recorded)
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

    def _wait_in_vain(self) -> None:
        """The script waits for an answer that the recorded one did not wait for."""
        seq, recorded = next(iter(self._never.items()), (None, None))
        call = side(recorded) if recorded is not None else None
        diff: JsonValue = [
            {"path": "$.answer", "expected": "not waited for", "actual": "waited for"}
        ]
        self._keep(
            Divergence(
                seq,
                expected=call,
                actual=call,
                diff=diff,
                original_line=recorded.line if recorded is not None else None,
            )
        )


def side(call: CallRow | ToolCall) -> dict[str, JsonValue]:
    """One side of a divergence: ``{server, tool, args}``, and ``kind`` where it asked for no tool."""
    shown = {"server": call.server, "tool": call.tool, "args": call.args}
    return shown if call.kind == "tool" else {"kind": call.kind, **shown}


def key(recorded: CallRow) -> str:
    """The same for two calls that ask the same with the same arguments."""
    return canonical([*asked(recorded), recorded.args])


def asked(call: CallRow | ToolCall) -> tuple[CallKind, str, str]:
    """What a call asks whom for."""
    return (call.kind, call.server, call.tool)
