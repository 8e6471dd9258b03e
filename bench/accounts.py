"""What became of the executions that were answered: on record, removed for the history's size or age, or lost.

A history gives each execution a number that is never given again, and removes the oldest. So numbers that
are not there any more are removed ones, and an answered execution that never had a number is lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Accounts:
    """Numbers of executions."""

    answered: int
    recorded: int
    """Ever, in this file."""
    removed: int
    """Of the recorded ones: for size or age."""
    missing: int
    """Answered, and not in the file now."""
    unasked: int
    """In the file, though nobody was answered."""

    @property
    def lost(self) -> int:
        """Missing ones that were not removed, for they never were there."""
        return max(0, self.missing - self.removed)

    def problems(self) -> list[str]:
        """What is wrong; nothing: every answer is accounted for."""
        found = []
        if self.lost:
            found.append(f"{self.lost} of {self.answered} records are lost")
        if self.unasked or self.recorded > self.answered:
            more = max(self.unasked, self.recorded - self.answered)
            found.append(f"{more} are on record that nobody was answered")
        return found

    def __str__(self) -> str:
        return (
            f"{self.answered} answered, {self.recorded} recorded, {self.removed} of them removed for "
            f"size or age, {self.lost} lost"
        )


def accounts(history: Path, answered: Collection[str]) -> Accounts:
    """Of the executions that were answered, by their ids. The file has no other ones."""
    with closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")  # both are of one moment
        known = {id_ for (id_,) in connection.execute("SELECT id FROM executions")}
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'executions'")
        recorded = int((last.fetchone() or (0,))[0])
    told = set(answered)
    return Accounts(
        answered=len(told),
        recorded=recorded,
        removed=recorded - len(known),
        missing=len(told - known),
        unasked=len(known - told),
    )
