"""Build hook of hatchling: the commit that is built goes into the package as ``workbench/_commit``.

``workbench --version`` tells it. In a source distribution the file is there already; without git and without
``WORKBENCH_COMMIT`` there is none.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the file to wheels and source distributions, not to editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds."""
        root = Path(self.root)
        commit = os.environ.get("WORKBENCH_COMMIT") or _of_git(root)
        if version == "editable" or (root / "workbench" / "_commit").exists() or not commit:
            return
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "_commit"
        file.write_text(f"{commit[:12]}\n", encoding="utf-8")
        build_data["force_include"][str(file)] = "workbench/_commit"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling when it has built."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def _of_git(root: Path) -> str:
    if not (root / ".git").exists():
        return ""
    words = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
