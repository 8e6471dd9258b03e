"""The filter language of the trace: ``server:git* -status:ok >100ms line:9 "two words"``.

Terms are joined by *and*; a leading ``-`` negates one. ``tool:`` matches the tool's name or
``server.tool``; names may hold ``*`` and ``?``. Anything else is text, looked for without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from workbench.util.dataclass import dataclass
from workbench.util.digits import whole

if TYPE_CHECKING:
    from workbench.tui.trace.rows import CallRow, ConsoleRow

STATUSES = ("ok", "error", "running", "timeout", "refused", "cancelled", "pending")

_TERM = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?|(\S+))')
_DURATION = re.compile(r"([<>]=?)(\d+(?:\.\d+)?)(ms|s|m)?")
_UNITS = {None: 1.0, "ms": 1.0, "s": 1000.0, "m": 60_000.0}

Test = Callable[["CallRow"], bool]


class FilterError(Exception):
    """A filter that cannot be read; the message names the term and what would be right."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter. An empty one matches everything."""

    text: str = ""
    tests: tuple[Test, ...] = ()
    words: tuple[tuple[bool, str], ...] = ()
    """(wanted, lower-case text)"""

    def __bool__(self) -> bool:
        return bool(self.tests or self.words)

    def call(self, row: CallRow) -> bool:
        """Whether a call matches."""
        for test in self.tests:
            if not test(row):
                return False
        if not self.words:
            return True
        text = f"{row.server}.{row.tool} {row.args} {row.summary}".lower()
        return all((word in text) is wanted for wanted, word in self.words)

    def console(self, row: ConsoleRow) -> bool:
        """Whether a console line matches: only words can speak of one."""
        if self.tests:
            return False
        text = row.text.lower()
        return all((word in text) is wanted for wanted, word in self.words)


def parse_filter(text: str) -> Filter:
    """Read a filter. Raises FilterError."""
    tests: list[Test] = []
    words: list[tuple[bool, str]] = []
    for sign, key, quoted, bare in _TERM.findall(text):
        wanted = not sign
        value = quoted or bare
        test = None if quoted and not key else _test(key.lower(), value)
        if test is not None:
            tests.append(test if wanted else _negated(test))
        elif value or key:
            literal = f"{key}:{value}" if key and key.lower() != "text" else value
            words.append((wanted, literal.lower()))
    return Filter(text, tuple(tests), tuple(words))


def _test(key: str, value: str) -> Test | None:
    """The test of one term, or None where it is plain text."""
    if key == "server":
        return lambda row: fnmatchcase(row.server, value)
    if key == "tool":
        return lambda row: (
            fnmatchcase(row.tool, value) or fnmatchcase(f"{row.server}.{row.tool}", value)
        )
    if key == "status":
        if value not in STATUSES:
            raise FilterError(f"status:{value} — the status is one of {', '.join(STATUSES)}")
        return lambda row: row.status == value
    if key == "line":
        number = whole(value)
        if number is None:
            raise FilterError(f"line:{value} — a line is a whole number, e.g. line:9")
        return lambda row: row.line == number
    if not key and value[:1] in "<>" and value:
        return _duration(value)
    return None


def _duration(value: str) -> Test | None:
    found = _DURATION.fullmatch(value)
    if found is None:
        if len(value) > 1 and value.lstrip("<>=")[:1].isdigit():
            raise FilterError(f"{value} — a duration is e.g. >100ms, <1s or >=2m")
        return None
    sign, number, unit = found.groups()
    limit = float(number) * _UNITS[unit]
    if sign == ">":
        return lambda row: row.duration_ms is not None and row.duration_ms > limit
    if sign == ">=":
        return lambda row: row.duration_ms is not None and row.duration_ms >= limit
    if sign == "<":
        return lambda row: row.duration_ms is not None and row.duration_ms < limit
    return lambda row: row.duration_ms is not None and row.duration_ms <= limit


def _negated(test: Test) -> Test:
    return lambda row: not test(row)
