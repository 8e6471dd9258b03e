"""The command line, as a process in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
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
        return subprocess.run(
            self._command(words), input=stdin, capture_output=True, text=True, timeout=60,
            cwd=self.folder, check=False, env=self._environment() | (environ or {}),
        )  # fmt: skip

    def first_line(self, *words: str) -> tuple[str, int, str]:
        """As its reader who has enough after one line: that line, the exit code, stderr."""
        with subprocess.Popen(
            self._command(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self._environment(),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            process.stdout.close()
            errors = process.stderr.read()
            return line, process.wait(60), errors

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "workbench", "--data-dir", str(self.data), *words]

    def _environment(self) -> dict[str, str]:
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "xdg")}
        return {**os.environ, **home, "PYTHONPATH": os.getcwd()}

    def json(self, *words: str, **more: Any) -> Any:
        """What it writes to stdout."""
        done = self(*words, **more)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
