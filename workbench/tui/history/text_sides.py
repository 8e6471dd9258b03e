"""Two texts side by side, line beside line: what both have stands on the same row."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.model import JsonValue
from workbench.replay.aligning import common_pairs
from workbench.text.sanitize import clean_line
from workbench.tui.values.difference_list import where_they_part
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList
from workbench.util.dataclass import dataclass

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
        super().__init__(self._line, self._heading, id=id)
        self._digits = 1

    def show(self, left: str, right: str) -> None:
        """Put the cursor on the first line that differs."""
        lines = side_lines(left, right)
        last = max((max(line.left_number, line.right_number) for line in lines), default=1)
        self._digits = len(str(last))
        first = next((place for place, line in enumerate(lines) if line.differs), 0)
        self.set_rows(lines, first)

    def _heading(self, width: int) -> str:
        side, before = self._side(width - 2), " " * (self._digits + 2)
        return f"  {fit(before + 'a', side)}   {fit(before + 'b', side)}"

    def _side(self, width: int) -> int:
        return max((width - 3) // 2, self._digits + 6)

    def _line(self, row: SideLine, width: int) -> list[Part]:
        side = self._side(width)
        sign = "≠" if row.differs else " "
        gone, new = ("error", "ok") if row.differs else ("", "")
        left, right = _shown(row.left), _shown(row.right)
        if row.differs and row.left_number and row.right_number:
            left, right = where_they_part(left, right, side - self._digits - 2)
        return [
            *self._half(row.left_number, left, side, gone),
            (f" {sign} " if row.differs else " │ ", "warning" if row.differs else "dim"),
            *self._half(row.right_number, right, side, new),
        ]

    def _half(self, number: int, text: str, width: int, style: str) -> list[Part]:
        if not number:
            return [(" " * width, "dim")]
        digits = self._digits
        return [(f"{number:>{digits}}  ", "dim"), (fit(text, width - digits - 2), style)]


def _shown(text: str) -> str:
    return clean_line(text[:_LONGEST].expandtabs(2))
