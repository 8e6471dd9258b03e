"""Reading a script that is being written: strings, comments and brackets before the cursor.

A script rarely parses while one types, so this looks at no more than what it needs to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_WINDOW = 20_000
"""Characters before the cursor that are looked at."""
_TOKEN = re.compile(r"//|/\*|[\"'`]|[{}()\[\]]")
_ENDS = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in "\"'`"}
_PART = re.compile(
    r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/|[{}()\[\],]",
    re.DOTALL,
)
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


def read(before: str) -> Reading:
    """What is open at the end of a text."""
    open_brackets: list[int] = []
    at = 0
    while (found := _TOKEN.search(before, at)) is not None:
        token, at = found[0], found.end()
        if token in ("//", "/*"):
            end = before.find("\n" if token == "//" else "*/", at)
            if end < 0:
                return Reading("comment", open_brackets)
            at = end + (0 if token == "//" else 2)
        elif token in _ENDS:
            while True:
                end_found = _ENDS[token].search(before, at)
                line_end = before.find("\n", at) if token != "`" else -1
                if line_end >= 0 and (end_found is None or line_end < end_found.start()):
                    at = line_end  # a string that was never closed ends with its line
                    break
                if end_found is None:
                    return Reading(token, open_brackets)
                at = end_found.end()
                if end_found[0] == token:
                    break
        elif token in "{([":
            open_brackets.append(found.start())
        elif open_brackets:
            open_brackets.pop()
    return Reading("", open_brackets)


def entries(inner: str) -> list[str]:
    """The comma separated entries of an object or array that is not closed yet; the last is begun."""
    found: list[str] = []
    depth = last = 0
    for match in _PART.finditer(inner):
        token = match[0]
        if token in "{([":
            depth += 1
        elif token in "})]":
            depth -= 1
        elif token == "," and depth == 0:
            found.append(inner[last : match.start()])
            last = match.end()
    return [*found, inner[last:]]


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
