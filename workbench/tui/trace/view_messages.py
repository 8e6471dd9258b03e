"""What a trace tells the screen that shows it."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget


class TraceMessage(Message):
    """From a trace, which is its ``control``."""

    def __init__(self, view: Widget) -> None:
        super().__init__()
        self.view = view

    @property
    def control(self) -> Widget:
        return self.view


class CallHighlighted(TraceMessage):
    """The cursor is on a call."""

    def __init__(self, view: Widget, seq: int) -> None:
        super().__init__(view)
        self.seq = seq


class CopyRequested(CallHighlighted):
    """``y``: the call under the cursor is to be copied."""


class CallOpened(CallHighlighted):
    """Enter or a click on the call under the cursor."""


class ConsoleOpened(TraceMessage):
    """Enter on a line of the console; which one, from 0, of all that the script wrote."""

    def __init__(self, view: Widget, number: int) -> None:
        super().__init__(view)
        self.number = number


class LineCopyRequested(TraceMessage):
    """``y`` on a line of the console (which, from 0, of all that the script wrote), or on how the execution
    failed (None): the row may have only its beginning."""

    def __init__(self, view: Widget, number: int | None) -> None:
        super().__init__(view)
        self.number = number


class EndOpened(TraceMessage):
    """Enter on how the execution failed; where in the script, counted from 1."""

    def __init__(self, view: Widget, line: int | None, column: int | None) -> None:
        super().__init__(view)
        self.line, self.column = line, column


class FiguresRequested(TraceMessage):
    """``s``: the figures of each tool are to be shown."""
