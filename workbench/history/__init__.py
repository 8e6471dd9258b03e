"""The record of every execution: written as it happens, queried, followed, exported.

What is imported from here comes with the module it is in, not with all of them: the first screen of the
terminal UI needs errors and rows, and would wait for the whole of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.util.lazy_names import lazy_name

if TYPE_CHECKING:
    from workbench.core.records import (
        CallRow,
        CorruptRecord,
        ExecutionRow,
        HistoryError,
        Order,
        Recording,
        UnknownExecution,
    )
    from workbench.history.collecting import Collector
    from workbench.history.follow import POLL_S, CallFollower, ExecutionFollower, Follower
    from workbench.history.owner import this_process
    from workbench.history.recording import (
        RecordingError,
        portable,
        read_recording,
        write_recording,
    )
    from workbench.history.store import Store

_HOMES = {
    "workbench.core.record_errors": ("CorruptRecord", "HistoryError", "UnknownExecution"),
    "workbench.core.records": ("CallRow", "ExecutionRow", "Order", "Recording"),
    "workbench.history.collecting": ("Collector",),
    "workbench.history.follow": ("POLL_S", "CallFollower", "ExecutionFollower", "Follower"),
    "workbench.history.owner": ("this_process",),
    "workbench.history.recording": (
        *("RecordingError", "portable", "read_recording", "write_recording"),
    ),
    "workbench.history.store": ("Store",),
}
"""Where each name is."""

__all__ = [
    "POLL_S",
    "CallFollower",
    "CallRow",
    "Collector",
    "CorruptRecord",
    "ExecutionFollower",
    "ExecutionRow",
    "Follower",
    "HistoryError",
    "Order",
    "Recording",
    "RecordingError",
    "Store",
    "UnknownExecution",
    "portable",
    "read_recording",
    "this_process",
    "write_recording",
]


def __getattr__(name: str) -> object:
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted(__all__)
