"""How connections to the history file are opened, and what SQLite's errors mean to a user."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from workbench.core.records import HistoryError
from workbench.history.tables import ALL_TABLES, VERSION, make_tables
from workbench.util.os_differences import readers_keep_files

BUSY_MS = 1_000
"""How long a statement waits for another process to end its writing, before who asked decides."""
CACHE_KB = 2_000
"""Of each connection: what a long-lived server grows by."""

_CURE = "move it away to begin a new one, or set history.path"

TROUBLE = (sqlite3.Error, UnicodeDecodeError, OSError)
"""What a file that is damaged, locked, gone or full raises; a name in it may be no UTF-8."""

Identity: TypeAlias = tuple[int, int]
"""Which file a path leads to: device and inode."""


class NoHistory(HistoryError):
    """There is no file yet, or an empty one: no execution was recorded."""


class Locked(HistoryError):
    """Another process writes; it is worth to try again."""


class NoRoom(HistoryError):
    """The disk is full, or broken for the moment; it is worth to try again."""


def identity(path: str | Path) -> Identity | None:
    """None: there is no such file. Asked before every commit: some microseconds."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def explained(path: Path, error: Exception) -> HistoryError:
    """The error in words a user can act on."""
    if isinstance(error, HistoryError):
        return error
    if path.is_dir():
        return HistoryError(f"{path} is a folder, not a file; {_CURE}")
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked(f"{path} is locked by another process")
    if primary == sqlite3.SQLITE_FULL:
        return NoRoom(f"{path} cannot be written: the disk is full")
    if primary == sqlite3.SQLITE_IOERR:
        return NoRoom(f"{path} cannot be used: {error}")
    if primary == sqlite3.SQLITE_NOTADB:
        return HistoryError(f"{path} is no history ({error}); {_CURE}")
    if primary == sqlite3.SQLITE_READONLY:
        return HistoryError(f"{path} cannot be written: {error}")
    if primary == sqlite3.SQLITE_CANTOPEN or isinstance(error, OSError):
        return HistoryError(f"{path} cannot be opened: {_words(error)}")
    if isinstance(error, sqlite3.Error | UnicodeDecodeError):
        return HistoryError(f"{path} cannot be read: it is corrupt ({error}); {_CURE}")
    return HistoryError(f"{path} cannot be used: {type(error).__name__}: {error}")


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Raises HistoryError where the file, or SQLite, refuses."""
    try:
        yield
    except TROUBLE as error:
        raise explained(path, error) from error


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the file, make it and its tables where it is new. Raises HistoryError."""
    with explaining(path):
        _create_private(path)
        connection = _connect(str(path))
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            if (
                _checked_version(connection, path) == 0
                and _has_tables(connection)
                and _checked_version(connection, path) == 0  # nor has another process been first
            ):
                raise HistoryError(f"{path} is a database of another program; {_CURE}")
            make_tables(connection)
            connection.execute(ALL_TABLES)
            connection.execute("PRAGMA synchronous = NORMAL")  # safe against kill -9 in WAL mode
            connection.execute("PRAGMA wal_autocheckpoint = 0")  # the writer's thread does it
            connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            # Some systems' SQLite writes zeros over what is removed: a step of pruning was ten times slower.
            connection.execute("PRAGMA secure_delete = FAST").fetchall()
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the file for reading only: nothing of it is changed. Raises HistoryError, NoHistory."""
    with explaining(path):
        try:
            path.stat()
        except FileNotFoundError:
            raise NoHistory(f"{path}: there is no history yet") from None
        try:
            return _open_shared(path)
        except sqlite3.OperationalError as error:
            if path.is_dir() or error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
                sqlite3.SQLITE_IOERR,
            ):
                raise
            # Where its index cannot be made (a read-only file system, a full disk), a file that nobody
            # writes can still be read as it lies there.
            return _open_at_rest(path)


def _open_shared(path: Path) -> sqlite3.Connection:
    return _prepared(_connect(f"file:{quote(str(path))}?mode=ro"), path)


def _open_at_rest(path: Path) -> sqlite3.Connection:
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or log.stat().st_size == 0:
        return _prepared(_connect(f"file:{quote(str(path))}?immutable=1"), path)
    # What was committed last is in its log, which is read only where an index of it can be made.
    with tempfile.TemporaryDirectory(prefix="workbench-history-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
        connection = _prepared(_connect(f"file:{quote(str(copy))}?mode=ro"), path)
        if readers_keep_files():  # the copy could not be removed
            connection.close()
            raise HistoryError(f"{path} cannot be read where nothing can be written beside it")
        return connection


def _prepared(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        if _checked_version(connection, path) == 0:
            if _has_tables(connection):
                raise HistoryError(f"{path} is a database of another program; {_CURE}")
            raise NoHistory(f"{path}: there is no history yet")
        connection.execute(ALL_TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(name: str) -> sqlite3.Connection:
    """Whichever thread holds it uses it; the holders see to it that it is one at a time."""
    return sqlite3.connect(
        name,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
        uri=name.startswith("file:"),
    )


class _Connection(sqlite3.Connection):
    """Whoever forgets to close it leaves none: not a file, nor a warning (ResourceWarning, Python 3.13)."""

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # it was never open
            self.close()


def _checked_version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise HistoryError(
            f"{path} was written by a newer Workbench (history version {version}, this one reads "
            f"{VERSION}); it is left as it is"
        )
    return version


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _create_private(path: Path) -> None:
    """A new file is its owner's only: scripts and results are in it. WAL and index get its mode."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
