"""A text over the screen: a long string, or a value as JSON text, wrapped at words."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, ClassVar, cast

from rich.style import Style
from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from workbench.core.model import JsonValue
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import bindings
from workbench.tui.values.clipboard import copy
from workbench.tui.values.line_breaks import wrapped
from workbench.tui.widgets.guarded_screen import GuardedModal
from workbench.tui.widgets.line_input import FilterLine
from workbench.tui.widgets.line_view import PaintedView
from workbench.tui.widgets.pane import Pane
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

MOST_SHOWN = 1 << 20
"""Characters; what is left out is said."""
_AT_ONCE = 1 << 14
"""Characters that are looked through for JSON in a key's turn."""


@dataclass(frozen=True, slots=True)
class Inside:
    """JSON that is in a string: as a value, and indented."""

    value: JsonValue
    text: str


def unpacked(text: str) -> Inside | None:
    """JSON that is in a string; None where it is no object or list, or is shown indented as it is."""
    if text.lstrip()[:1] not in ("{", "[") or len(text) > MOST_SHOWN:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    indented = text_of(value)
    return Inside(value, indented) if indented != text else None


def text_of(value: JsonValue) -> str:
    """A value as one reads it: a string as it is, else indented JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def beginning_of(value: JsonValue, most: int) -> tuple[str, bool]:
    """About as many characters of ``text_of``, and whether they are all: a value may have megabytes."""
    if isinstance(value, str):
        return value, True
    parts, room = [], most
    for part in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(value):
        parts.append(part)
        room -= len(part)
        if room < 0:
            return "".join(parts), False
    return "".join(parts), True


def show_text(widget: Widget, value: JsonValue, title: str) -> None:
    """A value as text over the screen; a large one is written beside it, and keys wait for it."""
    text, is_whole = beginning_of(value, _AT_ONCE)
    if is_whole:
        widget.app.push_screen(TextScreen(text, title))
    else:
        widget.run_worker(_show_large(widget.app, value, title), exit_on_error=False)


async def _show_large(app: App[object], value: JsonValue, title: str) -> None:
    with cast("WorkbenchApp", app).key_order.hold():
        text, is_whole = await asyncio.to_thread(beginning_of, value, MOST_SHOWN)
        app.push_screen(TextScreen(text, title, is_whole=is_whole))


class TextLines(PaintedView, can_focus=True):
    """Lines of a text, drawn as they come into sight."""

    PARTS = "text"
    DEFAULT_CSS = """
    TextLines { background: $background;
        & > .text--heading { color: $primary; text-style: bold; }
        & > .text--added { color: $success; }
        & > .text--removed { color: $error; }
        & > .text--plain { color: $foreground; }
        & > .text--found { color: $foreground; background: $primary 35%; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text--heading",
        "text--added",
        "text--removed",
        "text--plain",
        "text--found",
    }
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("text")]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text[:MOST_SHOWN]
        self._lines: list[tuple[str, str]] = []
        self._words = ""
        self._found: list[int] = []
        """Rows in which the words that are looked for stand, from the top."""
        self._at = 0

    @property
    def found(self) -> int:
        """In how many rows they stand."""
        return len(self._found)

    def find(self, words: str) -> None:
        """Mark the rows that have these words, and go to the first at or below what is seen."""
        self._words = words.lower()
        rows = enumerate(self._lines) if words else ()
        self._found = [row for row, (text, _) in rows if self._words in text.lower()]
        top = int(self.scroll_offset.y)
        self._at = next((n for n, row in enumerate(self._found) if row >= top), 0)
        self.action_match(0)

    def action_match(self, by: int) -> None:
        """To the next row that was found (-1: the one before); round the ends."""
        if self._found:
            self._at = (self._at + by) % len(self._found)
            row, height = self._found[self._at], self.size.height
            if not self.scroll_offset.y <= row < self.scroll_offset.y + height:
                self.scroll_to(y=max(0, row - height // 2), animate=False)
        self.refresh()

    def on_resize(self) -> None:
        width = max(8, self.scrollable_content_region.width - 2)
        is_diff = self._text.startswith(("diff ", "--- ", "@@ ")) or "\n@@ " in self._text
        self._lines = [
            (part, _style(line, is_diff))
            for line in self._text.split("\n")
            for part in wrapped(line, width)
        ]
        self.virtual_size = Size(width, len(self._lines))
        self.find(self._words)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base: Style = self.part_style("")
        index = self.scroll_offset.y + y
        if index >= len(self._lines):
            return Strip.blank(width, base)
        text, style = self._lines[index]
        if self._found and index == self._found[self._at]:
            style = "found"
        return self.strip_of([(" " + clean_line(text), style)], width, base)


def _style(line: str, is_diff: bool) -> str:
    if is_diff and line[:1] in "+-" and line:
        return "added" if line[0] == "+" else "removed"
    return "heading" if line.startswith(("# ", "## ", "### ", "@@ ")) else "plain"


class TextScreen(GuardedModal[None]):
    """A text over the screen; Escape closes it."""

    app: WorkbenchApp

    DEFAULT_CSS = """
    TextScreen { align: center middle; background: $background 60%; }
    TextScreen > Pane { width: 96%; height: auto; max-height: 92%; background: $background; }
    TextScreen TextLines { height: auto; max-height: 100%; }
    TextScreen.-finding TextLines { max-height: 1fr; }
    TextScreen FilterLine { display: none; dock: bottom; }
    TextScreen.-finding FilterLine { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("text-screen")]
    OVERTAKING = frozenset({"leave"})

    def __init__(self, text: str, title: str, *, is_whole: bool = True) -> None:
        """is_whole: else it is the beginning of what is shown, a little more than MOST_SHOWN."""
        super().__init__()
        self._text, self._is_whole = text, is_whole
        self._title = clean_line(title, 60)
        self._inside = unpacked(text) if len(text) <= _AT_ONCE else None
        self._looks = len(text) > _AT_ONCE
        """Whether it is not known yet what is inside."""
        self._is_unpacked = False

    def compose(self) -> ComposeResult:
        with Pane():
            yield TextLines(self._text)
            yield FilterLine(placeholder="find", id="text-find")

    def on_mount(self) -> None:
        self.query_one(TextLines).focus()
        self._show_title()
        if self._looks:
            self._look_inside()

    @property
    def is_behind(self) -> bool:
        return self._looks

    @work(exit_on_error=False, group="inside")
    async def _look_inside(self) -> None:
        """Reading a megabyte of JSON takes longer than a key may."""
        try:
            self._inside = await asyncio.to_thread(unpacked, self._text)
        finally:
            self._looks = False
            self.app.key_order.go_on()
        if self.is_attached:
            self._show_title()
            self.refresh_bindings()

    def _show_title(self) -> None:
        cut = f"the first {MOST_SHOWN:,} of " if len(self._seen) > MOST_SHOWN else ""
        length = f"{len(self._seen):,}" if self._is_whole else "more"
        inside = "u JSON in it · t as a tree · " if self._inside is not None else ""
        if self._is_unpacked:
            inside = "u as it is · "
        title = f"{self._title} · {cut}{length} characters"
        found = (
            f"{count(self.query_one(TextLines).found, 'row')} · n next · " if self._words else ""
        )
        self.query_one(Pane).set_title(title, f"{found}{inside}/ find · y copy · Esc closes")

    @property
    def _words(self) -> str:
        """What is looked for."""
        return self.query_one(FilterLine).value

    def action_find(self) -> None:
        self.add_class("-finding")
        self.query_one(FilterLine).focus()

    @on(FilterLine.Changed)
    def _find(self) -> None:
        self.query_one(TextLines).find(self._words)
        self._show_title()

    @on(FilterLine.Submitted)
    def _read_on(self) -> None:
        self.query_one(TextLines).focus()

    def action_leave(self) -> None:
        """Out of the search, then out of the text."""
        if not self.has_class("-finding"):
            self.dismiss()
            return
        self.query_one(FilterLine).value = ""
        self.remove_class("-finding")
        self.query_one(TextLines).focus()

    @property
    def _seen(self) -> str:
        """The text as it is shown now."""
        return self._inside.text if self._is_unpacked and self._inside is not None else self._text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in ("unpack", "tree") or self._inside is not None

    @work(exclusive=True, exit_on_error=False)
    async def action_unpack(self) -> None:
        """The JSON in the string, indented; again: as it is."""
        self._is_unpacked = not self._is_unpacked
        self._show_title()
        await self.query_one(TextLines).remove()
        lines = TextLines(self._seen)
        await self.query_one(Pane).mount(lines, before=0)
        lines.focus()
        lines.find(self._words)

    def action_tree(self) -> None:
        """The JSON in the string as a value: unfolded, found and copied as any other."""
        from workbench.tui.values.value_screen import JsonScreen

        if self._inside is not None:
            self.app.push_screen(JsonScreen(self._inside.value, self._title))

    def action_copy(self) -> None:
        said = "The text was sent to the terminal's clipboard"
        copy(self, self._seen, said, "x in the tree saves them to a file")
