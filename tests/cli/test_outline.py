"""The commands as data, and what is made of them: completion, the manual page, the reference."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

from workbench.cli.completion import SHELLS, script
from workbench.cli.main import COMMANDS, face_parser, main
from workbench.cli.outline import Command, outline

_DOCS = Path(__file__).parents[2] / "docs"
_ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _workbench
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def root() -> Command:
    return outline()


def test_every_command_has_a_summary_and_an_example(root: Command) -> None:
    assert [command.words[0] for command in root.commands] == list(COMMANDS)
    for command in root.walk():
        assert command.summary, command.name
        assert command.examples or not command.words, command.name
    named = set(re.findall(r"[\w-]+", face_parser().epilog or ""))
    assert {word for command in root.walk() for word in command.words} <= named


def test_the_pages_are_as_the_parsers_are() -> None:
    spec = importlib.util.spec_from_file_location("make_manual", _DOCS / "make_manual.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run: python docs/make_manual.py"


@pytest.fixture(scope="module")
def completion(root: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    (folder / "triage.js").touch()
    path = folder / "completion.bash"
    path.write_text(script("bash", root), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["ser"], {"servers"}),
        (["tri"], {"triage.js"}),
        (["servers", "do"], {"doctor"}),
        (["servers", "doctor", "--j"], {"--json"}),
        (["history", "list", "--status", "c"], {"cancelled", "crashed"}),
        (["--data-dir", "/x", "history", "sh"], {"show"}),
        (["replay", "--on-divergence", ""], {"stop", "live", "fail-call"}),
        (["completion", ""], set(SHELLS)),
        (["code", "exec", "--file", "tri"], {"triage.js"}),
        (["code", "exec", "--code", ""], {""}),
        (["code", "exec", "x"], {""}),
    ],
)
def test_bash_completes(completion: Path, typed: list[str], offered: set[str]) -> None:
    words = ["bash", "--norc", "-c", _ASK, "bash", str(completion), "workbench", *typed]
    done = subprocess.run(
        words, capture_output=True, text=True, check=True, cwd=completion.parent, timeout=60
    )
    assert done.stderr == ""
    assert set(done.stdout.removesuffix("\n").split("\n")) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_every_command_and_flag(
    shell: str, root: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    for command in root.walk():
        assert all(word in text for word in command.words)
        flags = [flag for option in command.options for flag in option.flags if "--" in flag]
        assert all(flag.lstrip("-") in text for flag in flags), command.name
