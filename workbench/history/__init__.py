"""The record of every execution: written as it happens, queried, followed, exported."""

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
from workbench.history.recording import RecordingError, portable, read_recording, write_recording
from workbench.history.store import Store

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
