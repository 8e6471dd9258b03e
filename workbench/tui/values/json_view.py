"""A folding view of a JSON value: opening, moving, searching, taking away. Drawn by ``json_drawing``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.message import Message

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean, clean_line
from workbench.tui.commands import bindings
from workbench.tui.values.clipboard import copy
from workbench.tui.values.json_drawing import JsonDrawing
from workbench.tui.values.json_search import find
from workbench.tui.values.json_tree import MOST_ROWS, JsonTree, Path, path_text
from workbench.tui.values.media import Media, media_alone, media_of
from workbench.tui.values.picture_screen import PictureScreen
from workbench.tui.values.table import Table, table_of
from workbench.tui.values.table_screen import TableScreen
from workbench.tui.values.text_screen import show_text
from workbench.tui.widgets.mouse import only_asks


class JsonView(JsonDrawing, can_focus=True):
    """Shows one value."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("json")]

    class Said(Message):
        """What a view tells its screen."""

        def __init__(self, view: JsonView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> JsonView:
            return self.view

    class Shown(Said):
        """A value is on the screen."""

    class ViewTurned(Said):
        """``v`` in an error: its card is wanted again."""

    class SaveRequested(Said):
        """``x``: the value under the cursor, as text for a file."""

        def __init__(self, view: JsonView, text: str, title: str) -> None:
            super().__init__(view)
            self.text, self.title = text, title

    class OpenRequested(Said):
        """``o``: the image or audio at the cursor, for the system's viewer."""

        def __init__(self, view: JsonView, media: Media) -> None:
            super().__init__(view)
            self.media = media

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.title = ""

    # -- content ---------------------------------------------------------------------------

    def show(self, value: JsonValue, title: str = "") -> None:
        """Show a value as it is."""
        self.workers.cancel_group(self, "json")
        self._take(JsonTree(value, self.scrollable_content_region.width or 80), title)

    def clear(self, empty_text: str | None = None) -> None:
        """Show nothing but a hint."""
        self.workers.cancel_group(self, "json")
        if empty_text is not None:
            self.empty_text = empty_text
        self._take(None, "")

    def _take(self, tree: JsonTree | None, title: str) -> None:
        self.shown, self.title, self._note = tree, title, ""
        self.position = 0
        self._matches, self._match, self._sought = [], -1, ""
        self._prompt.close()
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self._resize()
        if tree is not None:
            self.post_message(self.Shown(self))

    def is_laid_out(self, width: int) -> bool:
        return self.shown is None or self.shown.is_for(width)

    def lay_out(self) -> None:
        if self.shown is not None:
            self.shown.set_width(self.scrollable_content_region.width)
        self._resize()
        self._go(self.position)

    def action_view(self) -> None:
        """The row's value in another way: an image as such, a list of objects as a table, else as text."""
        if self.shown is None:
            return
        if self.title == "error":  # it has a card
            self.post_message(self.ViewTurned(self))
            return
        path = self.shown.path(self.position)
        media = self._media_here() or media_alone(self.shown.value_at(path))
        if media is not None and media.kind == "image":
            self._show_picture(media, path)
            return
        found = None
        if not isinstance(self.shown.rows[self.position].value, str):
            found = self._table_around(path)
        if found is None:
            self._show_text(self.shown.value_at(path), path)
            return
        table, of = found

        def turned(answer: str | None) -> None:
            if answer == "raw" and self.shown is not None:
                self._show_text(self.shown.value_at(of), of)

        self.app.push_screen(TableScreen(table, self.title + path_text(of)), turned)

    def _table_around(self, path: Path) -> tuple[Table, Path] | None:
        """The value of a path as a table, or the nearest one it is in; at the top also the only one in it."""
        assert self.shown is not None
        for length in range(len(path), -1, -1):
            table = table_of(self.shown.value_at(path[:length]))
            if table is not None:
                return table, path[:length]
        value = self.shown.value_at(path)
        parts = value.items() if isinstance(value, dict) else ()
        tables = [(table_of(part), (*path, name)) for name, part in parts]
        good = [(table, of) for table, of in tables if table is not None]
        return good[0] if len(good) == 1 else None

    def _show_text(self, value: JsonValue, path: Path) -> None:
        show_text(self, value, self.title + path_text(path))

    # -- moving and folding ----------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self._go(self.position + by)

    def action_page(self, direction: int) -> None:
        self._go(self.position + direction * max(1, self._page - 1))

    def action_fold(self) -> None:
        if self.shown is not None:
            self.shown.toggle(self.position)
            self._resize()

    def action_expand(self) -> None:
        if self.shown is not None:
            if self.shown.rows[self.position].open:
                self._go(self.position + 1)
            self.shown.expand(self.position)
            self._resize()

    def action_collapse(self) -> None:
        """Fold the row; where there is nothing to fold, go to what it is in."""
        if self.shown is None:
            return
        if self.shown.rows[self.position].open:
            self.shown.collapse(self.position)
        else:
            self._go(self.shown.parent(self.position))
        self._resize()

    def action_collapse_all(self) -> None:
        if self.shown is not None:
            self.shown.collapse_all()
            self._resize()
            self._go(0)

    @work(exclusive=True, group="json", exit_on_error=False)
    async def action_expand_all(self) -> None:
        tree = self.shown
        if tree is None:
            return
        path = tree.path(self.position)
        self._note = "unfolding … · Esc stops"
        self._resize()
        with giving_up() as given_up:
            rows = await asyncio.to_thread(tree.expanded, given_up.is_set)
        if self.shown is not tree:
            return
        self._note = ""
        tree.take(rows)
        if len(rows) >= MOST_ROWS:
            self._note = f"the first {MOST_ROWS:,} lines are unfolded"
        self._resize()
        self._go(tree.reveal(path))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset_capture(self)
        index = self.scroll_offset.y + offset.y
        if self.shown is None or index >= len(self.shown.rows):
            return
        row = self.shown.rows[index]
        on_fold = self.position == index or offset.x < self.shown.indent(row) + 2
        if self.shown.folds(row) and on_fold and not only_asks(event):
            self.shown.toggle(index)
        self._resize()
        self._go(index)

    # -- searching -------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """While a search is typed, keys belong to it."""
        took = self._prompt.key(event)
        if took == "done":
            self.search(self._prompt.close())
        elif took == "given up":
            self._prompt.close()
        if took is not None:
            self._resize()

    def on_paste(self, event: events.Paste) -> None:
        if self._prompt.paste(event):
            self._resize()

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return self._prompt.takes(character)

    def on_blur(self) -> None:
        self._prompt.close()
        self._resize()

    def action_search(self) -> None:
        if self.shown is not None:
            self._note = ""
            self._prompt.open()
            self._resize()

    @work(exclusive=True, group="json", exit_on_error=False)
    async def search(self, text: str) -> None:
        """Find text in keys and values, folded or not, and go to the first from here."""
        tree = self.shown
        self._matches, self._match, self._sought = [], -1, text
        if tree is None or not text:
            self._resize()
            return
        self._note = "searching … · Esc stops"
        self._resize()
        with giving_up() as given_up:
            matches = await asyncio.to_thread(find, tree.value, text, given_up.is_set)
        if self.shown is not tree or self._sought != text:
            return
        self._matches = matches
        self._note = "" if matches else f"nothing holds “{clean_line(text)}”"
        self._resize()
        self.action_match(1)

    def action_match(self, direction: int) -> None:
        if not self._matches or self.shown is None:
            return
        self._match = (self._match + direction) % len(self._matches)
        position = self.shown.reveal(self._matches[self._match])
        self._resize()
        self._go(position)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Without a search, Escape belongs to the screen.
        return action != "clear_search" or bool(self._matches or self._note)

    def action_clear_search(self) -> None:
        self.workers.cancel_group(self, "json")
        self._matches, self._match, self._sought, self._note = [], -1, "", ""
        self._resize()

    # -- taking away -----------------------------------------------------------------------

    def action_copy_value(self) -> None:
        """A string as it is, anything else as compact JSON."""
        if self.shown is not None:
            value = self.shown.rows[self.position].value
            self._copy(value if isinstance(value, str) else _json(value, indent=False), "value")

    def action_copy_json(self) -> None:
        if self.shown is not None:
            self._copy(_json(self.shown.rows[self.position].value, indent=True), "JSON")

    def copy(self, value: JsonValue, what: str) -> None:
        """A value as JSON, to the terminal's clipboard."""
        self._copy(_json(value, indent=True), what)

    def action_copy_path(self) -> None:
        if self.shown is not None:
            self._copy(path_text(self.shown.path(self.position)) or ".", "path")

    def action_save(self) -> None:
        if self.shown is not None:
            text = _json(self.shown.rows[self.position].value, indent=True) + "\n"
            self.post_message(self.SaveRequested(self, text, self.title))

    def action_open(self) -> None:
        """The row itself, or what it is a part of."""
        found = self._media_here()
        if found is not None:
            self.post_message(self.OpenRequested(self, found))
        else:
            self.notify("There is no image and no audio here", markup=False)

    def _media_here(self) -> Media | None:
        rows = self.shown.rows if self.shown is not None else []
        depth = len(rows)
        for row in reversed(rows[: self.position + 1]):
            if row.depth >= depth:
                continue
            depth = row.depth
            found = media_of(row.value)
            if found is not None:
                return found
        return None

    def _show_picture(self, media: Media, path: Path) -> None:
        def turned(answer: str | None) -> None:
            if answer == "open":
                self.post_message(self.OpenRequested(self, media))
            elif answer == "text" and self.shown is not None:
                self._show_text(self.shown.value_at(path), path)

        self.app.push_screen(PictureScreen(media, self.title), turned)

    def _copy(self, text: str, what: str) -> None:
        start = clean_line(clean(text), 40)
        copy(self, text, f"{what} sent to the terminal's clipboard: {start}")


@contextmanager
def giving_up() -> Iterator[Event]:
    """A flag for a thread: set once nobody waits for it any more."""
    given_up = Event()
    try:
        yield given_up
    finally:
        given_up.set()


def _json(value: JsonValue, *, indent: bool) -> str:
    if indent:
        return json.dumps(value, ensure_ascii=False, indent=2)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
