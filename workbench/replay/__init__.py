"""Replay: any recorded execution again, offline; edited, it shows where it diverges."""

from workbench.replay.comparing import align, compare, first_divergence
from workbench.replay.difference import json_difference
from workbench.replay.recorded import Divergence, RecordedTools, Rule
from workbench.replay.replaying import Replayed, replay

__all__ = [
    "Divergence",
    "RecordedTools",
    "Replayed",
    "Rule",
    "align",
    "compare",
    "first_divergence",
    "json_difference",
    "replay",
]
