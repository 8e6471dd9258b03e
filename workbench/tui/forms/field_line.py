"""The line that the value of a field is typed in: it lies over the row of that field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.suggester import Suggester

from workbench.tui.widgets.line_input import LineInput


class FieldLine(LineInput):
    """Shows what was given before as one types; Right takes it."""

    DEFAULT_CSS = """
    FieldLine, FieldLine:focus { border: none; height: 1; padding: 0; background: $primary 25%; }
    """

    class Pasted(Message):
        """Several lines came at once: they do not fit into one."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, known: Callable[[], Sequence[str]]) -> None:
        """known: texts that the field had before, the newest first."""
        super().__init__(suggester=_Known(known), compact=True, select_on_focus=False)

    def on_paste(self, event: events.Paste) -> None:
        """Before the input's own, which takes the first line."""
        if "\n" not in event.text.strip("\r\n"):
            return
        event.stop()
        event.prevent_default()
        start, end = sorted(self.selection)
        self.post_message(self.Pasted(self.value[:start] + event.text + self.value[end:]))


class _Known(Suggester):
    def __init__(self, known: Callable[[], Sequence[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known = known

    async def get_suggestion(self, value: str) -> str | None:
        return next((text for text in self._known() if text.startswith(value)), None)
