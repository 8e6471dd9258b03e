"""What is open at a place of a script: the brackets that are not closed yet, and what text or comment it is in.

By the signs alone, before there is a tree: of a script that is being written a tree is a guess until what is
open is closed, and this tells what has to be closed (``cursor_tree``).
"""

from __future__ import annotations

import re

from workbench.sandbox.child.starting.signs import BEFORE_REGEX, PATTERN
from workbench.util.dataclass import dataclass

_SIGN = re.compile(r"//|/\*|[\"'`/]|[{}()\[\]]")
_ENDS = {quote: re.compile(rf"\\.|{quote}|\n", re.DOTALL) for quote in "\"'"}
_TEMPLATE = re.compile(r"\\.|`|\$\{", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}", "${": "}", "`": "`"}
_BEHIND_A_VALUE = re.compile(r"([\w$]+|[)\]}\"'`])\s*\Z")
_LONGEST_WORD = 60
_HEAD = re.compile(r"(?<![\w$.])(?:if|for|while|with|switch|for\s+await)\s*\Z")


@dataclass(frozen=True, slots=True)
class Open:
    """What is open at the end of a text."""

    inside: str
    """``//``, ``/*``, a quote, ``/`` for a regular expression; empty: code."""
    brackets: tuple[tuple[int, str], ...]
    """Where each stands that is not closed: ``(``, ``[``, ``{``, ``${`` and the template around it."""

    def closed(self, text: str) -> str:
        """The brackets and quotes that close all that is open."""
        parts = [self.inside if self.inside in _ENDS else ""]
        for at, sign in reversed(self.brackets):
            parts.append(_CLOSING[sign])
            if sign == "(" and _HEAD.search(text, max(0, at - _LONGEST_WORD), at):
                parts.append(";")
        return "".join(parts) + ";"


def open_at_end(text: str) -> Open:
    """Read once, whatever is in it."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[int, str]] = []
        self._comment = (0, 0)
        """Where the last one stands."""

    def read(self) -> Open:
        text, at = self._text, 0
        while at >= 0:
            if self._open and self._open[-1][1] == "`":
                at = self._template(at)
                if at < 0:
                    return self._ended("`")
                continue
            found = _SIGN.search(text, at)
            if found is None:
                break
            sign, at = found[0], found.end()
            if sign in ("//", "/*"):
                at = text.find("\n" if sign == "//" else "*/", at)
                if at < 0:
                    return self._ended(sign)
                at += 1 if sign == "//" else 2
                self._comment = (found.start(), at)
            elif sign in _ENDS:
                at = self._string(sign, at)
                if at < 0:
                    return self._ended(sign)
            elif sign == "/":
                at = self._slash(found.start())
                if at < 0:
                    return self._ended("/")
            elif sign in ")]}":
                if self._open:
                    self._open.pop()
            else:
                self._open.append((found.start(), sign))
        return self._ended("")

    def _ended(self, inside: str) -> Open:
        return Open(inside, tuple(self._open))

    def _string(self, quote: str, at: int) -> int:
        """Behind a string, which ends with its line where nothing ends it; -1: it is open."""
        while (found := _ENDS[quote].search(self._text, at)) is not None:
            at = found.end()
            if found[0] in (quote, "\n"):
                return at
        return -1

    def _template(self, at: int) -> int:
        """Behind the text of a template, or where something is put in; -1: it is open."""
        while (found := _TEMPLATE.search(self._text, at)) is not None:
            at = found.end()
            if found[0] == "`":
                self._open.pop()
                return at
            if found[0] == "${":
                self._open.append((found.start(), "${"))
                return at
        return -1

    def _is_division(self, at: int) -> bool:
        """Whether a ``/`` stands behind a value."""
        start, end = self._comment
        if end and not self._text[end:at].strip():
            at = start
        before = _BEHIND_A_VALUE.search(self._text, max(0, at - _LONGEST_WORD), at)
        return before is not None and before[1] not in BEFORE_REGEX

    def _slash(self, at: int) -> int:
        """Behind a division or a regular expression; -1: that is open."""
        if self._is_division(at):
            return at + 1
        found = PATTERN.match(self._text, at)
        if found is not None:
            return found.end()
        return at + 1 if self._text.find("\n", at) >= 0 else -1
