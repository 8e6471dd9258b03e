"""The zygote's process. It takes as long to begin as what works with it takes to be imported: a command that
will run a script starts it first, and both are ready together."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from workbench.util import system

_ROOT = Path(__file__).resolve().parents[3]
PROGRAM = f"""
import sys
sys.path.insert(0, {str(_ROOT)!r})
import workbench  # this one, whatever else is installed
sys.path.append(sys.path.pop(0))
from workbench.sandbox.child.zygote import main
main()
"""
"""What the zygote's interpreter runs; isolated, it would not find this package by itself."""


class ZygoteProcess(NamedTuple):
    """One that was started. It ends by itself when our end of ``control`` is closed."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def drop(self) -> None:
        """End it, unless who took it over has."""
        self.control.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()


def start_zygote() -> ZygoteProcess:
    """Start it (it is ready some 110 ms later). Raises OSError where the system does not let it."""
    if not system.can_fork():
        raise OSError("this system has no fork, and scripts run in forked processes")
    ours, theirs = socket.socketpair()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", PROGRAM, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,  # never the terminal: a dying worker would write into the TUI
            pass_fds=[theirs.fileno()],
            # bound at once: each fork would look up, in pages of its own, what it calls first
            env={"TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1", "LD_BIND_NOW": "1"},
            start_new_session=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return ZygoteProcess(process, ours)


def zygote_ahead() -> ZygoteProcess | None:
    """One that is started before it is needed; None where that fails: who needs it tries again and says why."""
    try:
        return start_zygote()
    except OSError:
        return None
