"""The command line, as a process in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Shell:
    """Runs ``workbench`` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def __call__(
        self, *words: str, stdin: str = "", environ: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "xdg")}
        return subprocess.run(
            [sys.executable, "-m", "workbench", "--data-dir", str(self.data), *words],
            input=stdin, capture_output=True, text=True, timeout=60, cwd=self.folder, check=False,
            env={**os.environ, **home, "PYTHONPATH": os.getcwd(), **(environ or {})},
        )  # fmt: skip

    def json(self, *words: str, **more: Any) -> Any:
        """What it writes to stdout."""
        done = self(*words, **more)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
