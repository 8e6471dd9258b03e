"""Reading a script that is being written: strings, comments and brackets before the cursor.

A script rarely parses while one types, so this looks at no more than what it needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_WINDOW = 20_000
"""Characters before the cursor that are looked at."""
_TOKEN = re.compile(r"//|/\*|[\"'`]|[{}()\[\]]")
_ENDS = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in "\"'`"}
_OPENING, _CLOSING = "{([", "})]"
_PART = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/|[{}()\[\],]",
    re.DOTALL,
)
_TEXTS = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/", re.DOTALL
)
_NO_LINE_END = re.compile(r"[^\n]")
QUOTES = ('"', "'", "`")
_NAME_OF_VALUE = re.compile(r"^\s*(?:([A-Za-z_$][\w$]*)|\"([^\"\n]*)\"|'([^'\n]*)')\s*:")


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the cursor is."""

    inside: str
    """``comment``, or the quote of the string that the cursor is in."""
    open: list[int]
    """Positions of the brackets that are not closed yet."""


def text_before(text: str, cursor: tuple[int, int]) -> str:
    """The text before a cursor ``(row, column)``, as much of it as is looked at."""
    row, column = cursor
    lines = text.split("\n", row + 1)[: row + 1]
    if row < len(lines):
        lines[row] = lines[row][:column]
    return "\n".join(lines)[-_WINDOW:]


def place_of(text: str, at: int) -> tuple[int, int]:
    """Row and column, from 0, of a character of a text."""
    return text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)


def index_of(text: str, place: tuple[int, int]) -> int:
    """The character of a text at a row and column, from 0."""
    at = 0
    for _ in range(place[0]):
        at = text.find("\n", at) + 1
    return at + place[1]


def read(before: str) -> Reading:
    """What is open at the end of a text."""
    open_brackets: list[int] = []
    inside = ""
    for position, token in _tokens(before, 0):
        if token in _OPENING:
            open_brackets.append(position)
        elif token not in _CLOSING:
            inside = token
        elif open_brackets:
            open_brackets.pop()
    return Reading(inside, open_brackets)


class BracketedText:
    """A text, and where its brackets are closed: each is read once, however often one asks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends: dict[int, int] = {}

    def end(self, start: int) -> int:
        """Where those are closed that were opened right before ``start``; the end of the text: nowhere."""
        if start not in self._ends:
            self._read(start)
        return self._ends[start]

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the comma separated parts between two places stand; what is in brackets is passed over."""
        at, depth = start, 0
        while (found := _PART.search(self.text, at, end)) is not None:
            token, at = found[0], found.end()
            if token in _OPENING:
                at = min(self.end(at) + 1, end)
            elif token in _CLOSING:
                depth -= 1
            elif token == "," and depth == 0:
                yield start, found.start()
                start = at
        yield start, end

    def _read(self, start: int) -> None:
        unclosed = [start]
        for position, token in _tokens(self.text, start):
            if token in _OPENING:
                unclosed.append(position + 1)
            elif token in _CLOSING:
                self._ends[unclosed.pop()] = position
                if not unclosed:
                    return
        self._ends.update(dict.fromkeys(unclosed, len(self.text)))


def end_of_brackets(text: str, start: int) -> int:
    """As ``BracketedText.end``, of a text that is asked for once."""
    return BracketedText(text).end(start)


def _tokens(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Brackets outside strings and comments; at last what the end of the text is inside of."""
    while (found := _TOKEN.search(text, at)) is not None:
        token, at = found[0], found.end()
        if token in ("//", "/*"):
            end = text.find("\n" if token == "//" else "*/", at)
            if end < 0:
                yield found.start(), "comment"
                return
            at = end + (0 if token == "//" else 2)
        elif token in _ENDS:
            after = _end_of_string(text, token, at)
            if after is None:
                yield found.start(), token
                return
            at = after
        else:
            yield found.start(), token


def _end_of_string(text: str, quote: str, at: int) -> int | None:
    while True:
        found = _ENDS[quote].search(text, at)
        line_end = text.find("\n", at) if quote != "`" else -1
        if line_end >= 0 and (found is None or line_end < found.start()):
            return line_end  # a string that was never closed ends with its line
        if found is None:
            return None
        at = found.end()
        if found[0] == quote:
            return at


def code_alone(text: str) -> str:
    """The text with blanks for what stands in strings and comments; every position stays."""
    return _TEXTS.sub(_blanked, text)


def _blanked(found: re.Match[str]) -> str:
    quote = found[0][0] if found[0][0] in QUOTES else ""
    if not quote:
        return _NO_LINE_END.sub(" ", found[0])
    return quote + _NO_LINE_END.sub(" ", found[0][1:-1]) + quote


def entries(inner: str) -> list[str]:
    """The comma separated entries of an object or array that is not closed yet; the last is begun."""
    return [inner[start:end] for start, end in BracketedText(inner).parts(0, len(inner))]


def name_of_entry(entry: str) -> str | None:
    """The property that an entry of an object sets: ``limit: 3`` sets ``limit``; None: unclear."""
    found = _NAME_OF_VALUE.match(_without_comments(entry))
    return next(name for name in found.groups() if name is not None) if found else None


def last_entry(inner: str) -> str:
    """The entry that the cursor is in, without comments before it."""
    return _without_comments(entries(inner)[-1])


def path_to_cursor(before: str, brackets: list[int]) -> list[str | int] | None:
    """Through which properties and items one gets from the first of some open brackets to the last.

    None: there is something else between, e.g. a call.
    """
    path: list[str | int] = []
    for outer, inner in pairwise(brackets):
        between = before[outer + 1 : inner]
        if before[outer] == "[":
            parts = entries(between)
            if _without_comments(parts[-1]).strip():
                return None
            path.append(len(parts) - 1)
            continue
        entry = _without_comments(entries(between)[-1])
        found = _NAME_OF_VALUE.match(entry)
        if before[outer] != "{" or found is None or entry[found.end() :].strip():
            return None
        path.append(next(name for name in found.groups() if name is not None))
    return path


def _without_comments(entry: str) -> str:
    return re.sub(r"^\s*(?:(?://[^\n]*\n|/\*.*?\*/)\s*)*", "", entry, flags=re.DOTALL)
