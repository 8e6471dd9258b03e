"""Something that is likely wrong in a script, and how it is put right."""

from __future__ import annotations

from dataclasses import replace

from workbench.util.dataclass import dataclass

LONGEST = 200
"""Characters of what is said."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A text to put in the place of a range of the script."""

    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is likely wrong, from ``at`` to ``end``: characters of the text; bytes of its tree while
    it is looked for."""

    at: int
    end: int
    message: str
    fixes: tuple[Fix, ...] = ()

    def in_characters(self, source: bytes) -> Finding:
        """Of what was found in bytes."""
        if source.isascii():
            return self

        def at(byte: int) -> int:
            return len(source[:byte].decode(errors="replace"))

        fixes = tuple(replace(fix, start=at(fix.start), end=at(fix.end)) for fix in self.fixes)
        return replace(self, at=at(self.at), end=at(self.end), fixes=fixes)
