"""The folders that Workbench owns, and the files that come with it."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

from workbench.util.here import expanded

_DIRS = PlatformDirs("workbench", appauthor=False)
_PACKAGE = Path(__file__).resolve().parents[1]

SCRIPT_SUFFIXES = (".js", ".ts")
"""Where both are there, a name without one is the first."""


def config_dir() -> Path:
    """The user's configuration folder (themes and workbench.toml live here)."""
    return Path(_DIRS.user_config_dir)


def data_dir(chosen: str | os.PathLike[str] | None = None) -> Path:
    """Where history and logs live: ``--data-dir``, else ``WORKBENCH_DATA_DIR``, else the user's."""
    if chosen is not None:
        return expanded(chosen)
    from_environment = os.environ.get("WORKBENCH_DATA_DIR")
    if from_environment:
        return expanded(from_environment)
    return Path(_DIRS.user_data_dir)


def make_private(folder: Path) -> Path:
    """Create ``folder`` readable by its owner only, and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def bundled(name: str) -> Path:
    """A folder that ships with Workbench: ``sample_scripts`` or ``themes``.

    In a wheel it is inside the package, in a checkout beside it.
    """
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
