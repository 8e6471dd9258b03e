"""Every code block of every page: run, parsed, or said why not. What a page shows is what comes out.

Commands: tests/docs/test_shell_blocks.py.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunScript
from workbench.history.logfile import log_line

_ROOT = Path(__file__).parents[2]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.M | re.S)


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


def blocks_of(*languages: str) -> list[Any]:
    chosen = [block for block in ALL if block.language in languages and block.skipped is None]
    return [pytest.param(block, id=f"{block.page}:{block.line}") for block in reversed(chosen)]


@pytest.mark.anyio
@pytest.mark.parametrize("block", blocks_of("js", "ts"))
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


@pytest.mark.parametrize("block", blocks_of("json"))
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", blocks_of("toml"))
def test_toml_is_toml_and_a_configuration_is_one(block: Block) -> None:
    from workbench.config import parse

    tomllib.loads(block.text)
    if block.info == "toml":
        parse(block.text, Path("workbench.toml"), environ={})


def test_the_line_of_the_log_is_as_the_page_shows() -> None:
    (block,) = (one for one in ALL if one.page == "docs/files.md")
    ended = datetime(2026, 11, 25, 22, 40, 1, 123_000, UTC).timestamp()
    id_ = "2533f101-2b85-435d-a52f-9ef89c7f3ddd"
    code = "await tools.demo.now({})"
    assert block.text == log_line(ended, id_, "ok", 12.3, ("demo.now",), code) + "\n"


_NOT_RUN = {
    "README.md sh": "the whole suite",
    "docs/servers.md sh": "opens the terminal UI and asks servers of the internet",
    "docs/servers.md text": "takes fourteen runs",
    "docs/code_execution/api-reference.md js": "run by tests/core/test_explanations.py",
}
"""All blocks that no test here runs, parses or compares; CONTRIBUTING.md says how many."""
_ELSEWHERE = {
    ("docs/library.md", "python"),
    ("docs/library.md", "text"),  # tests/library/test_docs.py
    ("docs/files.md", "text"),
    ("docs/architecture.md", ""),  # a drawing
}


def test_every_block_is_run_but_for_those_that_say_why_not() -> None:
    checked = {"js", "ts", "json", "toml", "sh", "console", "yaml"}
    other = [
        f"{block.page}:{block.line} ({block.info or 'no language'})"
        for block in ALL
        if block.skipped is None
        and block.language not in checked
        and (block.page, block.language) not in _ELSEWHERE
    ]
    assert other == []
    skipped = {f"{one.page} {one.language}": one.skipped for one in ALL if one.skipped is not None}
    assert skipped == _NOT_RUN
    told = (_ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"but for {len(_NOT_RUN)} that say why not" in told
