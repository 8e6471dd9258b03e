"""Every sample script runs against the demo server, as the command line runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.config import load
from workbench.core.model import ExecutionRequest
from workbench.core.paths import bundled
from workbench.core.runtime import Runtime, open_runtime
from workbench.core.scripts import UnknownScript, find_script, script_names

pytestmark = pytest.mark.anyio

EXPECTED: dict[str, Callable[[Any], bool]] = {
    "alert.js": lambda value: value["posted"] is True and value["issues"] >= 1,
    "hello.js": lambda value: value is not None,
    "parallel.js": lambda value: value["slept"] == [120, 80, 40] and value["batch"] == [True] * 3,
    "partial.js": lambda value: (
        [row["id"] for row in value["found"]] == [101, 102]
        and value["missing"][0]["code"] == "UPSTREAM_ERROR"
    ),
    "popular.js": lambda value: len(value) > 1 and value[0]["votes"] >= value[1]["votes"] >= 20,
    "report.js": lambda value: (
        value["total"] == sum(row["open"] + row["closed"] for row in value["people"].values())
    ),
    "triage.js": lambda value: value["unowned"] == len(value["issues"]) > 0,
    "workload.ts": lambda value: value["nobody"]["open"] == 9 and value["amy"]["votes"] == 72,
}


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    folder = tmp_path_factory.mktemp("data")
    async with open_runtime(load(None, environ={}), data_dir=folder) as runtime:
        yield runtime


@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_sample_runs(runtime: Runtime, name: str) -> None:
    file = bundled("sample_scripts") / name
    given = json.loads(file.with_suffix(".input.json").read_text())
    execution = await runtime.engine.run(
        ExecutionRequest(file.read_text(), input=given, script=name)
    )
    assert execution.error is None
    assert EXPECTED[name](execution.value), execution.value


def test_every_sample_is_tested() -> None:
    files = {file.name for file in bundled("sample_scripts").glob("*.[jt]s")}
    assert files == set(EXPECTED)


@pytest.mark.slow
def test_scripts_may_be_typescript(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    typed = tmp_path / "scripts" / "typed.ts"
    typed.write_text("const n: number = input.n as number;\nn + 1\n")
    file = tmp_path / "workbench.toml"
    file.write_text("")
    config = load(file, environ={})
    assert "typed.ts" in script_names(config)
    assert find_script(config, "typed") == find_script(config, "typed.ts") == typed
    words = ["--data-dir", str(tmp_path), "--config", str(file)]
    for way in (["--script", "typed"], ["--file", str(typed)]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "workbench",
                "code",
                "exec",
                *way,
                "--input",
                '{"n": 4}',
                *words,
            ],
            capture_output=True,
            text=True,
        )
        assert json.loads(done.stdout)["value"] == 5, done.stderr
    checked = subprocess.run(
        [sys.executable, "-m", "workbench", "code", "check", "--file", str(typed)],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "outside.js").write_text("1")
    (tmp_path / "scripts" / "link.js").symlink_to(tmp_path / "outside.js")
    (tmp_path / "scripts" / "mine.js").write_text("2")
    file = tmp_path / "workbench.toml"
    file.write_text("")
    config = load(file, environ={})
    assert find_script(config, "mine").read_text() == "2"
    assert "mine.js" in script_names(config)
    for name in (
        "../outside",
        "/etc/passwd",
        "link",
        "",
        ".hidden",
        "a/b",
        "a\\b",
        "..",
        "mine.js\n",
        "mine ",
        " mine",
        "C:mine",
        "mi\u200bne",
        "x" * 300,
    ):
        with pytest.raises(UnknownScript):
            find_script(config, name)
    with pytest.raises(UnknownScript, match=r"did you mean 'mine\.js'"):
        find_script(config, "mien")


@pytest.mark.parametrize("name", ["日報", "überblick 2", "отчёт", "π=3"])
def test_names_are_in_any_language(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / f"{name}.js").write_text("2")
    (tmp_path / "workbench.toml").write_text("")
    config = load(tmp_path / "workbench.toml", environ={})
    assert find_script(config, name) == find_script(config, f"{name}.js") == folder / f"{name}.js"
    for form in ("NFC", "NFD"):
        assert find_script(config, unicodedata.normalize(form, name)).read_text() == "2"
    with pytest.raises(UnknownScript, match=re.escape(repr(f"{name}.js"))):
        find_script(config, name[:-1] + name[-1] * 2)


def test_what_is_suggested_can_be_taken(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "outside.js").write_text("1")
    (tmp_path / "scripts" / "link.js").symlink_to(tmp_path / "outside.js")
    (tmp_path / "scripts" / "-flag.js").write_text("1")
    (tmp_path / "workbench.toml").write_text("")
    config = load(tmp_path / "workbench.toml", environ={})
    assert {"link.js", "-flag.js"}.isdisjoint(script_names(config))
    for name in script_names(config):
        assert find_script(config, name).name == name
