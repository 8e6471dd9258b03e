"""What a worker gives up before it sees a script: the second wall behind the engine.

Runs in the worker: standard library only. Every step is optional where the system lacks it;
``Hardening.steps`` says which are in force (``workbench doctor`` prints them).

The seccomp allow-list was measured with strace on a worker under load; numbers are from the kernel's
``unistd`` tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
"""

from __future__ import annotations

import os
import struct

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
        self._prctl = system.Prctl()
        machine = os.uname().machine
        self._program = self._prctl.load(_filter(machine)) if machine in _SYSCALLS else None

    def prepare(self) -> None:
        """Take the steps that a fork inherits."""
        self.steps["empty environment, no inherited descriptors"] = True
        for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_CPU", 86_400)):
            system.limit(name, value)
        self._virtual_bytes = system.address_space_bytes()
        self.steps["resource limits"] = False
        self.steps["no new privileges"] = self._prctl.no_new_privileges()
        self.steps["not dumpable"] = self._prctl.not_dumpable()
        self.steps["seccomp allow-list"] = False

    def die_with_parent(self) -> None:
        """Not inherited by a fork: the zygote and each child ask for it themselves."""
        self.steps["dies with its parent"] = self._prctl.die_with_parent()

    def apply(self, memory_bytes: int) -> None:
        """In the child, after the fork. ``memory_bytes``: the script's own limit."""
        self.die_with_parent()
        address_space = self._virtual_bytes + memory_bytes + _ADDRESS_SPACE_SLACK
        held = system.limit("RLIMIT_NOFILE", 8) and system.limit("RLIMIT_NPROC", 0)
        self.steps["resource limits"] = system.limit("RLIMIT_AS", address_space) and held
        if self._program is not None:
            # Said before it is done: afterwards there is nothing left to ask with.
            self.steps["seccomp allow-list"] = True
            if not self._prctl.confine(self._program):
                self.steps["seccomp allow-list"] = False
