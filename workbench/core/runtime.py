"""Opens everything a face needs, in one place: configuration, upstream, history, engine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config import Config
from workbench.core.engine import Engine
from workbench.core.ports import History, HistoryKeeper
from workbench.core.records import HistoryError
from workbench.history.store import FILE_NAME, SqliteHistory, Store
from workbench.text.redact import Redactor
from workbench.util.dataclass import dataclass
from workbench.util.listeners import Listeners

if TYPE_CHECKING:
    from workbench.sandbox.host.zygote_process import ZygoteProcess
    from workbench.upstream import Manager

_SWITCH_S = 0.0003

ConfigListener = Callable[[Config], None]
ErrorListener = Callable[[str], None]


@dataclass()
class Runtime:
    """What a face works with. ``config`` is replaced when the file changes."""

    config: Config
    engine: Engine
    upstream: Manager
    history: History
    data_dir: Path
    _configure_history: ConfigListener
    _listeners: Listeners[Config] = field(default_factory=Listeners)
    _error_listeners: Listeners[str] = field(default_factory=Listeners)
    _applying: set[asyncio.Task[None]] = field(default_factory=set)

    def on_config(self, listener: ConfigListener) -> Callable[[], None]:
        """Hear of every accepted change of the configuration; returns the way to stop."""
        return self._listeners.add(listener)

    def on_config_error(self, listener: ErrorListener) -> Callable[[], None]:
        """Hear of a file that does not parse: the running configuration is kept."""
        return self._error_listeners.add(listener)

    def apply(self, config: Config) -> None:
        """Take a new configuration: limits, pool, history, servers; running scripts are not disturbed."""
        self.config = config
        self.engine.configure(
            limits=config.limits, pool=config.pool, record_required=config.history.required
        )
        self._configure_history(config)
        task = asyncio.get_running_loop().create_task(
            self.upstream.configure(
                config.servers.values(), max_answer_bytes=config.max_upstream_bytes
            )
        )
        self._applying.add(task)
        task.add_done_callback(self._applying.discard)
        self._listeners.tell(config, "a change of the configuration")

    def report(self, problem: str) -> None:
        """Tell the listeners of a configuration that cannot be used."""
        self._error_listeners.tell(problem, "a configuration that cannot be used")


@asynccontextmanager
async def open_runtime(
    config: Config,
    *,
    data_dir: Path,
    connect: bool = False,
    watch: bool = False,
    zygote: ZygoteProcess | None = None,
) -> AsyncIterator[Runtime]:
    """Open the runtime, close everything (workers, upstreams, writer thread) on leaving.

    connect: connect the upstreams at once in the background; else at the first call or query.
    watch: follow changes of the configuration file.
    zygote: what scripts are forked from, started ahead.
    Raises HistoryError where the configuration requires a history and it cannot be opened.
    """
    from workbench.upstream import Manager

    # The history's writer thread may hold the interpreter for this long while the loop has frames to
    # answer; at the default of 5 ms recording doubled the time of a call.
    sys.setswitchinterval(_SWITCH_S)
    history = _open_store(config, data_dir)
    if config.history.required and history.problem is not None:
        problem = history.problem
        history.close()
        raise HistoryError(f"nothing runs that cannot be recorded (--require-history): {problem}")
    upstream = Manager.of(config, data_dir)
    engine = Engine(
        limits=config.limits,
        pool=config.pool,
        upstream=upstream,
        recorder=history,
        record_required=config.history.required,
        seen=history.seen_type,
        zygote=zygote,
    )
    runtime = Runtime(
        config, engine, upstream, history, data_dir, partial(_configure, history, data_dir)
    )
    watcher = None
    try:
        if connect:
            await upstream.start()
        if watch:
            from workbench.config.watching import Watcher

            watcher = Watcher(config, changed=runtime.apply, failed=runtime.report)
            watcher.start()
        yield runtime
    finally:
        if watcher is not None:
            watcher.stop()
        await engine.close()
        await upstream.close()
        # It may wait for a file that is locked: not in the event loop, which hears of signals.
        await asyncio.to_thread(history.close)


def open_history(config: Config, data_dir: Path) -> HistoryKeeper:
    """The history for a face that runs nothing: only read, unless it is asked to remove something."""
    settings = config.history
    return SqliteHistory(
        _history_path(config, data_dir),
        max_age_days=settings.max_age_days,
        max_size_mb=settings.max_size_mb,
    )


def _open_store(config: Config, data_dir: Path) -> Store:
    settings = config.history
    return Store(
        _history_path(config, data_dir),
        redactor=Redactor(settings.redact_keys, settings.redact_values),
        max_age_days=settings.max_age_days,
        max_size_mb=settings.max_size_mb,
        log=data_dir / "main.log",
    )


def _configure(store: Store, data_dir: Path, config: Config) -> None:
    settings = config.history
    store.configure(
        _history_path(config, data_dir),
        redactor=Redactor(settings.redact_keys, settings.redact_values),
        max_age_days=settings.max_age_days,
        max_size_mb=settings.max_size_mb,
    )


def _history_path(config: Config, data_dir: Path) -> Path:
    return config.history.path if config.history.path is not None else data_dir / FILE_NAME
