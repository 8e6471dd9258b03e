"""The rows of a form, drawn as they come into sight: ten thousand fields are as quick as ten."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.form import Form, Wrong
from workbench.tui.forms.drawing import (
    BEFORE_PROBLEM,
    MARK,
    field_line,
    longest_name,
    name_width,
    problem_line,
)
from workbench.tui.widgets.line_view import PaintedView, invitation
from workbench.tui.widgets.mouse import only_asks


class FormRows(PaintedView, can_focus=True, inherit_bindings=False):
    """A row a field, and one below it where something is wrong with it. It has the focus where nothing is
    typed: letters go to ``typed`` then."""

    PARTS = "form"
    DEFAULT_CSS = """
    FormRows {
        background: $background;
        & > .form--name { color: $primary; }
        & > .form--strong { text-style: bold; }
        & > .form--dim { color: $foreground 60%; }
        & > .form--word { color: $warning; }
        & > .form--error { color: $text-error; }
        & > .form--cursor { background: $primary 20%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"form--{name}" for name in ("name", "strong", "dim", "word", "error", "cursor")
    }

    class Scrolled(Message):
        """Other rows are in sight."""

    class Pressed(Message):
        """A click on a row."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, form: Form, typed: Callable[[str], bool], empty_text: str) -> None:
        """typed: takes a letter; False: it has no use for it. empty_text: where there is no field."""
        super().__init__()
        self._empty_text = empty_text
        self.form = form
        self._typed = typed
        self.entries: list[Entry] = []
        self.cursor = 0
        """The entry at hand."""
        self._longest_name = 0
        self._lines: list[tuple[int, str | None]] = []
        """By line: the number of its entry, and what is wrong with it where the line says that."""
        self._line_of: list[int] = []

    @property
    def entry(self) -> Entry | None:
        return self.entries[self.cursor] if self.entries else None

    def show(self, wrong: Wrong) -> None:
        """The form, or what is wrong with it, is another."""
        at = self.entry
        self.entries = self.form.rows
        if at is not None and (
            self.cursor >= len(self.entries) or self.entries[self.cursor] is not at
        ):
            self.cursor = next((i for i, one in enumerate(self.entries) if one is at), self.cursor)
        self.cursor = min(max(0, self.cursor), max(0, len(self.entries) - 1))
        self._lines, self._line_of = [], []
        for number, entry in enumerate(self.entries):
            self._line_of.append(len(self._lines))
            self._lines.append((number, None))
            problem = wrong.get(entry.path) if wrong and entry.touched else None
            if problem is not None:
                self._lines.append((number, problem))
        self._longest_name = longest_name(self.form, self.entries)
        self.lay_out()

    def lay_out(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines))
        self.show_cursor()
        self.refresh()

    def on_resize(self) -> None:
        self.post_message(self.Scrolled())

    def go(self, number: int) -> None:
        """Put the cursor on an entry."""
        self.cursor = min(max(0, number), max(0, len(self.entries) - 1))
        self.show_cursor()
        self.refresh()

    @property
    def names(self) -> int:
        """Cells of the column of names: of the width that is painted, of which it may not be told yet."""
        return name_width(self._longest_name, self.scrollable_content_region.width)

    @property
    def value_room(self) -> int:
        """How many cells there are for a value."""
        return max(0, self.scrollable_content_region.width - MARK - self.names - 2)

    def shows_whole(self, problem: str) -> bool:
        """Whether a line has room for all of a problem."""
        return cell_len(problem) <= self.scrollable_content_region.width - MARK - BEFORE_PROBLEM

    def show_cursor(self) -> None:
        """Scroll so that the entry at hand is in sight, with what is wrong with it."""
        if not self._line_of or not self.size.height:
            return
        line = self._line_of[self.cursor]
        is_wrong = line + 1 < len(self._lines) and self._lines[line + 1][1] is not None
        self.keep_in_sight(line, self.size.height, below=int(is_wrong))

    @property
    def cursor_y(self) -> int | None:
        """The row of the widget where the entry at hand stands; None: it is out of sight."""
        if not self._line_of:
            return None
        y = self._line_of[self.cursor] - round(self.scroll_y)
        return y if 0 <= y < self.size.height else None

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self.post_message(self.Scrolled())

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.part_style("")
        index = self.scroll_offset.y + y
        if index >= len(self._lines):
            if not self._lines:
                return self.strip_of(invitation(self._empty_text, y, self.size), width, base)
            return Strip.blank(width, base)
        number, problem = self._lines[index]
        if problem is not None:
            return self.strip_of([("  ", ""), *problem_line(problem, width - MARK)], width, base)
        parts = field_line(self.form, self.entries[number], self.names, width - MARK)
        return self.listed(parts, width, selected=number == self.cursor)

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if index < len(self._lines):
            number = self._lines[index][0]
            if number != self.cursor or not only_asks(event):
                self.post_message(self.Pressed(self.entries[number]))

    def on_key(self, event: events.Key) -> None:
        """A letter goes to a choice with that letter."""
        if self.check_consume_key(event.key, event.character) and self._typed(
            event.character or ""
        ):
            event.stop()
            event.prevent_default()

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return character is not None and character.isprintable() and character != " "
