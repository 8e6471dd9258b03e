"""The difference of two JSON values, a line for each place where they differ."""

from __future__ import annotations

from rich.cells import cell_len

from workbench.core.model import JsonValue
from workbench.text.jsontext import dumps
from workbench.text.sanitize import clean_line
from workbench.tui.values.one_line import brief
from workbench.tui.widgets.line_view import Part, fit
from workbench.tui.widgets.row_list import RowList

_LONGEST = 2_000
_NOTHING = "—"


class DifferenceList(RowList[JsonValue]):
    """Entries of ``json_difference``: where, what one side has there, what the other."""

    def __init__(self, left: str, right: str, *, id: str) -> None:
        """left, right: what the sides are called."""
        super().__init__(_line, lambda width: _heading(width, left, right), id=id)
        self._sides = left, right

    def show(self, entries: list[JsonValue], otherwise: str) -> None:
        """otherwise: what is said where there are none."""
        self.empty_text = otherwise
        self.set_rows(entries, 0)

    @property
    def whole_entry(self) -> JsonValue:
        """The one under the cursor, with the sides as they are called here; None: there is none."""
        return by_side(self.row, *self._sides)


def by_side(entry: JsonValue, left: str, right: str) -> JsonValue:
    """An entry of a list of differences with its sides by their names."""
    if not isinstance(entry, dict):
        return entry
    names = {"path": "where", "expected": left.lower(), "actual": right.lower()}
    return {names.get(name, name): value for name, value in entry.items()}


def difference_title(entries: list[JsonValue]) -> tuple[str, str]:
    """The words in the frame of such a list."""
    if not entries:
        return "Difference", ""
    return f"Difference · {len(entries):,}", "Enter shows one whole"


def _widths(width: int) -> tuple[int, int]:
    """Of the place, and of each side."""
    place = min(max(width // 4, 10), 40)
    return place, max((width - place - 2) // 2, 4)


def _heading(width: int, left: str, right: str) -> str:
    place, side = _widths(width - 2)
    return f"  {fit('Where', place)} {fit(left, side)} {fit(right, side)}"


def _line(entry: JsonValue, width: int) -> list[Part]:
    if not isinstance(entry, dict):
        return []
    if "more" in entry:
        return [(f"… {entry['more']} more differences are not listed", "dim")]
    place, side = _widths(width)
    left, right = (_text(entry, name) for name in ("expected", "actual"))
    left, right = where_they_part(left, right, side)
    return [
        (fit(clean_line(str(entry.get("path", "")), 200), place) + " ", "strong"),
        (fit(left, side) + " ", "error"),
        (fit(right, side), "ok"),
    ]


def where_they_part(left: str, right: str, width: int) -> tuple[str, str]:
    """Both texts from shortly before their difference, where it would be past the width; no room that the rest
    of them could fill stays empty."""
    pairs = zip(left, right, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
    longest = max(cell_len(left), cell_len(right))
    cut = min(same - width // 3, longest - width + 1)  # the sign takes a cell
    if longest <= width or cut <= 0 or same < width - 4:
        return left, right
    return "…" + left[cut:], "…" + right[cut:]


def _text(entry: dict[str, JsonValue], name: str) -> str:
    if name not in entry:
        return _NOTHING
    value = entry[name]
    return brief(value, _LONGEST) or dumps(value)  # a value may have megabytes
