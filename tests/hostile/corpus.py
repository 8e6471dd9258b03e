"""The corpus of hostile scripts as data: a file a kind, each case its expected end and its text.

A case begins with a line ``//= ok JSON``, ``//= CODE`` or ``//= CODE|CODE`` with a part of the message
behind it; what follows up to the next is the script. ``<<repeat "x" 1000>>`` stands for a long text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from workbench.core.model import Execution

FOLDER = Path(__file__).parent / "scripts"
_REPEAT = re.compile(r'<<repeat ("(?:[^"\\]|\\.)*") (\d+)>>')


@dataclass(frozen=True)
class Case:
    """A script and how it must end."""

    where: str
    script: str
    ends: tuple[str, ...]
    said: str
    """Of ``ok``: the value as JSON, or empty for any. Else a part of the message."""

    def wrong(self, execution: Execution) -> str | None:
        """How the execution did not end as it must, in words."""
        ended = "ok" if execution.error is None else str(execution.error.code)
        message = "" if execution.error is None else execution.error.message
        told = f"{self.where}: {self.script[:80]!r} ended with {ended} {message[:200]!r}"
        if ended not in self.ends:
            return f"{told}, not with {' or '.join(self.ends)}"
        if ended == "ok" and self.said and execution.value != json.loads(self.said):
            return f"{told} and gave {execution.value!r}, not {self.said}"
        if ended != "ok" and self.said not in message:
            return f"{told}, without {self.said!r}"
        return None


def kinds() -> list[str]:
    """The names of the files."""
    return sorted(path.stem for path in FOLDER.glob("*.js"))


def cases(kind: str) -> list[Case]:
    """The cases of one file."""
    path = FOLDER / f"{kind}.js"
    found: list[Case] = []
    head: tuple[int, str] | None = None
    lines: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "//="], 1):
        if not line.startswith("//="):
            lines.append(line)
            continue
        if head is not None:
            ends, _, said = head[1].partition(" ")
            script = _REPEAT.sub(
                lambda match: str(json.loads(match[1])) * int(match[2]), "\n".join(lines)
            )
            found.append(Case(f"{path.name}:{head[0]}", script, tuple(ends.split("|")), said))
        head, lines = (number, line.removeprefix("//=").strip()), []
    return found
