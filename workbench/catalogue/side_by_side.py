"""A changed definition as lines: what was approved on the left, what there is now on the right."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Literal

from workbench.catalogue.changes import Change, Part
from workbench.text.sanitize import clean, clean_line
from workbench.util.dataclass import dataclass

_MOST_LINES = 40
_NARROWEST = 20
_RULE = 3
"""Cells of what stands between the columns."""


@dataclass(frozen=True, slots=True)
class Line:
    """All of it is safe to show. ``part``: the name of a part, with why to look twice; ``text``: more of it."""

    kind: Literal["part", "text", "pair"]
    left: str
    right: str = ""
    risks: str = ""


def side_by_side(change: Change, width: int) -> Iterator[Line]:
    """Lines of at most ``width`` characters, the parts that deserve a second look first. Of a definition that
    is new there is one side only."""
    parts = sorted(change.parts, key=lambda part: not part.risks)
    if change.is_new:
        for part in parts:
            yield from _alone(part, width)
        return
    column = max(_NARROWEST, (width - _RULE) // 2)
    yield Line("pair", "approved".ljust(column), "now")
    for part in parts:
        yield Line("part", clean_line(part.path), risks=_risks(part))
        left, right = _wrapped(part.old, column), _wrapped(part.new, column)
        for index in range(max(len(left), len(right))):
            one = left[index] if index < len(left) else ""
            two = right[index] if index < len(right) else ""
            yield Line("pair", one.ljust(column), two)


def _alone(part: Part, width: int) -> Iterator[Line]:
    path = clean_line(part.path)
    head, *more = _wrapped(part.new, width - len(path) - 2)
    yield Line("part", f"{path}: {head}", risks=_risks(part))
    for line in more:
        yield Line("text", f"{' ' * len(path)}  {line}")


def _wrapped(text: str | None, width: int) -> list[str]:
    """What is unsafe in the text is shown as a sign."""
    if text is None:
        return ["—"]
    lines = [
        wrapped
        for line in clean(text).split("\n")
        for wrapped in textwrap.wrap(line.expandtabs(), max(_NARROWEST, width)) or [""]
    ]
    if len(lines) > _MOST_LINES:
        return [*lines[:_MOST_LINES], f"… {len(lines) - _MOST_LINES} more lines"]
    return lines


def _risks(part: Part) -> str:
    return clean_line("; ".join(part.risks))
