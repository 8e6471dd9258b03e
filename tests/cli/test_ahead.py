"""The zygote that begins before anything is imported: for commands that run a script, and gone with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.__main__ import _ahead


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--serve", True),
        ("--config x.toml --serve --http :0", True),
        ("code exec --code 1", True),
        ("--data-dir d code exec f.js", True),
        ("", False),
        ("code check --code 1", False),
        ("servers add x -- npx server --serve", False),
        ("history list", False),
        ("replay 1a2b --json", True),
        ("--server cmd replay 1a2b", True),
        ("test recordings/", True),
        ("tools call demo.get_issue {}", True),
        ("servers remove test", False),
        ("replay.js", False),
        ("--config replay history list", False),
    ],
)
def test_it_begins_where_a_script_is_going_to_run(line: str, expected: bool) -> None:
    zygote = _ahead(line.split())
    assert (zygote is not None) is expected
    if zygote is not None:
        zygote.drop()
        assert zygote.process.returncode is not None
        zygote.drop()


@pytest.mark.parametrize(
    "words", [["--serve"], ["code", "exec", "--code", "1"], ["--serve", "--help"]], ids=str
)
def test_one_that_nobody_took_is_dropped(tmp_path: Path, words: list[str]) -> None:
    """Here since the configuration is refused, or only help was wanted. (-X dev warns of what is left open.)"""
    config = tmp_path / "workbench.toml"
    config.write_text("pool_size = [\n")
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "workbench", "--config", str(config), *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ended.returncode == (0 if "--help" in words else 2), ended.stderr
    assert "ResourceWarning" not in ended.stderr
