"""A Workbench that is a server of a Workbench: told apart, so that it never starts itself without end.

Every server process is given the configuration files of the Workbenches above it. One that would serve a
configuration which is already among them would start itself again, and that one itself again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "WORKBENCH_STARTED_BY"
_DEEPEST = 4


def marker(environ: Mapping[str, str], config_file: Path | None) -> str:
    """What ``VARIABLE`` says to the servers that this Workbench starts."""
    above = _above(environ)
    return os.pathsep.join([*above, _name(config_file)])


def refusal(environ: Mapping[str, str], config_file: Path | None) -> str | None:
    """Why this Workbench must not serve, or None."""
    above = _above(environ)
    if config_file is not None and _name(config_file) in above:
        return (
            f"this Workbench was started as a server of one that uses the same {config_file}, and would "
            "start itself again and again: it serves nothing. Remove the server that is Workbench itself "
            "from that file, or give it another file with --config"
        )
    if len(above) >= _DEEPEST:
        return (
            f"{len(above)} Workbenches started one another, each as a server of the one before: this one "
            "serves nothing"
        )
    return None


def _above(environ: Mapping[str, str]) -> list[str]:
    return [name for name in environ.get(VARIABLE, "").split(os.pathsep) if name]


def _name(config_file: Path | None) -> str:
    return str(config_file.resolve()) if config_file is not None else "-"
