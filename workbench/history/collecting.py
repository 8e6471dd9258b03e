"""The recording of an execution from its events alone, where no history could keep it."""

from __future__ import annotations

import sqlite3

from workbench.core.events import Event
from workbench.core.records import Recording
from workbench.history.inserting import Inserter
from workbench.history.queries import read_recording_of
from workbench.history.tables import make_tables
from workbench.text.redact import Redactor


class Collector:
    """Hears the events of one execution; what is made of them is masked like any record."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._events: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Keep an event; this is what ``Engine.run(listener=…)`` takes."""
        self._events.append(event)

    def recording(self) -> Recording:
        """As the history would give it. Raises ValueError for a value that cannot be recorded."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            make_tables(connection)
            rows = Inserter(self._redactor, lambda _id, _code: None)
            rows.move_to(connection, replaced=False)
            rows.begin()
            for event in self._events:
                rows.take(event)
            rows.flush()
            return read_recording_of(connection, 1, self._events[0].execution_id)
        finally:
            connection.close()
