"""What a user has said of executions: that one is kept (pinned), and what it is called.

A file that only an older Workbench wrote has no table of marks: then nothing is marked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from workbench.core.records import NotNamed, name_problem
from workbench.history.row_decoding import chunks, marks
from workbench.history.tables import column_names
from workbench.util.dataclass import dataclass

NOT_PINNED = "n NOT IN (SELECT execution FROM marks WHERE pinned)"
"""Of an execution that may be removed for its age or its size."""
PINNED = "n IN (SELECT execution FROM marks WHERE pinned)"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a user has said of one execution."""

    name: str | None = None
    pinned: bool = False


def has_marks(connection: sqlite3.Connection) -> bool:
    """Whether the file has the table. Raises sqlite3.Error."""
    return bool(column_names(connection, "marks"))


def read_marks(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Mark]:
    """The marks of executions by their ``n``, as far as they have any. Raises sqlite3.Error."""
    found: dict[int, Mark] = {}
    if not numbers or not has_marks(connection):
        return found
    for some in chunks(numbers):
        for n, pinned, name in connection.execute(
            f"SELECT execution, pinned, name FROM marks WHERE execution IN ({marks(some)})", some
        ):
            found[n] = Mark(name if isinstance(name, str) else None, bool(pinned))
    return found


def number_named(connection: sqlite3.Connection, name: str) -> tuple[int, str] | None:
    """``n`` and id of the execution that has a name. Raises sqlite3.Error."""
    if not has_marks(connection):
        return None
    row = connection.execute(
        "SELECT n, id FROM executions JOIN marks ON execution = n WHERE name = ?", (name,)
    ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))


def keep_pin(connection: sqlite3.Connection, n: int, pinned: bool) -> None:
    """Within a transaction. Raises sqlite3.Error."""
    _row_of(connection, n)
    connection.execute("UPDATE marks SET pinned = ? WHERE execution = ?", (pinned, n))
    _tidy(connection)


def keep_name(connection: sqlite3.Connection, n: int, name: str | None) -> None:
    """Within a transaction; a name pins. Raises NotNamed, sqlite3.Error."""
    if name is not None:
        problem = name_problem(name)
        if problem is not None:
            raise NotNamed(problem)
        other = number_named(connection, name)
        if other is not None and other[0] != n:
            raise NotNamed(f"{other[1]} has the name {name} already")
    _row_of(connection, n)
    if name is None:
        connection.execute("UPDATE marks SET name = NULL WHERE execution = ?", (n,))
    else:
        connection.execute("UPDATE marks SET name = ?, pinned = 1 WHERE execution = ?", (name, n))
    _tidy(connection)


def _row_of(connection: sqlite3.Connection, n: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO marks (execution) SELECT n FROM executions WHERE n = ?", (n,)
    )


def _tidy(connection: sqlite3.Connection) -> None:
    """An execution of which nothing is said has no row."""
    connection.execute("DELETE FROM marks WHERE NOT pinned AND name IS NULL")
