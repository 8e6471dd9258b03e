"""One history file that is open for writing: its connections, its log, and whether it is still there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from workbench.history.database import explaining, identity, open_for_writing

LOG_KEPT_BYTES = 8 << 20
"""What the database's log may keep of the disk between checkpoints."""
_CHECKPOINT_BUSY_MS = 100


class OpenFile:
    """The open file: a connection to write, one for checkpoints, and which file it was."""

    def __init__(self, path: Path) -> None:
        """Raises HistoryError."""
        self._path = path
        self._name = os.fspath(path)
        self._log = path.with_name(f"{path.name}-wal")
        self.connection = open_for_writing(path)
        try:
            # A connection of its own: a checkpoint syncs, and commits go on meanwhile.
            self.checkpointer = open_for_writing(path)
        except BaseException:
            self.connection.close()
            raise
        try:
            with explaining(path):
                self.connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
                self.checkpointer.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_BUSY_MS}")
        except BaseException:
            self.close()
            raise
        self.identity = identity(path)
        self._log_identity = identity(self._log)

    @property
    def is_there(self) -> bool:
        """Whether the path still leads to it."""
        return identity(self._name) == self.identity

    def checkpoint(self, mode: str) -> None:
        """Raises sqlite3.Error."""
        self.checkpointer.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def log_bytes(self) -> int:
        """What the database's log takes of the disk."""
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def remove_log(self) -> None:
        """The database's log and index belong to the file that went: they would damage the new one."""
        if self._log_identity is not None and identity(self._log) == self._log_identity:
            for name in ("-wal", "-shm"):
                with contextlib.suppress(OSError):
                    self._path.with_name(f"{self._path.name}{name}").unlink()

    def close(self) -> None:
        self.checkpointer.close()
        self.connection.close()
