"""Where we are: the folder that we run in, also where it is gone, and the homes that paths begin with."""

from __future__ import annotations

import os
from pathlib import Path


def here() -> Path:
    """The working folder; of one that is no longer there what it was called, so that nothing is found in it."""
    try:
        return Path(os.getcwd())  # noqa: TID251
    except FileNotFoundError:
        return Path(os.environ.get("PWD") or os.devnull)


def expanded(path: str | os.PathLike[str]) -> Path:
    """A path that somebody wrote, ``~`` and ``~user`` as their homes; of a user that is not there as it stands
    (``Path.expanduser`` raises)."""
    return Path(os.path.expanduser(path))


def absolute(path: str | os.PathLike[str]) -> Path:
    """As ``expanded``, from the root on."""
    return here() / expanded(path)
