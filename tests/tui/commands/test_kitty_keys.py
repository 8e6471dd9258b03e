"""Every key of ours is itself also where a terminal tells keys by kitty's protocol (an American keyboard)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.events import Key

from workbench.tui.commands import BY_ID
from workbench.tui.textual_private.key_parser import KeyParser

_HELD = {"shift": 1, "alt": 2, "ctrl": 4}
_LOCKS = (0, 64, 128)
"""None, of capitals, of numbers."""


def _table(text: str) -> dict[str, str]:
    names = text.split()
    return dict(zip(names[::2], names[1::2], strict=True))


_TYPED = _table(
    "slash / minus - equals_sign = full_stop . comma , left_square_bracket [ right_square_bracket ]"
    " underscore _ plus + question_mark ? asterisk * number_sign #"
    " exclamation_mark !"
) | {"space": " "}
_SHIFTED = _table("underscore - plus = question_mark / asterisk 8 number_sign 3 exclamation_mark 1")
"""The key that one presses with shift."""
_OTHERS = _table(
    "escape 27u enter 13u tab 9u backspace 127u delete 3~ left 1D right 1C up 1A down 1B pageup 5~"
    " pagedown 6~ home 1H end 1F f1 1P f2 1Q f3 13~ f4 1S f5 15~ f6 17~ f7 18~ f8 19~ f9 20~ f12 24~"
)
_ONLY_WITHOUT = {"ctrl+@", "ctrl+underscore"}
"""What terminals without the protocol send for ^Space and ^/."""
_KEYS = {
    key for command in BY_ID.values() for key in command.keys.split(",") if key
} - _ONLY_WITHOUT


def sent(key: str) -> Iterator[str]:
    *modifiers, base = key.split("+")
    held = sum(_HELD[each] for each in modifiers)
    if base in _OTHERS:
        number, end = _OTHERS[base][:-1], _OTHERS[base][-1]
        yield from (f"\x1b[{number};{held + lock + 1}{end}" for lock in _LOCKS)
        return
    typed = _TYPED.get(base, base)
    own = _SHIFTED.get(base, typed.lower())
    held |= own != typed
    text = "" if held & 6 else f";{ord(typed)}"
    yield from (f"\x1b[{ord(own)};{held + lock + 1}{text}u" for lock in _LOCKS)


@pytest.mark.parametrize("key", sorted(key for key in _KEYS if "super" not in key))
def test_a_key_that_is_told_by_its_number_does_what_its_name_says(key: str) -> None:
    of_the_same = {
        key,
        *(each for c in BY_ID.values() if key in c.keys.split(",") for each in c.keys.split(",")),
    }
    for sequence in sent(key):
        parser = KeyParser()
        (pressed,) = (
            each for each in (*parser.feed(sequence), *parser.feed("")) if isinstance(each, Key)
        )
        assert pressed.key in of_the_same, sequence
