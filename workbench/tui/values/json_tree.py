"""A JSON value as rows that unfold on demand: a 5 MB value costs nothing until it is looked into."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean

Path: TypeAlias = tuple[str | int, ...]

MOST_MATCHES = 10_000
MOST_ROWS = 1_000_000
"""Expanding everything stops here."""
_FIRST_ROWS = 60
_LONG_STRING = 80
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(slots=True)
class JsonRow:
    """One line. ``key`` is None for the root, and for a line of a long string's full text."""

    depth: int
    key: str | int | None
    value: JsonValue
    open: bool = False
    is_text: bool = False
    """``value`` is a part of the string above."""

    @property
    def folds(self) -> bool:
        """Whether there is something to unfold."""
        if self.is_text:
            return False
        if isinstance(self.value, str):
            return len(self.value) > _LONG_STRING or "\n" in self.value
        return isinstance(self.value, dict | list) and bool(self.value)


class JsonTree:
    """The rows of one value."""

    def __init__(self, value: JsonValue, width: int = 100) -> None:
        self.value = value
        self.width = max(20, width)
        """Cells for a line of a long string's full text."""
        self.rows: list[JsonRow] = [JsonRow(0, None, value)]
        if isinstance(value, dict | list):
            self.expand(0)
            self._expand_small()

    def _expand_small(self) -> None:
        """Small values are better seen whole."""
        index = 1
        while index < len(self.rows) and len(self.rows) < _FIRST_ROWS:
            row = self.rows[index]
            small = isinstance(row.value, dict | list) and len(row.value) + len(self.rows)
            if small and small <= _FIRST_ROWS:
                self.expand(index)
            index += 1

    # -- folding ---------------------------------------------------------------------------

    def expand(self, index: int) -> None:
        """Show what is directly in a row."""
        row = self.rows[index]
        if row.folds and not row.open:
            self.rows[index + 1 : index + 1] = self._children(row)
            row.open = True

    def collapse(self, index: int) -> None:
        """Hide everything in a row."""
        row = self.rows[index]
        if row.open:
            end = index + 1
            while end < len(self.rows) and self.rows[end].depth > row.depth:
                end += 1
            del self.rows[index + 1 : end]
            row.open = False

    def toggle(self, index: int) -> None:
        row = self.rows[index]
        if row.open:
            self.collapse(index)
        else:
            self.expand(index)

    def collapse_all(self) -> None:
        self.rows = [JsonRow(0, None, self.value)]
        self.expand(0)

    def expanded(self, give_up: Callable[[], bool] = lambda: False) -> list[JsonRow]:
        """All rows of the value (long strings stay folded); at most MOST_ROWS. Changes nothing."""
        rows: list[JsonRow] = []
        waiting = [JsonRow(0, None, self.value)]
        while waiting and len(rows) < MOST_ROWS:
            row = waiting.pop()
            rows.append(row)
            if row.folds and not isinstance(row.value, str):
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
        if isinstance(value, dict):
            return [JsonRow(depth, key, item) for key, item in value.items()]
        if isinstance(value, list):
            return [JsonRow(depth, number, item) for number, item in enumerate(value)]
        width = max(20, self.width - 2 * depth - 2)
        return [
            JsonRow(depth, None, line[at : at + width], is_text=True)
            for line in value.split("\n")
            for at in range(0, max(1, len(line)), width)
        ]

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

    def reveal(self, path: Path) -> int:
        """Unfold what hides a path; the row of its value. Raises KeyError where there is none."""
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

    def find(self, text: str, give_up: Callable[[], bool] = lambda: False) -> list[Path]:
        """Paths whose key or scalar holds ``text``, without regard to case; at most MOST_MATCHES."""
        wanted = text.lower()
        found: list[Path] = []
        for count, (path, value) in enumerate(walk(self.value)):
            key = path[-1] if path else ""
            scalar = "" if isinstance(value, dict | list) else scalar_text(value)
            if wanted in scalar.lower() or (isinstance(key, str) and wanted in key.lower()):
                found.append(path)
                if len(found) >= MOST_MATCHES:
                    break
            if count % 5000 == 0 and give_up():
                break
        return found


def walk(value: JsonValue) -> Iterator[tuple[Path, JsonValue]]:
    """Every value in a value, in the order in which the lines show them."""
    waiting: list[tuple[Path, JsonValue]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        yield path, item
        if isinstance(item, dict):
            waiting.extend(((*path, key), part) for key, part in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend(((*path, n), item[n]) for n in range(len(item) - 1, -1, -1))


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
    if len(value) <= width:
        text = clean(json.dumps(value, ensure_ascii=False))
        if len(text) <= width + 2:
            return text
    note = f"…  {len(value):,} characters"
    room = max(8, width - len(note))
    text = clean(json.dumps(value[:room], ensure_ascii=False)[1:-1])
    return f'"{text[:room]}{note}'


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
