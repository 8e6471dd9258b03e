"""Every sign of the screens, and what stands for it with ``ui.icons = "ascii"``.

Widgets write the signs below; where a font lacks them, or a terminal gives them two cells (CJK), one filter
replaces them as lines go to the terminal: no widget has to know. What is copied or saved is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from workbench.core.model import Status
from workbench.text.sanitize import clean_line

Shown: TypeAlias = Status | Literal["queued", "asking"]
"""The status of an execution for people, who are told that it waits for a worker, or for an answer."""
SIGNS: dict[Shown, str] = {
    "queued": "·",
    "asking": "?",
    "running": "…",
    "ok": "✔",
    "error": "✘",
    "timeout": "⧖",
    "cancelled": "‖",
    "crashed": "✘",
    "interrupted": "‖",
}
"""Of an execution."""
CALL_SIGNS: Mapping[str, str] = dict(SIGNS) | {"refused": "⊘", "pending": "·"}
"""Of a call in the trace."""

_ASCII = {
    # statuses and marks
    "✔": "+", "✘": "x", "…": "~", "⧖": "!", "‖": "|", "⊘": "-", "●": "*", "•": "*", "≠": "#", "␛": "?",
    "�": "?",
    # pointers, folds, arrows
    "▶": ">", "◀": "<", "▸": ">", "▾": "v", "▼": "v", "▲": "^", "›": ">", "→": ">", "←": "<", "↑": "^",
    "↓": "v", "‹": "<", "⏎": "<", "⭘": "o", "🔎": "? ",
    # words
    "·": ".", "⋯": "~", "—": "-", "–": "-", "−": "-", "×": "x", "“": '"', "”": '"', "‘": "'", "’": "'",
    # bars and frames
    "┄": "-", "━": "=", "─": "-", "╸": "-", "╺": "-", "│": "|", "┃": "|", "╭": "+", "╮": "+", "╰": "+",
    "╯": "+", "┏": "+", "┓": "+", "┗": "+", "┛": "+", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+",
    "┤": "+", "█": "#", "▉": "#", "▊": "|", "▋": "|", "▌": "|", "▍": "|", "▎": "|", "▏": "|", "▐": "|",
    "▕": "|", "▔": "-", "▁": "_", "▂": "_", "▃": "_", "▄": "#", "▅": "#", "▆": "#", "▇": "#", "▀": "#",
}  # fmt: skip
_TABLE = str.maketrans(_ASCII)


def to_ascii(text: str) -> str:
    """The same text, of the same width, with our signs in ASCII."""
    return text if text.isascii() else text.translate(_TABLE)


class SafeFilter(LineFilter):
    """The last door before the terminal: whatever a widget forgot to clean is shown, not obeyed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() or control for text, _, control in segments):
            return segments
        return [
            segment if segment.control else Segment(clean_line(segment.text), segment.style)
            for segment in segments
        ]


class AsciiFilter(LineFilter):
    """Replaces the signs in what goes to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
