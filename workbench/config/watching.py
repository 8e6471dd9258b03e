"""Following workbench.toml: every change is read, one that does not parse keeps what runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from workbench.config.opening import is_folders, read_config, state_of
from workbench.config.reading import ConfigError, find
from workbench.config.schema import Config
from workbench.util.listeners import notify

_log = logging.getLogger(__name__)
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
    ) -> None:
        self._config = config
        self._changed = changed
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._follow(self._config.path))

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _follow(self, path: Path | None) -> None:
        seen = self._config.stamp  # of when it was read: what was changed since then is a change
        found = self._config.found
        while True:
            await asyncio.sleep(_POLL_S)
            if path is None:  # started without a file: one may be made
                path = find()
                if path is None:
                    continue
                found = is_folders(path)
            now = state_of(path, found=found)
            if now == seen:
                continue
            seen = now
            if now is None:
                self._fail(f"{path} is gone; the running configuration stays in force")
            else:
                self._read(path, found)

    def _read(self, path: Path, found: bool) -> None:
        try:
            config = read_config(
                path,
                overrides=self._config.flags,
                found=found,
                at_hand=self._config.at_hand,
            )
        except ConfigError as error:
            self._fail(str(error))
        except Exception:
            _log.exception("cannot read %s", path)
            self._fail(f"{path}: cannot be read, for a reason that is in the log")
        else:
            notify([self._changed], config, f"a change of {path}")

    def _fail(self, problem: str) -> None:
        notify([self._failed], problem, "a configuration that cannot be used")
