"""Where a value that is written as a literal ends: JSON, and what a console prints of an object.

For texts of any origin and length: nothing here backs up, and no letter is looked at more than a bounded
number of times.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

CLASS = (
    r"(?:\[Object: null prototype\]"
    r"|[A-Za-z_$][\w$]{0,80}+(?:\(\d{1,15}\))?(?: \[[\w ]{1,80}+\])?)(?= [\[{])"
)
"""What the console says before the braces of an object that is no plain one: ``Map(2)``, ``Point``."""
REFERENCE = r"<ref \*\d{1,9}>"
"""Before an object that is found in itself."""
_PIECE = re.compile(
    # As the console shortens.
    r"\[(?:Array|Object(?:: null prototype)?|Circular(?: \*\d{1,9})?|Getter|Setter|Getter/Setter"
    r"|(?:class|Symbol|\w{0,14}Function)[^\]\n]{0,80})\]|<\d{1,9} empty items?>"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<quote>\\{0,31}[\"'`])"
    # A bare word only as a member's name or as a constant: everything else is an expression.
    r"|(?:\s|\\[nrt]|[,:]|=>|-?\d[\w.+-]*+|… \d+ more"
    r"|(?:true|false|null|undefined|None|True|False|NaN)(?![\w$])"
    rf"|{REFERENCE}|{CLASS}"
    r"|[A-Za-z_$][\w$-]*+(?=\s*+:))++",
)
_PASSES = 4
_LEAST = 4096


class Quoted(NamedTuple):
    """A string in quotes: its content is ``text[start:end]``."""

    start: int
    end: int
    after: int
    """Behind its closing quote."""
    torn: bool
    """It has no closing quote: the text, or the string around it, ends first."""


@cache
def _rest(quote: str) -> re.Pattern[str]:
    """From behind the opening quote to the closing one. Backslashes before it are escapes of the strings
    around: of as many levels as this one has, it is the end; of more, it is a quote within.
    """
    mark, level = quote[-1], len(quote) - 1
    if not level:
        return re.compile(rf"(?:[^\\{mark}]++|\\.)*+(?P<end>{mark})?", re.DOTALL)
    within = rf"[^\\{mark}]++|\\++(?!{mark})|\\{{{level + 1},}}+{mark}"
    return re.compile(rf"(?:{within})*+(?P<end>\\{{{level}}}{mark})?")


def quoted_at(text: str, start: int, quote: str, limit: int) -> Quoted:
    """The string whose opening ``quote`` (with its backslashes) stands at ``start``."""
    content = start + len(quote)
    rest = _rest(quote).match(text, content, limit)
    if rest is None:
        return Quoted(content, limit, limit, True)
    if rest["end"] is None:
        return Quoted(content, rest.end(), rest.end(), True)
    return Quoted(content, rest.start("end"), rest.end(), False)


class Literals:
    """The lists and objects of one text, up to ``limit``."""

    def __init__(self, text: str, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._left = _PASSES * len(text) + _LEAST

    def end(self, start: int) -> int | None:
        """Where the list or object that begins at ``start`` ends. None: it is no literal.

        One that the text's end cuts off ends there. So does one in a text that is nested to wear us down:
        rather too much is taken for a literal than too long is looked.
        """
        position, depth = start, 0
        while self._left > 0:
            piece = _PIECE.match(self._text, position, self._limit)
            if piece is None:
                return position if position == self._limit else None
            after = piece.end()
            if piece["quote"] is not None:
                string = quoted_at(self._text, position, piece["quote"], self._limit)
                if string.torn:
                    return string.after
                after = string.after
            self._left -= after - position
            position = after
            if piece["open"] is not None:
                depth += 1
            elif piece["close"] is not None:
                depth -= 1
                if depth == 0:
                    return position
        return self._limit
