"""Executions by their scripts: how many, how many failed, how long in the middle, which is the newest."""

from __future__ import annotations

import sqlite3

from workbench.core.records import ExecutionRow, ScriptRow, Wanted
from workbench.history.row_decoding import marks
from workbench.history.selecting import Value, gone_owners, selection
from workbench.util.dataclass import dataclass

# Who is damaged is left out: the list of executions marks it.
_SOUND = "typeof(script) IN ('text', 'null')"


@dataclass(frozen=True, slots=True)
class Group:
    """The executions of one script, in figures."""

    script: str | None
    runs: int
    failed: int
    n: int
    """The newest."""
    median_ms: float | None

    def row(self, newest: ExecutionRow) -> ScriptRow:
        return ScriptRow(self.script, self.runs, self.failed, self.median_ms, newest)


def groups_of(connection: sqlite3.Connection, wanted: Wanted) -> list[Group]:
    """All groups of what is asked for, that of the newest first. Raises sqlite3.Error."""
    chosen = selection(connection, wanted)
    chosen.add(_SOUND)
    gone = gone_owners(connection)
    failed = f"status NOT IN ('ok', 'running') OR (status = 'running' AND owner IN ({marks(gone)}))"
    # The median is the nearest rank, as of a tool's calls (records.percentile).
    statement = f"""
        WITH chosen AS (
            SELECT n, script, {failed} AS failed, duration_ms,
                row_number() OVER (
                    PARTITION BY script ORDER BY duration_ms IS NULL, duration_ms) AS place,
                count(duration_ms) OVER (PARTITION BY script) AS ended
            FROM executions {chosen.where})
        SELECT script, count(*), total(failed), max(n) AS newest,
            max(CASE WHEN place = (ended + 1) / 2 THEN duration_ms END)
        FROM chosen GROUP BY script ORDER BY newest DESC"""
    values: list[Value] = [*gone, *chosen.values]
    return [
        Group(script, int(runs), int(bad), int(n), _number(median))
        for script, runs, bad, n, median in connection.execute(statement, values)
    ]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
