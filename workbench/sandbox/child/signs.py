"""The signs that a pass over a script stops at (``outline``): brackets, texts, comments, a few words.

Brackets with all that is in them are one sign where they nest no deeper than scripts do: the engine of regular
expressions passes them by, which is ten times as fast as to stop at each. All of it is linear in the text.
"""

from __future__ import annotations

import re

from workbench.sandbox.child.parallel import ASYNCHRONOUS

_COMMENT = r"//[^\n\r\u2028\u2029]*|/\*[\s\S]*?\*/"
_TEXT = r"'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*+'|\"[^\"\\\n]*(?:\\[\s\S][^\"\\\n]*)*+\""
_WAIT = r"(?<![\w$])(?:await|return)(?![\w$])"
_CALL = rf"(?<![\w$])(?:{'|'.join(ASYNCHRONOUS)})(?![\w$])"
BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "await",
     "yield", "instanceof"}
)  # fmt: skip
_DIVISION = r"/(?=[^/\n\r\u2028\u2029]*+(?:[\n\r\u2028\u2029]|\Z))"
"""A regular expression has its end on the same line."""
_PLAIN = rf"[^(){{}}\[\]'\"`/]++|{_COMMENT}|{_TEXT}|{_DIVISION}"


def _group(levels: int) -> str:
    """Brackets with all that is in them, which nests so deep and no deeper and holds no regular expression."""
    inside = _PLAIN
    for _ in range(levels):
        put_in = rf"`(?:[^`\\$]++|\\[\s\S]|\$(?!\{{)|\$\{{(?:{_PLAIN})*+\}})*+`"
        inside = rf"{_PLAIN}|{put_in}|[({{\[](?:{inside})*+[)}}\]]"
    return rf"[({{\[](?:{inside})*+[)}}\]]"


_FUNCTION = rf"(?:async\s++)?+function\b[\s*]*+[A-Za-z_$][\w$]*+\s*+{_group(1)}\s*+(?=\{{)"
TOKENS = re.compile(
    rf"(?P<function>(?<![\w$]){_FUNCTION})|(?P<group>{_group(4)})|(?P<comment>{_COMMENT})|{_TEXT}"
    rf"|=>|[({{\[)}}\];`/'\"]|{_WAIT}|{_CALL}"
)
CALLS = re.compile(_CALL)
DIVIDES = re.compile(_DIVISION)
TEMPLATE = re.compile(r"[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*+")
PATTERN = re.compile(
    r"/(?![*/])(?:[^/\\\[\n\r\u2028\u2029]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*+\])++/[a-z]*"
)
SPACE_AND_COMMENTS = re.compile(rf"(?:\s|(?>{_COMMENT}))*+")
WORD_BEFORE = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$]*\Z")
NAME = re.compile(r"[A-Za-z_$][\w$]*")
