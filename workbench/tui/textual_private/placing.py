"""Rows that stay in their columns whatever a terminal makes of signs of several code points.

Terminals do not agree on how many cells an emoji with a skin tone, a family, a flag or ``⚠️`` takes, and who
believes another number moves all that follows in the row, its frame included. After each of them the cursor is
put where what follows belongs. Where a row is cut, as by a dialog over it, no part of such a sign is left: it
would join the frame beside it, and move the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import get_character_cell_size, split_graphemes
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

_MAY_JOIN = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u10ff\u1160-\u1cff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\u302a-\u302f\u3099\u309a"
    r"\ua600-\uabff\ufe00-\ufe2f\U00010000-\U0010ffff]"
)
"""Without one of these each character has a cell, or two, of its own."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_EMOJI = 0x1F000
"""From here on terminals may not know yet which characters there are."""
_LONGEST_SIGN = 64
"""Characters."""
_WIDENS = chr(0xFE0F)
_BETWEEN_CHARACTERS = Segment._split_cells


def cut_between_signs() -> None:
    """Rich cuts segments between the characters of a sign, and takes the rest of it for as wide as it was."""
    Segment._split_cells = classmethod(_cut)  # type: ignore[arg-type,assignment,method-assign]


@lru_cache(1 << 14)
def _cut(_: type[Segment], segment: Segment, cut: int) -> tuple[Segment, Segment]:
    """Two segments of together as many cells: blanks for a sign that ``cut`` (cells) goes through."""
    text, style, control = segment
    if not _MAY_JOIN.search(text):
        return _BETWEEN_CHARACTERS(segment, cut)
    x = at = 0
    for sign, cells in signs_of(text):
        if x + cells > cut:
            break
        x += cells
        at += len(sign)
    else:
        return segment, Segment("", style, control)
    before, after = text[:at], text[at:]
    if x < cut:
        before += " " * (cut - x)
        after = " " * (x + cells - cut) + after[len(sign) :]
    return Segment(before, style, control), Segment(after, style, control)


def render_in_place(strip: Strip, x: int, console: Console) -> str:
    """What to write for a row's piece that begins in column ``x`` (from 0), with the cursor there."""
    if not _MAY_JOIN.search(strip.text):
        return strip.render(console)
    system = console._color_system or ColorSystem.TRUECOLOR
    end = x + strip.cell_length
    written = []
    for text, style, _ in strip:
        placed = ""
        for sign, cells in signs_of(text):
            placed += _placed(sign, x, cells, end) if _is_unsure(sign) else sign
            x += cells
        written.append(placed if style is None else Strip.render_style(style, placed, system))
    return "".join(written)


def signs_of(text: str) -> Iterator[tuple[str, int]]:
    """Each sign of a text, and its cells; the two letters of a flag are one."""
    letter = ""
    for start, stop, cells in split_graphemes(text)[0]:
        sign = text[start:stop]
        if len(sign) == 1 and ord(sign) in _FLAG_LETTERS:
            if letter:
                yield letter + sign, 2 * cells
                letter = ""
            else:
                letter = sign
            continue
        if letter:
            yield letter, get_character_cell_size(letter)
            letter = ""
        yield sign, cells
    if letter:
        yield letter, get_character_cell_size(letter)


def sign_edge(text: str, at: int, direction: int) -> int:
    """A place in a text that is not within what is one sign (an accent, a family, a flag): before it (-1) or
    behind."""
    if not _MAY_JOIN.search(text, max(0, at - 1), at + 1):
        return at
    edge = max(0, at - _LONGEST_SIGN)
    # A tab, of no cells, would be a part of the sign before it.
    near = text[edge : at + _LONGEST_SIGN].replace("\t", " ")
    for sign, _ in signs_of(near):
        start, edge = edge, edge + len(sign)
        if start < at < edge:
            return start if direction < 0 else edge
    return at


def _is_unsure(sign: str) -> bool:
    """Accents take no cell of their own anywhere."""
    return ord(sign[0]) >= _EMOJI or any(
        each == _WIDENS or unicodedata.category(each) not in ("Mn", "Me") for each in sign[1:]
    )


def _placed(sign: str, x: int, cells: int, end: int) -> str:
    """A sign over blanks (who draws less leaves no old cell), and the cursor behind it. One that might be drawn
    beyond ``end``, where nothing is written after it, loses what it is joined with."""
    if _most_cells(sign) > end - x:
        sign = sign[0] if get_character_cell_size(sign[0]) <= end - x else ""
    return f"{' ' * cells}\x1b[{x + 1}G{sign}\x1b[{x + cells + 1}G"


def _most_cells(sign: str) -> int:
    """What a terminal draws that knows of no joining."""
    return sum(map(_alone, sign))


def _alone(character: str) -> int:
    if ord(character) in _SKIN_TONES or ord(character) in _FLAG_LETTERS:
        return 2
    if character == _WIDENS or unicodedata.category(character) == "Mc":
        return 1
    return get_character_cell_size(character)
