"""An editor in colours: a TextArea whose lines are painted by Pygments.

Colours come through ``get_line`` (textual[syntax] crashes, field notes 0.1): the line at hand at once,
the whole text in a thread when typing pauses.
"""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import work
from textual.timer import Timer

from workbench.tui.editor.fast_document import FastDocument
from workbench.tui.editor.highlighting import (
    KINDS,
    Language,
    Spans,
    entry_of,
    highlight,
    highlight_line,
    is_ready,
)
from workbench.tui.textual_private import EditorBase, LineMap, TextDocument

_PAUSE_S = 0.12
"""Without a key for this long, the whole text is coloured again."""
_BREATH_S = 0.0005
_MOST_COLOURED = 1 << 20
_LONG_LINE = 2000


class ColouredArea(EditorBase, inherit_bindings=False):
    """The document of an editor and its colours."""

    DEFAULT_CSS = """
    ColouredArea {
        border: none;
        padding: 0;
        & > .code-area--keyword { color: $secondary; }
        & > .code-area--constant, & > .code-area--number { color: $accent; }
        & > .code-area--string, & > .code-area--regex { color: $success; }
        & > .code-area--comment { color: $foreground 55%; text-style: italic; }
        & > .code-area--function, & > .code-area--builtin { color: $primary; }
        & > .code-area--property { color: $primary; }
        & > .code-area--operator { color: $foreground 80%; }
        & > .code-area--error { color: $error; }
        &:focus { border: none; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"code-area--{kind}" for kind in KINDS}

    def __init__(
        self,
        text: str = "",
        *,
        language: Language = "javascript",
        read_only: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._spans: list[Spans | None] = []
        self._styles: dict[str, Style] = {}
        self._changed_rows: set[int] | None = None
        """Rows changed since the last painting; None: anything may have changed."""
        self._version = self._coloured = 0
        self._pause: Timer | None = None
        super().__init__(
            text,
            language=language,
            soft_wrap=False,
            tab_behavior="indent",
            read_only=read_only,
            show_line_numbers=True,
            id=id,
            classes=classes,
        )
        self.indent_width = 2

    def new_document(self, text: str) -> tuple[TextDocument, LineMap]:
        document = FastDocument(text, self._lines_changed)
        self._spans = [None] * document.line_count
        self._version += 1
        return document, LineMap(document, tab_width=self.indent_width)

    def be_in(self, language: Language) -> None:
        """The text is in another language now: its file has another name."""
        if language != self.language:
            self.set_reactive(ColouredArea.language, language)  # else it is opened anew
            self._spans = [None] * self.document.line_count
            self._version += 1
            self._colour_soon()

    def document_opened(self) -> None:
        self._colour_soon()

    def _lines_changed(self, top: int, removed: int, added: int, first: str) -> None:
        """Keep the colours with their lines. ``first``: the text of the line ``top`` before."""
        spans = self._spans
        before = spans[top] if top < len(spans) else None
        spans[top : top + removed] = [None] * added
        line = self.document.source_line(top)
        if before and len(line) < _LONG_LINE:
            language = self.language or "javascript"
            spans[top] = highlight_line(line, language, entry_of(first, before))
        if removed == added == 1 and self._changed_rows is not None:
            self._changed_rows.add(top)
        else:
            self._changed_rows = None
        self._version += 1
        self._colour_soon()

    def changed_rows(self) -> set[int] | None:
        """What the edits since the last call changed."""
        rows, self._changed_rows = self._changed_rows, set()
        return rows

    def on_mount(self) -> None:
        self._colour_soon()

    def _colour_soon(self) -> None:
        if not self.is_running:
            return
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE_S, self._colour)

    @work(exclusive=True, group="colour", exit_on_error=False)
    async def _colour(self) -> None:
        text, version, language = self.text, self._version, self.language or "javascript"
        if len(text) > _MOST_COLOURED:
            return

        def go_on() -> bool:
            time.sleep(_BREATH_S)  # a key that is pressed now must not wait for the lexer
            return version == self._version

        spans = await asyncio.to_thread(
            highlight, "\n".join(self.document.source_lines), language, go_on
        )
        if version == self._version and len(spans) == self.document.line_count:
            self._coloured = version
            before, self._spans = self._spans, list(spans)
            pairs = enumerate(zip(before, spans, strict=True))
            self.paint([row for row, (old, new) in pairs if old != new])

    def _style(self, name: str) -> Style:
        """The style of a kind of text, without a background: that is the line's."""
        style = self._styles.get(name)
        if style is None:
            # A whole style, not a partial one: only it blends a colour that is partly transparent.
            whole = self.get_component_rich_style(f"code-area--{name}")
            style = Style(
                color=whole.color, bold=whole.bold, italic=whole.italic, underline=whole.underline
            )
            self._styles[name] = style
        return style

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def theme_changed(self) -> None:
        self._styles.clear()

    def _spans_of(self, row: int) -> Spans:
        if row >= len(self._spans):
            return ()
        spans = self._spans[row]
        if spans is None:
            line = self.document.source_line(row)
            if len(line) >= _LONG_LINE or not is_ready(self.language or "javascript"):
                return ()  # ``_colour`` will
            spans = self._spans[row] = highlight_line(line, self.language or "javascript")
        return spans

    def get_line(self, line_index: int) -> Text:
        """A line with its colours; nothing that a terminal would obey."""
        text = Text(self.document.get_line(line_index), end="", no_wrap=True)
        for start, end, kind in self._spans_of(line_index):
            text.stylize(self._style(kind), start, end)
        return text
