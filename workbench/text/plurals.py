"""Numbers of things in words."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """``1 call``, ``31 calls``, ``1,024 entries``: a noun in the singular, and how many of it."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """``call`` → ``calls``, ``entry`` → ``entries``; one that ends with an s already stays."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun if noun.endswith("s") else noun + "s"


def agrees(number: int, verb: str) -> str:
    """The verb for so many of a thing: ``differs`` of one, ``differ`` of two."""
    return f"{verb}s" if number == 1 else verb
