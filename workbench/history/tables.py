"""The tables of the history file."""

from __future__ import annotations

import sqlite3

VERSION = 1
"""Of the tables; a file of a higher one is left alone."""

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
    masked INTEGER NOT NULL DEFAULT 0,
    warnings TEXT,
    missing TEXT,
    answer_limit INTEGER,
    definition_tokens INTEGER,
    answer_tokens INTEGER,
    worker_run INTEGER
);
CREATE TABLE returned (
    execution INTEGER NOT NULL,
    server TEXT NOT NULL,
    calls INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (execution, server)
);
CREATE TABLE removed (n INTEGER PRIMARY KEY);
CREATE TABLE marks (
    execution INTEGER PRIMARY KEY,
    pinned INTEGER NOT NULL DEFAULT 0,
    name TEXT UNIQUE
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
    definition TEXT,
    kind TEXT,
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
CREATE TABLE texts (
    execution INTEGER NOT NULL,
    n INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (execution, n)
);
"""
ALL_TABLES = "SELECT 1 FROM executions, calls, console, readings, notes LIMIT 0"
"""Fails at once, and reads nothing, where a table is missing or the list of tables is damaged."""
_ADDED = {
    "executions": {
        "warnings": "ALTER TABLE executions ADD COLUMN warnings TEXT",
        "missing": "ALTER TABLE executions ADD COLUMN missing TEXT",
        "answer_limit": "ALTER TABLE executions ADD COLUMN answer_limit INTEGER",
        "definition_tokens": "ALTER TABLE executions ADD COLUMN definition_tokens INTEGER",
        "answer_tokens": "ALTER TABLE executions ADD COLUMN answer_tokens INTEGER",
        "worker_run": "ALTER TABLE executions ADD COLUMN worker_run INTEGER",
    },
    "calls": {
        "definition": "ALTER TABLE calls ADD COLUMN definition TEXT",
        "kind": "ALTER TABLE calls ADD COLUMN kind TEXT",
    },
    "marks": {
        "execution": "CREATE TABLE marks (execution INTEGER PRIMARY KEY, "
        "pinned INTEGER NOT NULL DEFAULT 0, name TEXT UNIQUE)"
    },
    "removed": {"n": "CREATE TABLE removed (n INTEGER PRIMARY KEY)"},
    "returned": {
        "execution": "CREATE TABLE returned (execution INTEGER NOT NULL, server TEXT NOT NULL, "
        "calls INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (execution, server))"
    },
    "texts": {
        "text": "CREATE TABLE texts (execution INTEGER NOT NULL, n INTEGER NOT NULL, "
        "text TEXT NOT NULL, PRIMARY KEY (execution, n))"
    },
}
"""Columns that came later, by their table, and how an older file gets them.

``removed``: executions that are gone for every reader, whose calls and console go bit by bit.
``kind`` is null for a call of a tool.
``queued_ms`` is below 0 while an execution waits for a worker, or for an answer (waiting.py).
``worker_run`` is null where the run had a process of its own.
``marks``: what a user has said of executions (marks.py).
``answer_tokens`` and ``returned`` are counted from the record when somebody first asks (token_counts.py).
``texts``: large ones, written once (large_texts.py); to a Workbench that does not know them their record is
corrupt.
"""


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables where the file is new, and what a newer Workbench added where it is older.

    Writes nothing where nothing is missing. ``VERSION`` counts what an older Workbench could not read;
    a column or a table more is no such change.
    """
    if _version(connection) == 0:
        _create(connection)
    if _lacks(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _lacks(connection):  # another process may have been first
                connection.execute(statement)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _version(connection) == 0:  # another process may have been first
            for statement in _TABLES.split(";"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _lacks(connection: sqlite3.Connection) -> list[str]:
    """The statements that bring an older file up to date."""
    lacking: list[str] = []
    for table, added in _ADDED.items():
        columns = column_names(connection, table)
        lacking += [statement for name, statement in added.items() if name not in columns]
    return lacking


def column_names(connection: sqlite3.Connection, table: str) -> set[str]:
    """Which columns a table of this file has: an older Workbench made fewer."""
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return {str(name) for (name,) in found}


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
