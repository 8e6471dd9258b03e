"""Finding and replacing in a text: pure, by offsets."""

from __future__ import annotations

import re
from bisect import bisect_right

from workbench.util.dataclass import dataclass

MOST_MATCHES = 10_000


class SearchError(Exception):
    """A regular expression that cannot be read."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    text: str
    case: bool = False
    regex: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Raises SearchError."""
        try:
            return re.compile(
                self.text if self.regex else re.escape(self.text),
                re.MULTILINE | (0 if self.case else re.IGNORECASE),
            )
        except (re.error, RecursionError, OverflowError) as error:
            raise SearchError(f"not a regular expression: {error}") from None

    def find(self, text: str) -> list[re.Match[str]]:
        """Every match that is not empty, at most MOST_MATCHES. Raises SearchError."""
        if not self.text:
            return []
        found = []
        for match in self.pattern().finditer(text):
            if match.end() > match.start():
                found.append(match)
                if len(found) >= MOST_MATCHES:
                    break
        return found

    def replacement(self, match: re.Match[str], template: str) -> str:
        """What a match becomes: with regex, ``\\1`` and ``\\g<name>`` are groups. Raises SearchError."""
        if not self.regex:
            return template
        try:
            return match.expand(template)
        except (re.error, IndexError) as error:
            raise SearchError(f"in the replacement: {error}") from None

    def replace_all(self, text: str, template: str) -> tuple[str, int]:
        """The text with every match replaced, and how many. Raises SearchError."""
        parts = []
        at = count = 0
        for match in self.pattern().finditer(text) if self.text else ():
            if match.end() == match.start():
                continue
            parts += [text[at : match.start()], self.replacement(match, template)]
            at = match.end()
            count += 1
        return "".join([*parts, text[at:]]), count


class Places:
    """Offsets of a text as (row, column), both from 0."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        self._starts += [found.end() for found in re.finditer("\n", text)]

    def place(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset) - 1
        return row, offset - self._starts[row]
