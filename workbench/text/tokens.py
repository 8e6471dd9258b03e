"""How many tokens a text is for a model: an estimate of o200k_base, the tokenizer of GPT-4o and later.

No vocabulary is shipped: the text is cut into pieces as that tokenizer cuts it, and each kind of piece counts
what such pieces cost on average. Within 15 % on prose, code and JSON (tests/text/test_tokens.py).
"""

from __future__ import annotations

import math
import re

_PIECE = re.compile(
    r"(?P<run>(?P<letter>[A-Za-z])(?P=letter){15,}+)|(?P<ruler>(?P<sign>[-=*#_.~/])(?P=sign){7,}+)"
    r"|(?P<upper>[A-Z]+(?![a-z]))|(?P<word>[A-Z]?[a-z]+)|(?P<digits>[0-9]{1,3})"
    r"|(?P<indent>[ \t]*+[\r\n]++[ \t]++)|(?P<line>[ \t]*+[\r\n]++)|(?P<tabs>\t{9,}+)|(?P<spaces>[ \t]{2,}+)"
    r"|(?P<gap> (?=[0-9]))"
    r"| |(?P<signs>[!-/:-@\[-`{-~]+)|(?P<european>[\u00c0-\u024f\u0370-\u05ff]+)|(?P<indic>[\u0600-\u1fff]+)"
    r"|(?P<asian>[\u2e80-\u9fff\uac00-\ud7af])|(?P<drawn>(?P<line_sign>[\u2014\u2026\u2500-\u259f])(?P=line_sign)*)"
    r"|(?P<other>(?P<same>[^\x00-\x7f])(?P=same)*)|(?P<control>[\s\S])"
)
# What a piece costs, how many of its letters are free, and what each further one costs: fitted to 37 texts.
_COSTS = {
    "run": (3.0, 16, 0.13),
    "ruler": (1.0, 64, 0.02),
    "upper": (1.3, 14, 0.55),
    "word": (1.01, 6, 0.12),
    "digits": (1.1, 0, 0.0),
    "indent": (1.2, 80, 0.02),
    "line": (0.88, 8, 0.08),
    "tabs": (1.0, 16, 0.06),
    "spaces": (1.5, 80, 0.01),
    "gap": (1.0, 0, 0.0),
    "signs": (0.73, 2, 0.46),
    "european": (0.55, 3, 0.61),
    "indic": (0.6, 1, 0.6),
    "asian": (0.73, 0, 0.0),
    "drawn": (1.0, 4, 0.1),
    "other": (1.3, 1, 1.0),
    "control": (1.3, 0, 0.0),
}
_WORDS = ("word", "upper")
_LONG = 20
_MIXED, _REPEATED = 0.54, 0.13
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
    cost = 0.0
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
    return 3.5 + each * (len(word) - _LONG)
