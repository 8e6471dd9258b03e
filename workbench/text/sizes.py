"""How much a text is, in bytes of UTF-8: what every limit counts."""

from __future__ import annotations

MOST_WHOLE = (1 << 63) - 1
"""The largest whole number that SQLite and C hold: what is counted, or limits a count, is no larger."""


def size_of(text: str) -> int:
    """Bytes of UTF-8; a lone surrogate counts as the U+FFFD that it becomes."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-8", "surrogatepass"))


def cut_to(text: str, most: int) -> str:
    """The text where it has at most so many bytes, else its beginning and, if that fits, how much there was.

    (As ``sanitize.cut`` says it: text.secrets knows a cut text by that.)
    """
    if len(text) <= most and size_of(text) <= most:
        return text
    said = f"… (cut: {len(text)} characters)"
    room = most - size_of(said)
    if room < 0:
        said, room = "", most
    kept = text[:room].encode("utf-8", "surrogatepass")[:room].decode("utf-8", "ignore")
    return kept + said
