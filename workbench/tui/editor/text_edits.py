"""What an editor does to text: pure functions over lines, for brackets, indentation and comments."""

from __future__ import annotations

import re
from collections.abc import Sequence

PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}
CLOSERS = frozenset(")]}")
QUOTES = frozenset("\"'`")
_SPACE = re.compile(r"[ \t]*")
_WORD = re.compile(r"[\w$\u0300-\u036f]+")
"""With the accents of its letters."""


def indentation(line: str) -> str:
    """The white space that a line begins with."""
    found = _SPACE.match(line)
    return found[0] if found else ""


def word_at(line: str, column: int) -> tuple[int, int]:
    """Start and end of what a double click selects: a word, else white space, else one character."""
    column = min(column, len(line) - 1)
    if column < 0:
        return 0, 0
    for kind in (_WORD, _SPACE):
        for found in kind.finditer(line):
            if found.start() <= column < found.end():
                return found.start(), found.end()
    return column, column + 1


def closes_itself(typed: str, before: str, after: str) -> bool:
    """Whether a bracket or quote is to be typed together with its partner."""
    if typed not in PAIRS:
        return False
    following = after[:1]
    if following and not following.isspace() and following not in ")]},;:":
        return False
    if typed not in QUOTES:
        return True
    last = before[-1:]
    # After a word or the same quote it ends something.
    return not (last.isalnum() or last in ("_", "$", "\\", typed))


def steps_over(typed: str, after: str) -> bool:
    """Whether a closer is there already, so that typing it moves on."""
    return bool(typed) and (typed in CLOSERS or typed in QUOTES) and after.startswith(typed)


def deletes_pair(before: str, after: str) -> bool:
    """Whether the cursor is in an empty pair."""
    return bool(before) and PAIRS.get(before[-1]) == after[:1] != ""


def new_line(before: str, after: str, unit: str) -> tuple[str, str]:
    """What Enter inserts: (before the cursor, after it)."""
    indent = indentation(before)
    last = before.rstrip()[-1:]
    if last in ("{", "[", "("):
        deeper = "\n" + indent + unit
        if after.lstrip()[:1] == PAIRS[last]:
            return deeper, "\n" + indent
        return deeper, ""
    return "\n" + indent, ""


def indented(lines: Sequence[str], unit: str) -> list[str]:
    return [unit + line if line.strip() else line for line in lines]


def outdented(lines: Sequence[str], unit: str) -> list[str]:
    out = []
    for line in lines:
        if line.startswith("\t"):
            out.append(line[1:])
        else:
            out.append(line[min(len(unit), len(line) - len(line.lstrip(" "))) :])
    return out


def comment_toggled(lines: Sequence[str], mark: str = "//") -> list[str]:
    """Every line commented out, or, where all are already, no longer."""
    written = [line for line in lines if line.strip()]
    if written and all(line.lstrip().startswith(mark) for line in written):
        pattern = re.compile(rf"^([ \t]*){re.escape(mark)} ?")
        return [pattern.sub(r"\1", line, count=1) for line in lines]
    depth = min((len(indentation(line)) for line in written), default=0)
    return [
        f"{line[:depth]}{mark} {line[depth:]}" if line.strip() or not written else line
        for line in lines
    ]


def joined(lines: Sequence[str]) -> tuple[str, int]:
    """Lines as one, and where in it the last one begins; a blank stands between what is not a bracket."""
    text = lines[0].rstrip()
    at = len(text)
    for line in lines[1:]:
        following = line.strip()
        at = len(text)
        close = text[-1:] in ("(", "[", "") or following[:1] in (")", "]", ",", ";", ".", "")
        text += following if close else f" {following}"
    return text, at


Place = tuple[int, int]


def next_occurrence(lines: Sequence[str], start: Place, end: Place) -> tuple[Place, Place] | None:
    """Where the selected part of a line stands next, behind the last line again from the first; nothing
    selected: the word at the cursor. None: there is none."""
    (row, first), (bottom, last) = sorted((start, end))
    if row != bottom:
        return None
    if first == last:
        found = next((m for m in _WORD.finditer(lines[row]) if m.start() <= first <= m.end()), None)
        return None if found is None else ((row, found.start()), (row, found.end()))
    wanted = lines[row][first:last]
    for step in range(len(lines) + 1):
        other = (row + step) % len(lines)
        at = lines[other].find(wanted, last if step == 0 else 0)
        if at >= 0:
            return (other, at), (other, at + len(wanted))
    return None


def first_difference(one: Sequence[str], other: Sequence[str]) -> int:
    """Of lines, or of characters: how many are the same before the first that differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (its, others) in pairs if its != others), min(len(one), len(other)))
