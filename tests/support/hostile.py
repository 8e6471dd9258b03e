"""A text that tries everything a terminal could obey or hide, and the look at what came out."""

from __future__ import annotations

import unicodedata

FORGED = "FORGED"
HOSTILE_LINE = (
    "\x1b]52;c;aGk=\x07\x1b[31mred\x9b2J\x7f\x08"  # ESC, BEL, C1, DEL, backspace
    "\u202eturned\u2066\u200f\u061c"  # bidirectional
    "\u200bzero\u2060width\ufeff\u00ad\U000e0041\U000e0042\ufe01"  # unseen
    "\u2028\u2029\x85\x0b\x0c"  # lines, for some
)
"""On one line, as most take it."""
HOSTILE = f"{HOSTILE_LINE}\r\n{FORGED}: all is well"


def unsafe_in(text: str) -> list[str]:
    """The characters of a text that no output may hold, by Unicode's own categories."""
    return sorted(
        {
            f"U+{ord(sign):04X}"
            for sign in text
            if sign not in "\n\t"
            and (unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") or sign == "\ufe01")
        }
    )
