"""What a worker gives up before it sees a script: the second wall behind the engine.

Runs in the worker: standard library only. Every step is optional where the system lacks it;
``Hardening.steps`` says which are in force (``workbench doctor`` prints them).

The seccomp allow-list was measured with strace on a worker under load; numbers are from the kernel's
``unistd`` tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
"""

from __future__ import annotations

import os
import struct
from typing import TypeAlias

from workbench.util import system

_KILL_PROCESS, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_ARCH_OFFSET, _NUMBER_OFFSET, _PROTECTION_OFFSET = 4, 0, 16 + 8 * 2
_PROT_EXEC = 4
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# in the order of how often a running script needs them: the filter compares one after the other
_SYSCALLS: dict[str, dict[str, int]] = {
    "x86_64": {
        "recvfrom": 45, "sendto": 44, "brk": 12, "munmap": 11, "mremap": 25, "madvise": 28,
        "futex": 202, "read": 0, "write": 1, "clock_gettime": 228, "gettimeofday": 96,
        "getrandom": 318, "getrusage": 98, "poll": 7, "ppoll": 271, "rt_sigprocmask": 14,
        "rt_sigreturn": 15, "restart_syscall": 219, "setitimer": 38, "close": 3, "exit": 60,
        "exit_group": 231,
    },
    "aarch64": {
        "recvfrom": 207, "sendto": 206, "brk": 214, "munmap": 215, "mremap": 216, "madvise": 233,
        "futex": 98, "read": 63, "write": 64, "clock_gettime": 113, "gettimeofday": 169,
        "getrandom": 278, "getrusage": 165, "ppoll": 73, "rt_sigprocmask": 135,
        "rt_sigreturn": 139, "restart_syscall": 128, "setitimer": 103, "close": 57, "exit": 93,
        "exit_group": 94,
    },
}  # fmt: skip
_MMAP = {"x86_64": 9, "aarch64": 222}
Late: TypeAlias = tuple[tuple[str, system.Step], ...]
"""What is left to do after the fork, each with its name in ``Hardening.steps``."""
# Beyond the script's heap: the interpreter, frames in both directions, the engine's own needs.
_ADDRESS_SPACE_SLACK = 512 << 20


def _filter(machine: str) -> bytes:
    """A seccomp program: the listed calls, ``mmap`` without PROT_EXEC, death for the rest."""
    instructions = [
        (_LOAD, 0, 0, _ARCH_OFFSET),
        (_JUMP_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    for number in _SYSCALLS[machine].values():
        instructions += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    instructions += [
        (_JUMP_EQUAL, 0, 3, _MMAP[machine]),
        (_LOAD, 0, 0, _PROTECTION_OFFSET),
        (_JUMP_SET, 1, 0, _PROT_EXEC),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)


class Hardening:
    """Prepared once in the zygote, so that a fork has only the system calls left to make."""

    def __init__(self) -> None:
        self.steps: dict[str, bool] = {}
        self._virtual_bytes = 0
        self._late: dict[int, Late] = {}
        self._prctl = system.Prctl()
        machine = os.uname().machine
        self._filtering: Late = ()
        program = self._prctl.load(_filter(machine)) if machine in _SYSCALLS else None
        if program is not None:
            self._filtering = (("seccomp allow-list", self._prctl.confining(program)),)

    def prepare(self) -> None:
        """Take the steps that a fork inherits."""
        self.steps["empty environment, no inherited descriptors"] = True
        for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_CPU", 86_400)):
            system.limit(name, value)
        self.measure()
        self.steps["resource limits"] = True
        self.steps["no new privileges"] = self._prctl.no_new_privileges()
        self.steps["not dumpable"] = self._prctl.not_dumpable()
        # Said before it is done: afterwards there is nothing left to ask with.
        self.steps["seccomp allow-list"] = bool(self._filtering)

    def measure(self) -> None:
        """What this process has of the address space is no script's: again whenever it has more."""
        self._virtual_bytes = system.address_space_bytes()
        self._late.clear()

    def die_with_parent(self) -> None:
        """Not inherited by a fork: the zygote and each child ask for it themselves."""
        self.steps["dies with its parent"] = self._prctl.die_with_parent()

    def late(self, memory_bytes: int) -> Late:
        """What a worker does itself, in this order (``take``). ``memory_bytes``: the script's own limit."""
        known = self._late.get(memory_bytes)
        if known is None:
            address_space = self._virtual_bytes + memory_bytes + _ADDRESS_SPACE_SLACK
            known = self._late[memory_bytes] = (
                ("dies with its parent", self._prctl.dying_with_parent()),
                ("resource limits", system.limiting("RLIMIT_NOFILE", 8)),
                ("resource limits", system.limiting("RLIMIT_NPROC", 0)),
                ("resource limits", system.limiting("RLIMIT_AS", address_space)),
                *self._filtering,
            )
        return known

    def as_it_is(self) -> Late:
        """Steps of the same kind that change nothing, to be rehearsed in the zygote."""
        asks, limits = self._prctl.asking(), system.limit_that_is("RLIMIT_NOFILE")
        filtering = tuple((name, asks) for name, _ in self._filtering)
        return (("", asks), ("", limits), ("", limits), ("", limits), *filtering)


def take(late: Late, steps: dict[str, bool]) -> None:
    """In the child, after the fork. ``steps`` says what held so far; what does not is noted there."""
    for name, step in late:
        if not system.taken(step):
            steps[name] = False
