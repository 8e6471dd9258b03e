"""The engine: one way to run a script, whoever asks. Knows no screen and no protocol."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from workbench.catalogue.tools import Catalogue, SeenTypes, nothing_seen
from workbench.core.engine_version import engine_version
from workbench.core.events import (
    Event,
    ExecutionFinished,
    ExecutionQueued,
    ExecutionRunning,
    ExecutionStarted,
)
from workbench.core.execution import Run
from workbench.core.forms import Forms
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    Readings,
    ScriptError,
    ToolCall,
    status_of,
)
from workbench.core.policy import Policy
from workbench.core.ports import NoteListener, Recorder, ReplayGuide, Tools, Upstream
from workbench.core.request_checks import (
    check_request,
    code_problem,
    limits_of,
    recordable,
    unknown_servers,
)
from workbench.core.worker_ports import PoolClosed, QueueFull, QueueTimeout, WorkerFactory
from workbench.sandbox import job as jobs
from workbench.sandbox.host.pool import Pool
from workbench.sandbox.host.zygote_process import ZygoteProcess
from workbench.text.jsontext import dumps
from workbench.text.sanitize import encodable
from workbench.util.listeners import Listeners, notify
from workbench.util.retained import Retained
from workbench.util.shared_timers import SharedTimer, SharedTimers

Listener = Callable[[Event], None]

_log = logging.getLogger(__name__)
_CLOSE_S = 1.5
_CHECK_TIMEOUT_MS = 10_000
_FORK_S = 5.0
"""A worker that is being forked comes sooner, the first of a busy machine too (3 s were seen). Who waits longer
is told of as well."""


class Engine:
    """Runs scripts on a pool of workers. Every step is an event; the recorder gets them first."""

    def __init__(
        self,
        *,
        limits: Limits,
        pool: PoolSettings,
        upstream: Upstream | None = None,
        recorder: Recorder | None = None,
        record_required: bool = False,
        seen: SeenTypes = nothing_seen,
        workers: WorkerFactory | None = None,
        zygote: ZygoteProcess | None = None,
    ) -> None:
        """record_required: an execution that cannot be recorded is refused, before it runs.

        seen: the result types of tools that declare none, for scripts that ask. workers: what scripts run
        in; None: processes that are forked here, from a zygote that may have been started ahead.
        """
        self._limits = limits
        self._pool: WorkerFactory = workers or Pool(pool, memory_mb=limits.memory_mb, zygote=zygote)
        self._upstream: Upstream = upstream if upstream is not None else _NoUpstream()
        self._recorder = recorder
        self._seen = seen
        self._record_required = record_required
        self._record_failed: dict[str, str] = {}
        self._listeners: Listeners[Event] = Listeners()
        self._runs: dict[str, Run] = {}
        self._delivering: set[str] = set()
        """Those that have ended and are written before their result leaves."""
        self._retained = Retained()
        self._forms = Forms()
        self._timers = SharedTimers()
        self._quiet = asyncio.Event()
        """Set when the last run ends; looked at only while closing."""

    @property
    def limits(self) -> Limits:
        """The limits of new executions, before a request's own options."""
        return self._limits

    @property
    def pool(self) -> WorkerFactory:
        """For its figures: size, running, queued."""
        return self._pool

    @property
    def _all_busy(self) -> bool:
        """Whether who comes now waits for one who runs."""
        return self._pool.running + self._pool.queued >= self._pool.size

    @property
    def running(self) -> tuple[str, ...]:
        """The ids of the executions that run or wait now."""
        return tuple(self._runs)

    async def start(self) -> None:
        """Start the zygote and the warm workers (about 60 ms). ``run`` starts it when needed."""
        self._pool.start()
        engine_version()  # read from a file: now, not in the moment in which no descriptor is left

    async def close(self) -> None:
        """Cancel what runs, record it, end every worker. Within 2 s."""
        self._retained.close()
        for run in list(self._runs.values()):
            run.cancel(ScriptError(ErrorCode.CANCELLED, "Workbench was shut down"))
        if self._runs:
            self._quiet.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._quiet.wait(), _CLOSE_S)
        await self._pool.close()

    async def run(
        self,
        request: ExecutionRequest,
        *,
        tools: Tools | None = None,
        listener: Listener | None = None,
        replay: Readings | None = None,
        guide: ReplayGuide | None = None,
        seed: tuple[int, int, int, int] | None = None,
        limits: Limits | None = None,
    ) -> Execution:
        """Run one script to its end; returns for every failure of the script or the request.

        tools: where calls are answered, without policy (a recording, a test);
        None: the live upstream behind policy.
        listener: called in the event loop with every event of this execution.
        replay: a recording's chance, time and settle order; with it ``sleep`` is instant.
        guide: asked, in a replay, where that order says nothing. None: lowest operation first.
        seed: of ``Math.random``, where chance is to be as in a recording though all else is live.
        limits: instead of the configured ones (a recording's); the request's options still win.
        Cancelling the task cancels the execution, records it as CANCELLED, and raises CancelledError.
        """
        execution_id = request.execution_id or str(uuid.uuid4())
        seed = replay.seed if replay is not None else seed or _fresh_seed()
        limits = limits if limits is not None else self._limits
        problem = check_request(request, limits)
        warnings: tuple[str, ...] = ()
        if problem is None:
            limits = limits_of(request.options, limits)
        if tools is None:
            tools = Policy(self._upstream, limits, self._seen)
            warnings = unknown_servers(limits.allowed_servers, self._upstream.catalogue().servers)

        def emit(event: Event) -> None:
            self._record(event)
            kind = type(event).__name__
            if listener is not None:
                notify((listener,), event, kind)
            self._listeners.tell(event, kind)

        emit(
            ExecutionStarted(
                execution_id,
                request if problem is None else recordable(request, limits),
                limits,
                engine_version(),
                tools.catalogue_hash(),
                seed,
                time.time(),
            )
        )
        code = "" if problem is not None else encodable(request.code)
        form = self._forms.of(code)
        run = Run(
            execution_id,
            limits,
            tools,
            emit=emit,
            timers=self._timers,
            replay=replay,
            guide=guide,
            keep_form=partial(self._forms.keep, code) if form is None else None,
        )
        began = time.monotonic()
        waits: SharedTimer | None = None

        def waited() -> float:
            return (time.monotonic() - began) * 1000

        try:
            if problem is not None:
                raise _Refused(problem)
            if self._record_required:
                not_kept = await self._kept(execution_id)
                if not_kept is not None:
                    raise _NotRecorded(not_kept)
            self._runs[execution_id] = run
            waits = self._timers.call_later(
                0.0 if self._all_busy else _FORK_S, emit, ExecutionQueued(execution_id)
            )
            client = _client_of(request) if replay is None else None
            async with self._pool.lease(run.ended, client) as worker:
                waits.cancel()
                queued = waited()
                try:
                    if worker is not None:
                        emit(ExecutionRunning(execution_id, queued))
                        given = dumps(request.input)
                        job = jobs.run(
                            code,
                            given,
                            limits,
                            seed=seed,
                            replay=replay,
                            form=form,
                            is_form_wanted=form is None and self._forms.ran_before(code),
                        )
                        await run.wait(worker, job)
                finally:
                    execution = run.result(queued)
        except asyncio.CancelledError:
            emit(self._finish(run.result(waited()), tools))
            raise
        except Exception as error:  # whatever it is: the execution ends, and its record says how
            execution = _not_run(execution_id, error, waited())
        finally:
            if waits is not None:
                waits.cancel()
            self._runs.pop(execution_id, None)
            if not self._runs:
                self._quiet.set()
        if warnings:
            execution = replace(execution, warnings=(*execution.warnings, *warnings))
        self._delivering.add(execution_id)
        try:
            emit(self._finish(execution, tools, run.value_size))
            self._retained.ran()
            return await self._delivered(execution)
        finally:
            self._delivering.discard(execution_id)

    async def refuse(self, request: ExecutionRequest, error: ScriptError) -> Execution:
        """Record a request that a face refuses before it could run; the execution that says why."""
        execution_id = request.execution_id or str(uuid.uuid4())
        policy = Policy(self._upstream, self._limits)
        started = ExecutionStarted(
            execution_id,
            recordable(request, self._limits),
            self._limits,
            engine_version(),
            policy.catalogue_hash(),
            _fresh_seed(),
            time.time(),
        )
        execution = Execution(execution_id, status_of(error), error=error)
        for event in (started, self._finish(execution, policy)):
            self._record(event)
            self._listeners.tell(event, type(event).__name__)
        return await self._delivered(execution)

    def cancel(self, execution_id: str, error: ScriptError | None = None) -> bool:
        """Cancel a running execution: its ``run`` returns CANCELLED, or how it ended by itself in that moment.
        False: not running here.

        error: how it ends instead, for who replays the end of another run.
        """
        run = self._runs.get(execution_id)
        if run is None:
            return execution_id in self._delivering
        run.cancel(error)
        return True

    def left_s(self, execution_id: str) -> float | None:
        """Seconds until the time of an execution is up. None: it does not run here."""
        run = self._runs.get(execution_id)
        return run.left_s if run is not None else None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event of every execution of this engine; returns the way to stop."""
        return self._listeners.add(listener)

    async def check(self, code: str) -> ScriptError | None:
        """Syntax only; nothing runs. None: the script parses.

        Where it could not be looked at, the error says why (QUEUE_TIMEOUT, SANDBOX_CRASHED, …).
        """
        limits = replace(self._limits, timeout_ms=_CHECK_TIMEOUT_MS)
        problem = code_problem(code, limits)
        if problem is not None:
            return ScriptError(ErrorCode.INVALID_REQUEST, problem)
        try:
            return (await self._apart(limits, jobs.check(encodable(code), limits))).error
        except (QueueFull, QueueTimeout, PoolClosed) as error:
            return _not_run("", error, 0.0).error

    def configure(
        self, *, limits: Limits, pool: PoolSettings, record_required: bool = False
    ) -> None:
        """Take new settings: for new executions; the pool is resized without disturbing others."""
        self._limits = limits
        self._record_required = record_required
        self._pool.resize(pool, memory_mb=limits.memory_mb)

    async def hardening(self) -> dict[str, bool]:
        """Which hardening steps are in force in a worker (``workbench doctor``).

        Raises QueueTimeout or PoolClosed, with the reason, where no worker can be had.
        """
        execution = await self._apart(self._limits, jobs.report(self._limits))
        return dict(execution.value or {})

    async def _apart(self, limits: Limits, job: bytes) -> Execution:
        """A job that is no execution: nothing of it is recorded or told."""
        run = Run(
            "", limits, Policy(self._upstream, limits), emit=lambda _: None, timers=self._timers
        )
        async with self._pool.lease() as worker:
            assert worker is not None  # only an ``until`` gives none
            try:
                await run.wait(worker, job)
            finally:
                execution = run.result(0.0)
        return execution

    def _record(self, event: Event) -> None:
        if self._recorder is not None:
            try:
                self._recorder.record(event)
            except Exception as error:  # the port promises not to; a bug there costs no result
                _log.exception("the recorder failed on %s", type(event).__name__)
                self._record_failed[event.execution_id] = f"{type(error).__name__}: {error}"

    async def _kept(self, execution_id: str) -> str | None:
        """None: its record is kept as far as it goes, or nobody records."""
        if self._recorder is None:
            return None
        failed = self._record_failed.pop(execution_id, None)
        try:
            not_kept = await self._recorder.kept(execution_id)
        except Exception as error:
            _log.exception("the recorder failed")
            failed = f"{type(error).__name__}: {error}"
            not_kept = None
        return f"this run is not wholly recorded: {failed}" if failed is not None else not_kept

    async def _delivered(self, execution: Execution) -> Execution:
        """The result as it may leave: it is recorded, or says that it is not."""
        not_kept = await self._kept(execution.execution_id)
        if not_kept is None:
            return execution
        return replace(execution, warnings=(*execution.warnings, not_kept), recorded=False)

    def _finish(
        self, execution: Execution, tools: Tools, size: int | None = None
    ) -> ExecutionFinished:
        live = isinstance(tools, Policy)
        return ExecutionFinished(
            execution.execution_id,
            execution,
            time.time(),
            tools.catalogue_hash(),
            self._upstream.catalogue().definition_tokens if live else None,
            size,
        )


class _Refused(Exception):
    """The request cannot be run; the message says what is wrong with it."""


class _NotRecorded(Exception):
    """Nothing may run that is not recorded; the message says what is in the way."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"nothing runs that cannot be recorded (--require-history): {problem}")


class _NoUpstream:
    """An engine without servers: every call is answered with NOT_FOUND by policy."""

    def catalogue(self) -> Catalogue:
        return Catalogue()

    async def settled(self, server: str | None = None) -> None:
        return None

    async def call(self, call: ToolCall, note: NoteListener) -> Outcome:
        return Outcome.failed(ErrorCode.NOT_FOUND, "no server is configured", dispatched=False)


def _not_run(execution_id: str, error: Exception, queued_ms: float) -> Execution:
    """An execution that never got a worker."""
    if isinstance(error, QueueFull):
        code = ErrorCode.QUEUE_FULL
    elif isinstance(error, QueueTimeout):
        code = ErrorCode.QUEUE_TIMEOUT
    elif isinstance(error, _Refused):
        code = ErrorCode.INVALID_REQUEST
    elif isinstance(error, _NotRecorded):
        code = ErrorCode.DISABLED
    else:
        code = ErrorCode.SANDBOX_CRASHED
        if not isinstance(error, PoolClosed):
            _log.error("execution %s", execution_id, exc_info=error)
            error = RuntimeError(f"Workbench failed: {type(error).__name__}: {error}")
    failure = ScriptError(code, str(error))
    return Execution(execution_id, status_of(failure), error=failure, queued_ms=queued_ms)


def _client_of(request: ExecutionRequest) -> str | None:
    """Whose script it is, for a worker that runs several of one client; None: nobody can tell."""
    return (request.session or None) if request.source == "serve" else request.source


def _fresh_seed() -> tuple[int, int, int, int]:
    bits = int.from_bytes(os.urandom(16), "big")
    low = (1 << 31) - 1
    return bits & low, bits >> 32 & low, bits >> 64 & low, bits >> 96 & low
