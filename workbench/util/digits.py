"""Whole numbers that somebody wrote: in a schema, an address, a file, a field of a screen."""

from __future__ import annotations

_MOST_DIGITS = 18


def whole(text: str) -> int | None:
    """The number that the digits 0 to 9 write; None: it is none, or has more digits than any number here.

    ``int`` alone raises for what ``str.isdigit`` lets through: "²", and thousands of digits.
    """
    plain = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if plain else None
