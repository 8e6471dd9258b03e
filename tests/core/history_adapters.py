"""The adapters behind the history's ports. A second one (PostgreSQL, say) is added here, and must pass."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from workbench.core.ports import History, HistoryKeeper
from workbench.history.store import SqliteHistory, Store
from workbench.text.redact import Redactor


class HistoryAdapter(Protocol):
    """Opens one and the same history, as several processes would."""

    def open(self) -> History:
        """For a process that records and reads."""
        ...

    def reader(self) -> HistoryKeeper:
        """For a process that only reads, unless it is asked to remove something."""
        ...

    def break_it(self) -> None:
        """Nothing can be read or written from now on, and it is not a matter of waiting."""
        ...


class SqliteFile:
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "history.sqlite3"

    def open(self) -> History:
        return Store(self._path, redactor=Redactor(["internal_id"], [r"CORP-\d+"]))

    def reader(self) -> HistoryKeeper:
        return SqliteHistory(self._path)

    def break_it(self) -> None:
        garbage = self._path.with_name("garbage")
        garbage.write_bytes(b"garbage " * 1000)
        garbage.replace(self._path)


ADAPTERS: list[type[SqliteFile]] = [SqliteFile]
