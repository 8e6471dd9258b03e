"""The type of what a tool gives, from what it gave: for tools that declare no output schema.

Results go in, a JSON Schema comes out that says no more than they do: members that were not always there are
optional, kinds that differ are a union, few short words that come again and again are an enum. Results are
outside data: how much is looked at is bounded, and little of their text reaches the type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Any

from workbench.core.model import JsonValue
from workbench.text.masks import MARK
from workbench.text.plurals import count
from workbench.util.dataclass import dataclass

_DEEPEST = 7
_MOST_VALUES = 20_000
"""Values that are looked at for one type."""
_MOST_ITEMS = 200
"""Of one array: its first ones, and some of the others."""
_MOST_MEMBERS = 50
"""An object with more names than that is a map: its names are data."""
_FEWEST_MAPPED = 3
_MOST_WORDS = 6
_TIMES = 5
"""So often, for each of the words, a string must have been seen to be an enum."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ _.:/-][A-Za-z0-9]+){0,2}\Z")
_LONGEST_WORD = 24
_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$]*(?:[-. :][A-Za-z_][A-Za-z0-9_]*)*\Z")
_LONGEST_NAME = 48
_HASH = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{7,}\Z")


@dataclass(frozen=True, slots=True)
class SeenType:
    """What a tool's results were like."""

    schema: dict[str, JsonValue]
    """JSON Schema of the unwrapped result."""
    runs: int
    """Executions that it was seen in."""

    @property
    def note(self) -> str:
        """How a declaration says where its type is from."""
        return f"// seen in {count(self.runs, 'run')}"


def seen_type(results: Iterable[JsonValue], runs: int) -> SeenType:
    """The type of what was seen, from at least one result."""
    shape, left = _Shape(), _Left(_MOST_VALUES)
    for result in results:
        shape.add(result, left, 0)
    return SeenType(shape.schema(), runs)


@dataclass(slots=True)
class _Left:
    values: int


@dataclass(slots=True)
class _Shape:
    """All values that were seen at one place."""

    plain: set[str] = field(default_factory=set)
    """Of null, boolean, number."""
    strings: int = 0
    words: dict[str, None] | None = field(default_factory=dict)
    """The strings; None: they are no few words."""
    items: _Shape | None = None
    """Of arrays; None: there was none."""
    objects: int = 0
    members: dict[str, _Member] = field(default_factory=dict)
    unknown: bool = False
    """Something was not looked at."""

    def add(self, value: JsonValue, left: _Left, depth: int) -> None:
        left.values -= 1
        if left.values < 0 or depth > _DEEPEST:
            self.unknown = True
        elif isinstance(value, dict):
            self._add_object(value, left, depth)
        elif isinstance(value, list):
            self.items = self.items or _Shape()
            for item in _some(value):
                self.items.add(item, left, depth + 1)
        elif isinstance(value, str):
            self.strings += 1
            self._add_word(value)
        else:
            self.plain.add(_kind(value))

    def _add_object(self, value: dict[str, JsonValue], left: _Left, depth: int) -> None:
        self.objects += 1
        for name, inside in value.items():
            if left.values <= 0:
                self.unknown = True
                return
            member = self.members.get(name)
            if member is None:
                member = self.members[name] = _Member(_Shape())
            member.times += 1
            member.shape.add(inside, left, depth + 1)

    def _add_word(self, text: str) -> None:
        if self.words is None or text in self.words:
            return
        # A masked value was some text or other: what it can be is not known.
        fits = len(text) <= _LONGEST_WORD and MARK not in text and _WORD.match(text)
        if fits and len(self.words) < _MOST_WORDS:
            self.words[text] = None
        else:
            self.words = None

    def take(self, other: _Shape) -> None:
        """Also what was seen at another place."""
        self.plain |= other.plain
        self.strings += other.strings
        if other.words is None:
            self.words = None
        for word in other.words or ():
            self._add_word(word)
        if other.items is not None:
            self.items = self.items or _Shape()
            self.items.take(other.items)
        self.objects += other.objects
        for name, member in other.members.items():
            mine = self.members.setdefault(name, _Member(_Shape()))
            mine.times += member.times
            mine.shape.take(member.shape)
        self.unknown |= other.unknown

    def schema(self) -> dict[str, JsonValue]:
        if self.unknown and not (self.objects or self.items):
            return {}
        parts: list[dict[str, JsonValue]] = []
        if self.objects:
            parts.append(self._object())
        if self.items is not None:
            parts.append({"type": "array", "items": self.items.schema()})
        if self.strings:
            parts.append(self._string())
        parts += [{"type": kind} for kind in ("number", "boolean", "null") if kind in self.plain]
        if len(parts) == 1:
            return parts[0]
        return {"anyOf": parts} if parts else {}

    def _string(self) -> dict[str, JsonValue]:
        words = self.words
        if words is None or len(words) < 2 or self.strings < _TIMES * len(words):
            return {"type": "string"}
        return {"type": "string", "enum": sorted(words)}

    def _object(self) -> dict[str, JsonValue]:
        if not self.members:
            return {"type": "object"}
        if _are_data(self.members):
            every = _Shape()
            for member in self.members.values():
                every.take(member.shape)
            return {"type": "object", "additionalProperties": every.schema()}
        properties = {name: member.shape.schema() for name, member in self.members.items()}
        required = [
            name
            for name, member in self.members.items()
            if member.times == self.objects and not self.unknown
        ]
        return {"type": "object", "properties": properties, "required": required}


@dataclass(slots=True)
class _Member:
    shape: _Shape
    times: int = 0
    """How many of the objects had it."""


def _some(items: list[Any]) -> list[Any]:
    if len(items) <= _MOST_ITEMS:
        return items
    first = _MOST_ITEMS * 3 // 4
    step = (len(items) - first) // (_MOST_ITEMS - first) or 1
    return [*items[:first], *items[first::step][: _MOST_ITEMS - first]]


def _are_data(names: Iterable[str]) -> bool:
    """Whether the names are values themselves: numbers, dates, paths, hashes, or very many."""
    names = list(names)
    odd = sum(1 for name in names if not _is_name(name))
    if len(names) > _MOST_MEMBERS or any(len(name) > _LONGEST_NAME for name in names):
        return True
    return len(names) >= _FEWEST_MAPPED and odd * 2 > len(names)


def _is_name(name: str) -> bool:
    return bool(_NAME.match(name)) and not _HASH.match(name)


def _kind(value: JsonValue) -> str:
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "number"
