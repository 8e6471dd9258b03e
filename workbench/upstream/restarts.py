"""``servers restart NAME``: a wish that every Workbench with the same data folder hears."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config.identity import identity
from workbench.config.reading import stamp
from workbench.util.files import write_whole

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.config.schema import Stamp

_FOLDER = "restarts"


def ask_for_restart(data_dir: Path, settings: ServerSettings) -> None:
    """Let who runs this server start it anew. Raises OSError."""
    file = _file(data_dir, settings)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(file, f"{time.time()}\n".encode(), sync=False)


class Restarts:
    """Whether somebody asked since the last question; what was asked before the first one is past."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._seen: dict[Path, Stamp | None] = {}

    def wanted(self, settings: ServerSettings) -> bool:
        if self._data_dir is None:
            return False
        file = _file(self._data_dir, settings)
        now = stamp(file)
        before = self._seen.setdefault(file, now)
        self._seen[file] = now
        return now is not None and now != before


def _file(data_dir: Path, settings: ServerSettings) -> Path:
    return data_dir / _FOLDER / identity(settings)[:32]
