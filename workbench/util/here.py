"""The folder that we run in, also where it is gone: a worktree that was removed, a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path


def here() -> Path:
    """The working folder; of one that is no longer there what it was called, so that nothing is found in it."""
    try:
        return Path(os.getcwd())  # noqa: TID251
    except FileNotFoundError:
        return Path(os.environ.get("PWD") or os.devnull)
