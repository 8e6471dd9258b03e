"""Makes workbench/text/known_words.bin: which words are one token of o200k_base (text/tokens.py).

``python docs/make_known_words.py FOLDER…``: folders with texts of many kinds, code and languages. Words of these
that toktok counts as one token are added to the filter; what is in it stays. Needs the development dependencies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import toktok

from workbench.text import tokens

_FILE = Path(tokens.__file__).with_name("known_words.bin")
_MOST = 300_000
"""Bytes of a file that is looked at."""


def words_in(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.stat().st_size <= _MOST:
            yield from tokens.words_of(file.read_text("utf-8", "ignore"))


def main() -> None:
    seen: set[str] = set()
    for folder in sys.argv[1:]:
        seen.update(words_in(Path(folder)))
    words = sorted(seen)
    counts = toktok.batch_count(words, tokens.TOKENIZER)
    bits = bytearray(_FILE.read_bytes() if _FILE.exists() else bytes(tokens.PLACES >> 3))
    for word, count in zip(words, counts, strict=True):
        if count == 1:
            for place in tokens.places_of(word):
                bits[place >> 3] |= 1 << (place & 7)
    _FILE.write_bytes(bits)
    filled = sum(byte.bit_count() for byte in bits) / tokens.PLACES
    print(
        f"{counts.count(1)} of {len(words)} words are one token; {filled:.0%} of the places are taken"
    )


if __name__ == "__main__":
    main()
