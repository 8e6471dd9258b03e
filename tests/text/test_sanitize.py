"""What is shown of outside text, and what of it stays."""

from __future__ import annotations

import json
import sys

import pytest

from tests.support.hostile import HOSTILE, unsafe_in
from workbench.text.sanitize import clean, clean_json, clean_line, without_styles

EVERYTHING = "".join(chr(code) for code in range(sys.maxunicode + 1))
BELONGS = (
    "👩‍👩‍👧 family",
    "❤️ and ❤︎",
    "1️⃣ keycap",
    "👍🏽 skin",
    "می‌خواهم",  # Persian: zero width non-joiner
    "क्‍ष",  # Devanagari: zero width joiner
)


def test_no_character_of_unicode_passes_that_a_terminal_obeys_or_hides() -> None:
    seen = {
        # Of category Cf too: signs that enclose numbers, and marks of hieroglyphs.
        *("U+0600", "U+0601", "U+0602", "U+0603", "U+0604", "U+0605", "U+06DD", "U+070F", "U+0890"),
        *("U+0891", "U+08E2", "U+110BD", "U+110CD"),
        *(f"U+{code:04X}" for code in range(0x13430, 0x13440)),
    }
    assert set(unsafe_in(clean(EVERYTHING))) <= seen


def test_what_is_unsafe_leaves_a_visible_sign() -> None:
    assert clean("a\x1b[31m\x7f\x9b") == "a␛[31m␡�"
    assert clean("a\u200bb\u202ec\u2028d\U000e0041e") == "a�b�c�d�e"
    assert clean_line("a\nb\tc\u2028") == "a⏎b c�"
    assert clean_line("abcdef", 4) == "abc…"


@pytest.mark.parametrize("text", BELONGS)
def test_what_belongs_to_a_visible_sign_stays(text: str) -> None:
    assert clean(text) == text
    assert clean_json(json.dumps(text, ensure_ascii=False)) == json.dumps(text, ensure_ascii=False)


@pytest.mark.parametrize(
    "text", ["\u200d", "a\u200db", "👩\u200dx", "x\ufe0f", "❤\ufe0f\ufe0f\ufe0e"]
)
def test_what_only_seems_to_belong_does_not(text: str) -> None:
    assert "�" in clean(text)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "latin-1"])
def test_json_keeps_its_value_and_fits_every_encoding(encoding: str) -> None:
    for value in (HOSTILE, *BELONGS, EVERYTHING.encode("utf-8", "ignore").decode()):
        text = clean_json(json.dumps({value: value}, ensure_ascii=False), encoding)
        assert json.loads(text.encode(encoding)) == {value: value}
        assert clean(text) == text


def test_colours_go_and_what_else_a_terminal_obeys_stays_to_be_shown() -> None:
    assert without_styles("\x1b[38;2;225;80;80;1m×\x1b[0m \x1b[32mok\x1b[m\x1b[K") == "× ok"
    hidden = "\x1b[2J\x1b]0;title\x07\x1b[1A"
    assert without_styles(hidden) == hidden
