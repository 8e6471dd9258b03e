"""What differs from system to system: one place that asks, so that the rest need not know.

Workers import it: the standard library only. Where a system lacks something, a function says so by its
value and does nothing; ``workbench doctor`` shows what is in force.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import NamedTuple, TypeAlias

_PROC = "/proc"
_PIPE_BYTES = 1 << 20
_LOWEST_PRIORITY = 19
_GENEROUS_BYTES = 1 << 30
Step: TypeAlias = Callable[[], object]
"""A right to be given up: a call with its arguments, made beforehand, so that a worker has little to look up.
What it returns is false where it was done; it may raise OSError or ValueError."""
_PR_GET_DUMPABLE = 3
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9


def _limits_and_use() -> ModuleType | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource


_resource = _limits_and_use()
"""Imported once: a worker that looked for it again would touch, and so copy, a dozen pages."""


def can_fork() -> bool:
    """Whether worker processes can be made here (not on Windows)."""
    return hasattr(os, "fork") and hasattr(os, "wait4")


# -- memory and time -----------------------------------------------------------------------


def resident_bytes(ru_maxrss: int) -> int:
    """The peak of resident memory as getrusage and wait4 give it: KiB, but bytes on macOS."""
    return ru_maxrss if sys.platform == "darwin" else ru_maxrss * 1024


def own_peak_resident() -> int:
    """Peak resident bytes of this process; 0 where the system does not say."""
    if _resource is None:
        return 0
    return resident_bytes(_resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss)


def own_resident() -> int:
    """Resident bytes of this process now; 0 where the system does not say."""
    return _statm(1, otherwise=0)


def give_back_memory() -> None:
    """Let the C library return to the system what it keeps of memory that was freed (glibc's only; some ms)."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none
        trim(0)


def address_space_bytes() -> int:
    """The address space in use now, or a generous guess where the system does not say."""
    return _statm(0, otherwise=_GENEROUS_BYTES)


def _statm(field: int, *, otherwise: int) -> int:
    """A field of proc(5)'s statm, in bytes."""
    try:
        with open(f"{_PROC}/self/statm", "rb") as file:
            return int(file.read().split()[field]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return otherwise


def limit(name: str, value: int) -> bool:
    """Set a resource limit for good (``RLIMIT_…``); False: the system has none, or refuses."""
    return taken(limiting(name, value))


def limiting(name: str, value: int) -> Step:
    """``limit`` as a step that is taken later."""
    number = getattr(_resource, name, None)
    if _resource is None or number is None:
        return _refused
    return partial(_resource.setrlimit, number, (value, value))


def limit_that_is(name: str) -> Step:
    """Sets a limit as it is: changes nothing."""
    number = getattr(_resource, name, None)
    if _resource is None or number is None:
        return _refused
    return partial(_resource.setrlimit, number, _resource.getrlimit(number))


def taken(step: Step) -> bool:
    """Take a step; False: the system refuses it."""
    try:
        return not step()
    except (ValueError, OSError):
        return False


def _refused() -> object:
    return True


def set_alarm(seconds: float) -> None:
    """End this process after so many seconds (SIGALRM); 0: not any more."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


# -- other processes -----------------------------------------------------------------------


class ProcessState(NamedTuple):
    letter: str
    """``R`` runs, ``S`` waits, ``Z`` is dead and not reaped, … (proc(5))."""
    started: str
    """In clock ticks since the system's start: with the number, it names the process."""
    processor_s: float
    """Seconds of processor time that it has taken so far."""


def process_state(pid: int) -> ProcessState | None:
    """None: there is no such process, or the system does not say (``tells_of_processes``)."""
    try:
        with open(f"{_PROC}/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].decode("ascii", "replace").split()
        taken = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return ProcessState(fields[0], fields[19], taken)
    except (OSError, IndexError, ValueError):
        return None


def pid_namespace() -> str:
    """The number of the namespace in which this process's number means something; empty where there is none."""
    try:
        return "".join(filter(str.isdigit, os.readlink(f"{_PROC}/self/ns/pid")))
    except OSError:
        return ""


def tells_of_processes() -> bool:
    """Whether ``process_state`` is to be had here (Linux)."""
    return os.path.exists(f"{_PROC}/self/stat")


def yield_cpu(pid: int) -> None:
    """Let other processes go before this one."""
    if sys.platform != "win32":
        with suppress(OSError):  # it is gone, or that is not ours to set
            os.setpriority(os.PRIO_PROCESS, pid, _LOWEST_PRIORITY)


def widen_pipe(*descriptors: int) -> None:
    """Larger pipes where the system allows it: a megabyte then crosses without a dozen stops."""
    with suppress(ImportError, AttributeError, OSError):
        from fcntl import F_SETPIPE_SZ, fcntl

        for descriptor in descriptors:
            fcntl(descriptor, F_SETPIPE_SZ, _PIPE_BYTES)


# -- giving up rights (Linux) --------------------------------------------------------------


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class Prctl:
    """prctl(2); every step is False where there is none. Made before a fork: loading costs."""

    def __init__(self) -> None:
        self._call: Callable[..., int] | None = None
        self._kept: list[object] = []
        if sys.platform.startswith("linux"):
            self._call = ctypes.CDLL(None).prctl

    def no_new_privileges(self) -> bool:
        return taken(self._step(_PR_SET_NO_NEW_PRIVS, 1))

    def not_dumpable(self) -> bool:
        return taken(self._step(_PR_SET_DUMPABLE, 0))

    def die_with_parent(self) -> bool:
        """Let this process end with its parent. A fork does not inherit that."""
        return taken(self.dying_with_parent())

    def dying_with_parent(self) -> Step:
        """``die_with_parent`` as a step that is taken later."""
        return self._step(_PR_SET_PDEATHSIG, _SIGKILL)

    def load(self, instructions: bytes) -> _FilterProgram | None:
        """A seccomp program, ready for ``confining``."""
        if self._call is None:
            return None
        text = ctypes.create_string_buffer(instructions, len(instructions))
        self._kept.append(text)
        return _FilterProgram(len(instructions) // 8, ctypes.cast(text, ctypes.c_void_p))

    def confining(self, program: _FilterProgram) -> Step:
        """Allows only what the program allows, for good."""
        return self._step(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program))

    def asking(self) -> Step:
        """A call that changes nothing: whether there is such a system call."""
        return self._step(_PR_GET_DUMPABLE, 0)

    def _step(self, option: int, value: int, program: object = 0) -> Step:
        return _refused if self._call is None else partial(self._call, option, value, program, 0, 0)
