"""An editor in colours: a TextArea whose lines are painted by Pygments.

Colours come through ``get_line`` (textual[syntax] crashes, field notes 0.1): the line at hand at once,
the whole text in a thread when typing pauses.
"""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar, Literal

from rich.style import Style
from rich.text import Text
from textual import work
from textual.document._document_navigator import DocumentNavigator
from textual.timer import Timer
from textual.widgets import TextArea

from workbench.text.sanitize import clean
from workbench.tui.editor.fast_document import FastDocument, FastWrappedDocument
from workbench.tui.editor.highlighting import (
    KINDS,
    Spans,
    entry_of,
    highlight,
    highlight_line,
    is_ready,
)

_PAUSE_S = 0.12
"""Without a key for this long, the whole text is coloured again."""
_BREATH_S = 0.0005
_MOST_COLOURED = 1 << 20
_LONG_LINE = 2000
_LINE_IN_KEY = 2
"""Where TextArea's keys of painted lines hold the line (tests/tui/test_fast_document.py)."""


def _shown_as() -> dict[int, str]:
    """One visible character for each that must not reach the terminal; columns stay true."""
    dangerous = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    dangerous += range(0xD800, 0xE000)
    return {code: clean(chr(code)) or "�" for code in dangerous if code not in (9, 10)}


_SHOWN = _shown_as()


class ColouredArea(TextArea, inherit_bindings=False):
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
        language: Literal["javascript", "json"] = "javascript",
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

    def _set_document(self, text: str, language: str | None) -> None:
        """As TextArea does it, with documents that are quick and without tree-sitter."""
        self._highlight_query = None
        document = FastDocument(text, self._lines_changed)
        self.document = document
        self.wrapped_document = FastWrappedDocument(document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._line_cache.clear()
        self._spans = [None] * document.line_count
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self._version += 1
        self._colour_soon()

    def _lines_changed(self, top: int, removed: int, added: int, first: str) -> None:
        """Keep the colours with their lines. ``first``: the text of the line ``top`` before."""
        spans = self._spans
        before = spans[top] if top < len(spans) else None
        spans[top : top + removed] = [None] * added
        line = self.document.get_line(top)
        if before and len(line) < _LONG_LINE:
            spans[top] = highlight_line(line, self.language or "", entry_of(first, before))
        if removed == added == 1 and self._changed_rows is not None:
            self._changed_rows.add(top)
        else:
            self._changed_rows = None
        self._version += 1
        self._colour_soon()

    def _build_highlight_map(self) -> None:
        """Called after every change: forget the painted lines that it changed, not all of them."""
        rows, self._changed_rows = self._changed_rows, set()
        if rows is None or self.soft_wrap:
            self._line_cache.clear()
            return
        for key in list(self._line_cache.keys()):
            if key[_LINE_IN_KEY] in rows:
                self._line_cache.discard(key)

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

        spans = await asyncio.to_thread(highlight, "\n".join(self.document.lines), language, go_on)
        if version == self._version and len(spans) == self.document.line_count:
            self._coloured = version
            self._spans = list(spans)
            self._repaint()

    def _repaint(self) -> None:
        self._line_cache.clear()
        self.refresh()

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

    def _app_theme_changed(self) -> None:
        self._styles.clear()
        super()._app_theme_changed()

    def _spans_of(self, row: int) -> Spans:
        if row >= len(self._spans):
            return ()
        spans = self._spans[row]
        if spans is None:
            line = self.document.get_line(row)
            if len(line) >= _LONG_LINE or not is_ready(self.language or "javascript"):
                return ()  # ``_colour`` will
            spans = self._spans[row] = highlight_line(line, self.language or "javascript")
        return spans

    def get_line(self, line_index: int) -> Text:
        """A line with its colours; nothing that a terminal would obey."""
        line = self.document.get_line(line_index)
        if not line.isprintable():
            line = line.translate(_SHOWN)
        text = Text(line, end="", no_wrap=True)
        for start, end, kind in self._spans_of(line_index):
            text.stylize(self._style(kind), start, end)
        return text
