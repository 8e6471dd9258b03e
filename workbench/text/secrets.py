"""Secrets found: by the name that they are given to, or by the shape of a well-known token.

What they look like is in secret_shapes.py; masking before disk (redact.py) and the import of other clients'
files ask here. All words of the table are looked for in one pass (3 ms for 1 MB); the patterns, which
would take 200, are tried only where a word stands. Every search is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import orjson
from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from workbench.core.model import JsonValue
from workbench.text.literals import CLASS, REFERENCE, Literals, quoted_at
from workbench.text.secret_shapes import (
    LONGEST_NAME,
    MIXED,
    NAME_WORDS,
    PEM,
    PEM_LABEL,
    PRIVATE_KEY,
    RANDOM,
    SECRET_NAME,
    SHAPES,
    SUGGESTS,
    TOKENS_NAME,
    URL_PASSWORD,
    Shape,
)

_BY_WORD = tuple(shape for shape in SHAPES for _ in shape.words)
_WORDS = (*(word for shape in SHAPES for word in shape.words), *NAME_WORDS)
_FINDER = AhoCorasick(_WORDS, implementation=Implementation.DFA)
_BYTE_FINDER = BytesAhoCorasick(
    [word.encode() for word in _WORDS], implementation=Implementation.DFA
)
_URL = "://"
_CUT_ENDING = "characters)"
_SOME_FINDER = BytesAhoCorasick(
    [word.encode() for word in (*_WORDS, _URL, _CUT_ENDING)], implementation=Implementation.DFA
)
"""Knows of everything without which nothing can be a secret; for texts in pieces."""
_PIECE = 1 << 16
_LONGEST_WORD = max(map(len, (*_WORDS, _CUT_ENDING)))
_ASCII_NAME = "".join(chr(code) for code in range(128) if chr(code).isalnum()) + "_-"

_NAME = r"(?<!\w)(?P<name>\w[\w-]{0,59}+)"
_LETTER = r"(?:[^\s\"'`\\]|\\(?![\"'`\\nrt]))"
_BARE = rf"(?P<value>(?!«masked)(?:(?![<>#&]){_LETTER})+)"
_TO_SPACE = rf"(?P<value>(?!«masked){_LETTER}+)"
_NAMED = re.compile(
    _NAME + r"(?P<close>\\{0,31}[\"'])?\s*(?P<sign>=>|[:=]{1,3})\s*(?!\\{0,31}[\"'`]?«masked)"
    rf"(?:(?P<quote>\\{{0,31}}[\"'`])|(?P<open>(?:{REFERENCE} )?(?:{CLASS} )?[\[{{])"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s*(?:[,}\])]|\\{1,31}[\"'`nr]|[\"'`\n]|\Z)))?"
)
"""``name = "value"``, ``"name": "value"`` (its quotes may be escaped), ``name: 5``, ``"name": {…}``."""
_REFUSED = re.compile(
    _NAME
    + r"(?:\[\d+\]){0,9}' must [^\n;]{0,500}?, not (?:the (?:string|number) )?(?!\\{0,31}\"?«masked)"
    r"(?:(?P<quote>\\{0,31}\")|(?!an? |the |null|true|false|«masked)(?P<value>[^\s;\"']+))"
)
"""Our own words on a value that does not fit its schema (catalogue/validation.py)."""
_LINE = r"(?:^|(?<=[\"'`])|(?<=\\[nr]))"
"""Where a line begins, also within a string of JSON or code."""
_BARE_FORMS = (
    re.compile(r"(?<=[?&])" + _NAME + "=" + _BARE),
    re.compile(_LINE + _NAME + "=" + _BARE + "(?=&)", re.MULTILINE),
    re.compile(r"(?<=--)" + _NAME + r"[= ](?![$({<=-])" + _TO_SPACE),
    re.compile(_LINE + r"(?:export )?(?P<name>[A-Z][A-Z0-9_]{1,60}+)=" + _TO_SPACE, re.MULTILINE),
)
"""In a query, a form, an option of a command, a line of .env."""
_EXPORT = "export "
_HEADER = re.compile(_NAME + r": ?(?P<value>(?!«masked)[^\s\"'`<>,;\\]{6,})")
_COOKIES = re.compile(
    r"(?P<name>(?i:set-)?(?i:cookie)): ?(?P<value>(?!«masked)[^\s=;\"'`]{1,256}=[^\r\n\"'`\\]+)"
)

_SCHEMA_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
_SCHEMA_WORDS = ("$ref", "anyOf", "oneOf", "allOf", "enum")
_SCHEMA = re.compile(
    r"\{\s*(?:\\*\"?(?:description|title)\\*\"?:\s*\\*\"[^\"]*\",\s*){0,2}\\*\"?"
    rf"(?:\$ref|anyOf|oneOf|allOf|enum|type\\*\"?:\s*\\*\"(?:{'|'.join(_SCHEMA_TYPES)}))\\*\"?"
)
_MOST_PARSED = 4096
_MANY_MIXED = 3

_CUT = re.compile(r"… \(cut: \d+ characters\)\Z")
_LONGEST_CUT_MARK = 60
_TORN = re.compile(r"[^\s\"'`<>{}()]*\Z")
_TORN_SPACED = re.compile(r"[^\"'`<>{}()\n]*\Z")
_TORN_URL = re.compile(r"://[^/\s:@\"'`]{0,256}:(?!\d{0,5}\Z)[^/\s@\"'`]*\Z")
_LONGEST_TORN = 4096

# What follows a name in the text of JSON, where a quote or a line's end may be escaped.
_ASSIGNS = re.compile(r"s?(?:\\*[\"'])?(?:\\[nrt]|\s)*(?:[:=]|(?:\[\d+\])*' must )", re.IGNORECASE)
_COUNTS = re.compile(r"\\*[\"']?\s*:\s*-?\d")


class Found(NamedTuple):
    """A secret at ``text[start:end]``."""

    start: int
    end: int
    name: str | None = None
    """What it is assigned to; None: a token."""
    quote: str = ""
    """What belongs around its mark: a number or an object is replaced by a string."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether what is called so is a secret, whatever it looks like."""
    return len(name) <= 2 * LONGEST_NAME and SECRET_NAME.fullmatch(name) is not None


def is_secret(name: str, value: JsonValue) -> bool:
    """Whether ``value`` of a member ``name`` is a secret by its name.

    Not what holds nothing, nor the JSON schema of a member that will hold one, nor a count of secrets.
    """
    if is_secret_name(name):
        return may_be_secret(value) and not (name[-1] in "sS" and isinstance(value, int | float))
    return _names_tokens(name) and _holds_random(value)


def may_be_secret(value: JsonValue) -> bool:
    """Whether there is something in it, and it is not a JSON schema."""
    if isinstance(value, dict):
        kind = value.get("type")
        is_schema = isinstance(kind, list) or (isinstance(kind, str) and kind in _SCHEMA_TYPES)
        return bool(value) and not is_schema and not any(word in value for word in _SCHEMA_WORDS)
    return value not in (None, "", [], False, True)


def suggests_secret(name: str) -> bool:
    """Whether a setting's name lets expect a secret: for who asks rather too often than too seldom."""
    return is_secret_name(name) or SUGGESTS.search(name[: 2 * LONGEST_NAME]) is not None


def looks_random(text: str) -> bool:
    """Whether letters and digits stand in it as in a key or a UUID, not as in words."""
    return RANDOM.search(text) is not None or len(MIXED.findall(text)) >= _MANY_MIXED


def find_secrets(text: str) -> list[Found]:
    """The secrets in a text, first one first; none overlaps another.

    In a text that was cut (``… (cut: 70000 characters)``) also what the cut left of a secret.
    """
    return _Search(text).run()


def find_assigned(text: str, is_name: Callable[[str], bool]) -> list[Found]:
    """Values assigned to names that ``is_name`` knows, by a search of the whole text."""
    search = _Search(text)
    hits = (
        search.value_of(match)
        for pattern in (_NAMED, _REFUSED, *_BARE_FORMS)
        for match in pattern.finditer(text, 0, search.limit)
        if is_name(match["name"])
    )
    return [hit for hit in hits if hit is not None]


def without_overlaps(found: list[Found]) -> list[Found]:
    """In order; of two that overlap the one that begins first."""
    kept: list[Found] = []
    for hit in sorted(set(found), key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def may_be_in_json(text: str) -> bool:
    """Whether the text of JSON may hold a secret; wrong in this direction only."""
    if not _has_some_word(text):
        return False
    if _CUT_ENDING in text:
        return True
    for word, start, end in _words(text):
        if word < len(_BY_WORD):
            shape = _BY_WORD[word]
            # Its spaces and line ends may be escapes here.
            if shape.spaced or shape.match(text, max(0, start - shape.back), len(text)):
                return True
        elif _may_assign(text, start, end):
            return True
    return _URL in text and URL_PASSWORD.search(text) is not None


class _Search:
    """One text looked through."""

    def __init__(self, text: str) -> None:
        self._text = text
        cut = None
        if text.endswith(_CUT_ENDING):
            cut = _CUT.search(text, max(0, len(text) - _LONGEST_CUT_MARK))
        self._was_cut = cut is not None
        self.limit = cut.start() if cut is not None else len(text)
        self._literals: Literals | None = None
        self._words_until: dict[Shape, int] = {}
        """Where what is no token of the shape, being words, ends."""
        self._no_tokens_until = 0

    def run(self) -> list[Found]:
        found: list[Found] = []
        covered = 0
        for word, start, end in _words(self._text):
            if start < covered or start >= self.limit:
                continue
            if word < len(_BY_WORD):
                hit = self._token(_BY_WORD[word], start)
            elif _may_assign(self._text, start, end):
                hit = self._named(start)
            else:
                continue
            if hit is not None:
                found.append(hit)
                covered = hit.end
        if _URL in self._text:  # a search of its own: its fixed beginning makes it quick
            found += self._url_passwords()
        return without_overlaps(found)

    # -- by shape --------------------------------------------------------------------------

    def _token(self, shape: Shape, start: int) -> Found | None:
        text, limit = self._text, self.limit
        begin = start - shape.back
        if shape is PRIVATE_KEY:
            begin = text.rfind(PEM, max(0, start - PEM_LABEL), start)
        if begin < 0:
            return None
        if shape.random and start < self._words_until.get(shape, 0):
            return None
        match = shape.match(text, begin, limit)
        if match is not None:
            if not shape.random or looks_random(match.group()):
                return Found(*match.span(match.lastgroup or 0))
            self._words_until[shape] = match.end()
        if self._was_cut and limit - begin <= _LONGEST_TORN:
            torn = _TORN_SPACED if shape.spaced else _TORN
            if torn.match(text, begin, limit):
                return Found(begin, limit)
        return None

    def _url_passwords(self) -> Iterator[Found]:
        for match in URL_PASSWORD.finditer(self._text, 0, self.limit):
            yield Found(*match.span("secret"))
        if self._was_cut:
            begin = self._text.rfind("://", max(0, self.limit - _LONGEST_TORN), self.limit)
            if begin >= 0 and _TORN_URL.match(self._text, begin, self.limit):
                yield Found(begin + len("://"), self.limit)

    # -- by name ---------------------------------------------------------------------------

    def _named(self, start: int) -> Found | None:
        """The value that is given to the name with a word of the table at ``start``."""
        text, limit = self._text, self.limit
        begin = _name_start(text, start)
        match = _NAMED.match(text, begin, limit)
        if match is not None and (is_secret_name(match["name"]) or _names_tokens(match["name"])):
            hit = self.value_of(match)
            if hit is not None:
                return hit if self._holds(match, hit) else None
        if begin and text[begin - 1] == "\\" and text[begin] in "nr":
            begin += 1  # the end of a line, as JSON and code write it
        for pattern in _BARE_FORMS:
            match = pattern.match(text, begin, limit)
            if match is None and text.startswith(_EXPORT, begin - len(_EXPORT)):
                match = pattern.match(text, begin - len(_EXPORT), limit)
            if match is not None and is_secret_name(match["name"]):
                return self.value_of(match)
        match = _REFUSED.match(text, begin, limit) or _COOKIES.match(text, begin, limit)
        if match is not None and is_secret_name(match["name"]):
            return self.value_of(match)
        match = _HEADER.match(text, begin, limit)
        if match is not None and "-" in match["name"].strip("-") and is_secret_name(match["name"]):
            return self.value_of(match)
        return None

    def value_of(self, match: re.Match[str]) -> Found | None:
        """The value in a match of one of the patterns above; None: nothing that is written out."""
        groups = match.groupdict()
        name = match["name"]
        if groups.get("value") is not None:
            return Found(*match.span("value"), name)
        if groups["quote"] is not None:
            return self._string(match)
        kind = "number" if groups["number"] is not None else "open"
        if groups[kind] is None or not self._is_member(match):
            return None
        start, end = match.span(kind)
        if kind == "open":
            if self._literals is None:
                self._literals = Literals(self._text, self.limit)
            ending = self._literals.end(start)
            if ending is None:
                return None
            end = ending
        if _holds_nothing(self._text[start : min(end, start + _MOST_PARSED)]):
            return None
        return Found(start, end, name, match["close"] or '"')

    def _string(self, match: re.Match[str]) -> Found | None:
        quote = match["quote"]
        string = quoted_at(self._text, match.start("quote"), quote, self.limit)
        # Without an end it was cut off; only an apostrophe may be one in a word.
        if string.end == string.start or (string.torn and not quote.endswith('"')):
            return None
        return Found(string.start, string.end, match["name"])

    def _is_member(self, match: re.Match[str]) -> bool:
        """Of an object: in a script, numbers and lists are given to names of all kinds."""
        if match["sign"] not in (":", "=>"):
            return False
        if match["close"] is not None:
            return True
        before = self._text[max(0, match.start() - LONGEST_NAME) : match.start()].rstrip()
        return before.endswith(("{", ","))

    def _holds(self, match: re.Match[str], hit: Found) -> bool:
        """Whether it is a secret, by the same rules as ``is_secret``."""
        name = match["name"]
        if match["number"] is not None and name[-1] in "sS":
            return False
        if is_secret_name(name):
            return True
        if hit.end <= self._no_tokens_until:
            return False
        if looks_random(self._text[hit.start : hit.end]):
            return True
        self._no_tokens_until = hit.end
        return False


def _has_some_word(text: str) -> bool:
    """Whether a word of the table, or what else a secret cannot be without, is in the text, about: piece by
    piece, so that of a large one no copy is made."""
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE + _LONGEST_WORD].lower().encode()
        if next(iter(_SOME_FINDER.find_matches_as_indexes(piece)), None) is not None:
            return True
    return False


def _words(text: str) -> list[tuple[int, int, int]]:
    """(index of the word, start, end) of each word that stands in the text."""
    small = text.lower()
    if len(small) != len(text):  # a few letters become two
        small = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    # In bytes it is looked for three times as quickly; but the places are right only where a byte is a letter.
    in_bytes = _BYTE_FINDER.find_matches_as_indexes(small.encode(), overlapping=True)
    if not in_bytes or small.isascii():
        return in_bytes
    return _FINDER.find_matches_as_indexes(small, overlapping=True)


def _may_assign(text: str, start: int, end: int) -> bool:
    """Whether a name with a word at ``text[start:end]`` is a secret's and is given something."""
    begin = _name_start(text, start)
    if _ASSIGNS.match(text, end) is None and not text.startswith("--", begin - 2):
        return False
    name = text[begin:end] + (text[end : end + 1] if text[end : end + 1] in ("s", "S") else "")
    if is_secret_name(name):
        return True
    if begin and text[begin - 1] == "\\" and is_secret_name(name[1:]):  # the letter of an escape
        return True
    return _names_tokens(name) and _COUNTS.match(text, begin + len(name)) is None


def _name_start(text: str, start: int) -> int:
    """Where the name begins that ``start`` is in; the dashes of an option are none of it."""
    before = text[max(0, start - LONGEST_NAME - 1) : start]
    name = before[len(before.rstrip(_ASCII_NAME)) :]
    return start - len(name.lstrip("-"))


@lru_cache(maxsize=1024)
def _names_tokens(name: str) -> bool:
    """Tokens may be keys, words of a language, or a number of either: what they look like decides."""
    return name[-1:] in "sS" and TOKENS_NAME.fullmatch(name[: 2 * LONGEST_NAME]) is not None


def _holds_random(value: JsonValue) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and looks_random(item):
            return True
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            pending += item.values()
    return False


def _holds_nothing(literal: str) -> bool:
    """Not ``may_be_secret``, of a number, a list or an object as it is written."""
    try:
        return not may_be_secret(orjson.loads(literal))
    except orjson.JSONDecodeError:  # as a console prints it, escaped, or only the beginning of it
        return _SCHEMA.match(literal) is not None
