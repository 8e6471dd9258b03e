"""A list of objects as a table: columns, order, filter, CSV. No screen."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence

from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.tui.values.media import media_of
from workbench.tui.values.one_line import preview
from workbench.util.dataclass import dataclass

Row = dict[str, JsonValue]

_MOST_COLUMNS = 60
CELL = 40
"""Cells of the widest column."""
_VALUE = r'"[^"]*"?|\S+'
_TERM = re.compile(rf'(-?)(?:("[^"]*"|[^\s":<>=]+)(:|<=|>=|=|<|>)({_VALUE})|({_VALUE}))')
"""A sign, and a column that is compared or a word; what holds blanks stands between quotes."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` in the order of the value; what is no object has no cells."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int = 0
    """Columns past the limit."""
    others: int = 0
    """Items of the value that are no objects: they are no rows."""


def table_of(value: JsonValue) -> Table | None:
    """A list as a table; None where it is not mostly objects."""
    if not isinstance(value, list) or not value:
        return None
    rows = [item for item in value if isinstance(item, dict)]
    if 2 * len(rows) < len(value) or not any(rows):
        return None
    names: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= names.keys():
            names.update(dict.fromkeys(row))
    columns = tuple(names)
    left_out = max(0, len(columns) - _MOST_COLUMNS)
    return Table(columns[:_MOST_COLUMNS], tuple(rows), left_out, len(value) - len(rows))


def cell(row: Row, column: str, width: int = CELL) -> str:
    """What stands in a cell, safe to show; nothing where the object has no such member."""
    if column not in row:
        return ""
    value = _shown(row, column)
    if isinstance(value, str):
        return clean_line(value, width)
    return preview(value, width) if isinstance(value, dict | list) else json.dumps(value)


def _shown(row: Row, column: str) -> JsonValue:
    """A member as it is read: an image or audio as what it is, in place of its bytes."""
    value = row[column]
    media = media_of(row) if column in ("data", "blob") else None
    return media.words if media is not None and media.data is value else value


def ordered(rows: Iterable[Row], column: str, *, descending: bool) -> list[Row]:
    """Rows by a column: numbers before texts; those without it come last, either way."""
    there: list[Row] = []
    missing: list[Row] = []
    for row in rows:
        (missing if row.get(column) is None else there).append(row)
    return sorted(there, key=lambda row: _rank(row[column]), reverse=descending) + missing


def _rank(value: JsonValue) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return 0, float(value), ""
    if isinstance(value, int | float):
        return 1, float(value), ""
    return 2, 0.0, value.casefold() if isinstance(value, str) else preview(value, CELL)


def filtered(rows: Iterable[Row], text: str) -> list[Row]:
    """Rows that match all terms: ``word``, ``"two words"``, ``state:open``, ``state:"in progress"``,
    ``id>100``; ``-`` turns one round."""
    found = list(rows)
    for sign, column, how, wanted, word in _TERM.findall(text.casefold()):
        if how:
            name, value = _unquoted(column), _unquoted(wanted)
            found = [row for row in found if _compares(row, name, how, value) is not bool(sign)]
        else:
            found = [row for row in found if _holds(row, _unquoted(word)) is not bool(sign)]
    return found


def _unquoted(text: str) -> str:
    return text.strip('"') or text if text.startswith('"') else text


def _holds(row: Row, word: str) -> bool:
    return any(word in _plain(_shown(row, name)) for name in row)


def _compares(row: Row, column: str, how: str, wanted: str) -> bool:
    value = next((item for name, item in row.items() if name.casefold() == column), None)
    if how == ":":
        return value is not None and wanted in _plain(value)
    if how == "=":
        return value is not None and wanted == _plain(value)
    try:
        limit: float | str = float(wanted)
    except ValueError:
        limit = wanted
    if isinstance(limit, float) and isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        return {
            "<": number < limit,
            ">": number > limit,
            "<=": number <= limit,
            ">=": number >= limit,
        }[how]
    if isinstance(value, str):  # dates, versions: as texts
        said = value.casefold()
        return {"<": said < wanted, ">": said > wanted, "<=": said <= wanted, ">=": said >= wanted}[
            how
        ]
    return False


def _plain(value: JsonValue) -> str:
    return value.casefold() if isinstance(value, str) else json.dumps(value).casefold()


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Rows as CSV with a heading; lists and objects as JSON in their cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(
            value
            if isinstance(value := row.get(column), str)
            else ""
            if value is None
            else json.dumps(value, ensure_ascii=False)
            for column in columns
        )
    return out.getvalue()
