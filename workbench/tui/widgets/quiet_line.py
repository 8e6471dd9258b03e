"""A line of words around the panes: drawn only where it differs; whole words are left out, not halves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from workbench.util.dataclass import dataclass

_BETWEEN = "   "


def same_words(one: object, other: Content) -> bool:
    """Whether both look the same: ``==`` of two Contents compares no styles."""
    return isinstance(one, Content) and one.is_same(other)


class QuietLine(Static):
    """A line that is drawn anew only where it differs: nothing is drawn for nothing."""

    def put(self, content: Content) -> None:
        """What it says now."""
        before = self.content
        if not same_words(before, content):
            self.update(content, layout=not (self._fits(before) and self._fits(content)))

    def _fits(self, content: object) -> bool:
        """Whether it is one line in the room that there is, all of that where the room is as wide as the words:
        nothing around it moves for such another."""
        width = self.styles.width
        room = self.content_size.width
        least = room if width is not None and width.is_auto else 1
        return (
            isinstance(content, Content)
            and 0 < least <= content.cell_length <= room
            and "\n" not in content.plain
        )


def as_many(text: str, parts: Iterable[str], room: int, between: str = " · ") -> str:
    """A text with as many of the parts behind it, from the first, as fit into so many cells; all of it if none
    does."""
    for part in parts:
        longer = f"{text}{between}{part}"
        if cell_len(longer) > room:
            break
        text = longer
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """Words at one end of a line. ``rank``: those of the largest are the first to go where there is no room."""

    content: Content
    rank: int = 0


def ranked(left: Iterable[Words], right: Iterable[Words], room: int) -> Content:
    """Two groups of words at the two ends of so many cells. Whole words or none; those of one rank stay or go
    together."""
    left, right = list(left), list(right)
    while True:
        start, end = (Content(_BETWEEN).join(one.content for one in part) for part in (left, right))
        gap = room - start.cell_length - end.cell_length
        worst = max((one.rank for one in (*left, *right)), default=0)
        if gap >= 2 or not worst:
            return start + Content(" " * max(gap, 1)) + end
        left, right = ([one for one in part if one.rank < worst] for part in (left, right))


class FittedLine(QuietLine):
    """Words at its two ends, as many as it has room for; fitted anew when its room changes."""

    _words: tuple[Sequence[Words], Sequence[Words]] | None = None

    def put_words(self, left: Sequence[Words], right: Sequence[Words]) -> None:
        """What it says now, whole or in part."""
        self._words = left, right
        self.put(ranked(left, right, self.content_size.width or self.app.size.width - 2))

    def on_resize(self) -> None:
        if self._words is not None:
            self.put_words(*self._words)
