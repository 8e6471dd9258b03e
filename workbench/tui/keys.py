"""``workbench keys``: the commands and their keys, as text or JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TextIO

from workbench.text.sanitize import clean_line
from workbench.tui.commands import TITLES, in_force, keymap, shown


def write_keys(own: Mapping[str, str], *, as_json: bool, out: TextIO | None = None) -> None:
    """Write every command with its keys; problems of the ``[keys]`` table go to stderr."""
    out = out if out is not None else sys.stdout
    rows = list(in_force(own))
    if as_json:
        values = [
            {
                "id": command.id,
                "keys": keys,
                "title": command.title,
                "help": command.help or command.title,
                "place": command.place,
            }
            for command, keys in rows
        ]
        out.write(json.dumps(values) + "\n")
    else:
        width = max(len(shown(keys)) for _, keys in rows)
        wide = max(len(command.id) for command, _ in rows)
        for command, keys in rows:
            said = command.help or f"{command.title} ({TITLES[command.place].lower()})"
            out.write(f"{shown(keys):{width}}  {command.id:{wide}} {said}\n")
    for problem in keymap(own)[1]:
        sys.stderr.write(f"workbench: {clean_line(problem)}\n")
