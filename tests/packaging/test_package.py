"""What is built: twice the same bytes, with its commit and without what only tests need; the files around it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from workbench import __version__

_ROOT = Path(__file__).parents[2]


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, _ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _build(out: Path) -> dict[str, bytes]:
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(_ROOT)]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "WORKBENCH_COMMIT": "abc123def456"}
    subprocess.run(words, env=environ, check=True, capture_output=True, timeout=300)
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    first = _build(tmp_path / "first")
    assert first == _build(tmp_path / "second")
    assert len(first) == 2
    (wheel,) = (tmp_path / "first").glob("*.whl")
    (source,) = (tmp_path / "first").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert archive.read("workbench/_commit") == b"abc123def456\n"
    assert {name.split("/")[0] for name in names} == {
        "workbench",
        f"workbench_mcp-{__version__}.dist-info",
    }
    with tarfile.open(source) as archive:
        inside = [name.split("/", 1)[1] for name in archive.getnames()]
    assert "workbench/_commit" in inside
    assert "docs/workbench.1" in inside
    assert not [name for name in inside if "__snapshots__" in name or name.startswith("bench/")]
    filled = _module("manifests").filled
    folder = _ROOT / "docs" / "packaging"
    scoop = json.loads(filled((folder / "scoop/workbench.json").read_text(), tmp_path / "first"))
    assert scoop["url"].endswith(wheel.name)
    formula = filled((folder / "homebrew/workbench.rb").read_text(), tmp_path / "first")
    assert source.name in formula
    assert "{" not in formula.replace("#{version}", "").replace("#{bin}", "")


def test_version_tells_the_commit() -> None:
    words = [sys.executable, "-m", "workbench", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(f"workbench {__version__}")
    if (_ROOT / ".git").exists():
        git = ["git", "-C", str(_ROOT), "rev-parse", "--short=12", "HEAD"]
        head = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
        assert done.stdout == f"workbench {__version__} (commit {head})\n"


def test_the_bill_of_materials_has_all_that_is_declared() -> None:
    bill = _module("sbom").bill()
    names = {component["name"] for component in bill["components"]}
    assert {"mcp", "textual", "quickjs-ng", "orjson", "pydantic"} <= names
    assert not names & {"pytest", "mypy", "mkdocs"}, "what only developers need is no part of it"
    references = {component["bom-ref"] for component in bill["components"]}
    for entry in bill["dependencies"]:
        assert set(entry["dependsOn"]) <= references
    assert json.dumps(bill) == json.dumps(_module("sbom").bill())


def test_the_container_is_not_root_and_asks_whether_it_serves() -> None:
    lines = (_ROOT / "docs/packaging/Containerfile").read_text().splitlines()
    (user,) = (number for number, line in enumerate(lines) if line.startswith("USER "))
    assert lines[user] != "USER 0:0"
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert user > max(i for i, line in enumerate(lines) if "RUN" in line)


def test_the_linter_of_container_files_finds_nothing() -> None:
    words = [str(Path(sys.executable).with_name("hadolint")), "--failure-threshold", "style"]
    done = subprocess.run(
        [*words, "docs/packaging/Containerfile"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_container_needs_goes_into_its_build() -> None:
    """Everything else stays out: a checkout has environments and modules of a gigabyte."""
    kept = [
        line[1:]
        for line in (_ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    assert [name for name in kept if not (_ROOT / name).exists()] == []
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    build = project["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    readme = project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["fragments"]
    needed = [*wheel["packages"], *wheel["force-include"], build["hooks"]["custom"]["path"]]
    needed += ["pyproject.toml", *(one["path"] for one in readme)]
    needed += project["project"]["license-files"]
    assert set(needed) <= set(kept)
