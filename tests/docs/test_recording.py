"""The moving picture of the docs: small, whole, and of the format that players take."""

from __future__ import annotations

import importlib.util
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

import pytest
from rich.segment import Segment
from rich.style import Style

_DOCS = Path(__file__).parents[2] / "docs"
_LARGEST = 400_000


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recording", _DOCS / "terminal_recording.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["recording"] = made  # its dataclass looks there
    spec.loader.exec_module(made)
    return made


def test_rows_are_drawn_once_and_frames_follow_each_other(module: ModuleType) -> None:
    recording = module.Recording(8, 2)
    red = Style.parse("bold #ff0000 on #00ff00")
    still = [Segment("a<b ", red), Segment("same")]
    recording.add([still, [Segment("one     ")]], 1.0)
    recording.add([still, [Segment("one     ")]], 0.5)
    recording.add([still, [Segment("two     ")]], 0.5)
    assert [seconds for _, seconds in recording.frames] == [1.5, 0.5], "what stays stands longer"

    svg = recording.to_svg("A & B", "#000000", "#ffffff")
    ElementTree.fromstring(svg)
    assert svg.count("a&lt;b") == 1
    assert svg.count("same") == 1
    assert "75.00%" in svg
    assert "prefers-reduced-motion" in svg

    head, first, second, end = (json.loads(line) for line in recording.to_cast("t").splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 8, 2)
    assert "a<b" in first[2]
    assert "\x1b[2;1H" in second[2]
    assert "a<b" not in second[2], "only rows that changed"
    assert (second[0], end[0]) == (1.5, 2.0)


def test_the_one_of_the_docs_is_small_and_whole() -> None:
    file = _DOCS / "images" / "recording.svg"
    assert file.stat().st_size < _LARGEST
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    frames = [each for each in root.iter() if each.get("class") == "f"]
    assert len(frames) > 20
    for name in ("README.md", "docs/index.md"):
        assert "images/recording.svg" in (_DOCS.parent / name).read_text(encoding="utf-8")
