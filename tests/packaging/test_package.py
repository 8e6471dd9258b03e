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
    dist, home = tmp_path / "first", "https://host.example/me/workbench"
    scoop = json.loads(filled((folder / "scoop/workbench.json").read_text(), dist, home))
    assert scoop["url"].startswith(home)
    assert scoop["url"].endswith(wheel.name)
    formula = filled((folder / "homebrew/workbench.rb").read_text(), dist, home)
    assert source.name in formula
    assert "{" not in formula.replace("#{version}", "").replace("#{bin}", "")


def test_the_address_of_the_repository_is_told_not_invented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = _module("repository")
    for name in ("WORKBENCH_REPOSITORY", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)

    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    assert repository.address(tmp_path) is None
    (tmp_path / "PKG-INFO").write_text("Name: x\nProject-URL: Homepage, https://a.example/b/c\n")
    assert repository.address(tmp_path) == "https://a.example/b/c"
    git("init", "-q")
    assert repository.address(tmp_path) is None
    for remote, known in {
        "git@code.example:me/workbench.git": "https://code.example/me/workbench",
        "https://code.example/group/sub/workbench": "https://code.example/group/sub/workbench",
        "/home/me/workbench": None,
    }.items():
        git("config", "remote.origin.url", remote)
        assert repository.address(tmp_path) == known
    monkeypatch.setenv("GITHUB_REPOSITORY", "me/fork")
    assert repository.address(tmp_path) == "https://github.com/me/fork"
    monkeypatch.setenv("WORKBENCH_REPOSITORY", "https://b.example/x/y/")
    assert repository.address(tmp_path) == "https://b.example/x/y"
    page = "![a](docs/a.png) [b](docs/b.md#c) [d](https://d.example) [e](#e)"
    assert repository.with_links(page, "https://h") == (
        "![a](https://h/raw/main/docs/a.png) [b](https://h/blob/main/docs/b.md#c) "
        "[d](https://d.example) [e](#e)"
    )


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
    needed = [*wheel["packages"], *wheel["force-include"], build["hooks"]["custom"]["path"]]
    needed += [project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["path"]]
    needed += ["pyproject.toml", "README.md"]
    needed += project["project"]["license-files"]
    assert set(needed) <= set(kept)
