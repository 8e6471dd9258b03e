from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.util.here import here


def test_a_folder_that_is_gone_is_what_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(folder))
    assert here() == folder
    folder.rmdir()
    assert here() == folder
    monkeypatch.delenv("PWD")
    assert not (here() / "workbench.toml").is_file()


@pytest.mark.parametrize(
    "words", [["code", "exec", "--script", "hello"], ["servers", "list"], ["doctor"], ["--serve"]]
)
def test_commands_work_in_a_folder_that_is_gone(tmp_path: Path, words: list[str]) -> None:
    """A worktree or a temporary folder that was removed under an open shell."""
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD"; exec "$@"', "-", sys.executable, "-m", "workbench", "--data-dir", str(tmp_path / "data"), *words],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
