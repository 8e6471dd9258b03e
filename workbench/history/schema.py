"""The tables of the history file, and how a connection to it is opened."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

VERSION = 1
BUSY_MS = 10_000
"""How long a connection waits for another process to end its writing."""

_TABLES = """
CREATE TABLE executions (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    client TEXT,
    script TEXT,
    original_id TEXT,
    code TEXT NOT NULL,
    input TEXT NOT NULL,
    options TEXT NOT NULL,
    limits TEXT NOT NULL,
    engine TEXT NOT NULL,
    catalogue_hash TEXT,
    seed TEXT NOT NULL,
    status TEXT NOT NULL,
    owner TEXT NOT NULL,
    started_at REAL NOT NULL,
    finished_at REAL,
    queued_ms REAL,
    duration_ms REAL,
    cpu_ms REAL,
    memory_bytes INTEGER,
    tool_calls INTEGER NOT NULL DEFAULT 0,
    value TEXT,
    error TEXT,
    error_code TEXT,
    logs_dropped INTEGER NOT NULL DEFAULT 0,
    masked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX executions_by_status ON executions (status, n);
CREATE INDEX executions_by_source ON executions (source, n);
CREATE TABLE calls (
    execution INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    server TEXT NOT NULL,
    tool TEXT NOT NULL,
    args TEXT NOT NULL,
    line INTEGER,
    column_ INTEGER,
    started_ms REAL NOT NULL,
    duration_ms REAL,
    upstream_ms REAL,
    ok INTEGER,
    result TEXT,
    content TEXT,
    error TEXT,
    dispatched INTEGER,
    settled INTEGER,
    warnings TEXT,
    PRIMARY KEY (execution, seq)
);
CREATE INDEX calls_by_tool ON calls (tool, server, execution, seq);
CREATE TABLE console (
    execution INTEGER NOT NULL,
    n INTEGER NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms REAL NOT NULL,
    PRIMARY KEY (execution, n)
);
CREATE TABLE readings (
    execution INTEGER NOT NULL,
    n INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (execution, n)
);
CREATE TABLE notes (
    execution INTEGER NOT NULL,
    n INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    progress REAL,
    total REAL,
    PRIMARY KEY (execution, n)
);
"""


class HistoryError(Exception):
    """The history file cannot be used; the message says why."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, make the tables where it is new. Raises HistoryError."""
    try:
        _create_private(path)
        connection = sqlite3.connect(
            path, timeout=10, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            connection.close()
            raise HistoryError(
                f"{path} was written by a newer Workbench (history version {version}, this one reads "
                f"{VERSION}); it is left as it is"
            )
        if version == 0:
            _create(connection)
        connection.execute("PRAGMA synchronous = NORMAL")  # safe against kill -9 in WAL mode
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # the writer's thread does it
        connection.execute("PRAGMA cache_size = -2000")  # KB: what a long-lived server grows by
    except (sqlite3.Error, OSError) as error:
        raise HistoryError(f"{path}: {error}") from error
    return connection


def _create_private(path: Path) -> None:
    """A new file is its owner's only: scripts and results are in it. WAL and index get its mode."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _create(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return  # another process was first
        raise sqlite3.DatabaseError("it is a database of another program; it is left as it is")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    # Another process may have been first.
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in _TABLES.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
