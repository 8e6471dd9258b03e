"""What the whole row of a run that failed says: the list has the beginning of its message."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from workbench.core.ports import HistoryReader
from workbench.history import ExecutionRow, HistoryError
from workbench.text.sanitize import clean, cut
from workbench.tui.history.rows import Longest, row_line
from workbench.tui.widgets.whole_row import ROOMY, words_of

_MOST_MESSAGE = 20_000
"""Characters of a message; the run has all of it."""


async def words_with_message(history: HistoryReader, row: ExecutionRow) -> str:
    """The words of the row, and behind them the message as the record has it."""
    words = words_of(row_line(replace(row, error_code=None), ROOMY, longest=Longest.of([row])))
    try:
        recording = await asyncio.to_thread(history.recording, row.execution_id)
        message = str((recording.error or {}).get("message") or row.error_message or "")
    except HistoryError as error:
        message = str(error)
    return f"{words}\n{row.error_code}: {cut(clean(message), _MOST_MESSAGE)}"
