"""How far a replay has come along its record, and so what lies before the place where the record was cut."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.events import ConsoleLine, Event, ToolCallFinished, ToolCallStarted
from workbench.history import CallRow, Recording


class Course:
    """Hears every event of a replay and counts what the record knows too.

    A record says nothing of what a script computes; so it is over where the script has done the last thing
    that it knows: the last call was made, the last line printed, the catalogue asked for the last time.
    Answers are not among these: some may have been on their way to the script when the record was cut.
    """

    def __init__(self, recording: Recording) -> None:
        self.calls = calls_of(recording)
        """The recorded calls, from number 1 on without a gap."""
        # Of a record that is not whole, nobody knows which lines are missing.
        self.lines = len(recording.logs) if recording.missing is None else 0
        self._queries = len(recording.answers)
        self._answers = sum(call.settled is not None for call in self.calls)
        self.issued = 0
        self.asked = 0
        """Recorded answers of the catalogue that were given."""
        self._printed = self._handed = 0
        self._lines_till_over: int | None = None

    def take(self, event: Event) -> None:
        if self.is_over and self._lines_till_over is None:  # a record of nothing but the start
            self._lines_till_over = self._printed
        if isinstance(event, ToolCallStarted):
            self.issued += 1
        elif isinstance(event, ToolCallFinished):
            self._handed += event.settled > 0
        elif isinstance(event, ConsoleLine):
            self._printed += 1
        if self.is_over and self._lines_till_over is None:
            self._lines_till_over = self._printed

    @property
    def is_over(self) -> bool:
        """The script has done everything that the record knows."""
        return (
            self.issued >= len(self.calls)
            and self._printed >= self.lines
            and self.asked >= self._queries
        )

    @property
    def is_done(self) -> bool:
        """It is over, and nothing of what the record knows is left to show."""
        past = self._lines_till_over is not None and self._printed > self._lines_till_over
        return self.is_over and (past or self._handed >= self._answers)

    @property
    def counted_lines(self) -> int:
        """Lines that were printed until it was over: those count, later ones lie past the cut."""
        return self._printed if self._lines_till_over is None else self._lines_till_over

    @property
    def missing(self) -> CallRow | None:
        """The first recorded call that was not made."""
        return self.calls[self.issued] if self.issued < len(self.calls) else None


def calls_of(recording: Recording) -> Sequence[CallRow]:
    """The recorded calls up to the first that is not there."""
    calls = recording.calls
    if recording.missing is None:
        return calls
    known = 0
    while known < len(calls) and calls[known].seq == known + 1:
        known += 1
    return calls[:known]
