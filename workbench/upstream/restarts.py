"""``servers restart NAME``: a wish that every Workbench with the same data folder hears."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config.identity import file_name
from workbench.config.reading import stamp
from workbench.util.files import write_whole

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.config.schema import Stamp

_FOLDER = "restarts"


def ask_for_restart(data_dir: Path, settings: ServerSettings) -> None:
    """Let who runs this server start it anew. Raises OSError."""
    folder = data_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(folder / file_name(settings), f"{time.time()}\n".encode(), sync=False)


class Restarts:
    """The wishes since the last question; what was asked before the first one is past."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        self._seen: dict[str, Stamp | None] | None = None

    def asked(self) -> frozenset[str]:
        """``file_name`` of the servers for which somebody asked. Cheap where nobody did."""
        try:
            now = {file.name: stamp(file) for file in self._folder.iterdir()}
        except OSError:  # nobody ever asked
            now = {}
        before, self._seen = self._seen, now
        if before is None:
            return frozenset()
        return frozenset(
            name for name, at in now.items() if at is not None and before.get(name) != at
        )
