"""Two texts side by side, line beside line: what both have stands on the same row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.core.model import JsonValue
from workbench.replay.aligning import common_pairs
from workbench.text.sanitize import clean_line
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList

_NUMBER = 5
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class SideLine:
    """A row: a line of each, or of one. Numbers from 1, 0 where there is none."""

    left_number: int
    left: str
    right_number: int
    right: str

    @property
    def differs(self) -> bool:
        return not (self.left_number and self.right_number and self.left == self.right)

    @property
    def difference(self) -> JsonValue:
        """As an entry of a list of differences."""
        found: dict[str, JsonValue] = {"path": f"line {self.right_number or self.left_number}"}
        if self.left_number:
            found["expected"] = self.left
        if self.right_number:
            found["actual"] = self.right
        return found


def side_lines(left: str, right: str) -> list[SideLine]:
    """All lines of both; those that stand for each other are on one row."""
    a, b = left.splitlines(), right.splitlines()
    found: list[SideLine] = []
    i = j = 0
    for next_i, next_j in (*common_pairs(a, b), (len(a), len(b))):
        found += _between(a, b, i, next_i, j, next_j)
        if next_i < len(a) and next_j < len(b):
            found.append(SideLine(next_i + 1, a[next_i], next_j + 1, b[next_j]))
        i, j = next_i + 1, next_j + 1
    return found


def _between(
    a: list[str], b: list[str], i: int, next_i: int, j: int, next_j: int
) -> Iterator[SideLine]:
    """Rows of lines of which the other text has none."""
    for step in range(max(next_i - i, next_j - j)):
        has_a, has_b = i + step < next_i, j + step < next_j
        yield SideLine(
            i + step + 1 if has_a else 0,
            a[i + step] if has_a else "",
            j + step + 1 if has_b else 0,
            b[j + step] if has_b else "",
        )


def code_difference(left: str, right: str) -> list[JsonValue]:
    """Lines of either side that the other has not; those that stand for each other are one entry."""
    found = [line.difference for line in side_lines(left, right) if line.differs]
    if left != right and not found:
        found.append({"path": "line ends", "expected": "other", "actual": "line ends"})
    return found


class TextSides(RowList[SideLine]):
    """The rows of two texts; a line that is cut is opened with Enter."""

    def __init__(self, id: str) -> None:
        super().__init__(_line, _heading, id=id)

    def show(self, left: str, right: str) -> None:
        """Put the cursor on the first line that differs."""
        lines = side_lines(left, right)
        first = next((place for place, line in enumerate(lines) if line.differs), 0)
        self.set_rows(lines, first)


def _heading(width: int) -> str:
    side = (width - 5) // 2
    return f"  {fit('  a', side)} │ {fit('  b', side)}"


def _line(row: SideLine, width: int) -> list[Part]:
    side = max((width - 3) // 2, _NUMBER + 4)
    sign = "≠" if row.differs else " "
    gone, new = ("error", "ok") if row.differs else ("", "")
    return [
        *_half(row.left_number, row.left, side, gone),
        (f" {sign} " if row.differs else " │ ", "warning" if row.differs else "dim"),
        *_half(row.right_number, row.right, side, new),
    ]


def _half(number: int, text: str, width: int, style: str) -> list[Part]:
    if not number:
        return [(" " * width, "dim")]
    shown = clean_line(text[:_LONGEST].expandtabs(2))
    return [(f"{number:>{_NUMBER}}  ", "dim"), (fit(shown, width - _NUMBER - 2), style)]
