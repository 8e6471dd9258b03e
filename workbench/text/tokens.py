"""How many tokens a text is for a model: an estimate of o200k_base, the tokenizer of GPT-4o and later.

The text is cut into pieces as that tokenizer cuts it. A word that is one token of its vocabulary is looked up
in ``known_words.bin``, a Bloom filter of those 98 000 (docs/make_known_words.py; 3 % of other words are taken
for one of them). What is no such word counts by its length, and more where its letters are of no language; each
other kind of piece counts what such pieces cost on average. Within 15 % on prose of 30 languages, code, logs,
tables and JSON, within 40 % on texts without words (tests/text/test_tokens.py).
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SIGN = r"[!-/:-@\[-`{-~]"
_UPPER = r"A-Z\u00c0-\u00d6\u00d8-\u00de"
_LOWER = r"a-z\u00df-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
_LETTER = f"[{_UPPER}{_LOWER}]"
_PIECE = (
    r"(?P<run>(?P<letter>[A-Za-z])(?P=letter){15,}+)|(?P<ruler>(?P<sign>[-=*#_.~/\u2014\u2026])(?P=sign){7,}+)"
    rf"|(?P<word>(?: |(?<![ !-/:-@\[-`{{-~]){_SIGN})?(?:[{_UPPER}]*+[{_LOWER}]++|[{_UPPER}]++)"
    r"(?:'(?:s|t|re|ve|m|ll|d)(?![a-z]))?)"
    r"|(?P<digits>[0-9]{1,3})"
    r"|(?P<indent>[ \t]*+[\r\n]++[ \t]++)|(?P<line>[ \t]*+[\r\n]++)|(?P<tabs>\t{9,}+)|(?P<spaces>[ \t]{2,}+)"
    rf"|(?P<gap> (?=[0-9]))| |(?P<escape>\\[nrt])|(?P<signs>{_SIGN}+)"
    r"|(?P<cyrillic>[\u0400-\u052f]+)|(?P<european>[\u0370-\u03ff\u0530-\u05ff]+)|(?P<arabic>[\u0600-\u0dff]+)"
    r"|(?P<indic>[\u0e00-\u1fff]+)"
    r"|(?P<hiragana>[\u3041-\u309f])|(?P<katakana>[\u30a0-\u30ff])|(?P<asian>[\u2e80-\u9fff\uac00-\ud7af])"
    r"|(?P<typographic>[\u00a1-\u00bf\u2010-\u203a\u20ac\u2122])"
    r"|(?P<drawn>(?P<line_sign>[\u2500-\u259f])(?P=line_sign)*)"
    r"|(?P<other>(?P<same>[^\x00-\x7f])(?P=same)*)|(?P<control>[\s\S])"
)
# What a piece costs, how many of its letters are free, and what each further one costs: fitted to 90 texts.
_COSTS = {
    "ruler": (0.8, 64, 0.02),
    "digits": (1.03, 0, 0.0),
    "indent": (1.19, 80, 0.02),
    "line": (0.95, 8, 0.07),
    "tabs": (1.0, 16, 0.06),
    "spaces": (1.75, 80, 0.01),
    "gap": (0.77, 0, 0.0),
    "escape": (0.95, 0, 0.0),  # of JSON
    "signs": (1.01, 2, 0.6),
    "cyrillic": (1.28, 2, 0.13),
    "european": (0.96, 2, 0.4),
    "arabic": (0.61, 1, 0.27),
    "indic": (0.76, 1, 0.35),
    "hiragana": (0.8, 0, 0.0),
    "katakana": (0.4, 0, 0.0),
    "asian": (0.78, 0, 0.0),
    "typographic": (0.95, 0, 0.0),
    "drawn": (1.48, 4, 0.05),
    "other": (1.8, 1, 1.0),
    "control": (1.3, 0, 0.0),
}
_SIGNS_OF_JSON = re.compile(
    r'"(?:":|",|}}|},|]]|]:|],|:"|:\[|,"|,\{|,\[|:\{"|:\["|:\[]|},\{"|:"","|,"",")'
    r'|\{},|}",|}}[,"]|}],|},"|},\{"?|\[],|]",|]}"|]},|]],|],["\[]'
    r'|\\"(?:[:,"]|",|:\\"|,\\"|:\{\\")|\\\\"|[{:,}]\\"'
)
"""Runs of more than two signs that are one token: what stands between the names and values of compact JSON."""
_RUNS = {
    letter: each
    for each, letters in ((1 / 8, "afloxAF"), (1 / 4, "bcdehikmrsvyBCEILMOY"), (1 / 16, "X"))
    for letter in letters
}
_RUN = 1 / 2
"""What each letter of a run of one letter costs; of the other letters."""
# Second letters that hardly ever follow the first in words of English, code, French, Spanish, German, Polish,
# Turkish and Czech (under 0.035 % of their pairs each, 2 % together).
_ODD_PAIRS = {
    "a": "ehjoqz", "b": "cdfghkmnpqtvwxz", "c": "bdfgjnpqvwxyz", "d": "bcfghjkmnpqtvwxyz", "e": "hjuz",
    "f": "bcdghjkmnpqvwxyz", "g": "bcdfjkmpqtvwxyz", "h": "bcdfgjklmnpqsvwxyz", "i": "hjkquwy",
    "j": "abcdfghiklmnopqrtuvwxyz", "k": "abcdfghjmnopqrtuvwxyz", "l": "bcghjkmnqrvwxz",
    "m": "cfghjknqrvwxyz", "n": "bhjmqrwxz", "o": "hjqxyz", "p": "bcdfghjkmnqvwxz",
    "q": "abcdefghijklmnoprstvwxyz", "r": "bhjpqwxz", "s": "bdfjnqvwxz", "t": "bgjknqvxz",
    "u": "hjkoqvwxyz", "v": "bcdfghjklmnopqrstuwxyz", "w": "bcdfgjklmpqtuvxyz",
    "x": "abdfghjklmnoqrsuvwyz", "y": "abcdfghijklmqruvwxz", "z": "abcdfghjklmnopqrstuvwxy",
}  # fmt: skip
_ODD_PAIR = re.compile("|".join(f"{first}[{others}]" for first, others in _ODD_PAIRS.items()), re.I)
_BESIDE = re.compile(r"[^\x00-\x7f]")


class _Unknown(NamedTuple):
    """What a word costs that is not one token."""

    word: float
    letter: float
    odd: float
    """The first pair of letters that no language puts together; each further one is ``_MORE_ODD``."""
    beside: float
    """Each letter that is not of ASCII."""


# Fitted to 13 000 such words of 16 languages and 90 files.
_LOWER_WORD = _Unknown(1.12, 0.146, 0.22, 0.21)
_TITLE_WORD = _Unknown(1.43, 0.112, 0.3, 0.58)
_UPPER_WORD = _Unknown(0.56, 0.275, 0.7, 0.89)
_MORE_ODD = 0.82
_JOINED, _JOINED_KNOWN = 0.4, 1.86
"""Behind a sign that is of one piece with a word: more, and all of it where the word alone is known."""

PLACES = 1 << 20
"""Bits of the filter."""
_SLICE = 2_000
_SLICES = 8
SAMPLED = _SLICE * _SLICES
"""Characters that are looked at of a text, however long."""
TOKENIZER = "o200k_base"
"""Whose count is estimated."""


def estimate(text: str) -> int:
    """About how many tokens ``text`` is; of a long one, samples are counted (1 ms for any length)."""
    return math.ceil(cost(text))


def cost(text: str) -> float:
    """``estimate`` of what is a part: not rounded up, or a thousand numbers were a thousand tokens more."""
    if len(text) <= SAMPLED:
        return _cost(text)
    step = (len(text) - _SLICE) / (_SLICES - 1)
    starts = [int(number * step) for number in range(_SLICES)]
    sampled = sum(_cost(text[start : start + _SLICE]) for start in starts)
    return sampled / SAMPLED * len(text)


@cache
def _pieces() -> re.Pattern[str]:
    """Compiled with the first text that is counted: 3 ms, which no start waits for."""
    return re.compile(_PIECE)


def _cost(text: str) -> float:
    cost = 0.0
    words: list[str] = []
    for found in _pieces().finditer(text):
        kind = found.lastgroup
        if kind == "word":
            words.append(found[0])
        elif kind == "run":
            cost += (found.end() - found.start()) * _RUNS.get(found["letter"], _RUN)
        elif kind is not None:
            piece, free, further = _COSTS[kind]
            cost += piece
            if further and not (kind == "signs" and _SIGNS_OF_JSON.fullmatch(found[0])):
                cost += further * max(0, found.end() - found.start() - free)
    for word, times in Counter(words).items():
        cost += times * _cost_of_word(word)
    return cost


def _cost_of_word(word: str) -> float:
    """With the space or sign in front of it that is of one piece with it."""
    if _is_known(word):
        return 1.0
    is_joined = not word[0].isalpha() and word[0] != " "
    letters = word[1:] if is_joined or word[0] == " " else word
    if is_joined and _is_known(letters):
        return _JOINED_KNOWN
    if letters.isupper() and len(letters) > 1:
        costs = _UPPER_WORD
    else:
        costs = _TITLE_WORD if letters[:1].isupper() else _LOWER_WORD
    cost = costs.word + costs.letter * len(letters)
    odd = len(_ODD_PAIR.findall(letters))
    if odd:
        cost += costs.odd + _MORE_ODD * (odd - 1)
    if not letters.isascii():
        cost += costs.beside * len(_BESIDE.findall(letters))
    return cost + _JOINED if is_joined else cost


def _is_known(word: str) -> bool:
    bits = _known_words()
    first, second = places_of(word)
    return bool(bits[first >> 3] >> (first & 7) & 1 and bits[second >> 3] >> (second & 7) & 1)


def places_of(word: str) -> tuple[int, int]:
    """The two bits of a word in the filter."""
    spread = zlib.crc32(word.encode("utf-8", "replace"))
    return spread & PLACES - 1, spread >> 12


def words_of(text: str) -> list[str]:
    """The pieces that are words, each with the space or sign that is of one piece with it."""
    return [found[0] for found in _pieces().finditer(text) if found.lastgroup == "word"]


@cache
def _known_words() -> bytes:
    return Path(__file__).with_name("known_words.bin").read_bytes()
