"""What a program writes to a terminal, told by the kinds of its sequences, and what it leaves changed there."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SEQUENCE = re.compile(
    rb"\x1b\[(?P<private>[<-?]*)(?P<numbers>[0-9;:]*)(?P<between>[ -/]*)(?P<end>[@-~])"
    rb"|\x1bP(?P<device>[^\x1b]*(?:\x1b\x1b[^\x1b]*)*)\x1b\\"
    rb"|\x1b\](?P<system>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|(?P<other>\x1b[ -/]*[^ -/]?|[\x00-\x1f\x7f]|\xc2[\x80-\x9f])",
    re.DOTALL,
)
_COLOURS = {
    **dict.fromkeys(range(30, 38), "30-37"),
    **dict.fromkeys(range(40, 48), "40-47"),
    **dict.fromkeys(range(90, 98), "90-97"),
    **dict.fromkeys(range(100, 108), "100-107"),
}
_OF_COLOUR = {"2": 5, "5": 3}
"""How many numbers tell a colour of the terminal's 256, or of all."""
_ON_AT_FIRST = {"7": "h", "25": "h"}
"""Lines wrap, the cursor is seen."""


def kinds(written: bytes) -> set[str]:
    """Such as ``CSI ?1049h``, ``CSI H``, ``SGR 38;2``, ``OSC 52``. What is no whole sequence is told as it is."""
    return set(_kinds(written))


def _kinds(written: bytes) -> Iterator[str]:
    for found in _SEQUENCE.finditer(written):
        private, numbers, between, end, device, system, other = (
            (each or b"").decode("latin-1") for each in found.groups()
        )
        if end == "m" and not private + between:
            yield from _styles(numbers)
        elif end:
            yield f"CSI {private}{numbers if private else ''}{between}{end}"
        elif device:
            yield f"DCS {device.partition(';')[0]}"
        elif system:
            yield f"OSC {system.partition(';')[0]}"
        else:
            yield "BEL" if other == "\a" else repr(other)


def _styles(numbers: str) -> Iterator[str]:
    left = numbers.split(";")
    while left:
        if left[0] in ("38", "48") and len(left) > 1:
            yield f"SGR {left[0]};{left[1]}"
            del left[: _OF_COLOUR.get(left[1], len(left))]
        else:
            number = left.pop(0)
            yield f"SGR {_COLOURS.get(int(number or 0), number)}"


def left_changed(written: bytes) -> set[str]:
    """Of a program that has ended: the modes that are not as they were, and what else others would find there."""
    state, kept, pointer = dict(_ON_AT_FIRST), 0, b""
    for found in _SEQUENCE.finditer(written):
        private, numbers, end = found["private"], (found["numbers"] or b"").decode(), found["end"]
        if private == b"?" and end in (b"h", b"l"):
            state |= dict.fromkeys(numbers.split(";"), end.decode())
        elif end == b"u":
            kept += {b">": 1, b"<": -1}.get(private, 0)
        elif (found["system"] or b"").startswith(b"22;"):
            pointer = found["system"]
    changed = {f"?{mode}{now}" for mode, now in state.items() if now != _ON_AT_FIRST.get(mode, "l")}
    if kept:
        changed.add("the kitty protocol")
    if pointer.removeprefix(b"22;"):
        changed.add("the pointer's shape")
    return changed
