"""One execution: its worker's frames in, answers out, every step an event."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import field
from typing import Any

from workbench.core.calls import Calls
from workbench.core.endings import End, end_of, memory_ended
from workbench.core.events import ConsoleCut, ConsoleLine, Event, HostReading
from workbench.core.gate import Gate
from workbench.core.model import (
    CatalogueQuery,
    ErrorCode,
    Execution,
    Limits,
    LogLevel,
    LogLine,
    Readings,
    ScriptError,
    ToolCall,
    least,
    status_of,
)
from workbench.core.ports import ReplayGuide, Tools
from workbench.core.worker_ports import ScriptWorker
from workbench.sandbox.frames import EXIT_UNTAKEN, Frame
from workbench.sandbox.host import frame_checks
from workbench.sandbox.job import Form
from workbench.text.jsontext import encoded
from workbench.text.sizes import cut_to, size_of
from workbench.util.dataclass import dataclass
from workbench.util.shared_timers import SharedTimer, SharedTimers

_log = logging.getLogger(__name__)
_RUNAWAY_CALLS = 100
_EXIT_WAIT_S = 0.5
_LONG_S = 0.05
"""A script that runs longer than most leaves the processor to the others."""
_ORDER_BATCH = 256
_BLOCKING = 0
_MOST_SLEEPS = 65_536
_MOST_REPLAY_BACKLOG = 16
_MOST_LOG_LINES = 10_000
_MOST_LOG_BYTES = 4 << 20


@dataclass(slots=True)
class _Console:
    """The lines that are kept, and what they come to."""

    lines: list[LogLine] = field(default_factory=list)
    size: int = 0
    dropped: int = 0
    unsent: int = 0
    """Lines that the worker dropped, as far as it told."""
    told: int = 0
    """How many dropped ones the last event told of."""


class Run:
    """The parent's side of one running script. Used once."""

    def __init__(
        self,
        execution_id: str,
        limits: Limits,
        tools: Tools,
        *,
        emit: Callable[[Event], None],
        timers: SharedTimers,
        replay: Readings | None = None,
        guide: ReplayGuide | None = None,
        keep_form: Callable[[Form], None] | None = None,
    ) -> None:
        """timers: of the engine. keep_form: hears what the worker made of the script, for a later run."""
        self.execution_id = execution_id
        self._limits = limits
        self._tools = tools
        self._emit = emit
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[End] = self._loop.create_future()
        self._worker: ScriptWorker | None = None
        self._began = 0.0
        self._duration_ms: float | None = None
        self._gate = Gate(replay.order, guide) if replay is not None else None
        self._calls = Calls(execution_id, limits, tools, line=self, emit=emit, gate=self._gate)
        self._over_budget = 0
        self._console = _Console()
        self._warnings: list[str] = []
        self._sleeping: dict[int, asyncio.TimerHandle | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shared_timers = timers
        self._timers: list[SharedTimer] = []
        self._order: list[int] = []
        self._order_counts = False
        self._keep_form = keep_form

    @property
    def ended(self) -> asyncio.Future[Any]:
        """Done once its end is decided."""
        return self._ended

    @property
    def value_size(self) -> int | None:
        """Bytes of its value as JSON, where it was written already."""
        return self._ended.result().size if self._ended.done() else None

    @property
    def left_s(self) -> float:
        """Seconds until its time is up."""
        return self._began + self._limits.timeout_ms / 1000 - time.monotonic()

    def cancel(self, error: ScriptError | None = None) -> None:
        """End it, wherever it is: as CANCELLED where no other ``error`` is given."""
        self._end(error or ScriptError(ErrorCode.CANCELLED, "the execution was cancelled"))

    async def wait(self, worker: ScriptWorker, job: bytes) -> None:
        """Run on ``worker`` to the end. The outcome is in ``result``."""
        self._worker = worker
        if (
            worker.nth is not None and worker.nth > 1
        ):  # a script has run there, which may speak for it
            self._keep_form = None
        self._began = time.monotonic()
        self._calls.start(self._began)
        # Larger frames than the largest argument or value are no script's doing.
        worker.expect(self._limits.max_result_bytes)
        worker.listener = self
        if worker.closed:  # it died between being handed out and now
            self.on_gone()
        worker.send(job)
        self._timers = [
            self._shared_timers.call_later(self._limits.timeout_ms / 1000, self._time_is_up),
            self._shared_timers.call_later(_LONG_S, self._yield_cpu),
        ]
        await asyncio.wait((self._ended,))
        self._duration_ms = (time.monotonic() - self._began) * 1000
        self._stop()
        await self._calls.abandon()

    def result(self, queued_ms: float) -> Execution:
        """Stop everything that is left of it; the finished execution."""
        duration = self._duration_ms
        if duration is None:
            duration = 0.0 if self._worker is None else (time.monotonic() - self._began) * 1000
        if not self._ended.done():
            self.cancel()
        end = self._ended.result()
        self._stop()
        self._calls.abandon_some(sys.maxsize)
        self._flush_order()
        # As the worker counts them: what was sent to it as it ended, it never looked at.
        if end.unawaited and end.error is None:
            unawaited = f"the script ended without awaiting {end.unawaited} call(s)"
            unawaited += ": await them (forEach and map do not wait; for (const x of list) and Promise.all do)"
            self._write("warn", unawaited)
            self._warnings.append(unawaited)
        dropped = max(end.logs_dropped, self._console.unsent) + self._console.dropped
        if dropped:
            code = None if end.error is None else end.error.code
            number = f"{least(status_of(end.error), code)}{dropped}"
            self._warnings.append(f"the console was cut: {number} more line(s) were not kept")
        tally = self._calls.tally
        return Execution(
            execution_id=self.execution_id,
            status=status_of(end.error),
            value=end.value,
            error=end.error,
            logs=tuple(self._console.lines),
            tool_calls=tally.dispatched,
            tools_called=tuple(tally.tools),
            queued_ms=queued_ms,
            duration_ms=duration,
            cpu_ms=end.cpu_ms,
            memory_bytes=end.heap,
            logs_dropped=dropped,
            warnings=tuple(self._warnings),
            worker_run=None if self._worker is None else self._worker.nth,
        )

    def _stop(self) -> None:
        for timer in (*self._timers, *self._sleeping.values()):
            if timer is not None:
                timer.cancel()
        for task in self._tasks:
            task.cancel()

    # -- from the worker ---------------------------------------------------------------------

    def on_frame(self, body: Frame) -> None:
        """A frame of the worker, which is not trusted: what is not as it must be ends it."""
        if self._ended.done():
            return
        try:
            message, readings = frame_checks.read(body)
        except frame_checks.BrokenProtocol as error:
            _log.warning("worker broke the protocol: %s", error)
            self._crash(f"it broke the protocol of its frames: {error}")
            return
        try:
            if readings is not None:
                self._emit(HostReading(self.execution_id, "clock", readings))
            self._take(message)
        except Exception as error:  # ours: it must not leave the execution without an end
            _log.exception("a frame was not handled")
            self._crash(f"Workbench failed on its frame: {type(error).__name__}: {error}")
            return
        self._press()

    def on_room(self) -> None:
        """The worker took some of what was sent to it."""
        self._calls.send_waiting()
        self._press()

    def on_gone(self) -> None:
        """The worker's end closed before its result came."""
        if not self._ended.done():
            self.spawn(self._explain_crash())

    def _take(self, message: frame_checks.Message) -> None:
        if self._order_counts and not isinstance(message, frame_checks.Idle | frame_checks.Sleep):
            self._flush_order()
        # Only the first frame, which is from before the script runs: later it may speak for the worker.
        keep_form, self._keep_form = self._keep_form, None
        match message:
            case Form():
                if keep_form is not None:
                    keep_form(message)
            case frame_checks.Call():
                self._calls.issue(message)
            case frame_checks.Batch():
                self._calls.issue_batch(message)
            case frame_checks.Query():
                self.spawn(self._query(message))
            case frame_checks.Content():
                self._calls.give_content(message.seq)
            case frame_checks.Sleep():
                self._sleep(message)
            case frame_checks.Log():
                self._log_line(message)
            case frame_checks.Dropped():
                self._console.unsent = max(self._console.unsent, message.lines)
                self._tell_dropped()
            case frame_checks.Idle():
                if self._gate is not None:
                    self._gate.script_waits()
            case frame_checks.Done():
                self._done(message)

    async def _query(self, message: frame_checks.Query) -> None:
        query = CatalogueQuery(
            message.kind,
            message.server,
            message.tool,
            message.query,
            message.limit,
            message.names,
            message.at,
        )
        envelope = await self._tools.query(self.execution_id, query)
        self._emit(HostReading(self.execution_id, "catalogue", envelope))
        self.reply(_BLOCKING, encoded(envelope))

    def _sleep(self, message: frame_checks.Sleep) -> None:
        operation = message.operation
        if self._gate is None:
            timer = self._loop.call_later(message.ms / 1000, self._wake, operation)
            self._sleeping[operation] = timer
        else:
            self._sleeping[operation] = None
            self._gate.issue(operation)
            self._gate.hold(operation, lambda: self._wake(operation), is_sleep=True)

    def _wake(self, operation: int) -> None:
        self._sleeping.pop(operation, None)
        self.settled(operation)
        self.reply(operation, b"")

    def _log_line(self, message: frame_checks.Log) -> None:
        """The worker holds to these caps as well; but it is not trusted."""
        console = self._console
        room = min(_MOST_LOG_BYTES, self._limits.max_result_bytes) - console.size
        if room <= 0 or len(console.lines) >= _MOST_LOG_LINES:
            console.dropped += 1
            self._tell_dropped()
            return
        console.size += size_of(message.text)
        self._write(message.level, cut_to(message.text, room))

    def _tell_dropped(self) -> None:
        console = self._console
        dropped = console.unsent + console.dropped
        if dropped > console.told + console.told // 10:
            console.told = dropped
            self._emit(ConsoleCut(self.execution_id, dropped))

    def _write(self, level: LogLevel, text: str) -> None:
        line = LogLine(level, text, (time.monotonic() - self._began) * 1000)
        self._console.lines.append(line)
        self._emit(ConsoleLine(self.execution_id, line))

    def _done(self, message: frame_checks.Done) -> None:
        self._warnings += message.warnings
        end = end_of(message, self._limits)
        if message.again and end.error is None and self._worker is not None:
            self._worker.rest()
        self._ended.set_result(end)

    # -- what its calls need (core.calls.Line) -------------------------------------------------

    def reply(self, operation: int, body: bytes) -> None:
        if self._worker is not None and not self._ended.done():
            self._worker.send(b"%d\n" % operation, body)
            self._press()

    def settled(self, operation: int) -> None:
        self._order.append(operation)
        # Another one could have come first: this must be in the record before what the script does next.
        self._order_counts |= bool(self._sleeping) or self._calls.underway()[0] is not None
        if len(self._order) >= _ORDER_BATCH:
            self._flush_order()

    def untaken(self) -> int:
        return 0 if self._worker is None else self._worker.unsent

    def runaway(self, call: ToolCall) -> None:
        self._over_budget += 1
        if self._over_budget >= _RUNAWAY_CALLS:
            self._end(
                ScriptError(
                    ErrorCode.MAX_TOOL_CALLS_EXCEEDED,
                    f"the script went on calling: {_RUNAWAY_CALLS} calls were refused after its "
                    f"budget of {self._limits.max_tool_calls} was spent",
                    line=call.line,
                    column=call.column,
                )
            )

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # ours: whoever waits for what it was to give would wait for ever
            _log.error("a task of an execution failed", exc_info=error)
            self._crash(f"Workbench failed: {type(error).__name__}: {error}")

    def _press(self) -> None:
        """Where too much waits, the script does too: its next frame stays where it is."""
        worker = self._worker
        if worker is None or self._ended.done():
            return
        if not self._calls.is_backlogged() and len(self._sleeping) <= _MOST_SLEEPS:
            worker.resume()
        elif self._gate is None:
            worker.hold()
        elif self._calls.is_backlogged(_MOST_REPLAY_BACKLOG):
            # A replay answers when the script waits, so that one may not be held.
            self._end(memory_ended(self._limits, "the calls that it did not wait for are"))

    def _flush_order(self) -> None:
        if self._order:
            self._emit(HostReading(self.execution_id, "order", self._order))
            self._order = []
        self._order_counts = False

    # -- ends --------------------------------------------------------------------------------

    def _end(self, error: ScriptError) -> None:
        if self._ended.done():
            return
        self._ended.set_result(End(error=error))
        if self._worker is not None:
            self._worker.kill()

    def _crash(self, how: str) -> None:
        self._end(ScriptError(ErrorCode.SANDBOX_CRASHED, f"the worker died: {how}"))

    async def _explain_crash(self) -> None:
        assert self._worker is not None
        how = "it closed its connection"
        with suppress(TimeoutError):
            ended = await asyncio.wait_for(asyncio.shield(self._worker.exit), _EXIT_WAIT_S)
            if ended.code == EXIT_UNTAKEN:
                self._end(memory_ended(self._limits, "the answers that it did not wait for are"))
            how = ended.describe()
        self._crash(how)

    def _yield_cpu(self) -> None:
        if self._worker is not None and not self._worker.yield_cpu():
            self._timers[-1] = self._shared_timers.call_later(_LONG_S, self._yield_cpu)

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
        first, waiting = self._calls.underway()
        if first is not None and not computing:
            more = f" and {waiting - 1} more" if waiting > 1 else ""
            return f"while waiting for call {_where(first)}{more}", first
        last = self._calls.tally.last_call
        if self._sleeping and not computing:
            return "while sleeping", last
        if last is not None:
            return f"while running script code after call {_where(last)}", last
        return "while running script code; it had made no call", None


def _where(call: ToolCall) -> str:
    line = f" (line {call.line})" if call.line is not None else ""
    return f"#{call.seq} {call.server}.{call.tool}{line}"
