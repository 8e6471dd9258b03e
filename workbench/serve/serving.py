"""Serving from start to end: the runtime, a binding, signals, the way out."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.config import Config
from workbench.core.runtime import Runtime, open_runtime
from workbench.sandbox.host.zygote_process import ZygoteProcess
from workbench.serve.binding import Binding
from workbench.serve.server_session import Session
from workbench.serve.stdio import own_stdio
from workbench.serve.telemetry import Tracing, open_tracing
from workbench.serve.toolset import ListingWatch, Toolset
from workbench.text.redact import Redactor
from workbench.text.sanitize import clean
from workbench.util.allocating import started

_LAST_ANSWERS_S = 1.0
"""A client that closes its end still gets what is nearly done: ``echo … | workbench --serve``."""
_CONNECT_AFTER_S = 0.3
_LAST_SPANS_S = 0.5
_SETTLE_CONFIG_S = 0.1
_SETTLE_SERVERS_S = 1.0
"""Servers become known one after the other: a client hears of those of one second together."""
_MESSAGE_OVERHEAD = 1 << 20
_LONGEST_ESCAPE = 6
"""``\\u0041`` for one byte; clients that write ASCII only take three bytes for each of an ``é``."""

_log = logging.getLogger(__name__)


async def serve_stdio(config: Config, data_dir: Path, zygote: ZygoteProcess | None = None) -> None:
    """One client on stdin and stdout, until either ends or a signal comes."""
    with _signals_stop() as stop:
        async with open_runtime(config, data_dir=data_dir, watch=True, zygote=zygote) as runtime:
            tracing = open_tracing(_Masking(runtime))
            await runtime.engine.start()
            await _serve_lines(runtime, _toolset(runtime, tracing), stop)
        _close(tracing)


async def serve_http(
    config: Config, data_dir: Path, binding: Binding, zygote: ZygoteProcess | None = None
) -> None:
    """Any number of clients over streamable HTTP, until a signal comes."""
    with _signals_stop() as stop:
        async with open_runtime(
            config, data_dir=data_dir, connect=True, watch=True, zygote=zygote
        ) as runtime:
            tracing = open_tracing(_Masking(runtime))
            await runtime.engine.start()
            await _serve_requests(runtime, _toolset(runtime, tracing), binding, stop)
        _close(tracing)


def _toolset(runtime: Runtime, tracing: Tracing | None) -> Toolset:
    """What is served; questions of upstream servers go to its clients."""
    toolset = Toolset(runtime, tracing)
    runtime.upstream.elicit = toolset.asking.put
    return toolset


async def _serve_lines(runtime: Runtime, toolset: Toolset, stop: asyncio.Event) -> None:
    session = Session(
        toolset,
        limited_by="max_code_bytes and max_input_bytes allow",
        tasks=toolset.tasks,
    )
    closing = None
    async with own_stdio(session, _longest_line(runtime.config)) as lines:
        session.attach(lines)
        runtime.on_config(lambda config: lines.take_up_to(_longest_line(config)))
        connecting = asyncio.create_task(_connect_soon(runtime, session.answered))
        with _watching(runtime, toolset, session.list_changed):
            await _first(stop, lines.ended)
        connecting.cancel()
        if stop.is_set():
            closing = _cancel_all(runtime)
        await session.finish(_LAST_ANSWERS_S)
    if closing is not None:
        await closing


async def _serve_requests(
    runtime: Runtime, toolset: Toolset, binding: Binding, stop: asyncio.Event
) -> None:
    from workbench.serve.http import Listening, build_app

    app = build_app(
        toolset,
        binding,
        lambda: runtime.config.serve.max_body_bytes,
        tasks=toolset.tasks,
    )
    with _watching(runtime, toolset, app.list_changed):
        async with Listening(app, binding) as listening:
            _announce(listening.url, binding)
            _keep_what_is_loaded()
            await stop.wait()
            closing = _cancel_all(runtime)
    await closing


def _longest_line(config: Config) -> int:
    """What the limits allow, written in the longest way that JSON has, and the rest of a message."""
    limits = config.limits
    return _LONGEST_ESCAPE * (limits.max_code_bytes + limits.max_input_bytes) + _MESSAGE_OVERHEAD


async def _first(*events: asyncio.Event) -> None:
    """Wait for whichever is set first."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


async def _connect_soon(runtime: Runtime, answered: asyncio.Event) -> None:
    """Connect the servers after the first answer: loading the SDK would only delay it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(answered.wait(), _CONNECT_AFTER_S)
    await runtime.upstream.start()
    _keep_what_is_loaded()


def _keep_what_is_loaded() -> None:
    """Modules and classes stay to the end: a full collection, in the middle of a request, need not look
    at them."""
    started()
    gc.collect()
    gc.freeze()


def _cancel_all(runtime: Runtime) -> asyncio.Task[None]:
    """End what runs now: its clients still get their answer, CANCELLED.

    Returns the task that ends the servers meanwhile: one that will not go takes over a second.
    """
    for execution_id in runtime.engine.running:
        runtime.engine.cancel(execution_id)
    return asyncio.create_task(runtime.upstream.close())


@contextmanager
def _watching(runtime: Runtime, toolset: Toolset, changed: Callable[[], None]) -> Iterator[None]:
    """Call ``changed`` when ``tools/list`` has another answer, once for what changes together."""
    watch = ListingWatch(toolset, changed)
    loop = asyncio.get_running_loop()
    pending: asyncio.TimerHandle | None = None

    def look_in(delay_s: float) -> None:
        nonlocal pending
        if pending is not None and loop.time() < pending.when() <= loop.time() + delay_s:
            return
        if pending is not None:
            pending.cancel()
        pending = loop.call_later(delay_s, watch.check)

    stops = [
        runtime.on_config(lambda _: look_in(_SETTLE_CONFIG_S)),
        runtime.upstream.subscribe(lambda _: look_in(_SETTLE_SERVERS_S)),
        runtime.on_config_error(lambda problem: _log.warning("%s", clean(problem))),
    ]
    try:
        yield
    finally:
        for stop in stops:
            stop()
        if pending is not None:
            pending.cancel()


@contextmanager
def _signals_stop() -> Iterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM and SIGHUP set, instead of ending the process.

    A second signal must not cut the clean end short: the handlers are not the loop's own, which go back
    to the default with it (and Windows has none), and at the end the signals are ignored, because the
    interpreter gives every other handler back before it is done.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    for each in signals:
        signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop.set))
    try:
        yield stop
    finally:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)


class _Masking:
    """Masks what leaves the machine by the patterns in force, as the history does what it writes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = runtime.config.history
        self._redactor = self._made()

    def __call__(self, text: str) -> str:
        if self._runtime.config.history != self._settings:
            self._settings = self._runtime.config.history
            self._redactor = self._made()
        return self._redactor.text(text)[0]

    def _made(self) -> Redactor:
        return Redactor(self._settings.redact_keys, self._settings.redact_values)


def _announce(url: str, binding: Binding) -> None:
    words = f"Workbench serves MCP at {url}\n"
    if binding.generated:
        words += f"Authorization: Bearer {binding.token}\n"
    sys.stderr.write(words)
    sys.stderr.flush()


def _close(tracing: Tracing | None) -> None:
    """Export the last spans; a collector that does not answer must not hold the exit up."""
    if tracing is not None:
        closing = threading.Thread(target=tracing.close, daemon=True)
        closing.start()
        closing.join(_LAST_SPANS_S)
