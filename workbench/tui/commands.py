"""Every command of the terminal UI, declared once.

Footer, command palette, help, key bindings, ``workbench keys`` and the ``[keys]`` table come from
``COMMANDS``. A command runs the action of the same name (``-`` becomes ``_``) of its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.binding import Binding

from workbench.catalogue.suggestions import near_names, suggestion

Place: TypeAlias = Literal["app", "main"]


@dataclass(frozen=True, slots=True)
class Command:
    id: str
    title: str
    """In the palette and in help."""
    help: str
    keys: str = ""
    """Textual's names of keys, comma separated; the first is shown."""
    footer: str | None = None
    """Its short name in the footer; None: not there."""
    group: str = "Run"
    place: Place = "main"
    """``app``: everywhere. ``main``: while the main screen is on top."""

    @property
    def action(self) -> str:
        return self.id.replace("-", "_")


COMMANDS: tuple[Command, ...] = (
    Command("help", "Help", "All keys, those of this pane first.", "f1", "Help", "General", "app"),
    Command(
        "jump",
        "Jump",
        "A mark on panes, tabs and scripts; its key goes there.",
        "f2",
        "Jump",
        "Panes",
    ),
    Command("run", "Run script", "Run the script with its input.", "f5,ctrl+r,ctrl+j", "Run"),
    Command(
        "stop", "Stop run", "End the running script; its worker is killed at once.", "f8", "Stop"
    ),
    Command("next-pane", "Next pane", "Go to the next pane.", "f6", "Pane", "Panes"),
    Command("previous-pane", "Previous pane", "Go to the pane before.", "shift+f6", None, "Panes"),
    Command("zoom", "Zoom pane", "The pane with the cursor alone, or all.", "f7", "Zoom", "Panes"),
    Command(
        "sidebar",
        "Sidebar",
        "Scripts, tools and the last runs; Esc closes.",
        "f9",
        "Sidebar",
        "Panes",
    ),
    Command(
        "grow", "Grow pane", "Wider; a mouse drags the frames.", "ctrl+shift+right", None, "Panes"
    ),
    Command("shrink", "Shrink pane", "Make the pane narrower.", "ctrl+shift+left", None, "Panes"),
    Command("taller", "Taller pane", "Make the pane taller.", "ctrl+shift+down", None, "Panes"),
    Command("lower", "Lower pane", "Make the pane lower.", "ctrl+shift+up", None, "Panes"),
    Command("new", "New script", "An empty script in a new tab.", "ctrl+n", None, "Scripts"),
    Command("open", "Open script", "Open a script by name or path.", "ctrl+o", "Open", "Scripts"),
    Command("save", "Save", "Save the script and its input.", "ctrl+s", "Save", "Scripts"),
    Command("save-as", "Save as", "Save under another name.", "", None, "Scripts"),
    Command("close", "Close script", "Close this tab.", "ctrl+w", None, "Scripts"),
    Command("next-script", "Next script", "The next tab.", "ctrl+pagedown", None, "Scripts"),
    Command("previous-script", "Previous script", "Tab before.", "ctrl+pageup", None, "Scripts"),
    Command("editor", "Edit in $EDITOR", "This pane's text in $VISUAL or $EDITOR.", "f4"),
    Command("inputs", "Inputs", "Take another of the script's inputs.", "", None, "Scripts"),
    Command("keep-input", "Keep input as", "Keep this input under a name.", "", None, "Scripts"),
    Command("format-input", "Format input", "Indent the input JSON.", "", None, "Scripts"),
    Command("next-problem", "Go to the problem", "The line of the error.", "", None, "Run"),
    Command(
        "schema",
        "Schema of the call",
        "What is known of the tool at the cursor.",
        "f12,alt+i",
        None,
        "Scripts",
    ),
    Command(
        "replay-edited",
        "Replay edited script",
        "Run the script as it is now against the record of its last run, offline.",
        "ctrl+l",
        "Replay",
    ),
    Command("divergence", "Show divergence", "Where the last replay left its record."),
    Command("replay", "Replay a run", "Step through a recorded run.", "", None, "Screens"),
    Command("history", "History", "What ran before.", "ctrl+t", "History", "Screens"),
    Command(
        "watch",
        "Watch",
        "Follow the newest run of an agent or a command line.",
        "alt+w",
        None,
        "Screens",
    ),
    Command(
        "tools", "Tools", "Servers and their tools; insert a call.", "alt+t", "Tools", "Screens"
    ),
    Command("settings", "Settings", "Limits and other settings.", "alt+s", "Settings", "Screens"),
    Command(
        "palette", "Commands", "Every command by name.", "ctrl+p", "Commands", "General", "app"
    ),
    Command("quit", "Quit", "Leave Workbench.", "ctrl+q", "Quit", "General", "app"),
)
FOOTER_ORDER = (
    *(
        "help",
        "run",
        "stop",
        "jump",
        "history",
        "tools",
        "settings",
        "replay-edited",
        "save",
        "open",
    ),
    *("sidebar", "next-pane", "zoom", "palette", "quit"),
)
"""What the line of keys has room for last is left out first."""
_BY_ID = {command.id: command for command in COMMANDS}
_FUNCTION_KEY = re.compile(r"f\d{1,2}")
_KEY_NAMES = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "slash": "/", "asterisk": "*", "minus": "-",
    "plus": "+", "full_stop": ".", "comma": ",", "question_mark": "?", "escape": "Esc",
    "enter": "Enter", "space": "Space", "home": "Home", "end": "End", "delete": "Del",
    "pageup": "PgUp", "pagedown": "PgDn", "left_square_bracket": "[", "right_square_bracket": "]",
    "backspace": "Backspace", "number_sign": "#", "underscore": "_", "equals_sign": "=", "tab": "Tab",
}  # fmt: skip
_SENT_FOR_OTHERS = ("ctrl+@", "ctrl+underscore")
"""What terminals send for ctrl+space and ctrl+slash."""


def bindings(place: Place) -> list[Binding]:
    """The bindings of a place. All have priority: an editor's own keys must not hide them."""
    return [
        Binding(
            command.keys,
            command.action,
            command.footer or command.title,
            show=command.footer is not None,
            priority=True,
            id=command.id,
        )
        for command in COMMANDS
        if command.place == place and command.keys
    ]


def keymap(own: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The usable part of the ``[keys]`` table, and what is wrong with the rest."""
    good: dict[str, str] = {}
    problems = []
    taken = {
        key: command.id
        for command in COMMANDS
        if command.id not in own
        for key in _split(command.keys)
    }
    for name, keys in own.items():
        command = _BY_ID.get(name)
        if command is None:
            near = near_names(name, _BY_ID)
            problems.append(f"keys.{name}: no such command{suggestion(near, _BY_ID, 'there are')}")
            continue
        clashes = [f"{key} is taken by {taken[key]}" for key in _split(keys) if key in taken]
        if clashes:
            problems.append(f"keys.{name}: {'; '.join(clashes)}")
            continue
        taken.update(dict.fromkeys(_split(keys), name))
        good[name] = keys
    return good, problems


def in_force(own: Mapping[str, str]) -> Iterable[tuple[Command, str]]:
    """Every command with the keys it has after the ``[keys]`` table."""
    good, _ = keymap(own)
    return [(command, good.get(command.id, command.keys)) for command in COMMANDS]


def shown(keys: str) -> str:
    """Keys as people write them: ``f5,ctrl+r`` is ``F5, ^r``."""
    return ", ".join(
        _one_shown(key)
        for key in _split(keys)
        if key not in _SENT_FOR_OTHERS and not key.startswith("super+")
    )


def _one_shown(key: str) -> str:
    *modifiers, name = key.split("+")
    name = name.upper() if _FUNCTION_KEY.fullmatch(name) else _KEY_NAMES.get(name, name)
    return "".join("^" if one == "ctrl" else f"{one}+" for one in modifiers) + name


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]
