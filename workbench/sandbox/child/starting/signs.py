"""The signs that a pass over a script stops at (``outline``): brackets, texts, comments, a few words.

Brackets with all that is in them are one sign where they nest no deeper than scripts do: the engine of regular
expressions passes them by, which is ten times as fast as to stop at each. All of it is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.sandbox.child.starting.parallel import ASYNCHRONOUS, waits_for_calls

_LONGEST = 1 << 15
_COMMENT = r"//[^\n\r]*|/\*[\s\S]*?\*/"
"""U+2028 and U+2029 end a line, too, but no text with one is read (``may_be_read``): they take the engine of
regular expressions tables of 64 k, 5 ms of the zygote's start."""
_TEXT = r"'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*+'|\"[^\"\\\n]*(?:\\[\s\S][^\"\\\n]*)*+\""
_WAIT = r"(?<![\w$])(?:await|return)(?![\w$])"
_CALL = rf"(?<![\w$])(?:{'|'.join(ASYNCHRONOUS)})(?![\w$])"
BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "await",
     "yield", "instanceof"}
)  # fmt: skip
_DIVISION = r"/(?=[^/\n\r]*+(?:[\n\r]|\Z))"
"""A regular expression has its end on the same line."""
_PLAIN = rf"[^(){{}}\[\]'\"`/]++|{_COMMENT}|{_TEXT}|{_DIVISION}"


def _group(levels: int) -> str:
    """Brackets with all that is in them, which nests so deep and no deeper and holds no regular expression."""
    inside = _PLAIN
    for _ in range(levels):
        put_in = rf"`(?:[^`\\$]++|\\[\s\S]|\$(?!\{{)|\$\{{(?:{_PLAIN})*+\}})*+`"
        inside = rf"{_PLAIN}|{put_in}|[({{\[](?:{inside})*+[)}}\]]"
    return rf"[({{\[](?:{inside})*+[)}}\]]"


def _brackets(levels: int) -> str:
    """As ``_group``, where there are no texts."""
    inside = r"[^(){}\[\]]++"
    for _ in range(levels):
        inside = rf"[^(){{}}\[\]]++|[({{\[](?:{inside})*+[)}}\]]"
    return rf"\s*+\((?:{inside})*+\)"


def _from_its_sign(name: str) -> str:
    return rf"(?P<{name}>{name.partition('_')[2]}(?<=(?<![\w$]){name}))"


_CALLED = re.compile(rf"_(?:{'|'.join(map(_from_its_sign, ASYNCHRONOUS))})(?![\w$])")
"""As ``_CALL``: the sign in it that other words rarely have is found five times as fast as the names."""
_PUT_IN = r"\$\{(?:[^{}`'\"/]++|'[^'\\\n{}`]*+'|\"[^\"\\\n{}`]*+\")*+\}"
_SIMPLE_TEMPLATE = rf"`(?:[^`\\$]++|\\[\s\S]|\$(?!\{{)|{_PUT_IN})*+`"
_FUNCTION = rf"(?:async\s++)?+function\b[\s*]*+[A-Za-z_$][\w$]*+\s*+{_group(1)}\s*+(?=\{{)"
TOKENS = re.compile(
    rf"(?P<function>(?<![\w$]){_FUNCTION})|(?P<group>{_group(4)})|(?P<comment>{_COMMENT})|{_TEXT}"
    rf"|=>|[({{\[)}}\];`/'\"]|{_WAIT}|{_CALL}"
)
BEGINNINGS = "/`'\""
LITERALS = re.compile(rf"{_COMMENT}|{_TEXT}|{_SIMPLE_TEMPLATE}|/|`|'|\"")
"""Comments, texts and templates, or the sign that begins what is none of these: each alternative begins with a
sign, so that the engine of regular expressions passes all else at once."""
BLANKED_GROUP = re.compile(_brackets(4))
"""In code without texts and comments."""
DIVIDES = re.compile(_DIVISION)
TEMPLATE = re.compile(r"[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*+")
PATTERN = re.compile(
    r"/(?![*/])(?:[^/\\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*+\])++/[a-z]*"
)
SPACE_AND_COMMENTS = re.compile(rf"(?:\s|(?>{_COMMENT}))*+")
WORD_BEFORE = re.compile(r"(?<![\w$.])[A-Za-z_$][\w$]*\Z")
NAME = re.compile(r"[A-Za-z_$][\w$]*")

GOES_ON = frozenset(
    {"else", "catch", "finally", "while", "in", "of", "instanceof", "as", "satisfies"}
)
"""Words behind a closing brace that belong to what it closes."""
STATEMENTS = frozenset(
    {"if", "for", "while", "do", "switch", "try", "with", "const", "let", "var", "function", "class",
     "return", "throw", "break", "continue", "debugger", "import", "export", "else", "catch", "finally",
     "case", "default", "using", "enum", "interface", "type", "declare", "namespace", "abstract"}
)  # fmt: skip
"""Words that begin a statement whose value is not that of one expression."""
DECLARATION = re.compile(r"(?:async\s+)?function\b|class\b")
LABEL = re.compile(r"[A-Za-z_$][\w$]*\s*:")
READ = re.compile(r"\s*(?:[.(\[`\"!]|\?\.)")
"""What reads the value of the call that it stands behind; a template is a text once it is blanked."""


def may_be_read(text: str) -> bool:
    """Whether signs tell anything: it is not too long, its comments and lines end as they do everywhere."""
    if len(text) > _LONGEST or "\u2028" in text or "\u2029" in text:
        return False
    # A look for one sign, in front of one for more, takes a hundredth of it.
    if "-" in text and "--" in text and ("<!--" in text or "-->" in text):
        return False  # comments that nobody writes
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return False
    # The end of a comment would be looked for from each beginning.
    return text.rfind("/*") <= text.rfind("*/")


def places(text: str, word: str) -> Iterator[int]:
    """Where a word stands alone."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not _is_letter(text[at - 1 : at]) and not _is_letter(text[end : end + 1]):
            yield at
        at = text.find(word, end)


def _is_letter(sign: str) -> bool:
    return sign.isalnum() or sign in {"_", "$"}


def calls(text: str) -> list[tuple[int, str]]:
    """Where the name of a call stands that may not block, in a text or comment, too; in order."""
    if "_" not in text or not waits_for_calls(text):
        return []
    found = ((one.end(), one.lastgroup or "") for one in _CALLED.finditer(text))
    return [(end - len(name), name) for end, name in found]
