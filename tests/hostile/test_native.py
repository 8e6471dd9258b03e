"""Native code in a hardened worker: every system call that is not on the list kills it, and only it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import Execution, ExecutionRequest, Limits, PoolSettings
from workbench.sandbox.child import hardening
from workbench.sandbox.host import zygote_process

_MACHINE = os.uname().machine
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        sys.platform != "linux" or _MACHINE not in hardening._SYSCALLS, reason="seccomp"
    ),
]

_HIGHEST = 470
"""Past the last number of any kernel so far."""
_BEFORE_ANY_FILTER = {"x86_64": (335, 336)}
"""uretprobe, uprobe: the kernel's own entries of its probes, refused by themselves outside of one."""
_PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
_TAKEN_OVER = """
import ctypes
from workbench.sandbox import job as jobs
from workbench.sandbox.child import runner, zygote

call = ctypes.CDLL(None, use_errno=True).syscall
call.restype = ctypes.c_long
memory = ctypes.create_string_buffer(4096)

def serve(self, channel, steps):
    numbers = [int(word) for word in jobs.unpack(channel.receive()).code.split()]
    given = [ctypes.c_long(number) for number in numbers[1:]]
    given += [ctypes.cast(memory, ctypes.c_void_p)] * (6 - len(given))
    answer = call(ctypes.c_long(numbers[0]), *given)
    channel.send('{"t":"done","ok":true,"value":%d}' % answer)
    channel.receive()

runner.Runner.serve = serve
runner.Runner.rehearse = lambda self, *_: None
zygote.warm_up = lambda *_: None
main()
"""


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    """Its workers make the system call whose number and arguments the "script" is."""
    program = zygote_process.PROGRAM.replace("main()\n", _TAKEN_OVER)
    monkeypatch.setattr(zygote_process, "PROGRAM", program)
    engine = Engine(limits=Limits(timeout_ms=60_000), pool=PoolSettings(size=2))
    yield engine
    await engine.close()


async def _attempt(engine: Engine, *numbers: int) -> Execution:
    return await engine.run(ExecutionRequest(" ".join(map(str, numbers))), tools=DictTools())


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_other_system_call_ends_the_worker(engine: Engine) -> None:
    allowed = {*hardening._SYSCALLS[_MACHINE].values(), hardening._MMAP[_MACHINE]}
    numbers = [number for number in range(_HIGHEST) if number not in allowed]
    # And by the other doors of the same kernel: numbers of 32-bit programs on x86-64, and none at all.
    numbers += [0x40000000 + number for number in (0, 1, 2, 59, 257)] + [-1, 2**31 - 1]
    assert len(numbers) >= 400
    survived: list[str] = []

    async def one_by_one(left: Iterator[int]) -> None:
        for number in left:
            execution = await _attempt(engine, number)
            if number in _BEFORE_ANY_FILTER.get(_MACHINE, ()):
                refused = execution.value == -1 or execution.status == "crashed"
            else:
                refused = execution.status == "crashed" and "SIGSYS" in str(execution.error)
            if not refused:
                survived.append(f"{number}: {execution.value} {execution.error}")

    left = iter(numbers)
    await asyncio.gather(one_by_one(left), one_by_one(left))
    assert not survived


async def test_memory_that_can_be_executed_is_not_to_be_had(engine: Engine) -> None:
    mmap, private_anonymous = hardening._MMAP[_MACHINE], 0x22
    assert (await _attempt(engine, mmap, 0, 4096, 3, private_anonymous, -1, 0)).value > 0
    for protection in (4, 5, 6, 7):
        crashed = await _attempt(engine, mmap, 0, 4096, protection, private_anonymous, -1, 0)
        assert "SIGSYS" in str(crashed.error), protection


async def test_what_is_allowed_leads_nowhere(engine: Engine) -> None:
    """Reading and writing reach the worker's own socket only: no other descriptor is open."""
    calls = hardening._SYSCALLS[_MACHINE]
    for descriptor in (0, 1, 2, *range(4, 12)):
        read = await _attempt(engine, calls["read"], descriptor)
        assert read.value is None or read.value <= 0, descriptor
    assert (await _attempt(engine, calls["clock_gettime"], 0)).value == 0


def test_the_page_lists_what_is_allowed() -> None:
    listed = re.findall(r"^\| `(\w+)`", _PAGE.read_text(encoding="utf-8"), re.M)
    assert set(listed) == {*hardening._SYSCALLS["x86_64"], "mmap"}
    assert set(hardening._SYSCALLS["aarch64"]) <= set(listed)
