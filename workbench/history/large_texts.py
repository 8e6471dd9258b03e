"""Large texts of an execution, each in a row of its own: written once, however often the execution holds it.

SQLite writes a row whole each time something in it changes: a call's large arguments would be written at its
start, for the case of a crash, and again with its answer. And what a tool gave is often the execution's value.
``calls.args``, ``calls.result`` and ``executions.value`` hold in the place of such a text the number of its row
in ``texts``, as a blob, which no text is; ``calls.content`` holds it in brackets where it is one block of that
text.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable

from workbench.history.tables import column_names

LARGE = 1 << 17
"""Characters from which a text has a row of its own."""
_MOST = 16 << 20
"""Characters that are remembered, to be known again: what clean_texts.py holds, too."""


class Remembered:
    """Large texts that were written last, of executions under way."""

    def __init__(self) -> None:
        self._texts: deque[tuple[int, int, str]] = deque()
        self._size = 0

    def find(self, execution: int, text: str) -> int | None:
        """The number of the row that has it."""
        for owner, number, known in self._texts:
            if owner == execution and known == text:
                return number
        return None

    def add(self, execution: int, number: int, text: str) -> None:
        """It was written."""
        self._texts.append((execution, number, text))
        self._size += len(text)
        while self._size > _MOST:
            self._size -= len(self._texts.popleft()[2])

    def forget(self) -> None:
        """They may not be in the file."""
        self._texts.clear()
        self._size = 0


def reference(number: int) -> bytes:
    """What stands in the text's place."""
    return b"%d" % number


def block_of(reference: bytes) -> bytes:
    """What stands in the place of a content that is one block, the text of ``reference``."""
    return b"[%s]" % reference


def are_in(connection: sqlite3.Connection) -> bool:
    """Whether the file may have some: one that only an older Workbench wrote has no table for them."""
    return bool(column_names(connection, "texts"))


def read(connection: sqlite3.Connection, execution: int, found: object) -> object:
    """The text in whose place ``found`` stands; ``found`` where it is none, or the text is missing."""
    if isinstance(found, bytes) and found[:1] + found[-1:] == b"[]" and found[1:-1].isdigit():
        text = read(connection, execution, found[1:-1])
        return f'[{{"type":"text","text":{text}}}]' if isinstance(text, str) else found
    if isinstance(found, bytes) and found.isdigit():
        row = connection.execute(
            "SELECT text FROM texts WHERE execution = ? AND n = ?", (execution, int(found[:18]))
        ).fetchone()
        if row is not None:
            return row[0]
    return found


def read_all(
    connection: sqlite3.Connection, execution: int, rows: Iterable[sqlite3.Row]
) -> dict[object, object]:
    """What stands in the places of an execution's large texts in some of its rows, and the texts."""
    wanted = {value for row in rows for value in tuple(row) if isinstance(value, bytes)}
    return {value: read(connection, execution, value) for value in wanted}


def length_of(column: str, execution: str) -> str:
    """SQL for the characters of a column that may hold one."""
    return (
        f"CASE typeof({column}) WHEN 'blob' THEN (SELECT length(text) FROM texts "
        f"WHERE texts.execution = {execution} "
        f"AND texts.n = CAST(CAST({column} AS TEXT) AS INTEGER)) ELSE length({column}) END"
    )
