"""Which process writes an execution, and whether it still lives: so a cut one is told from a running.

Processes of another container have numbers of their own (a PID namespace), and are not seen from here. Nobody
can be asked for them, so that their executions count as running for as long as a long one may take.
"""

from __future__ import annotations

import os
import time
from functools import cache

from workbench.util import system
from workbench.util.digits import whole

_FOREIGN_S = 86_400.0
"""So long an execution of a process that cannot be asked for counts as running."""
_NAMESPACE = "ns"


@cache
def this_process() -> str:
    """``PID:START:nsNUMBER``; the start time guards against a number that is used again, the last part
    (where the system has it) against one of another container."""
    namespace = system.pid_namespace()
    known = f"{os.getpid()}:{_start_time(os.getpid())}"
    return f"{known}:{_NAMESPACE}{namespace}" if namespace else known


def is_alive(owner: str, since: float | None = None) -> bool:
    """Whether the process that ``this_process`` named is running.

    since: when its execution began, in seconds since the epoch; it tells for how long one of another container
    is believed to. None: just now.
    """
    number, _, rest = owner.partition(":")
    started, _, namespace = rest.partition(":")
    pid = whole(number)
    if pid is None or (namespace and not namespace.startswith(_NAMESPACE)):
        return False
    if namespace not in ("", f"{_NAMESPACE}{system.pid_namespace()}"):
        return since is None or time.time() - since < _FOREIGN_S
    if started != "?":
        return _start_time(pid) == started
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
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
