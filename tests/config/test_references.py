"""Secrets that a configuration refers to: a real keyring backend, real files, the command that keeps them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.config import ServerSettings
from workbench.config import secret_store as store

_BACKEND = """\
import json, pathlib
from keyring.backend import KeyringBackend
FILE = pathlib.Path(__file__).with_name("kept.json")
class Backend(KeyringBackend):
    priority = 5
    def _all(self): return json.loads(FILE.read_text()) if FILE.exists() else {}
    def get_password(self, service, name): return self._all().get(name)
    def set_password(self, service, name, value): FILE.write_text(json.dumps({**self._all(), name: value}))
    def delete_password(self, service, name):
        FILE.write_text(json.dumps({n: v for n, v in self._all().items() if n != name}))
"""


def _run(
    folder: Path, *words: str, given: str = "", keyring: bool = False
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "XDG_CONFIG_HOME": str(folder)}
    if keyring:
        (folder / "own_backend.py").write_text(_BACKEND)
        env["PYTHONPATH"] = os.pathsep.join([str(folder), os.getcwd()])
        env["PYTHON_KEYRING_BACKEND"] = "own_backend.Backend"
    return subprocess.run(
        [sys.executable, "-m", "workbench", *words],
        input=given, text=True, capture_output=True, check=False, timeout=60, env=env,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_references_lead_to_secrets_wherever_variables_do(folder: Path) -> None:
    done = _run(folder, "secrets", "set", "api", given="s3cret-value\n")
    assert done.returncode == 0, done.stderr
    assert "${keyring:api}" in done.stdout
    assert "s3cret-value" not in done.stdout + done.stderr
    assert stat.S_IMODE(store.secrets_file().stat().st_mode) == 0o600
    (folder / "token").write_text("from a file\n")
    settings = ServerSettings(
        "x",
        "run",
        ("--key=${keyring:api}", "file:data.db", "${file:-no file}"),
        env={"A": f"${{file:{folder}/token}}", "B": "${keyring:gone} ${file:/no/where} ${HOME_X}"},
        headers={"Authorization": "Bearer ${keyring:api}"},
    )
    known = settings.expanded({})
    assert known.args == ("--key=s3cret-value", "file:data.db", "no file")
    assert known.env["A"] == "from a file"
    assert known.env["B"] == settings.env["B"]
    assert known.headers == {"Authorization": "Bearer s3cret-value"}
    assert settings.unset({}) == ["HOME_X", "file:/no/where", "keyring:gone"]
    assert settings.asks_outside
    assert not ServerSettings("x", "run", ("file:data.db", "${X}")).asks_outside

    assert _run(folder, "secrets", "list").stdout.split() == ["name", "kept", "in", "api", "file"]
    wrong = _run(folder, "secrets", "remove", "apj")
    assert (wrong.returncode, "'api'" in wrong.stderr) == (2, True)
    assert _run(folder, "secrets", "remove", "api").returncode == 0
    assert store.secret("api") is None


def test_the_keyring_keeps_what_it_can(folder: Path) -> None:
    done = _run(folder, "secrets", "set", "api", given="s3cret-value", keyring=True)
    assert "kept in the system keyring" in done.stdout, done.stderr
    assert "s3cret-value" not in store.secrets_file().read_text()
    assert "s3cret-value" in (folder / "kept.json").read_text()
    assert _run(folder, "secrets", "remove", "api", keyring=True).returncode == 0
    assert (folder / "kept.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [("a b", "x", "name must be"), ("a", "", "empty"), ("a", "x\ny", "one line")],
)
def test_what_is_no_secret_is_refused(folder: Path, name: str, given: str, why: str) -> None:
    done = _run(folder, "secrets", "set", name, given=given)
    assert (done.returncode, why in done.stderr) == (2, True), done.stderr


def test_a_damaged_file_of_secrets_is_not_written_over(folder: Path) -> None:
    file = store.secrets_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{")
    assert "is damaged" in _run(folder, "secrets", "set", "a", given="x").stderr
    assert file.read_text() == "{"
    assert store.secret("a") is None
