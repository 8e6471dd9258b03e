"""The calls of one running script: issued, sent when there is room, answered; bounded in number and bytes.

What a script issues waits here until a server may have it, and what a server answers waits in the worker's
connection until the script takes it. Both are bounded: past a bound no further call is sent, and
``is_backlogged`` asks the run to take no more frames, so that the script's next call blocks.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import field
from typing import Any, Protocol

from workbench.core.contents import Contents, size_of
from workbench.core.events import Event, ToolCallFinished, ToolCallNote, ToolCallStarted
from workbench.core.gate import Gate
from workbench.core.model import ErrorCode, JsonValue, Limits, Outcome, ToolCall
from workbench.core.ports import Tools
from workbench.sandbox.host import frame_checks
from workbench.text.jsontext import encoded
from workbench.util.dataclass import dataclass

_log = logging.getLogger(__name__)
_BLOCKING = 0
"""The operation number of the request that the script blocks on."""
MOST_WAITING = 32_768
"""Calls of a run that are issued and not answered."""
MOST_WAITING_BYTES = 16 << 20
"""Of their frames."""
MOST_UNTAKEN_BYTES = 16 << 20
"""Answers that the script has not taken; past it no further call is sent."""
_DROPPED_BYTES = 256 << 20
"""Answers that the script has not taken; past it they are dropped. Only those that were on their way can
come that far."""
_AT_FIRST, _AT_ONCE = 64, 256
"""Calls at the servers: so many at first, one more for each answer, and so many at most."""
_ON_THEIR_WAY_BYTES = 64 << 20
"""By the largest answer so far, those on their way may come to this."""


_TURN = 256
"""So many cancelled calls are told of before somebody else has a turn."""
_ENDED = "the execution ended before this call was answered"
_SENT_IN_VAIN = Outcome.failed(ErrorCode.CANCELLED, _ENDED)
_NEVER_SENT = Outcome.failed(ErrorCode.CANCELLED, _ENDED, dispatched=False)


class Line(Protocol):
    """What the calls need of the run that they belong to."""

    def reply(self, operation: int, body: bytes) -> None:
        """Send an answer to the script."""

    def settled(self, operation: int) -> None:
        """An asynchronous result is handed to the script now: its place in the order."""

    def untaken(self) -> int:
        """Bytes of answers that have not reached the script's process."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until the execution ends."""

    def runaway(self, call: ToolCall) -> None:
        """One more call was refused because the budget is spent."""


@dataclass(slots=True)
class _Underway:
    """A call that was issued and not answered yet."""

    call: ToolCall
    began: float
    size: int
    bare: bool
    """The script gets its result alone."""
    sent: bool = False


@dataclass(slots=True)
class Tally:
    """What is counted while the script runs."""

    issued: int = 0
    dispatched: int = 0
    settled: int = 0
    tools: dict[str, None] = field(default_factory=dict)
    last_call: ToolCall | None = None


class Calls:
    """The calls of one run. ``gate``: in a replay."""

    def __init__(
        self,
        execution_id: str,
        limits: Limits,
        tools: Tools,
        *,
        line: Line,
        emit: Callable[[Event], None],
        gate: Gate | None,
    ) -> None:
        self.tally = Tally()
        self._execution_id = execution_id
        self._limits = limits
        self._memory = limits.memory_mb << 20
        self._tools = tools
        self._line = line
        self._emit = emit
        self._gate = gate
        self._began = time.monotonic()
        self._underway: dict[int, _Underway] = {}
        self._waiting_bytes = 0
        self._unsent: deque[tuple[int, _Underway]] = deque()
        """Asynchronous calls that wait for their turn, with their operation."""
        self._at_servers = 0
        self._window = _AT_FIRST
        self._largest_answer = 0
        self._over = False
        self._contents = Contents()

    def start(self, began: float) -> None:
        """The script starts: times count from here."""
        self._began = began

    def is_backlogged(self, times: int = 1) -> bool:
        """Whether so much waits, or so many times as much, that the script must wait too."""
        return (
            self._waiting_bytes > MOST_WAITING_BYTES * times
            or len(self._underway) > MOST_WAITING * times
            or self._line.untaken() > MOST_UNTAKEN_BYTES * times
        )

    def underway(self) -> tuple[ToolCall | None, int]:
        """The oldest call that is not answered, and how many there are."""
        oldest = next(iter(self._underway.values()), None)
        return (oldest.call if oldest is not None else None), len(self._underway)

    # -- from the script ---------------------------------------------------------------------

    def issue(self, message: frame_checks.Call) -> None:
        """One call of the script."""
        operation = message.operation
        item = self._issue(message, blocks=operation == _BLOCKING)
        if self._gate is not None:
            self._gate.issue(operation)
        outcome = _refusal_in(message) or self._tools.at_once(item.call)
        if outcome is not None:
            item.sent = outcome.dispatched
            self._answer_in_turn(operation, item, outcome)
        elif operation == _BLOCKING:
            self._line.spawn(self._call(operation, item))
        else:
            self._unsent.append((operation, item))
            self.send_waiting()

    def issue_batch(self, message: frame_checks.Batch) -> None:
        """A batch, on which the script blocks."""
        items = [(self._issue(call, blocks=True), _refusal_in(call)) for call in message.calls]
        self._line.spawn(self._batch(items, message.width or self._limits.max_parallel))

    def give_content(self, seq: int) -> None:
        """The script looks at the content of a result, which was kept back."""
        self._line.reply(_BLOCKING, encoded(self._contents.of(seq)))

    def send_waiting(self) -> None:
        """Send the calls that there is room for."""
        while self._unsent and self._has_room():
            operation, item = self._unsent.popleft()
            self._at_servers += 1
            self._line.spawn(self._call(operation, item))

    async def abandon(self) -> None:
        """Calls that the script did not wait for: cancelled, and recorded so. Lets others run meanwhile."""
        self._over = True
        self._unsent.clear()
        self._contents.forget()
        while self._underway:
            self.abandon_some(_TURN)
            await asyncio.sleep(0)

    def abandon_some(self, most: int) -> None:
        """Cancel so many of them at once."""
        self._over = True
        self._unsent.clear()
        self._contents.forget()
        now = time.monotonic()
        for seq in list(itertools.islice(self._underway, most)):
            item = self._underway.pop(seq)
            outcome = _SENT_IN_VAIN if item.sent else _NEVER_SENT
            self._count(item.call, outcome)
            took = (now - item.began) * 1000
            self._emit(ToolCallFinished(self._execution_id, item.call, outcome, took, 0))

    # -- inside ------------------------------------------------------------------------------

    def _has_room(self) -> bool:
        if (
            self._gate is not None
        ):  # a recording has its own order of answers: none waits for another
            return True
        window = min(self._window, max(1, _ON_THEIR_WAY_BYTES // max(1, self._largest_answer)))
        return self._at_servers < window and self._line.untaken() <= MOST_UNTAKEN_BYTES

    def _issue(self, message: frame_checks.Call, *, blocks: bool) -> _Underway:
        tally = self.tally
        tally.issued += 1
        now = time.monotonic()
        call = ToolCall(
            execution_id=self._execution_id,
            seq=tally.issued,
            server=message.server,
            tool=message.tool,
            args=message.args,
            line=message.line,
            column=message.column,
            started_ms=(now - self._began) * 1000,
            spelled=message.spelled,
            blocks=blocks,
            kind=message.kind,
        )
        if message.spelled:
            call = self._tools.meant(call)
        tally.last_call = call
        item = self._underway[call.seq] = _Underway(call, now, message.size, message.bare)
        self._waiting_bytes += message.size
        self._emit(ToolCallStarted(self._execution_id, call, message.size))
        return item

    async def _call(self, operation: int, item: _Underway) -> None:
        outcome = await self._outcome(item)
        if operation != _BLOCKING:
            self._at_servers -= 1
            self._window = min(self._window + 1, _AT_ONCE)
        self._answer_in_turn(operation, item, outcome)
        self.send_waiting()

    async def _batch(self, items: list[tuple[_Underway, Outcome | None]], width: int) -> None:
        places = asyncio.Semaphore(width)
        texts = [b""] * len(items)
        room = self._memory

        async def one(place: int, item: _Underway, refused: Outcome | None) -> None:
            nonlocal room
            async with places:
                item.began = time.monotonic()
                outcome = refused if refused is not None else await self._outcome(item)
            outcome, text, size = self._envelope(item, outcome, room)
            room -= size
            texts[place] = text
            self._finished(item, outcome, size)

        await asyncio.gather(*(one(place, *item) for place, item in enumerate(items)))
        self._line.reply(_BLOCKING, b"[" + b",".join(texts) + b"]")

    async def _outcome(self, item: _Underway) -> Outcome:
        call = item.call
        item.sent = True
        try:
            return await self._tools.call(call, self._note)
        except (
            Exception
        ) as error:  # the port promises not to raise; a bug there must hang no script
            _log.exception("call %s.%s", call.server, call.tool)
            return Outcome.failed(
                ErrorCode.UPSTREAM_ERROR,
                f"{call.label}: {type(error).__name__}: {error}",
            )

    def _answer_in_turn(self, operation: int, item: _Underway, outcome: Outcome) -> None:
        """At once, or in a replay when the recording had it."""
        if operation != _BLOCKING and self._gate is not None:
            self._gate.hold(operation, lambda: self._answer(operation, item, outcome))
        else:
            self._answer(operation, item, outcome)

    def _answer(self, operation: int, item: _Underway, outcome: Outcome) -> None:
        """Hand an outcome to the script."""
        if self._over:
            return
        outcome, text, size = self._envelope(item, outcome, self._memory)
        self._largest_answer = max(self._largest_answer, size)
        self._finished(item, outcome, size)
        if operation != _BLOCKING:
            self._line.settled(operation)
        self._line.reply(operation, text)

    def _envelope(self, item: _Underway, outcome: Outcome, room: int) -> tuple[Outcome, bytes, int]:
        """The outcome as the script gets it (one that it cannot get is a failed one), as text, and how many
        bytes it comes to with a content that is kept back."""
        call = item.call
        problem = None
        text, size = b"", 0
        try:
            envelope = _envelope_of(call, outcome)
            kept = self._held_back(item, outcome, envelope)
            text = encoded(envelope)
            size = len(text) + kept
        except ValueError as error:
            problem = f"is not JSON: {error}"
        untaken = self._line.untaken()
        if size > room:
            problem = f"is {size} bytes of JSON, more than the script's memory has room for"
        elif untaken + len(text) > _DROPPED_BYTES:
            problem = (
                f"of {len(text)} bytes was dropped: {untaken} bytes of answers wait for the script "
                "already; await calls as they are made"
            )
        if problem is None:
            return outcome, text, size
        failed = Outcome.failed(
            ErrorCode.SERIALIZATION_ERROR,
            f"the result of {call.label} {problem}",
            upstream_ms=outcome.upstream_ms,
            dispatched=outcome.dispatched,
        )
        text = encoded(_envelope_of(call, failed))
        return failed, text, len(text)

    def _held_back(self, item: _Underway, outcome: Outcome, envelope: dict[str, JsonValue]) -> int:
        """Take the content out of an envelope where the script has no use for it, or none yet: its size."""
        content = envelope.get("content")
        if not content:
            return 0
        size = size_of(content)
        if item.bare:
            del envelope["content"]
            return size
        instead = self._contents.keep(item.call.seq, outcome, size)
        if instead is None:
            return 0
        envelope["content"] = instead
        return size

    def _finished(self, item: _Underway, outcome: Outcome, size: int) -> None:
        if self._underway.pop(item.call.seq, None) is None:
            return  # the execution is over
        self._waiting_bytes -= item.size
        self.tally.settled += 1
        self._count(item.call, outcome)
        duration = (time.monotonic() - item.began) * 1000
        settled = self.tally.settled
        self._emit(
            ToolCallFinished(self._execution_id, item.call, outcome, duration, settled, size)
        )
        if outcome.error is not None and outcome.error.code == ErrorCode.MAX_TOOL_CALLS_EXCEEDED:
            self._line.runaway(item.call)

    def _count(self, call: ToolCall, outcome: Outcome) -> None:
        if outcome.dispatched:
            self.tally.dispatched += 1
            self.tally.tools[call.label] = None

    def _note(self, note: ToolCallNote) -> None:
        if not self._over:
            self._emit(note)


def _refusal_in(message: frame_checks.Call) -> Outcome | None:
    if message.refused is None:
        return None
    code, text = message.refused
    return Outcome.failed(code, text, dispatched=False)


def _envelope_of(call: ToolCall, outcome: Outcome) -> dict[str, JsonValue]:
    """The envelope for the worker; of a failed call by names as a script spells them with those of the tool."""
    envelope = outcome.envelope()
    if call.spelled and not outcome.ok:
        envelope["meant"] = {"server": call.server, "tool": call.tool}
    return envelope
