"""Keys as people write them: ``f5,ctrl+r`` is ``F5, ^r``."""

from __future__ import annotations

import re
import unicodedata

_FUNCTION_KEY = re.compile(r"f\d{1,2}")
_KEY_NAMES = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "slash": "/", "asterisk": "*", "minus": "-",
    "plus": "+", "full_stop": ".", "comma": ",", "question_mark": "?", "escape": "Esc",
    "enter": "Enter", "space": "Space", "home": "Home", "end": "End", "delete": "Del",
    "pageup": "PgUp", "pagedown": "PgDn", "left_square_bracket": "[", "right_square_bracket": "]",
    "backspace": "Backspace", "number_sign": "#", "underscore": "_", "equals_sign": "=", "tab": "Tab",
}  # fmt: skip
_SENT_FOR_OTHERS = ("ctrl+@", "ctrl+underscore", "alt+shift+minus", "alt+shift+equals_sign")
"""For ctrl+space and ctrl+slash; by kitty's protocol for alt+underscore and alt+plus."""


def shown(keys: str) -> str:
    """Keys as people write them: ``f5,ctrl+r`` is ``F5, ^r``."""
    return ", ".join(
        _one_shown(key)
        for key in split(keys)
        if key not in _SENT_FOR_OTHERS and not key.startswith("super+")
    )


def _one_shown(key: str) -> str:
    *modifiers, name = key.split("+")
    if "shift" in modifiers and len(name) == 1 and name.isalpha():
        modifiers.remove("shift")
        name = name.upper()
    name = name.upper() if _FUNCTION_KEY.fullmatch(name) else _sign(name)
    return "".join("^" if one == "ctrl" else f"{one}+" for one in modifiers) + name


def _sign(name: str) -> str:
    """``exclamation_mark`` is ``!``: Textual calls signs as Unicode does."""
    if name in _KEY_NAMES:
        return _KEY_NAMES[name]
    try:
        sign = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return name
    return sign if sign.isascii() else name


def split(keys: str) -> list[str]:
    """Keys as Textual names them, one by one: ``alt+J`` as people write it is ``alt+shift+j``."""
    return [_as_sent(key.strip()) for key in keys.split(",") if key.strip()]


def _as_sent(key: str) -> str:
    *modifiers, name = key.split("+")
    if not modifiers or len(name) != 1 or name == name.lower():
        return key
    return "+".join([*sorted({*modifiers, "shift"}), name.lower()])
