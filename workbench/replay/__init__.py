"""Replay: any recorded execution again, offline; edited, it shows where it diverges.

``replay`` runs a recording on an engine and gives a ``Replayed``: the verdict, the execution, and the
``Divergence``. ``compare`` puts two recordings side by side. What needs a whole runtime has its own modules:
``offline.run_offline``, ``rerun.run_live`` (raises ``MaskedRecord``), ``suite.run_cases``.
Recordings come from ``history.Store.recording`` or ``history.read_recording`` (raises ``RecordingError``).
"""

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
from workbench.replay.limits import recorded_limits, replay_limits
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
    "recorded_limits",
    "replay",
    "replay_limits",
]
