"""What terminals keep for themselves (docs/terminals.md) leaves a way to everything."""

from __future__ import annotations

import pytest

from workbench.tui.commands import BY_ID

_ARROWS = ("up", "down", "left", "right")
_TAKEN = {
    "Windows Terminal": {
        *(
            "f11",
            "alt+enter",
            "alt+space",
            "alt+f4",
            "ctrl+comma",
            "ctrl+tab",
            "ctrl+plus",
            "ctrl+minus",
        ),
        *("alt+plus", "alt+underscore", "alt+shift+minus", "ctrl+shift+up", "ctrl+shift+down"),
        *("ctrl+shift+home", "ctrl+shift+end", "ctrl+0"),
        *(f"alt+{arrow}" for arrow in _ARROWS),
    },
    "kitty": {f"ctrl+shift+{key}" for key in (*_ARROWS, "home", "end")} | {"ctrl+tab"},
    "Ghostty": {
        *("ctrl+pageup", "ctrl+pagedown", "ctrl+enter", "ctrl+comma"),
        *(f"alt+{number}" for number in range(1, 10)),
        *(f"ctrl+shift+{arrow}" for arrow in _ARROWS),
    },
    "GNOME Terminal": {
        *("f10", "f11", "ctrl+pageup", "ctrl+pagedown"),
        *(f"alt+{number}" for number in range(10)),
    },
    "Konsole": {
        *("f11", "shift+left", "shift+right", "ctrl+pageup", "ctrl+pagedown"),
        *(f"alt+{number}" for number in range(10)),
        *(f"ctrl+shift+{arrow}" for arrow in _ARROWS),
    },
    "WezTerm": {
        "ctrl+pageup",
        "ctrl+pagedown",
        "alt+enter",
        "ctrl+minus",
        "ctrl+equals_sign",
        "ctrl+0",
    },
    "VS Code": {
        *("f1", "f5", "shift+f5", "f6", "shift+f6", "f11", "ctrl+p", "ctrl+e", "ctrl+b", "ctrl+j"),
        *("ctrl+pageup", "ctrl+pagedown"),
        *(f"alt+{number}" for number in range(1, 10)),
    },
    "macOS, where option types signs": {
        *("ctrl+space", "ctrl+@", *(f"ctrl+{arrow}" for arrow in _ARROWS)),
        *(
            key
            for command in BY_ID.values()
            for key in command.keys.split(",")
            if key.startswith("alt+")
        ),
    },
}


@pytest.mark.parametrize("terminal", _TAKEN)
def test_each_terminal_leaves_keys_to_run_stop_save_leave_and_find_the_rest(terminal: str) -> None:
    """The palette has every command by its name: no more is needed."""
    for name in ("palette", "run", "stop", "save", "quit", "jump", "palette-close", "try-send"):
        assert {*BY_ID[name].keys.split(",")} - _TAKEN[terminal], name
