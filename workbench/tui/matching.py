"""How well a text fits what somebody types: in words, at their beginnings, inside, or as a subsequence."""

from __future__ import annotations

import re

_WORD_START = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9])|(?<=[a-z])(?=[A-Z])")


SCATTERED = 3
"""From so many points on a word was found only as letters in their order."""


def score(typed: str, text: str) -> int | None:
    """0 is best; None: it does not fit. Every word that is typed must be found, in any order."""
    total = 0
    for word in typed.lower().split():
        found = _score_of_word(word, text)
        if found is None:
            return None
        total += found
    return total


def _score_of_word(word: str, text: str) -> int | None:
    lower = text.lower()
    place = lower.find(word)
    if place == 0:
        return 0
    if place > 0:
        starts = {found.start() for found in _WORD_START.finditer(text)}
        found_at_start = any(lower.startswith(word, start) for start in starts)
        return 1 if found_at_start else 2
    gaps = _gaps(word, lower)
    return None if gaps is None else SCATTERED + gaps


def _gaps(word: str, text: str) -> int | None:
    """How many times the letters of a word are apart in a text that has them in this order."""
    gaps, at = 0, -1
    for letter in word:
        place = text.find(letter, at + 1)
        if place < 0:
            return None
        gaps += place != at + 1
        at = place
    return gaps
