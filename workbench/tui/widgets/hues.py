"""A hue a server: the same name has the same one everywhere it can, and no two in a run share one of six."""

from __future__ import annotations

from zlib import crc32

from workbench.util.dataclass import dataclass

HUES = 6
_COLOURS = (
    *("$primary", "$accent", "$secondary"),
    *("$primary-lighten-2", "$accent-darken-2", "$secondary-lighten-2"),
)


def hue_rules(widget: str, prefix: str) -> str:
    """CSS of a widget's component classes ``prefix-0`` … ``prefix-5``."""
    return "".join(
        f"{widget} > .{prefix}-{number} {{ color: {colour}; }}\n"
        for number, colour in enumerate(_COLOURS)
    )


@dataclass(frozen=True, slots=True)
class LineNote:
    """What stands beside a line of a script."""

    text: str
    hue: int | None = None
    """Of the server whose calls the line made."""


class ServerHues:
    """Which of the theme's hues each server of a run has."""

    def __init__(self) -> None:
        self._of: dict[str, int] = {}

    def of(self, server: str) -> int:
        """0 to 5: what its name asks for, or the next that is free."""
        hue = self._of.get(server)
        if hue is None:
            first = crc32(server.encode("utf-8", "replace")) % HUES
            taken = set(self._of.values())
            ways = [(first + step) % HUES for step in range(HUES)]
            hue = self._of[server] = next((way for way in ways if way not in taken), first)
        return hue
