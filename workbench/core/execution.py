"""One execution: its worker's frames in, answers out, every step an event."""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from workbench.core.model import (
    CatalogueQuery,
    ConsoleLine,
    ErrorCode,
    Event,
    Execution,
    HostReading,
    JsonValue,
    Limits,
    LogLine,
    Outcome,
    Readings,
    ScriptError,
    ToolCall,
    ToolCallFinished,
    ToolCallNote,
    ToolCallStarted,
    status_of,
)
from workbench.core.ports import Tools
from workbench.sandbox.host.worker import Worker
from workbench.text.jsontext import dumps, loads
from workbench.text.sanitize import encodable

_log = logging.getLogger(__name__)
_RUNAWAY_CALLS = 100
_EXIT_WAIT_S = 0.5
_LONG_S = 0.05
"""A script that runs longer than most leaves the processor to the others."""
_ORDER_BATCH = 256
_BLOCKING = 0
"""The operation number of the request that the script blocks on."""


@dataclass(slots=True)
class _Underway:
    """A call that was issued and not answered yet."""

    call: ToolCall
    began: float


@dataclass(slots=True)
class _Tally:
    """What is counted while it runs."""

    issued: int = 0
    dispatched: int = 0
    settled: int = 0
    over_budget: int = 0
    tools: dict[str, None] = field(default_factory=dict)
    logs: list[LogLine] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    last_call: ToolCall | None = None


class Run:
    """The parent's side of one running script. Used once."""

    def __init__(
        self,
        execution_id: str,
        limits: Limits,
        tools: Tools,
        *,
        emit: Callable[[Event], None],
        replay: Readings | None = None,
    ) -> None:
        self.execution_id = execution_id
        self._limits = limits
        self._tools = tools
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[_End] = self._loop.create_future()
        self._worker: Worker | None = None
        self._began = 0.0
        self._tally = _Tally()
        self._underway: dict[int, _Underway] = {}
        self._sleeping: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._order: list[int] = []
        self._gate = _Gate(replay.order) if replay is not None else None

    @property
    def ended(self) -> asyncio.Future[Any]:
        """Done once its end is decided."""
        return self._ended

    def cancel(self, message: str = "the execution was cancelled") -> None:
        """End it as CANCELLED, wherever it is."""
        self._end(ScriptError(ErrorCode.CANCELLED, message))

    async def wait(self, worker: Worker, job: bytes) -> None:
        """Run on ``worker`` to the end. The outcome is in ``result``."""
        self._worker = worker
        self._began = time.monotonic()
        # Larger frames than the largest argument or value are no script's doing.
        worker.expect(max(self._limits.max_result_bytes, self._limits.max_input_bytes) * 6)
        worker.listener = self
        if worker.closed:  # it died between being handed out and now
            self.on_gone()
        worker.send(job)
        self._timers.append(self._loop.call_later(self._limits.timeout_ms / 1000, self._time_is_up))
        self._timers.append(self._loop.call_later(_LONG_S, worker.yield_cpu))
        await asyncio.wait((self._ended,))

    def result(self, queued_ms: float) -> Execution:
        """Stop everything that is left of it; the finished execution."""
        duration = 0.0 if self._worker is None else (time.monotonic() - self._began) * 1000
        if not self._ended.done():
            self.cancel()
        end = self._ended.result()
        for timer in self._timers:
            timer.cancel()
        self._abandon_calls()
        for task in self._tasks:
            task.cancel()
        self._flush_order()
        # As the worker counts them: what was sent to it as it ended, it never looked at.
        if end.unawaited and end.error is None:
            unawaited = f"the script ended without awaiting {end.unawaited} call(s)"
            self._console("warn", unawaited)
            self._warn(unawaited)
        if end.logs_dropped:
            self._warn(f"the console was cut: {end.logs_dropped} more line(s) were not kept")
        tally = self._tally
        return Execution(
            execution_id=self.execution_id,
            status=status_of(end.error),
            value=end.value,
            error=end.error,
            logs=tuple(tally.logs),
            tool_calls=tally.dispatched,
            tools_called=tuple(tally.tools),
            queued_ms=queued_ms,
            duration_ms=duration,
            cpu_ms=end.cpu_ms,
            memory_bytes=end.heap,
            logs_dropped=end.logs_dropped,
            warnings=tuple(tally.warnings),
        )

    # -- frames ----------------------------------------------------------------------------

    def on_frame(self, body: bytes) -> None:
        """A frame of the worker, which is not trusted: what is not as it must be ends it."""
        if self._ended.done():
            return
        try:
            frame = loads(body)
            readings = frame.get("clock")
            if readings is not None:
                self._emit(HostReading(self.execution_id, "clock", readings))
            handle = _HANDLERS[frame["t"]]
            handle(self, frame)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _log.warning("worker broke the protocol: %r", error)
            self._crash("it broke the protocol of its frames")

    def on_gone(self) -> None:
        """The worker's end closed before its result came."""
        if not self._ended.done():
            self._spawn(self._explain_crash())

    def _on_call(self, frame: dict[str, Any]) -> None:
        operation = frame["op"]
        call = self._issue(frame)
        if self._gate is not None:
            self._gate.issue(operation)
        outcome = _refusal_in(frame) or self._tools.at_once(call)
        if outcome is not None:
            self._answer_in_turn(operation, call, outcome)
        else:
            self._spawn(self._call(operation, call))

    def _on_batch(self, frame: dict[str, Any]) -> None:
        width = frame["width"] or self._limits.max_parallel
        calls = [(self._issue(item), _refusal_in(item)) for item in frame["calls"]]
        self._spawn(self._batch(calls, width))

    def _on_query(self, frame: dict[str, Any]) -> None:
        query = CatalogueQuery(
            kind=frame["kind"],
            server=frame.get("server"),
            tool=frame.get("tool"),
            query=frame.get("query"),
            limit=frame.get("limit"),
        )
        self._spawn(self._query(query))

    def _on_sleep(self, frame: dict[str, Any]) -> None:
        operation: int = frame["op"]
        self._sleeping.add(operation)
        if self._gate is not None:
            self._gate.issue(operation)
            self._slept(operation)
            return
        self._timers.append(
            self._loop.call_later(float(frame["ms"]) / 1000, self._slept, operation)
        )

    def _on_log(self, frame: dict[str, Any]) -> None:
        self._console(frame["level"], frame["text"])

    def _on_idle(self, _frame: dict[str, Any]) -> None:
        if self._gate is not None:
            self._gate.idle = True
            self._open_gate()

    def _on_done(self, frame: dict[str, Any]) -> None:
        end = _End(
            heap=frame.get("heap"),
            cpu_ms=frame.get("cpu_ms"),
            logs_dropped=frame.get("logs_dropped", 0),
            unawaited=frame.get("unawaited", 0),
        )
        if frame["ok"]:
            end.value = frame["value"]
        else:
            end.error = ScriptError(
                code=ErrorCode(frame["code"]),
                message=encodable(frame["message"]),
                stack=frame.get("stack"),
                line=frame.get("line"),
                column=frame.get("column"),
                from_call=bool(frame.get("from_call")),
                details=frame.get("details"),
            )
        self._ended.set_result(end)

    # -- calls -----------------------------------------------------------------------------

    def _issue(self, frame: dict[str, Any]) -> ToolCall:
        tally = self._tally
        tally.issued += 1
        now = time.monotonic()
        call = ToolCall(
            execution_id=self.execution_id,
            seq=tally.issued,
            server=frame["server"],
            tool=frame["tool"],
            args=frame["args"],
            line=frame.get("line"),
            column=frame.get("column"),
            started_ms=(now - self._began) * 1000,
        )
        tally.last_call = call
        self._underway[call.seq] = _Underway(call, now)
        self._emit(ToolCallStarted(self.execution_id, call))
        return call

    async def _call(self, operation: int, call: ToolCall) -> None:
        self._answer_in_turn(operation, call, await self._outcome(call))

    def _answer_in_turn(self, operation: int, call: ToolCall, outcome: Outcome) -> None:
        """At once, or in a replay when the recording had it."""
        if operation != _BLOCKING and self._gate is not None:
            self._gate.hold(operation, lambda: self._answer(operation, call, outcome))
            self._open_gate()
        else:
            self._answer(operation, call, outcome)

    async def _batch(self, calls: list[tuple[ToolCall, Outcome | None]], width: int) -> None:
        places = asyncio.Semaphore(width)

        async def one(call: ToolCall, refused: Outcome | None) -> Outcome:
            async with places:
                self._underway[call.seq].began = time.monotonic()
                outcome = refused if refused is not None else await self._outcome(call)
            self._finished(call, outcome)
            return outcome

        outcomes = await asyncio.gather(*(one(call, refused) for call, refused in calls))
        self._reply(_BLOCKING, dumps([outcome.envelope() for outcome in outcomes]))

    async def _query(self, query: CatalogueQuery) -> None:
        envelope = await self._tools.query(self.execution_id, query)
        self._emit(HostReading(self.execution_id, "catalogue", envelope))
        self._reply(_BLOCKING, dumps(envelope))

    async def _outcome(self, call: ToolCall) -> Outcome:
        try:
            return await self._tools.call(call, self._note)
        except (
            Exception
        ) as error:  # the seam promises not to raise; a bug there must not hang a script
            _log.exception("call %s.%s", call.server, call.tool)
            return Outcome.failed(
                ErrorCode.UPSTREAM_ERROR,
                f"{call.server}.{call.tool}: {type(error).__name__}: {error}",
            )

    def _answer(self, operation: int, call: ToolCall, outcome: Outcome) -> None:
        """Hand an outcome to the script."""
        if self._ended.done():
            return
        problem = None
        text = ""
        most = self._limits.memory_mb << 20
        try:
            text = dumps(outcome.envelope())
        except ValueError as error:
            problem = f"is not JSON: {error}"
        if len(text) > most:
            problem = f"is {len(text)} bytes of JSON, more than the script's memory ({most} bytes)"
        if problem is not None:
            outcome = Outcome.failed(
                ErrorCode.SERIALIZATION_ERROR,
                f"the result of {call.server}.{call.tool} {problem}",
                upstream_ms=outcome.upstream_ms,
            )
            text = dumps(outcome.envelope())
        self._finished(call, outcome)
        if operation != _BLOCKING:
            self._note_order(operation)
        self._reply(operation, text)

    def _finished(self, call: ToolCall, outcome: Outcome) -> None:
        underway = self._underway.pop(call.seq, None)
        if underway is None or self._ended.done():
            return
        tally = self._tally
        tally.settled += 1
        if outcome.dispatched:
            tally.dispatched += 1
            tally.tools[f"{call.server}.{call.tool}"] = None
        duration = (time.monotonic() - underway.began) * 1000
        self._emit(ToolCallFinished(self.execution_id, call, outcome, duration, tally.settled))
        if outcome.error is not None and outcome.error.code == ErrorCode.MAX_TOOL_CALLS_EXCEEDED:
            tally.over_budget += 1
            if tally.over_budget >= _RUNAWAY_CALLS:
                self._end(
                    ScriptError(
                        ErrorCode.MAX_TOOL_CALLS_EXCEEDED,
                        f"the script went on calling: {_RUNAWAY_CALLS} calls were refused after its "
                        f"budget of {self._limits.max_tool_calls} was spent",
                        line=call.line,
                        column=call.column,
                    )
                )

    def _abandon_calls(self) -> None:
        """Calls that the script did not wait for: cancelled, and recorded so."""
        for underway in self._underway.values():
            call = underway.call
            self._tally.dispatched += 1
            self._tally.tools[f"{call.server}.{call.tool}"] = None
            duration = (time.monotonic() - underway.began) * 1000
            outcome = Outcome.failed(
                ErrorCode.CANCELLED, "the execution ended before this call was answered"
            )
            self._emit(ToolCallFinished(self.execution_id, call, outcome, duration, 0))
        self._underway.clear()

    def _slept(self, operation: int) -> None:
        def wake() -> None:
            self._sleeping.discard(operation)
            self._note_order(operation)
            self._reply(operation, "")

        if self._gate is not None:
            self._gate.hold(operation, wake)
            self._open_gate()
        else:
            wake()

    def _open_gate(self) -> None:
        assert self._gate is not None
        release = self._gate.next()
        if release is not None:
            release()

    def _note(self, note: ToolCallNote) -> None:
        if not self._ended.done():
            self._emit(note)

    def _note_order(self, operation: int) -> None:
        self._order.append(operation)
        if len(self._order) >= _ORDER_BATCH:
            self._flush_order()

    def _flush_order(self) -> None:
        if self._order:
            self._emit(HostReading(self.execution_id, "order", self._order))
            self._order = []

    def _console(self, level: Any, text: str) -> None:
        at = (time.monotonic() - self._began) * 1000
        line = LogLine(level, encodable(text), at)
        self._tally.logs.append(line)
        self._emit(ConsoleLine(self.execution_id, line))

    def _warn(self, text: str) -> None:
        """Into the result: what failed nothing, and deserves to be known."""
        self._tally.warnings.append(text)

    def _reply(self, operation: int, text: str) -> None:
        if self._worker is not None and not self._ended.done():
            self._worker.send(b"%d\n" % operation + text.encode())

    # -- ends ------------------------------------------------------------------------------

    def _end(self, error: ScriptError) -> None:
        if self._ended.done():
            return
        self._ended.set_result(_End(error=error))
        if self._worker is not None:
            self._worker.kill()

    def _crash(self, how: str) -> None:
        self._end(ScriptError(ErrorCode.SANDBOX_CRASHED, f"the worker died: {how}"))

    async def _explain_crash(self) -> None:
        assert self._worker is not None
        try:
            how = (await asyncio.wait_for(self._worker.exit, _EXIT_WAIT_S)).describe()
        except TimeoutError:
            how = "it closed its connection"
        self._crash(how)

    def _time_is_up(self) -> None:
        doing, call = self._doing()
        self._end(
            ScriptError(
                ErrorCode.TIMEOUT,
                f"timed out after {self._limits.timeout_ms} ms {doing}",
                line=call.line if call is not None else None,
                column=call.column if call is not None else None,
            )
        )

    def _doing(self) -> tuple[str, ToolCall | None]:
        """What the script is doing, as far as its frames tell, and the call to point at."""
        computing = self._worker is not None and self._worker.is_computing()
        underway = [item.call for item in self._underway.values()]
        if underway and not computing:
            first = underway[0]
            more = f" and {len(underway) - 1} more" if len(underway) > 1 else ""
            return f"while waiting for call {_where(first)}{more}", first
        last = self._tally.last_call
        if self._sleeping and not computing:
            return "while sleeping", last
        if last is not None:
            return f"while running script code after call {_where(last)}", last
        return "while running script code; it had made no call", None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass(slots=True)
class _End:
    value: JsonValue = None
    error: ScriptError | None = None
    heap: int | None = None
    cpu_ms: float | None = None
    logs_dropped: int = 0
    unawaited: int = 0


class _Gate:
    """In a replay, hands results over one by one, in the recorded order, when the script waits.

    An operation that the recording does not know (an edited script) comes after those that it does,
    lowest number first; so a replay of the same texts is always the same.
    """

    def __init__(self, order: tuple[int, ...]) -> None:
        self._place = {operation: place for place, operation in enumerate(order)}
        self._held: dict[int, Callable[[], None]] = {}
        self._known: list[tuple[int, int]] = []
        """A heap of (place, operation) that the recording knows and that were issued."""
        self.idle = False

    def issue(self, operation: int) -> None:
        place = self._place.get(operation)
        if place is not None:
            heapq.heappush(self._known, (place, operation))

    def hold(self, operation: int, release: Callable[[], None]) -> None:
        self._held[operation] = release

    def next(self) -> Callable[[], None] | None:
        """The release that is due, if the script waits and one is."""
        if not self.idle or not self._held:
            return None
        if self._known:
            operation = self._known[0][1]
            if operation not in self._held:
                return None  # its turn, and its answer is still being looked up
            heapq.heappop(self._known)
        else:
            operation = min(self._held)
        self.idle = False
        return self._held.pop(operation)


def _where(call: ToolCall) -> str:
    line = f" (line {call.line})" if call.line is not None else ""
    return f"#{call.seq} {call.server}.{call.tool}{line}"


def _refusal_in(frame: dict[str, Any]) -> Outcome | None:
    refused = frame.get("refused")
    if refused is None:
        return None
    return Outcome.failed(ErrorCode(refused["code"]), refused["message"], dispatched=False)


_HANDLERS: dict[str, Callable[[Run, dict[str, Any]], None]] = {
    "call": Run._on_call,
    "batch": Run._on_batch,
    "query": Run._on_query,
    "sleep": Run._on_sleep,
    "log": Run._on_log,
    "idle": Run._on_idle,
    "done": Run._on_done,
}
