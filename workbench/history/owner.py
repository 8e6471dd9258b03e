"""Which process writes an execution, and whether it still lives: so a cut one is told from a running."""

from __future__ import annotations

import os
from functools import cache

from workbench.util import system


@cache
def this_process() -> str:
    """``PID:START``; the start time guards against a number that is used again."""
    return f"{os.getpid()}:{_start_time(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process that ``this_process`` named is running."""
    number, _, started = owner.partition(":")
    if not number.isdigit():
        return False
    pid = int(number)
    if started != "?":
        return _start_time(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _start_time(pid: int) -> str:
    """Empty: there is no such process. ``?``: the system does not say."""
    state = system.process_state(pid)
    if state is None:
        return "" if system.tells_of_processes() else "?"
    if state.letter in ("Z", "X"):  # dead, and not yet reaped
        return ""
    return state.started
