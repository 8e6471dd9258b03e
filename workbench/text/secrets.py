"""What secrets look like in a text: well-known tokens, and values assigned to names that say so.

Everything here begins with a word that every secret of its kind contains. All words are looked for in one
pass (3 ms for 1 MB); the patterns, which would take 200, are tried only where a word stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick

# Names that end in a secret word; counting and paging tokens are none.
_SECRET_NAME = re.compile(
    r"(?:proxy[-_]?)?authorization|(?:set[-_]?)?cookie|"
    r"[\w.-]*(?:password|passwd|passphrase|secret)|[\w.-]*(?:api|access|private|secret)[-_]?key|"
    r"(?:[\w.-]*(?:auth|access|refresh|id|bot|api|bearer|session|github|gitlab|slack|npm|user)[-_]?)?token|"
    r"credentials?",
    re.IGNORECASE,
)
_LONGEST_NAME = 60
_NAME_WORDS = (
    "authorization", "cookie", "password", "passwd", "passphrase", "secret", "apikey", "api_key", "api-key",
    "accesskey", "access_key", "access-key", "privatekey", "private_key", "private-key", "token", "credential",
)  # fmt: skip
ASSIGNED = re.compile(
    r"(?<![\w-])(?P<name>[\w-]{1,60}+)(?:\\?[\"'])?\s*[:=]{1,3}\s*"
    r"(?P<quote>\\?[\"'`])(?!«masked)(?:(?!(?P=quote))(?:\\.|[^\\]))++(?P<end>(?P=quote))"
    r"|(?<=[?&])(?P<field>[\w-]{1,60}+)=(?!«masked)[^&\s\"'`<>#]+"
    r"|^(?:export )?(?P<variable>[A-Z][A-Z0-9_]{1,60}+)=(?!«masked)[^\s\"'`]+",
    re.DOTALL | re.MULTILINE,
)
"""``name = "value"``, ``"name": "value"`` (its quotes may be escaped), ``?name=value``, and ``NAME=value`` as
in .env files."""
# What follows a name, here in the text of JSON, where a quote or a line end may be escaped.
_ASSIGNS = re.compile(r"s?(?:\\*[\"'])?(?:\\[nrt]|\s)*[:=]")
_PEM = "-----BEGIN "
_PEM_LABEL = 40


class _Token(NamedTuple):
    """A kind of token. ``back``: how far before its word it begins."""

    pattern: re.Pattern[str]
    back: int = 0


def _token(pattern: str, back: int = 0) -> _Token:
    return _Token(re.compile(pattern), back)


_GITHUB = _token(r"gh[pousr]_[A-Za-z0-9]{30,}")
_AWS = _token(r"(?:AKIA|ASIA)[0-9A-Z]{16}\b")
_PRIVATE_KEY = _token(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
_TOKENS: dict[str, _Token] = {
    **dict.fromkeys(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _GITHUB),
    "github_pat_": _token(r"github_pat_[A-Za-z0-9_]{30,}"),
    "glpat-": _token(r"glpat-[A-Za-z0-9_-]{16,}"),
    "sk-": _token(r"sk-[A-Za-z0-9_-]{20,}"),
    "xox": _token(r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "akia": _AWS,
    "asia": _AWS,
    "aiza": _token(r"AIza[0-9A-Za-z_-]{35}"),
    "npm_": _token(r"npm_[A-Za-z0-9]{30,}"),
    "pypi-": _token(r"pypi-[A-Za-z0-9_-]{40,}"),
    "eyj": _token(r"eyJ[A-Za-z0-9_-]{8,1024}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}"),
    "earer": _token(r"[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}=*", back=1),
    "private key": _PRIVATE_KEY,
    "uthorization: ": _token(
        r"(?:[Bb]asic|[Dd]igest|[Tt]oken) [^\s\"'`,;]+", back=-len("uthorization: ")
    ),
}
_URL_PASSWORD = re.compile(r"://[^/\s:@\"]{1,256}:[^/\s:@\"]{1,1024}@")

_WORDS = (*_TOKENS, *_NAME_WORDS)
_KINDS = tuple(_TOKENS.values())
_FINDER = AhoCorasick(_WORDS)
_BYTE_FINDER = BytesAhoCorasick([word.encode() for word in _WORDS])
_LONG = 4096


class Found(NamedTuple):
    """A secret at ``text[start:end]``; ``name`` is what it is assigned to, None for a token."""

    start: int
    end: int
    name: str | None = None


def is_secret_name(name: str) -> bool:
    return len(name) <= 2 * _LONGEST_NAME and _SECRET_NAME.fullmatch(name) is not None


def may_be_in_json(text: str) -> bool:
    """Whether the text of JSON may hold a secret; wrong in this direction only."""
    for word, start, end in _words(text):
        if word < len(_KINDS):
            kind = _KINDS[word]
            # A space of the token's may be an escape here.
            if kind.back or kind is _PRIVATE_KEY or kind.pattern.match(text, start):
                return True
        elif _ASSIGNS.match(text, end):
            return True
    return "://" in text and _URL_PASSWORD.search(text) is not None


def find(text: str) -> list[Found]:
    """The secrets in a text that is no JSON, first one first; none overlaps another."""
    found: list[Found] = []
    covered = 0
    for word, start, _ in _words(text):
        if start < covered:
            continue
        hit = _token_at(text, word, start) if word < len(_KINDS) else _assigned_at(text, start)
        if hit is not None:
            found.append(hit)
            covered = hit.end
    if "://" in text:  # a search of its own: its fixed beginning makes it quick
        found += [Found(hit.start() + 3, hit.end() - 1) for hit in _URL_PASSWORD.finditer(text)]
    return without_overlaps(found)


def without_overlaps(found: list[Found]) -> list[Found]:
    """In order; of two that overlap the one that begins first."""
    kept: list[Found] = []
    for hit in sorted(set(found), key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def find_assigned(text: str, is_secret: Callable[[str], bool]) -> list[Found]:
    """Values assigned to names that ``is_secret`` knows, by a search of the whole text."""
    hits = (_assigned(match) for match in ASSIGNED.finditer(text))
    return [hit for hit in hits if is_secret(hit.name or "")]


def _words(text: str) -> Iterator[tuple[int, int, int]]:
    """(index of the word, start, end) of each word that stands in the text."""
    small = text.lower()
    if len(small) != len(text):  # a few letters become two
        small = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    # Three times as quick, where the place does not matter: most texts have no such word.
    if len(small) > _LONG and not _BYTE_FINDER.find_matches_as_indexes(small.encode()):
        return
    yield from _FINDER.find_matches_as_indexes(small, overlapping=True)


def _token_at(text: str, word: int, start: int) -> Found | None:
    kind = _KINDS[word]
    begin = start - kind.back
    if kind is _PRIVATE_KEY:
        begin = text.rfind(_PEM, max(0, start - _PEM_LABEL), start)
    elif begin > 0 and kind.back >= 0 and _is_word(text[begin - 1]):
        return None  # a part of a longer word
    match = kind.pattern.match(text, begin) if begin >= 0 else None
    return Found(match.start(), match.end()) if match is not None else None


def _assigned_at(text: str, start: int) -> Found | None:
    begin = start
    while begin > 0 and start - begin <= _LONGEST_NAME and _is_name(text[begin - 1]):
        begin -= 1
    match = ASSIGNED.match(text, begin)
    if match is None and text.startswith("export ", begin - 7):
        match = ASSIGNED.match(text, begin - 7)
    if match is None:
        return None
    hit = _assigned(match)
    return hit if is_secret_name(hit.name or "") else None


def _assigned(match: re.Match[str]) -> Found:
    if match["name"]:
        return Found(match.end("quote"), match.start("end"), match["name"])
    name = "field" if match["field"] else "variable"
    return Found(match.end(name) + 1, match.end(), match[name])


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _is_name(letter: str) -> bool:
    return _is_word(letter) or letter == "-"
