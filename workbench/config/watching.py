"""Following workbench.toml: every change is read, one that does not parse keeps what runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench.config.reading import ConfigError, find, load
from workbench.config.schema import Config

_POLL_S = 0.25


class Watcher:
    """Polls the file: atomic replacement, deletion and creation are all just another stamp.

    Where there was none at the start, the file that ``find`` finds first is followed from then on.
    """

    def __init__(
        self,
        config: Config,
        *,
        changed: Callable[[Config], None],
        failed: Callable[[str], None],
        reload: Callable[[Path], Config] = load,
    ) -> None:
        self._config = config
        self._changed = changed
        self._failed = failed
        self._reload = reload
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._follow(self._config.path))

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _follow(self, path: Path | None) -> None:
        seen = _stamp(path) if path is not None else None
        while True:
            await asyncio.sleep(_POLL_S)
            if path is None:  # started without a file: one may be made
                path = find()
                if path is None:
                    continue
            now = _stamp(path)
            if now == seen:
                continue
            seen = now
            if now is None:
                self._failed(f"{path} is gone; the running configuration stays in force")
                continue
            try:
                config = self._reload(path)
            except ConfigError as error:
                self._failed(str(error))
            else:
                self._changed(config)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
