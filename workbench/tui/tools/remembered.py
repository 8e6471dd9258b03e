"""What a tool was given in its calls that are on record: to be given again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.catalogue.schemas.walk import Path
from workbench.core.model import JsonValue
from workbench.core.records import PastCall
from workbench.text.jsontext import canonical, dumps
from workbench.text.masks import MARK
from workbench.tui.values.one_line import arguments
from workbench.tui.wording import duration, local_time

_MOST = 50


class PastValues:
    """The calls of one tool, with the values of its arguments: those of a place are looked for once."""

    def __init__(self, calls: Sequence[PastCall] = ()) -> None:
        self.calls = calls
        self._at: dict[Path, list[JsonValue]] = {}

    def at(self, path: Path) -> list[JsonValue]:
        """As ``values_at``."""
        if path not in self._at:
            self._at[path] = values_at(self.calls, path)
        return self._at[path]


def values_at(calls: Sequence[PastCall], path: Path) -> list[JsonValue]:
    """The values that one argument had, the newest first, each once; for an item of a list, those of all
    items. What was masked is not known any more."""
    found: dict[str, JsonValue] = {}
    for call in calls:
        for value in _at(call.args, path):
            if value is not None and MARK not in dumps(value):
                found.setdefault(canonical(value), value)
        if len(found) >= _MOST:
            break
    return list(found.values())


def different(calls: Sequence[PastCall]) -> list[PastCall]:
    """Of calls with the same arguments the newest."""
    found: dict[str, PastCall] = {}
    for call in calls:
        found.setdefault(canonical(call.args), call)
    return list(found.values())


def call_in_words(call: PastCall) -> str:
    """``2026-11-26 12:04:11  ✔ 12 ms  tried  query="bug" limit=3``; not yet safe to show."""
    took = "" if call.duration_ms is None else f" {duration(call.duration_ms)}"
    of = "tried" if call.script == "try" else call.script or call.source
    said = f"{local_time(call.at)}  {'✔' if call.ok else '✘'}{took}  {of}"
    return f"{said}  {arguments(call.args, width=200) or 'no arguments'}"


def _at(value: JsonValue, path: Path) -> Iterator[JsonValue]:
    if not path:
        yield value
    elif isinstance(path[0], int):
        for item in value if isinstance(value, list) else ():
            yield from _at(item, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
