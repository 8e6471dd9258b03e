"""A cloned repository holds files named like modules: none of them is executed, however we are started."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_NAMES = (
    "json",
    "orjson",
    "quickjs",
    "_quickjs",
    "mcp",
    "asyncio",
    "sqlite3",
    "tomllib",
    "ctypes",
    "resource",
)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder in which any import leaves a trace."""
    for name in (*_NAMES, "textual", "anyio", "tree_sitter", "uuid", "dataclasses"):
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'executed')!r}, 'a').write('{name} ')\nraise SystemExit('caught')\n"
        )
    return tmp_path


def _run(trap: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(trap / "home"), "WORKBENCH_ENABLE_CODE_EXECUTION": "true"}
    environ.pop("PYTHONPATH", None)
    environ.pop("PYTHONSAFEPATH", None)
    return subprocess.run(
        words,
        cwd=trap,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        env=environ,
        check=False,
    )


def _executed(trap: Path) -> str:
    found = trap / "executed"
    return found.read_text() if found.exists() else ""


_SCRIPT = Path(sys.executable).with_name("workbench")


@pytest.mark.slow
@pytest.mark.parametrize(
    "way", [[str(_SCRIPT)], [sys.executable, "-m", "workbench"]], ids=["script", "-m"]
)
def test_a_run_with_the_demo_server_executes_nothing_of_the_folder(
    trap: Path, way: list[str]
) -> None:
    code = "(await tools.demo.list_issues({})).issues.length > 0"
    done = _run(trap, *way, "--data-dir", str(trap / "data"), "code", "exec", "--code", code)
    assert _executed(trap) == ""
    assert json.loads(done.stdout)["value"] is True, done


@pytest.mark.slow
def test_serving_executes_nothing_of_the_folder(trap: Path) -> None:
    call = {"name": "code_execution", "arguments": {"code": "call_tool('demo', 'now').ok"}}
    client = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(trap / "data"), "--serve"],
        cwd=trap, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "HOME": str(trap / "home"), "WORKBENCH_ENABLE_CODE_EXECUTION": "true"},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    for message in messages:
        process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    answers = (json.loads(line) for line in process.stdout)
    result = next(answer["result"] for answer in answers if answer.get("id") == 2)
    process.stdin.close()
    process.wait(30)
    process.stdout.close()
    assert result["structuredContent"]["value"] is True
    assert _executed(trap) == ""


def test_what_we_start_ourselves_looks_nowhere_but_where_we_are_installed() -> None:
    """Every command that starts an interpreter of ours: none leaves the current folder on the path."""
    source = Path(__file__).parents[2] / "workbench"
    found = [
        (path.relative_to(source).as_posix(), line.strip())
        for path in source.rglob("*.py")
        for line in path.read_text().splitlines()
        if "sys.executable" in line
    ]
    for path, line in found:
        assert re.search(r'sys\.executable, "(-P|-I)"', line), (path, line)
    assert len(found) == 2
