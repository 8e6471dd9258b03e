"""How many tokens a text is for a model: an estimate of o200k_base, the tokenizer of GPT-4o and later.

No vocabulary is shipped: the text is cut into pieces as that tokenizer cuts it, and each kind of piece counts
what such pieces cost on average, more where its letters are of no language's words. Within 15 % on prose, code,
logs and JSON, within 40 % on texts without words (tests/text/test_tokens.py).
"""

from __future__ import annotations

import math
import re

_SIGN = r"[!-/:-@\[-`{-~]"
_PIECE = re.compile(
    r"(?P<run>(?P<letter>[A-Za-z])(?P=letter){15,}+)|(?P<ruler>(?P<sign>[-=*#_.~/])(?P=sign){7,}+)"
    r"|(?P<accented>[A-Za-z]{0,30}+[\u00c0-\u024f\u1e00-\u1eff][A-Za-z\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]*)"
    r"|(?P<upper>[A-Z]+(?![a-z]))|(?P<word>[A-Z]?[a-z]+)|(?P<digits>[0-9]{1,3})"
    r"|(?P<indent>[ \t]*+[\r\n]++[ \t]++)|(?P<line>[ \t]*+[\r\n]++)|(?P<tabs>\t{9,}+)|(?P<spaces>[ \t]{2,}+)"
    rf"|(?P<gap> (?=[0-9]))| |(?P<escape>\\[nrt])"
    rf"|(?P<joined>(?<!{_SIGN}){_SIGN}(?=[A-Za-z]))|(?P<signs>{_SIGN}+)"
    r"|(?P<cyrillic>[\u0400-\u052f]+)|(?P<european>[\u0370-\u03ff\u0530-\u05ff]+)|(?P<arabic>[\u0600-\u0dff]+)"
    r"|(?P<indic>[\u0e00-\u1fff]+)"
    r"|(?P<asian>[\u2e80-\u9fff\uac00-\ud7af])|(?P<drawn>(?P<line_sign>[\u2014\u2026\u2500-\u259f])(?P=line_sign)*)"
    r"|(?P<other>(?P<same>[^\x00-\x7f])(?P=same)*)|(?P<control>[\s\S])"
)
# What a piece costs, how many of its letters are free, and what each further one costs: fitted to 90 texts.
_COSTS = {
    "run": (3.0, 16, 0.13),
    "ruler": (0.8, 64, 0.02),
    "accented": (0.7, 2, 0.35),
    "upper": (1.26, 8, 0.57),
    "word": (1.03, 6, 0.01),
    "digits": (1.03, 0, 0.0),
    "indent": (1.19, 80, 0.02),
    "line": (0.95, 8, 0.07),
    "tabs": (1.0, 16, 0.06),
    "spaces": (1.75, 80, 0.01),
    "gap": (0.77, 0, 0.0),
    "escape": (0.95, 0, 0.0),  # of JSON
    "joined": (0.23, 0, 0.0),  # most such signs are of one token with the word behind them
    "signs": (1.01, 2, 0.6),
    "cyrillic": (1.28, 2, 0.13),
    "european": (0.96, 2, 0.4),
    "arabic": (0.61, 1, 0.27),
    "indic": (0.76, 1, 0.35),
    "asian": (0.75, 0, 0.0),
    "drawn": (1.48, 4, 0.05),
    "other": (1.8, 1, 1.0),
    "control": (1.3, 0, 0.0),
}
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
_ODD_PAIR = "|".join(f"{first}[{others}]" for first, others in _ODD_PAIRS.items())
# With a further one in the same word: a single one is that of `ctx`, which is one token.
_ODD_LETTERS = re.compile(rf"(?:{_ODD_PAIR})(?=[a-z]{{0,6}}?(?:{_ODD_PAIR}))")
_ODD_CAPITALS = re.compile(_ODD_LETTERS.pattern.upper())
_ODD_LETTER, _ODD_CAPITAL = 1.3, 0.47
_WORDS = ("word", "upper")
_LONG = 20
_MIXED, _REPEATED = 0.38, 0.13
"""Of each further letter of what is longer."""

_SLICE = 2_000
_SLICES = 8
SAMPLED = _SLICE * _SLICES
"""Characters that are looked at of a text, however long."""
TOKENIZER = "o200k_base"
"""Whose count is estimated."""


def estimate(text: str) -> int:
    """About how many tokens ``text`` is; of a long one, samples are counted (1 ms for any length)."""
    if len(text) <= SAMPLED:
        return math.ceil(_cost(text))
    step = (len(text) - _SLICE) / (_SLICES - 1)
    starts = [int(number * step) for number in range(_SLICES)]
    sampled = sum(_cost(text[start : start + _SLICE]) for start in starts)
    return math.ceil(sampled / SAMPLED * len(text))


def _cost(text: str) -> float:
    # Letters that no language puts together are no words of a vocabulary.
    cost = _ODD_LETTER * len(_ODD_LETTERS.findall(text))
    cost += _ODD_CAPITAL * len(_ODD_CAPITALS.findall(text))
    for found in _PIECE.finditer(text):
        kind = found.lastgroup
        if kind is None:  # a single space belongs to the word behind it
            continue
        piece, free, further = _COSTS[kind]
        cost += piece
        if further:
            length = found.end() - found.start()
            if length > _LONG and kind in _WORDS:
                cost += _cost_of_long(found[0])
            else:
                cost += further * max(0, length - free)
    return cost


def _cost_of_long(word: str) -> float:
    """Past the letters of any word of a language: a sequence, unless most of it is one letter."""
    middle = word[len(word) // 2]
    each = _REPEATED if 2 * word.count(middle) > len(word) else _MIXED
    return 3.4 + each * (len(word) - _LONG)
