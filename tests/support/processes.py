"""What Linux tells of processes (/proc): who is whose child, whether it burns, what memory it takes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LINUX = sys.platform == "linux"


def children_of(pid: int) -> list[int]:
    """The children of a process, whichever of its threads started them; zombies aside."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return [child for child in found if state_of(child) != "Z"]


def family_of(pid: int) -> list[int]:
    """A process and everything below it; nothing where it is gone."""
    try:
        return [pid, *(one for child in children_of(pid) for one in family_of(child))]
    except OSError:
        return []


def state_of(pid: int) -> str:
    """As /proc has it; Z also for a process that is gone."""
    return _stat(pid)[0]


def cpu_ticks(pid: int) -> int:
    """Of a process, in user and system mode."""
    return int(_stat(pid)[11]) + int(_stat(pid)[12])


def processor_ms(pid: int) -> float:
    """Of a process and all below it, with those that ended and were waited for; 0 where it is gone."""
    ticks = sum(int(field) for one in family_of(pid) for field in _stat(one)[11:15])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["Z", *["0"] * 20]


def command_line(pid: int) -> str:
    """Its words, with NUL between them; nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def resident_bytes(pid: int | str = "self") -> int:
    """What a process has in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def pss_mb(pids: Iterable[int]) -> float:
    """Proportional set size: shared pages count once over all the processes that share them."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss: +(\d+)", rollup, re.M)
        total += int(found[1]) if found else 0
    return total / 1024


def descriptors(pid: int | str = "self") -> int:
    """How many a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))
