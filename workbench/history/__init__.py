"""The record of every execution: written as it happens, queried, followed, exported."""

from workbench.history.follow import POLL_S, CallFollower, ExecutionFollower, Follower
from workbench.history.owner import this_process
from workbench.history.recording import Recording, RecordingError, read_recording, write_recording
from workbench.history.rows import CallRow, ExecutionRow
from workbench.history.schema import HistoryError
from workbench.history.store import Order, Store, UnknownExecution

__all__ = [
    "POLL_S",
    "CallFollower",
    "CallRow",
    "ExecutionFollower",
    "ExecutionRow",
    "Follower",
    "HistoryError",
    "Order",
    "Recording",
    "RecordingError",
    "Store",
    "UnknownExecution",
    "read_recording",
    "this_process",
    "write_recording",
]
