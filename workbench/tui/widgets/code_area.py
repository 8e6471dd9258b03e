"""The editor for scripts and their JSON: a TextArea with colours, markers, notes and offers.

Colours come from Pygments through ``get_line`` (textual[syntax] crashes, field notes 0.1): the line at
hand at once, the whole text in a thread when typing pauses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar, Literal, TypeAlias

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events, work
from textual.binding import Binding, BindingType
from textual.document._document import EditResult, Location, Selection
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import TextArea

from workbench.clean import clean, clean_line
from workbench.tui.completion import Completion, opens_by_itself
from workbench.tui.widgets import editing
from workbench.tui.widgets.completion_popup import CompletionPopup
from workbench.tui.widgets.fast_document import FastDocument, FastWrappedDocument
from workbench.tui.widgets.highlighting import (
    KINDS,
    Spans,
    entry_of,
    highlight,
    highlight_line,
)

Completer: TypeAlias = Callable[[str, tuple[int, int]], list[Completion]]

_PAUSE_S = 0.12
"""Without a key for this long, the whole text is coloured again."""
_BREATH_S = 0.0005
_MOST_COLOURED = 1 << 20
_LONG_LINE = 2000
_MOST_SEARCHED = 20_000
"""Characters that are looked at for a matching bracket."""
_LINE_IN_KEY = 2
"""Where TextArea's keys of painted lines hold the line (tests/tui/test_fast_document.py)."""
_FREED = {"ctrl+a", "ctrl+f", "ctrl+g", "f6", "f7"}
"""Keys of TextArea that mean something else here (tui.md, section 6)."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Something wrong at a place. Line and column are from 1."""

    line: int
    column: int | None
    kind: Literal["error", "warning"]
    message: str
    stale: bool = False
    """The text was edited since."""


def _shown_as() -> dict[int, str]:
    """One visible character for each that must not reach the terminal; columns stay true."""
    dangerous = [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    dangerous += range(0xD800, 0xE000)
    return {code: clean(chr(code)) or "�" for code in dangerous if code not in (9, 10)}


_SHOWN = _shown_as()


def _kept_bindings() -> Iterator[BindingType]:
    for binding in TextArea.BINDINGS:
        if isinstance(binding, Binding):
            keys = [key for key in binding.key.split(",") if key not in _FREED]
            if keys:
                yield replace(binding, key=",".join(keys))


class CodeArea(TextArea, inherit_bindings=False):
    """An editor for ``language`` "javascript" or "json"."""

    DEFAULT_CSS = """
    CodeArea {
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
        & > .code-area--mark-error { color: $error; text-style: bold; }
        & > .code-area--mark-warning { color: $warning; text-style: bold; }
        & > .code-area--mark-stale { color: $foreground 45%; }
        & > .code-area--tint-error { background: $error 18%; }
        & > .code-area--tint-warning { background: $warning 15%; }
        & > .code-area--tint-line { background: $primary 22%; }
        & > .code-area--note { color: $foreground 50%; }
        & > .code-area--match { background: $warning 40%; }
        & > .code-area--match-current { background: $warning; color: $background; }
        &:focus { border: none; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"code-area--{kind}" for kind in KINDS),
        *(f"code-area--{name}" for name in ("mark-error", "mark-warning", "mark-stale", "note")),
        *(f"code-area--{name}" for name in ("tint-error", "tint-warning", "tint-line")),
        *("code-area--match", "code-area--match-current"),
    }

    HELP = "ctrl+space offers · ctrl+f find and replace · ctrl+g line · ctrl+/ comment"

    BINDINGS: ClassVar[list[BindingType]] = [
        *_kept_bindings(),
        Binding("ctrl+a", "select_all", "Select all", show=False),
        Binding("ctrl+space,ctrl+@", "complete", "Complete", show=False),
        Binding("ctrl+slash,ctrl+underscore", "toggle_comment", "Comment", show=False),
        Binding("shift+tab", "outdent", "Indent less", show=False),
        Binding("alt+up", "move_lines(-1)", "Move lines up", show=False),
        Binding("alt+down", "move_lines(1)", "Move lines down", show=False),
        Binding("ctrl+f", "find", "Find", show=False),
        Binding("f3", "find_next(1)", "Find next", show=False),
        Binding("shift+f3", "find_next(-1)", "Find previous", show=False),
        Binding("ctrl+g", "go_to_line", "Go to line", show=False),
    ]

    class Edited(Message):
        """The user (or an undo) changed the text; loading a text does not count."""

        def __init__(self, area: CodeArea) -> None:
            super().__init__()
            self.area = area

        @property
        def control(self) -> CodeArea:
            return self.area

    completer: Completer | None = None
    """Gives the offers for a text and a cursor ``(row, column)`` from 0."""

    def __init__(
        self,
        text: str = "",
        *,
        language: Literal["javascript", "json"] = "javascript",
        read_only: bool = False,
        ascii_icons: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._spans: list[Spans | None] = []
        self._styles: dict[str, Style] = {}
        self._changed_rows: set[int] | None = None
        """Rows changed since the last painting; None: anything may have changed."""
        self._version = self._coloured = 0
        self._markers: dict[int, Marker] = {}
        self._notes: dict[int, str] = {}
        self._pointed: int | None = None
        self._matches: dict[int, list[tuple[int, int, bool]]] = {}
        self._loading = False
        self._popup: CompletionPopup | None = None
        self._pause: Timer | None = None
        self.ascii_icons = ascii_icons
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

    # -- the document ----------------------------------------------------------------------

    def _set_document(self, text: str, language: str | None) -> None:
        """As TextArea does it, with documents that are quick and without tree-sitter."""
        self._highlight_query = None
        document = FastDocument(text, self._lines_changed)
        self.document = document
        self.wrapped_document = FastWrappedDocument(document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._line_cache.clear()
        self._spans = [None] * document.line_count
        self._markers, self._notes, self._matches = {}, {}, {}
        self._pointed = None
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()
        self._version += 1
        self._colour_soon()

    def _lines_changed(self, top: int, removed: int, added: int, first: str) -> None:
        """Keep colours, markers and notes with their lines."""
        spans = self._spans
        before = spans[top] if top < len(spans) else None
        spans[top : top + removed] = [None] * added
        line = self.document.get_line(top)
        if before and len(line) < _LONG_LINE:
            spans[top] = highlight_line(line, self.language or "", entry_of(first, before))
        shift = added - removed
        if shift:
            end = top + removed
            if removed == 1 and self.document.get_line(top + shift) == first:
                end = top  # lines were put in above it

            def moved(number: int) -> int:
                return number + shift if number > end else number

            self._markers = {moved(n): replace(m, line=moved(n)) for n, m in self._markers.items()}
            self._notes = {moved(n): note for n, note in self._notes.items()}
        alone = removed == added == 1 and not (self._matches or self._pointed)
        if any(not marker.stale for marker in self._markers.values()):
            self._markers = {n: replace(m, stale=True) for n, m in self._markers.items()}
            alone = False
        if alone and self._changed_rows is not None:
            self._changed_rows.add(top)
        else:
            self._changed_rows = None
        self._matches = {}
        self._pointed = None
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

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        self.post_message(self.Edited(self))
        return result

    def undo(self) -> None:
        super().undo()
        self.post_message(self.Edited(self))

    def redo(self) -> None:
        super().redo()
        self.post_message(self.Edited(self))

    def _yield_character_locations(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations(start), _MOST_SEARCHED)

    def _yield_character_locations_reverse(self, start: Location) -> Iterable[tuple[str, Location]]:
        return islice(super()._yield_character_locations_reverse(start), _MOST_SEARCHED)

    # -- colours ---------------------------------------------------------------------------

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
            if len(line) >= _LONG_LINE:
                return ()
            spans = self._spans[row] = highlight_line(line, self.language or "javascript")
        return spans

    def get_line(self, line_index: int) -> Text:
        """A line with its colours, marks and matches; nothing that a terminal would obey."""
        line = self.document.get_line(line_index)
        if not line.isprintable():
            line = line.translate(_SHOWN)
        text = Text(line, end="", no_wrap=True)
        for start, end, kind in self._spans_of(line_index):
            text.stylize(self._style(kind), start, end)
        marker = self._markers.get(line_index + 1)
        if marker is not None and marker.column is not None and not marker.stale:
            start = min(marker.column - 1, max(0, len(line) - 1))
            end = start + 1
            while end < len(line) and (line[end].isalnum() or line[end] in "_$"):
                end += 1
            text.stylize(self._style(f"mark-{marker.kind}") + Style(underline=True), start, end)
        for start, end, current in self._matches.get(line_index, ()):
            name = "code-area--match-current" if current else "code-area--match"
            style = self.get_component_rich_style(name)
            text.stylize(style if current else Style(bgcolor=style.bgcolor), start, end)
        return text

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        if not (self._markers or self._notes or self._pointed):
            return strip
        infos = self.wrapped_document._offset_to_line_info
        offset = y + self.scroll_offset.y
        if offset >= len(infos):
            return strip
        number = infos[offset][0] + 1
        marker = self._markers.get(number)
        tint = ""
        if number == self._pointed:
            tint = "line"
        elif marker is not None and not marker.stale:
            tint = marker.kind
        if tint:
            strip = self._tinted(strip, f"code-area--tint-{tint}")
        if marker is not None or number == self._pointed:
            strip = self._with_sign(strip, marker)
        note = self._notes.get(number)
        return self._with_note(strip, number, note) if note else strip

    def _tinted(self, strip: Strip, name: str) -> Strip:
        base = self.rich_style.bgcolor
        line = self._theme.cursor_line_style if self._theme else None
        plain = {None, base, line.bgcolor if line else None}
        tint = Style(bgcolor=self.get_component_rich_style(name).bgcolor)
        return Strip(
            [
                Segment(text, (style or Style()) + tint)
                if style is None or style.bgcolor in plain
                else Segment(text, style)
                for text, style, _ in strip
            ],
            strip.cell_length,
        )

    def _with_sign(self, strip: Strip, marker: Marker | None) -> Strip:
        """A sign between the number and the text."""
        segments = list(strip)
        gutter = segments[0]
        if self.gutter_width < 3 or len(gutter.text) < 3:
            return strip
        if marker is None:
            sign, name = (">" if self.ascii_icons else "▶"), "mark-warning"
        else:
            signs = {"error": "x", "warning": "!"}
            sign = signs[marker.kind]
            if not self.ascii_icons and marker.kind == "error":
                sign = "✘"
            name = "mark-stale" if marker.stale else f"mark-{marker.kind}"
        style = self._style(name)
        background = Style(bgcolor=gutter.style.bgcolor if gutter.style else None)
        segments[:1] = [
            Segment(gutter.text[:-2], gutter.style),
            Segment(sign, (gutter.style or Style()) + style + background),
            Segment(" ", gutter.style),
        ]
        return Strip(segments, strip.cell_length)

    def _with_note(self, strip: Strip, number: int, note: str) -> Strip:
        """A dim note at the right edge, where the line leaves room."""
        width = self.scrollable_content_region.width
        used = self.gutter_width + self.get_column_width(
            number - 1, len(self.document.get_line(number - 1))
        )
        at = width - len(note) - 1
        if at < used - self.scroll_offset.x + 2:
            return strip
        strip = strip.adjust_cell_length(max(width, strip.cell_length), self.rich_style)
        under = next((s.style for s in reversed(list(strip)) if s.style), None) or self.rich_style
        style = self.get_component_rich_style("code-area--note") + Style(bgcolor=under.bgcolor)
        return Strip.join(
            [strip.crop(0, at), Strip([Segment(note, style)]), strip.crop(at + len(note))]
        )

    # -- what others put beside the text ---------------------------------------------------

    def set_markers(self, markers: Iterable[Marker]) -> None:
        """Mark what is wrong: replaces all markers. One a line: the first error wins."""
        chosen: dict[int, Marker] = {}
        for marker in markers:
            there = chosen.get(marker.line)
            if there is None or (there.kind != "error" and marker.kind == "error"):
                chosen[marker.line] = marker
        self._markers = chosen
        self._repaint()

    @property
    def markers(self) -> list[Marker]:
        """The markers, moved with their lines by edits, from the top."""
        return [self._markers[line] for line in sorted(self._markers)]

    def set_line_notes(self, notes: Mapping[int, str]) -> None:
        """Put a dim note at the right of lines (numbers from 1): ``{9: "3 calls 41 ms"}``."""
        cleaned = {line: clean_line(note) for line, note in notes.items()}
        if cleaned != self._notes:
            self._notes = cleaned
            self._repaint()

    def highlight_line(self, line: int | None) -> None:
        """Point at a line (from 1) and bring it into view; None: at none."""
        if line == self._pointed:
            return
        self._pointed = line
        if line is not None and 1 <= line <= self.document.line_count:
            row = line - 1
            top, height = self.scroll_offset.y, self.scrollable_content_region.height
            if not top <= row < top + height:
                self.scroll_to(y=max(0, row - height // 2), animate=False, force=True)
        self._repaint()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor at a place (both from 1; what is outside is brought inside)."""
        row = min(max(1, line), self.document.line_count) - 1
        self.move_cursor((row, min(max(1, column) - 1, len(self.document.get_line(row)))))
        self.scroll_cursor_visible(center=True)

    def set_matches(
        self, matches: Iterable[tuple[Location, Location]], current: Location | None = None
    ) -> None:
        """Show what a search found; ``current``: the start of the one that is gone to."""
        found: dict[int, list[tuple[int, int, bool]]] = {}
        for start, end in matches:
            for row in range(start[0], end[0] + 1):
                first = start[1] if row == start[0] else 0
                last = end[1] if row == end[0] else len(self.document.get_line(row))
                found.setdefault(row, []).append((first, last, start == current))
        self._matches = found
        self._repaint()

    # -- typing ----------------------------------------------------------------------------

    @property
    def _unit(self) -> str:
        return "\t" if self.indent_type == "tabs" else " " * self.indent_width

    def _around(self) -> tuple[str, str]:
        """The cursor's line, before and after it."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        return line[:column], line[column:]

    async def _on_key(self, event: events.Key) -> None:
        if self._popup is not None and self._popup.is_open and self._popup_key(event.key):
            event.stop()
            event.prevent_default()
            return
        if event.key == "escape":
            event.prevent_default()  # TextArea would move the focus; the screen decides
            return
        if self.read_only or not self._typed(event):
            return
        self._restart_blink()
        event.stop()
        event.prevent_default()

    def _typed(self, event: events.Key) -> bool:
        """Keys that mean more than a character; False: not one of them."""
        start, end = self.selection
        before, after = self._around()
        if event.key == "enter":
            first, second = editing.new_line(before, after, self._unit)
            self._insert_around(first, second)
            return True
        if event.key == "tab":
            if start[0] == end[0]:
                return False
            self._change_lines(lambda lines: editing.indented(lines, self._unit))
            return True
        if event.key == "backspace" and start == end and editing.deletes_pair(before, after):
            row, column = end
            self.replace("", (row, column - 1), (row, column + 1), maintain_selection_offset=False)
            self._offer_again()
            return True
        typed = event.character
        if not event.is_printable or typed is None:
            return False
        if start != end and typed in editing.PAIRS:
            self._surround(typed, editing.PAIRS[typed])
        elif start == end and editing.steps_over(typed, after):
            self.move_cursor((end[0], end[1] + 1))
        elif start == end and editing.closes_itself(typed, before, after):
            self._insert_around(typed, editing.PAIRS[typed])
        elif typed in editing.CLOSERS and start == end and before.endswith(self._unit):
            row, column = end
            if before.strip():
                self._replace_via_keyboard(typed, start, end)
            else:
                self._replace_via_keyboard(typed, (row, column - len(self._unit)), end)
        else:
            self._replace_via_keyboard(typed, start, end)
        self._offer_again(typed)
        return True

    def _insert_around(self, first: str, second: str) -> None:
        result = self._replace_via_keyboard(first + second, *self.selection)
        if result is not None and second:
            lines = second.count("\n")
            row, column = result.end_location
            if lines:
                row -= lines
                column = len(self.document.get_line(row))
            else:
                column -= len(second)
            self.move_cursor((row, column))

    def _surround(self, opening: str, closing: str) -> None:
        start, end = sorted(self.selection)
        text = self.get_text_range(start, end)
        self.replace(opening + text + closing, start, end, maintain_selection_offset=False)
        shift = 1 if start[0] == end[0] else 0
        self.selection = Selection((start[0], start[1] + 1), (end[0], end[1] + shift))

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if not self.read_only:
            text = clean(event.text.replace("\r\n", "\n").replace("\r", "\n"))
            self._replace_via_keyboard(text, *self.selection)

    def _rows(self) -> tuple[int, int]:
        """First and last row of the selection; a last row without a selected character is out."""
        (top, _), (bottom, column) = sorted(self.selection)
        return top, bottom - 1 if bottom > top and column == 0 else bottom

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Change whole lines of the selection as one step of the undo history."""
        top, bottom = self._rows()
        lines = [self.document.get_line(row) for row in range(top, bottom + 1)]
        changed = change(lines)
        if changed == lines:
            return
        start, end = self.selection
        self.history.checkpoint()
        self.replace(
            "\n".join(changed),
            (top, 0),
            (bottom, len(lines[-1])),
            maintain_selection_offset=False,
        )

        def moved(place: Location) -> Location:
            row, column = place
            if not top <= row <= bottom or column == 0:
                return place
            shift = len(changed[row - top]) - len(lines[row - top])
            return row, max(0, column + shift)

        self.selection = Selection(moved(start), moved(end))

    def action_outdent(self) -> None:
        if not self.read_only:
            self._change_lines(lambda lines: editing.outdented(lines, self._unit))

    def action_toggle_comment(self) -> None:
        if not self.read_only and self.language == "javascript":
            self._change_lines(editing.comment_toggled)

    def action_move_lines(self, by: int) -> None:
        """Swap the selected lines with the one above or below."""
        top, bottom = self._rows()
        other = top - 1 if by < 0 else bottom + 1
        if self.read_only or not 0 <= other < self.document.line_count:
            return
        (start_row, start), (end_row, end) = self.selection
        block = [self.document.get_line(row) for row in range(top, bottom + 1)]
        swapped = [self.document.get_line(other)]
        lines = block + swapped if by < 0 else swapped + block
        first, last = min(top, other), max(bottom, other)
        self.replace(
            "\n".join(lines),
            (first, 0),
            (last, len(self.document.get_line(last))),
            maintain_selection_offset=False,
        )
        self.selection = Selection((start_row + by, start), (end_row + by, end))

    # -- offers ----------------------------------------------------------------------------

    def action_complete(self) -> None:
        """Offer what can stand at the cursor."""
        if not self.read_only:
            self._offer()

    def _offer(self) -> None:
        offers = [] if self.completer is None else self.completer(self.text, self.cursor_location)
        if not offers:
            self._close_popup()
            return
        if self._popup is None:
            self._popup = CompletionPopup(self._accept)
            self.screen.mount(self._popup)
        x, y = self.cursor_screen_offset
        self._popup.open(offers, Offset(x - offers[0].prefix - 1, y + 1))

    def _offer_again(self, typed: str = "") -> None:
        """After a key: narrow open offers, or open them where they are expected."""
        if self._popup is not None and self._popup.is_open:
            if typed and (typed.isalnum() or typed in "_$-.\"'`"):
                self._offer()
            elif typed:
                self._close_popup()
        elif (
            typed in (".", '"', "'", "`")
            and self.completer is not None
            and opens_by_itself(self.text, self.cursor_location)
        ):
            self._offer()

    def _popup_key(self, key: str) -> bool:
        """A key while offers are open; False: it is not for them."""
        assert self._popup is not None
        if key in ("down", "up"):
            self._popup.move(1 if key == "down" else -1)
        elif key in ("pagedown", "pageup"):
            self._popup.move(8 if key == "pagedown" else -8)
        elif key in ("tab", "enter"):
            self._accept()
        elif key == "escape":
            self._close_popup()
        else:
            if key in ("left", "right", "home", "end"):
                self._close_popup()
            elif key == "backspace":
                self.call_next(self._narrow)
            return False
        return True

    def _narrow(self) -> None:
        if self._popup is not None and self._popup.is_open:
            self._offer()

    def _accept(self) -> None:
        assert self._popup is not None
        offer = self._popup.offer
        self._close_popup()
        row, column = self.cursor_location
        self.history.checkpoint()
        self.replace(
            offer.insert,
            (row, max(0, column - offer.prefix)),
            (row, column),
            maintain_selection_offset=False,
        )

    def _close_popup(self) -> None:
        if self._popup is not None:
            self._popup.close()

    def on_blur(self) -> None:
        self._close_popup()

    def on_unmount(self) -> None:
        if self._popup is not None and self._popup.is_attached:
            self._popup.remove()

    # -- finding ---------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the bar for finding and replacing below the editor."""
        from workbench.tui.widgets.find_bar import FindBar

        FindBar.open_for(self)

    def action_find_next(self, direction: int) -> None:
        from workbench.tui.widgets.find_bar import FindBar

        FindBar.open_for(self, focus=False).go(direction)

    def action_go_to_line(self) -> None:
        from workbench.tui.widgets.find_bar import LineBar

        LineBar.open_for(self)
