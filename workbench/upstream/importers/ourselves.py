"""Whether a server of another client is Workbench: a Workbench that imports itself starts itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

_NAMES = ("workbench", "workbench-mcp")
_LAUNCHERS = re.compile(
    r"(?:python|pypy)[\d.]*|py|uvx?|pipx|poetry|hatch|pdm|rye|pixi|env|nice|cmd|sh|bash|zsh|fish|dash|npx"
    r"|powershell|pwsh|sudo|wsl|docker|podman"
)


def is_workbench(command: str, args: Sequence[str]) -> bool:
    """Whether this starts a served Workbench, by itself or through another program."""
    words = [word for text in (command, *args) for word in text.split()]
    if "--serve" not in words:
        return False
    programs = [_program(word) for word in words]
    if programs[0] in _NAMES:
        return True
    if not _LAUNCHERS.fullmatch(programs[0]):
        return False
    return any(program in _NAMES for program in programs)


def _program(word: str) -> str:
    """``C:\\tools\\Workbench.EXE`` and ``/usr/bin/workbench`` are ``workbench``."""
    name = PureWindowsPath(PurePosixPath(word.strip("\"'")).name).name.lower()
    return name.removesuffix(".exe").partition("@")[0].partition("==")[0].partition("[")[0]
