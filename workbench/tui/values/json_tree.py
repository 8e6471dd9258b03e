"""A JSON value as rows that unfold on demand: a 5 MB value costs nothing until it is looked into."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean
from workbench.tui.values.line_breaks import wrapped, wrapped_lines
from workbench.tui.values.media import media_of
from workbench.tui.values.one_line import preview
from workbench.util.dataclass import dataclass

Path: TypeAlias = tuple[str | int, ...]

MOST_ROWS = 1_000_000
"""Expanding everything stops here."""
_FIRST_ROWS = 60
_FIRST_LINES = 12
"""A string at the top that is cut, such as an error's message, is shown whole if it takes no more lines."""
_LEAST = 8
"""Cells that a value has at least, however deep it is."""
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(slots=True)
class JsonRow:
    """One line. ``key`` is None for the root, and for a line of a long string's or key's full text."""

    depth: int
    key: str | int | None
    value: JsonValue
    open: bool = False
    is_text: bool = False
    """``value`` is a part of the string above, or of its key."""
    of_key: bool = False
    """It is a part of the key."""


class JsonTree:
    """The rows of one value."""

    def __init__(self, value: JsonValue, width: int = 100) -> None:
        self.value = value
        self.width = max(20, width)
        """Cells of a line."""
        self.rows: list[JsonRow] = []
        self._touched = False
        """Whether somebody has folded or unfolded anything."""
        self._open_first()

    def _open_first(self) -> None:
        """Small values are better seen whole."""
        self.rows = [JsonRow(0, None, self.value)]
        self.expand(0)
        index = 1
        while index < len(self.rows) and len(self.rows) < _FIRST_ROWS:
            row, more = self.rows[index], 0
            if media_of(row.value) is not None:
                pass  # what it is stands on its line
            elif isinstance(row.value, dict | list):
                more = len(row.value)
            elif row.depth == 1 and self.folds(row):
                # Of a megabyte only what is needed to know that it is too much.
                more = len([*islice(self._texts_in(row), _FIRST_LINES + 1)])
                more = more if more <= _FIRST_LINES else 0
            if more and more + len(self.rows) <= _FIRST_ROWS:
                self.expand(index)
            index += 1

    def is_for(self, width: int) -> bool:
        """Whether lines are broken for so many cells."""
        return self.width == max(20, width)

    def set_width(self, width: int) -> None:
        """Other cells for a line: what is cut and how texts wrap changes, what is unfolded does not."""
        if self.is_for(width):
            return
        self.width = max(20, width)
        if not self._touched:
            self._open_first()
            return
        for index in range(len(self.rows) - 1, -1, -1):
            row = self.rows[index]
            if row.open and not isinstance(row.value, dict | list):
                self._close(index)
                self.expand(index)

    # -- folding ---------------------------------------------------------------------------

    def folds(self, row: JsonRow) -> bool:
        """Whether a row holds more than its line shows."""
        if row.is_text:
            return False
        if isinstance(row.value, dict | list) and row.value:
            return True
        return self.is_cut(row) or self._cuts_key(row)

    def is_cut(self, row: JsonRow) -> bool:
        """Whether the value is a string that is not whole on its line."""
        value = row.value
        return isinstance(value, str) and ("\n" in value or not _fits(value, self.room(row)))

    def indent(self, row: JsonRow) -> int:
        """Cells before a row: two for each level, but never more than a third of the line."""
        return self._indent(row.depth)

    def _indent(self, depth: int) -> int:
        return 2 * min(depth, self.width // 6)

    def room(self, row: JsonRow) -> int:
        """Cells of a line for the value, beside the fold and the key."""
        return max(_LEAST, self.width - self.indent(row) - 2 - cell_len(self.label(row)))

    def label(self, row: JsonRow) -> str:
        """A row's key with its colon, cut where it takes more than half of the line and its value needs the
        rest."""
        if row.key is None:
            return ""
        key, most = shown_key(row.key), self._key_room(row)
        return (key if cell_len(key) <= most else set_cell_size(key, most - 1) + "…") + ": "

    def _key_room(self, row: JsonRow) -> int:
        line = self.width - self.indent(row) - 2
        half = max(3, line // 2 - 2)
        value = row.value
        if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > half):
            return half
        return max(half, line - 2 - cell_len(shown_value(value, half)))

    def _cuts_key(self, row: JsonRow) -> bool:
        return isinstance(row.key, str) and cell_len(shown_key(row.key)) > self._key_room(row)

    def expand(self, index: int) -> None:
        """Show what is directly in a row."""
        row = self.rows[index]
        if self.folds(row) and not row.open:
            self.rows[index + 1 : index + 1] = self._children(row)
            row.open = True

    def collapse(self, index: int) -> None:
        """Hide everything in a row."""
        self._touched = True
        self._close(index)

    def _close(self, index: int) -> None:
        row = self.rows[index]
        if row.open:
            end = index + 1
            while end < len(self.rows) and self.rows[end].depth > row.depth:
                end += 1
            del self.rows[index + 1 : end]
            row.open = False

    def toggle(self, index: int) -> None:
        self._touched = True
        row = self.rows[index]
        if row.open:
            self.collapse(index)
        else:
            self.expand(index)

    def collapse_all(self) -> None:
        self._touched = True
        self.rows = [JsonRow(0, None, self.value)]
        self.expand(0)

    def take(self, rows: list[JsonRow]) -> None:
        """Show the rows that ``expanded`` gave."""
        self._touched = True
        self.rows = rows

    def expanded(self, give_up: Callable[[], bool] = lambda: False) -> list[JsonRow]:
        """All rows of the value (long strings stay folded); at most MOST_ROWS. Changes nothing."""
        rows: list[JsonRow] = []
        waiting = [JsonRow(0, None, self.value)]
        while waiting and len(rows) < MOST_ROWS:
            row = waiting.pop()
            rows.append(row)
            if self.folds(row) and not isinstance(row.value, str):
                row.open = True
                waiting.extend(reversed(self._children(row)))
            if len(rows) % 10_000 == 0 and give_up():
                break
        return rows

    def parent(self, index: int) -> int:
        """The row that a row is in; itself for the root."""
        depth = self.rows[index].depth
        while index > 0 and self.rows[index].depth >= depth:
            index -= 1
        return index

    def _children(self, row: JsonRow) -> list[JsonRow]:
        depth = row.depth + 1
        value = row.value
        rows = [*self._texts_in(row)]
        if isinstance(value, dict):
            rows += [JsonRow(depth, key, item) for key, item in value.items()]
        elif isinstance(value, list):
            rows += [JsonRow(depth, number, item) for number, item in enumerate(value)]
        return rows

    def _texts_in(self, row: JsonRow) -> Iterator[JsonRow]:
        """The lines of a cut key and of a cut string; each made when it is asked for."""
        depth = row.depth + 1
        width = max(_LEAST, self.width - self._indent(depth) - 2)
        if self._cuts_key(row):
            for part in wrapped(str(row.key), width):
                yield JsonRow(depth, None, part, is_text=True, of_key=True)
        if isinstance(row.value, str) and self.is_cut(row):
            for part in wrapped_lines(row.value, width):
                yield JsonRow(depth, None, part, is_text=True)

    # -- where -----------------------------------------------------------------------------

    def path(self, index: int) -> Path:
        """The keys that lead to a row's value."""
        keys: list[str | int] = []
        while index > 0:
            row = self.rows[index]
            if not row.is_text and row.key is not None:
                keys.append(row.key)
            index = self.parent(index)
        return tuple(reversed(keys))

    def value_at(self, path: Path) -> JsonValue:
        """The value that a path leads to."""
        value = self.value
        for key in path:
            if isinstance(value, dict):
                value = value[str(key)]
            elif isinstance(value, list) and isinstance(key, int):
                value = value[key]
        return value

    def reveal(self, path: Path) -> int:
        """Unfold what hides a path; the row of its value. Raises KeyError where there is none."""
        self._touched = True
        index = 0
        for key in path:
            self.expand(index)
            depth = self.rows[index].depth + 1
            index += 1
            while index < len(self.rows) and self.rows[index].depth >= depth:
                row = self.rows[index]
                if row.depth == depth and row.key == key and type(row.key) is type(key):
                    break
                index += 1
            else:
                raise KeyError(path)
        return index


def scalar_text(value: JsonValue) -> str:
    """A scalar as JSON writes it, without the quotes of a string."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def shown_value(value: JsonValue, width: int) -> str:
    """A value on one line, safe to show, with what was cut off said."""
    if isinstance(value, dict):
        return f"{{…}} {len(value):,}" if value else "{}"
    if isinstance(value, list):
        return f"[…] {len(value):,}" if value else "[]"
    if not isinstance(value, str):
        return json.dumps(value)
    if _fits(value, width):
        return _quoted(value)
    note = f"…  {len(value):,} characters"
    if cell_len(value[: 4 * width]) < width + 2 * len(note):
        note = "…"  # to say how much is missing would take more room than what is missing
    room = max(_LEAST, width - len(note) - 1)
    return '"' + set_cell_size(_quoted(value[:room])[1:-1], room) + note


def folded_value(value: JsonValue, width: int) -> str:
    """What a folded row holds: ``{id: 103, title: "Dark…"}``, ``[8] {id: 101, …}``."""
    if isinstance(value, dict) and value:
        return preview(value, width)
    if isinstance(value, list) and value:
        count = f"[{len(value):,}] "
        room = width - len(count)
        return count + preview(value[0], room) if room > _LEAST else shown_value(value, width)
    return shown_value(value, width)


def _quoted(text: str) -> str:
    return clean(json.dumps(text, ensure_ascii=False))


def _fits(text: str, width: int) -> bool:
    """Whether a string, in quotes, fits into so many cells."""
    return len(text) + 2 <= width and cell_len(_quoted(text)) <= width


def shown_key(key: str | int) -> str:
    """A key on one line, safe to show; quoted where it is not a plain name."""
    if isinstance(key, int):
        return str(key)
    if _IDENTIFIER.fullmatch(key):
        return key
    return clean(json.dumps(key, ensure_ascii=False))


def path_text(path: Path) -> str:
    """A path as JavaScript has it, after the value's name: ``.items[0]["a b"]``."""
    parts = []
    for key in path:
        if isinstance(key, int):
            parts.append(f"[{key}]")
        elif _IDENTIFIER.fullmatch(key) and key.isascii():
            parts.append(f".{key}")
        else:
            parts.append(f"[{json.dumps(key)}]")
    return "".join(parts)
