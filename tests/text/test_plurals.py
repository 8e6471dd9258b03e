"""Numbers of things in words, one helper for every face."""

from __future__ import annotations

import re
from pathlib import Path

import workbench
from workbench.text.plurals import agrees, count


def test_one_and_many() -> None:
    assert [count(n, "call") for n in (0, 1, 2, 1_500)] == [
        "0 calls",
        "1 call",
        "2 calls",
        "1,500 calls",
    ]
    assert [count(n, "entry") for n in (1, 2)] == ["1 entry", "2 entries"]
    assert [count(n, noun) for n, noun in ((2, "day"), (2, "news"))] == ["2 days", "2 news"]
    assert [agrees(n, "wait") for n in (0, 1, 2)] == ["wait", "waits", "wait"]


def test_no_other_module_makes_plurals() -> None:
    """Where one did so by itself, another forgot to, and said "1 calls"."""
    by_hand = re.compile(r"""\{(?:'' if [^}]*== 1 else 's'|'s' if [^}]*(?:!= 1|> 1) else '')\}""")
    for file in Path(workbench.__file__).parent.rglob("*.py"):
        assert by_hand.search(file.read_text("utf-8")) is None, file
