"""Every code block of every page: run, parsed, or said why not. What a page shows is what comes out."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunScript

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)
_OWN_TESTS = {"docs/library.md": "tests/library/test_docs.py"}
"""Pages whose Python is run there."""


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    info: str
    text: str
    after: Block | None = None
    """The next block of the page where it shows what this one gives."""

    @property
    def language(self) -> str:
        return self.info.split(" ", 1)[0]

    @property
    def skipped(self) -> str | None:
        """Why it cannot be run, where it says so."""
        _, found, reason = self.info.partition("skip:")
        return reason.strip() if found else None


def blocks() -> Iterator[Block]:
    for path in _PAGES:
        text = path.read_text("utf-8")
        page = path.relative_to(_ROOT).as_posix()
        found: Block | None = None
        for match in reversed(list(_FENCE.finditer(text))):
            line = text.count("\n", 0, match.start()) + 1
            shows = found if found is not None and found.info.startswith("json value") else None
            found = Block(page, line, match[1].strip(), match[2], shows)
            yield found


ALL = list(blocks())


def _of(*languages: str) -> list[Any]:
    chosen = [block for block in ALL if block.language in languages and block.skipped is None]
    return [pytest.param(block, id=f"{block.page}:{block.line}") for block in reversed(chosen)]


@pytest.mark.anyio
@pytest.mark.parametrize("block", _of("js", "ts"))
async def test_a_script_gives_the_value_that_the_page_shows(
    block: Block, demo_runs: RunScript
) -> None:
    options = dict(re.findall(r"(\w+)=(\d+)", block.info))
    execution = await demo_runs(block.text, **{name: int(value) for name, value in options.items()})
    if block.after is not None and block.after.info == "json value error":
        assert execution.error is not None
        shown = json.loads(block.after.text)
        assert {name: execution.error.to_json().get(name) for name in shown} == shown
        return
    assert execution.error is None, execution.error
    assert block.after is not None, "the page shows no value"
    assert execution.value == json.loads(block.after.text)


@pytest.mark.parametrize("block", _of("json"))
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", _of("toml"))
def test_toml_is_toml_and_a_configuration_is_one(block: Block) -> None:
    from workbench.config import parse

    tomllib.loads(block.text)
    if block.info == "toml":
        parse(block.text, Path("workbench.toml"), environ={})


@pytest.mark.parametrize("block", _of("sh", "console", "shell", "bash"))
def test_every_command_of_a_page_is_one(block: Block) -> None:
    """Each ``workbench …`` line is a command with flags that it has; those with an output are run."""
    for words, shown in _commands(block):
        known = [*words, "--help"] if shown is None else words
        done = subprocess.run(
            [sys.executable, "-m", "workbench", *known], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{shlex.join(words)}: {done.stderr}"
        if shown is not None:
            pattern = re.escape(shown.strip()).replace("…", ".*")
            assert re.fullmatch(pattern, done.stdout.strip(), re.S), done.stdout


def _commands(block: Block) -> Iterator[tuple[list[str], str | None]]:
    lines = block.text.splitlines()
    for number, line in enumerate(lines):
        command = line.removeprefix("$ ")
        if not command.startswith("workbench"):
            continue
        words = shlex.split(command, comments=True)[1:]
        output = "\n".join(lines[number + 1 :]) if block.info == "console shown" else None
        yield (words if output is not None else _command_of(words)), output


def _command_of(words: list[str]) -> list[str]:
    """The words before the first flag or value: what ``--help`` is asked of."""
    from workbench.cli.main import COMMANDS

    if not words or words[0] not in COMMANDS:
        return []
    actions = [word for word in words[1:2] if re.fullmatch(r"[a-z]+", word)]
    help_text = subprocess.run(
        [sys.executable, "-m", "workbench", words[0], "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [words[0], *(word for word in actions if re.search(rf"[{{,]{word}[,}}]", help_text))]


def test_every_block_says_what_it_is_and_few_are_skipped() -> None:
    checked = {"js", "ts", "json", "toml", "sh", "console", "shell", "bash"}
    other = [
        f"{block.page}:{block.line} ({block.info or 'no language'})"
        for block in ALL
        if block.language not in checked
        and not (block.language in ("python", "text") and block.page in _OWN_TESTS)
        and not (
            block.language == "text"
            or block.page.startswith(("docs/architecture", "docs/decisions"))
        )
    ]
    assert other == []
    skipped = [block for block in ALL if block.skipped is not None]
    assert all(block.skipped for block in skipped)
    assert len(skipped) <= len(ALL) // 5
