"""Starting Python programs of our own: the folder that we were called in is not where they come from."""

from __future__ import annotations

import os
import sys

from workbench.util.here import here


def own_module(name: str) -> list[str]:
    """The command that runs a module of ours.

    ``-P``: without it ``python -m`` looks into the current folder first, and a ``json.py`` in a cloned
    repository would be executed.
    """
    return [sys.executable, "-P", "-m", name]


def forget_current_folder() -> None:
    """For a module that was started by somebody's own ``python -m``: import nothing more from there."""
    if sys.flags.safe_path or not sys.path or sys.path[0] not in ("", str(here())):
        return
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if os.path.realpath(sys.path[0] or str(here())) != os.path.realpath(root):
        del sys.path[0]
