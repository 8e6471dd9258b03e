"""The pages name keys as they are bound: alt+T is another key than alt+t."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.tui.commands import COMMANDS, shown
from workbench.tui.commands.shown import split

ROOT = Path(__file__).parents[2]
BOUND = {shown(key) for command in COMMANDS for key in split(command.keys)}
NAMED = re.compile(
    r"\*\*((?:\^|alt\+|shift\+|ctrl\+)(?:\S|[A-Z]\w+|[a-z]+)|F\d+)\*\*|(?<![`|\w])(\^[a-z])\b"
)
"""A key in bold, and ``^t`` wherever it stands in the text."""


@pytest.mark.parametrize(
    "page", ["README.md", "docs/quickstart.md", "docs/replay.md", "docs/tui.md"]
)
def test_a_key_that_a_page_names_is_bound(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {bold or plain for bold, plain in NAMED.findall(text)}
    assert named
    assert named <= BOUND
