"""The colours of an editor's text: Pygments paints, the line at hand at once, the whole text in a thread
when typing pauses. (The extra textual[syntax] crashed.)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set as AbstractSet

from rich.style import Style
from rich.text import Text
from textual.timer import Timer
from textual.worker import WorkType

from workbench.tui.editor.highlighting import (
    KINDS,
    Spans,
    entry_of,
    highlight,
    highlight_line,
    is_ready,
)
from workbench.tui.textual_private import EditorBase

COLOUR_CLASSES = frozenset(f"code-area--{kind}" for kind in KINDS)

COLOUR_RULES = """
    CodeArea {
        & > .code-area--keyword { color: $secondary; }
        & > .code-area--constant, & > .code-area--number { color: $accent; }
        & > .code-area--string, & > .code-area--regex { color: $success; }
        & > .code-area--comment { color: $foreground 55%; text-style: italic; }
        & > .code-area--function, & > .code-area--builtin { color: $primary; }
        & > .code-area--property { color: $primary; }
        & > .code-area--operator { color: $foreground 80%; }
        & > .code-area--error { color: $error; }
    }
"""
"""How each kind looks, as rules for the style sheet."""
_PAUSE_S = 0.12
"""Without a key for this long, the whole text is coloured again."""
_BREATH_S = 0.0005
_MOST_COLOURED = 1 << 20
_LONG_LINE = 2000


class Colours:
    """What colour which part of each line has, kept with the lines as they are edited."""

    def __init__(self, area: EditorBase) -> None:
        self._area = area
        self._spans: list[Spans | None] = []
        self._styles: dict[str, Style] = {}
        self._changed_rows: set[int] | None = None
        """Rows changed since the last painting; None: anything may have changed."""
        self._version = self._coloured = 0
        self._pause: Timer | None = None

    @property
    def are_current(self) -> bool:
        """Whether the whole text as it is now has been coloured."""
        return self._coloured == self._version

    def forget(self, lines: int) -> None:
        """Another text, or the same in another language."""
        self._spans = [None] * lines
        self._version += 1

    def lines_changed(
        self, top: int, removed: int, added: int, first: str, others: AbstractSet[int] = frozenset()
    ) -> None:
        """Keep the colours with their lines. ``first``: the text of the line ``top`` before; ``others``: rows
        that look different, too, for something else."""
        spans = self._spans
        before = spans[top] if top < len(spans) else None
        spans[top : top + removed] = [None] * added
        line = self._area.document.source_line(top)
        if before and len(line) < _LONG_LINE:
            spans[top] = highlight_line(line, self._language, entry_of(first, before))
        if self._changed_rows is not None:
            self._changed_rows |= {*range(top, top + added), *others}
        self._version += 1
        self.soon()

    def all_look_different(self) -> None:
        """Other lines than the edited one are to be painted, too."""
        self._changed_rows = None

    def changed_rows(self) -> set[int] | None:
        """What the edits since the last call changed; None: anything may have."""
        rows, self._changed_rows = self._changed_rows, set()
        return rows

    @property
    def _language(self) -> str:
        return self._area.language or "javascript"

    def soon(self) -> None:
        """Colour the whole text when typing pauses."""
        if not self._area.is_running:
            return
        if self._pause is not None:
            self._pause.stop()
        self._pause = self._area.set_timer(_PAUSE_S, self._begin)

    def _begin(self) -> None:
        work: WorkType[None] = self._colour
        self._area.run_worker(work, group="colour", exclusive=True, exit_on_error=False)

    async def _colour(self) -> None:
        area, version = self._area, self._version
        if len(area.text) > _MOST_COLOURED:
            return

        def go_on() -> bool:
            time.sleep(_BREATH_S)  # a key that is pressed now must not wait for the lexer
            return version == self._version

        text = "\n".join(area.document.source_lines)
        spans = await asyncio.to_thread(highlight, text, self._language, go_on)
        if version == self._version and len(spans) == area.document.line_count:
            self._coloured = version
            before, self._spans = self._spans, list(spans)
            pairs = enumerate(zip(before, spans, strict=True))
            area.paint([row for row, (old, new) in pairs if old != new])

    # -- painting --------------------------------------------------------------------------

    def style(self, name: str) -> Style:
        """The style of a kind of text, without a background: that is the line's."""
        style = self._styles.get(name)
        if style is None:
            # A whole style, not a partial one: only it blends a colour that is partly transparent.
            whole = self._area.get_component_rich_style(f"code-area--{name}")
            style = Style(
                color=whole.color, bold=whole.bold, italic=whole.italic, underline=whole.underline
            )
            self._styles[name] = style
        return style

    def forget_styles(self) -> None:
        """The theme is another."""
        self._styles.clear()

    def spans_of(self, row: int) -> Spans:
        """``(start, end, kind)`` of a line's pieces."""
        if row >= len(self._spans):
            return ()
        spans = self._spans[row]
        if spans is None:
            line = self._area.document.source_line(row)
            if len(line) >= _LONG_LINE or not is_ready(self._language):
                return ()  # ``_colour`` will
            spans = self._spans[row] = highlight_line(line, self._language)
        return spans

    def stylize(self, text: Text, row: int) -> None:
        """Colour a line's text."""
        for start, end, kind in self.spans_of(row):
            text.stylize(self.style(kind), start, end)
