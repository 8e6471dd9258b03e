"""Numbers that somebody wrote: in a schema, an address, a file, a message, a field of a screen."""

from __future__ import annotations

import math

_MOST_DIGITS = 18
_MOST_OF_A_FLOAT = 308
_MOST_SHOWN = 40


def whole(text: str) -> int | None:
    """The number that the digits 0 to 9 write; None: it is none, or has more digits than any number here.

    ``int`` alone raises for what ``str.isdigit`` lets through: "²", and thousands of digits.
    """
    plain = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if plain else None


def is_finite(number: float) -> bool:
    """False: NaN, an infinite number, or a whole one that is beyond all floats (a script's numbers)."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def finite(text: str) -> float:
    """The number that stands in a JSON text. Raises ValueError for one that is beyond all floats."""
    number = float(text)
    if math.isinf(number):
        cut = f" ({len(text)} digits)" if len(text) > _MOST_SHOWN else ""
        raise ValueError(f"{text[:_MOST_SHOWN]} is larger than any number can be{cut}")
    return number


def finite_whole(text: str) -> int:
    """``finite`` of a whole number, exact."""
    if len(text) > _MOST_OF_A_FLOAT:
        finite(text)
    return int(text)
