"""The official conformance suite against our HTTP serving stack: every scenario that is about tools."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NPM = Path(__file__).parents[1] / "npm"
ROOT = Path(__file__).parents[2]
EXPECTED = NPM / "conformance-expected-failures.yml"
PASSED = 18
"""Scenarios without a failure that a server of tools can have, of 32 in version 0.1.13 of the suite."""


@pytest.mark.npm
def test_every_tool_scenario_passes(tmp_path: Path) -> None:
    suite = NPM / "node_modules" / ".bin" / "conformance"
    node = shutil.which("node")
    if node is None or not suite.exists():
        pytest.skip("needs: npm install in tests/npm")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.conformance_server"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            flags = ["--url", url, "--suite", "all", "--expected-failures", str(EXPECTED)]
            done = subprocess.run(
                [node, str(suite), "server", *flags, "-o", str(tmp_path)],
                capture_output=True,
                text=True,
                timeout=100,
                cwd=tmp_path,
                check=False,
            )
        finally:
            server.kill()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^✓ ", done.stdout, re.MULTILINE)) == PASSED
