"""The changelog says by parts what the first version does."""

from __future__ import annotations

import re
from pathlib import Path

_TEXT = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_changelog_has_each_part_once() -> None:
    """Who merges two lists takes one of them: kept both, it is a diary again."""
    unreleased = _TEXT.split("## Unreleased")[1].split("\n## ")[0]
    assert re.findall(r"^### (.*)$", unreleased, re.M) == [
        "Scripts",
        "Terminal UI",
        "History and replay",
        "Upstream servers",
        "Serving agents",
        "Command line and library",
    ]
