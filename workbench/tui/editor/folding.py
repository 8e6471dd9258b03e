"""Blocks of a text that are folded: which lines are hidden, and how they move with what is edited.

A fold is what the user hid: the lines behind the one that opens a block. Edits elsewhere move it, an edit in
what is hidden, or of its opening, opens it; no text is read for that.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from zlib import crc32

from workbench.tui.editor.blocks import Block
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.tui.editor.fast_document import Change

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class KeptFold:
    """A fold as it is kept from start to start. check: of the lines around it, that another text is not taken
    for this one."""

    row: int
    last: int
    check: int


class Folds:
    """The folded blocks of one text; one a line, others may be within."""

    def __init__(self) -> None:
        self._folds: dict[int, Block] = {}

    def __bool__(self) -> bool:
        return bool(self._folds)

    def __contains__(self, row: int) -> bool:
        """Whether lines are folded behind one."""
        return row in self._folds

    def forget(self) -> None:
        """Another text."""
        self._folds = {}

    # -- folding ---------------------------------------------------------------------------

    def fold(self, blocks: Iterable[Block]) -> None:
        self._folds |= {block.row: block for block in blocks}

    def unfold(self, row: int) -> bool:
        """Open what is folded behind a line; whether something was."""
        return self._folds.pop(row, None) is not None

    def reveal(self, rows: Iterable[int]) -> bool:
        """Open whatever hides one of some rows; whether something did."""
        wanted = set(rows)
        kept = {
            row: fold
            for row, fold in self._folds.items()
            if not any(fold.row < each <= fold.last for each in wanted)
        }
        opened = len(kept) < len(self._folds)
        self._folds = kept
        return opened

    def innermost(self, blocks: Sequence[Block], row: int) -> Block | None:
        """The smallest block around a line that is not folded yet."""
        around = [
            block
            for block in blocks
            if block.row <= row <= block.last + 1 and block.row not in self._folds
        ]
        return max(around, key=lambda block: block.row, default=None)

    def hidden(self) -> list[tuple[int, int]]:
        """First and last row of all that are hidden together, from the top."""
        merged: list[tuple[int, int]] = []
        for fold in sorted(self._folds.values(), key=lambda fold: fold.row):
            if not merged or fold.row > merged[-1][1]:
                merged.append((fold.row + 1, fold.last))
        return merged

    # -- edits -----------------------------------------------------------------------------

    def edited(self, changes: Sequence[Change]) -> bool:
        """Go along with an edit; whether other rows are hidden now.

        changes: one; or several, from the top, each within a line of its own.
        """
        before = self._folds
        if not before or not changes or changes[0][0][0] > max(map(_last, before.values())):
            return False
        if len(changes) == 1:
            moved = [_moved(fold, *changes[0]) for fold in before.values()]
        else:
            rows = [start[0] for start, _, _ in changes]
            moved = [_changed(fold, rows, changes) for fold in before.values()]
        self._folds = {fold.row: fold for fold in moved if fold is not None}
        return [*self._spans(self._folds)] != [*self._spans(before)]

    @staticmethod
    def _spans(folds: dict[int, Block]) -> Iterable[tuple[int, int]]:
        return ((fold.row, fold.last) for fold in folds.values())

    # -- from start to start ---------------------------------------------------------------

    def kept(self, lines: Sequence[str]) -> tuple[KeptFold, ...]:
        """What is folded in a text of these lines."""
        return tuple(
            KeptFold(fold.row, fold.last, _check(lines, fold.row, fold.last))
            for fold in self._folds.values()
        )

    def restore(self, kept: Iterable[KeptFold], lines: Sequence[str]) -> None:
        """Fold what was folded in a text, as far as this one is the same around it."""
        for fold in kept:
            fits = 0 <= fold.row < fold.last < len(lines) - 1
            if fits and _check(lines, fold.row, fold.last) == fold.check:
                line = lines[fold.row]
                # Where on the line it opens is not kept: what is typed before its text moves it.
                column = max(0, len(line.rstrip()) - 1)
                self._folds[fold.row] = Block(fold.row, column, fold.last)


def _check(lines: Sequence[str], row: int, last: int) -> int:
    around = "\n".join((lines[row], lines[row + 1], lines[last], lines[last + 1]))
    return crc32(around.encode(errors="surrogatepass"))


def _last(fold: Block) -> int:
    return fold.last


def _changed(fold: Block, rows: Sequence[int], changes: Sequence[Change]) -> Block | None:
    """A fold after changes within lines, of which each has one; None: it is open."""
    first, behind = bisect_left(rows, fold.row), bisect_right(rows, fold.last)
    if first == behind:
        return fold
    return _moved(fold, *changes[first]) if first + 1 == behind else None


def _moved(fold: Block, start: Place, end: Place, new_end: Place) -> Block | None:
    """A fold after an edit; None: it is open."""
    opens = (fold.row, fold.column)
    down = new_end[0] - end[0]
    if start[0] > fold.last:
        return fold
    if end <= opens:
        column = fold.column
        if end[0] == fold.row:
            column += new_end[1] - end[1]
        return Block(fold.row + down, column, fold.last + down)
    behind = start[0] == end[0] == new_end[0] == fold.row and start > opens
    return replace(fold) if behind else None
