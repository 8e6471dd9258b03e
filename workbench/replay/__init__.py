"""Replay: any recorded execution again, offline; edited, it shows where it diverges."""

from workbench.replay.comparing import (
    Pair,
    align,
    compare,
    compare_calls,
    compare_ends,
    end_of,
    first_divergence,
)
from workbench.replay.difference import changed_lines, json_difference
from workbench.replay.recorded_tools import Divergence, RecordedTools, Rule
from workbench.replay.replaying import Replayed, replay

__all__ = [
    "Divergence",
    "Pair",
    "RecordedTools",
    "Replayed",
    "Rule",
    "align",
    "changed_lines",
    "compare",
    "compare_calls",
    "compare_ends",
    "end_of",
    "first_divergence",
    "json_difference",
    "replay",
]
