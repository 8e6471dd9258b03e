"""What a tool's results were like, from the calls that are on record: bounded, newest first.

Nothing is kept beside the record: what is removed from it is not known any more, and a call counts only for the
definition of the tool that answered it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

from workbench.catalogue.definitions import definition_id
from workbench.catalogue.inference import SeenType, seen_type
from workbench.catalogue.tools import ToolInfo
from workbench.core.model import JsonValue
from workbench.history import large_texts
from workbench.history.tables import column_names
from workbench.text.jsontext import loads

_LOOKED_THROUGH = 500
"""Of the tool's last calls, those that count are looked for in so many."""
_MOST_RESULTS = 100
_OF_ONE_RUN = 10
_MOST_CHARACTERS = 2_000_000
RESULTS = (
    "SELECT c.execution, c.result FROM "
    "(SELECT rowid AS place FROM calls WHERE tool = ? AND server = ? "
    "ORDER BY execution DESC, seq DESC LIMIT ?) AS last "
    "CROSS JOIN calls AS c ON c.rowid = last.place CROSS JOIN executions AS e ON e.n = c.execution "
    # A replay repeats what was seen; a record that is not whole may hold a note instead of a result.
    "WHERE c.ok AND c.definition = ? AND e.source <> 'replay' AND e.missing IS NULL"
)
"""Results of (tool, server, how many calls, definition), newest first."""


def seen_type_of(connection: sqlite3.Connection, tool: ToolInfo) -> SeenType | None:
    """What the results of the tool as it is defined now were like. Raises sqlite3.Error."""
    if "definition" not in column_names(connection, "calls"):
        return None  # an older Workbench wrote the file, and none since
    runs: Counter[int] = Counter()
    results = list(_results(connection, tool, runs))
    return seen_type(results, len(runs)) if results else None


def _results(
    connection: sqlite3.Connection, tool: ToolInfo, runs: Counter[int]
) -> Iterator[JsonValue]:
    """Of many runs rather than many of one; ``runs`` counts what is taken of each."""
    left = _MOST_CHARACTERS
    values = (tool.name, tool.server, _LOOKED_THROUGH, definition_id(tool))
    for execution, found in connection.execute(RESULTS, values):
        if runs[execution] >= _OF_ONE_RUN:
            continue
        text = large_texts.read(connection, execution, found)
        if not isinstance(text, str) or len(text) > left:
            continue
        try:
            result = loads(text)
        except ValueError:  # a damaged record: who shows it says so
            continue
        left -= len(text)
        runs[execution] += 1
        yield result
        if runs.total() >= _MOST_RESULTS:
            return
