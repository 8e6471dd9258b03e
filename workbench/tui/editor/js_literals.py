"""The arguments of a call as they are written: what of them is a literal, and where each part stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TypeAlias

from workbench.core.model import JsonValue
from workbench.tui.editor.script_reading import BracketedText

Path: TypeAlias = tuple[str | int, ...]
Span: TypeAlias = tuple[int, int]

_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\$])*`")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NAME = re.compile(r"\s*(?:([A-Za-z_$][\w$]*)|(\"[^\"\\\n]*\"|'[^'\\\n]*')|(\d+))\s*(?=:|\Z)")
_SPACE = re.compile(r"(?:\s|//[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_WORDS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}
_DEEPEST = 20


@dataclass(slots=True)
class Written:
    """A value as it is written."""

    value: JsonValue = None
    """Its literal parts."""
    spans: dict[Path, Span] = field(default_factory=dict)
    """Where each literal part stands."""
    names: dict[Path, Span] = field(default_factory=dict)
    """Where the name of each member stands."""
    unclear: set[Path] = field(default_factory=set)
    """Parts that are no literals; an object or a list with parts of which it is unclear which they are."""


def read_literal(script: BracketedText, start: int, end: int) -> Written:
    """What is written between two places of a text."""
    written = Written()
    written.value = _value(script, start, end, (), written)
    return written


def _value(script: BracketedText, start: int, end: int, path: Path, written: Written) -> JsonValue:
    start, end = _trimmed(script.text, start, end)
    piece = script.text[start:end]
    written.spans[path] = (start, end)
    first = piece[:1]
    if len(path) < _DEEPEST and first in ("{", "[") and script.end(start + 1) == end - 1:
        read = _object if first == "{" else _list
        return read(script, start + 1, end - 1, path, written)
    if piece in _WORDS:
        return _WORDS[piece]
    if _STRING.fullmatch(piece):
        return _string(piece)
    if _NUMBER.fullmatch(piece):
        number: JsonValue = json.loads(piece)
        return number
    written.unclear.add(path)
    return None


def _object(script: BracketedText, start: int, end: int, path: Path, written: Written) -> JsonValue:
    found: dict[str, JsonValue] = {}
    text = script.text
    for at, stop in script.parts(start, end):
        after = _SPACE.match(text, at, stop)
        at = after.end() if after else at
        if at == stop:
            continue
        name = _NAME.match(text, at, stop)
        if name is None or (name.end() == stop and name[1] is None):
            written.unclear.add(path)  # a spread, a computed name, a method
            continue
        key = name[1] or name[3] or name[2][1:-1]
        inner = (*path, key)
        group = next(number for number in (1, 2, 3) if name[number] is not None)
        written.names[inner] = name.span(group)
        if name.end() == stop:  # shorthand
            written.unclear.add(inner)
            found[key] = None
        else:
            found[key] = _value(script, name.end() + 1, stop, inner, written)
    return found


def _list(script: BracketedText, start: int, end: int, path: Path, written: Written) -> JsonValue:
    items: list[JsonValue] = []
    text = script.text
    for at, stop in script.parts(start, end):
        if text[at:stop].strip():
            if text[at:stop].lstrip().startswith("..."):
                written.unclear.add(path)
            items.append(_value(script, at, stop, (*path, len(items)), written))
    return items


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without space and comments before, and space behind."""
    space = _SPACE.match(text, start, end)
    start = space.end() if space else start
    return start, max(start, start + len(text[start:end].rstrip()))


def _string(piece: str) -> str:
    """Its text; escapes other than those of JSON stay as they are written."""
    inner = piece[1:-1]
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(f'"{inner}"')) if piece[0] == '"' else inner
    except ValueError:
        return inner
