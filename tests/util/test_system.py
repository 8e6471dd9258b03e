"""Other systems, as far as they can be simulated here: macOS counts in bytes, and has neither /proc nor prctl."""

from __future__ import annotations

import ctypes
import os
import sys

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import ErrorCode, ExecutionOptions, ExecutionRequest, Limits, PoolSettings
from workbench.history import owner
from workbench.sandbox.host import zygote_process
from workbench.util import system

pytestmark = pytest.mark.anyio

_MACOS = """
import sys, os, builtins, ctypes, resource, types

sys.platform = "darwin"
really = builtins.open, resource.getrusage, os.wait4, ctypes.CDLL

def without_proc(file, *arguments, **named):
    if str(file).startswith("/proc"):
        raise FileNotFoundError(file)
    return really[0](file, *arguments, **named)

def in_bytes(usage):
    return types.SimpleNamespace(ru_maxrss=usage.ru_maxrss * 1024)

def without_libc(name=None, *arguments, **named):
    if name is None:
        raise OSError("prctl is Linux's")
    return really[3](name, *arguments, **named)

def wait4(*arguments):
    pid, status, usage = really[2](*arguments)
    return pid, status, in_bytes(usage)

builtins.open = without_proc
resource.getrusage = lambda who: in_bytes(really[1](who))
os.wait4 = wait4
ctypes.CDLL = without_libc
"""


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers, and what of this process asks the system, find themselves on macOS."""
    monkeypatch.setattr(zygote_process, "PROGRAM", _MACOS + zygote_process.PROGRAM)
    monkeypatch.setattr(system, "_PROC", "/nowhere")
    monkeypatch.setattr(sys, "platform", "darwin")


@pytest.mark.usefixtures("macos")
async def test_scripts_run_on_macos_within_their_limits() -> None:
    engine = Engine(limits=Limits(timeout_ms=20_000, memory_mb=32), pool=PoolSettings(size=1))
    try:

        async def run(script: str, timeout_ms: int | None = None) -> tuple[object, str | None]:
            options = ExecutionOptions(timeout_ms=timeout_ms)
            request = ExecutionRequest(script, options=options)
            ended = await engine.run(request, tools=DictTools())
            return ended.value, ended.error.code if ended.error is not None else None

        # Its own 20 MB are within its 32, whatever unit the system counts in.
        small = "const a = new Uint8Array(20e6).fill(1); await tools.test.echo({}); a.length"
        assert await run(small) == (20_000_000, None)
        for greedy in (
            "const a = []; while (true) a.push({})",
            "let s = 'x'; try { while (true) s += s } catch (e) { 'caught' }",
        ):
            assert await run(greedy) == (None, ErrorCode.MEMORY_LIMIT_EXCEEDED)
        assert await run("while (true) {}", 200) == (None, ErrorCode.TIMEOUT)
        measured = await engine.run(ExecutionRequest(small), tools=DictTools())
        assert measured.memory_bytes is not None
        assert measured.memory_bytes < 32 << 20
        steps = await engine.hardening()
        assert steps["resource limits"]
        for step in (
            "seccomp allow-list",
            "no new privileges",
            "not dumpable",
            "dies with its parent",
        ):
            assert steps[step] is False
    finally:
        await engine.close()


async def test_where_the_system_has_it_every_step_is_in_force() -> None:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1))
    try:
        steps = await engine.hardening()
    finally:
        await engine.close()
    assert len(steps) == 6
    if sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64"):
        assert all(steps.values()), steps


@pytest.mark.parametrize(
    ("platform", "unit"), [("darwin", 1), ("linux", 1024), ("freebsd14", 1024)]
)
def test_peak_memory_is_bytes_everywhere(
    monkeypatch: pytest.MonkeyPatch, platform: str, unit: int
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert system.resident_bytes(5_000) == 5_000 * unit


async def test_a_system_without_fork_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1))
    try:
        ended = await engine.run(ExecutionRequest("1"), tools=DictTools())
    finally:
        await engine.close()
    assert ended.error is not None
    assert ended.error.code == ErrorCode.SANDBOX_CRASHED
    assert "no fork" in ended.error.message


def test_what_the_system_lacks_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_resource", None)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(system, "_PROC", "/nowhere")
    assert system.own_peak_resident() == 0
    assert system.limit("RLIMIT_AS", 1) is False
    assert system.address_space_bytes() > 0
    assert system.process_state(os.getpid()) is None
    assert not system.tells_of_processes()
    system.widen_pipe(0)
    monkeypatch.setattr(sys, "platform", "win32")
    system.set_alarm(1)
    system.yield_cpu(os.getpid())
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19
    monkeypatch.setattr(sys, "platform", "darwin")
    prctl = system.Prctl()
    steps = (prctl.no_new_privileges, prctl.not_dumpable, prctl.die_with_parent)
    assert not any(step() for step in steps)
    assert prctl.load(b"12345678") is None
    assert ctypes.sizeof(system._FilterProgram) >= 8


def test_an_owner_is_known_by_when_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process number is used again: the one that has it now is not the one that wrote."""
    pid, started, *_ = owner.this_process().split(":")
    assert pid == str(os.getpid())
    assert owner.is_alive(f"{pid}:{started}")
    if system.tells_of_processes():
        assert int(started) > 0
        assert not owner.is_alive(f"{pid}:{int(started) - 1}")
        assert not owner.is_alive(f"{pid}:")
    monkeypatch.setattr(system, "_PROC", "/nowhere")
    assert owner.is_alive(f"{pid}:?")
    assert not owner.is_alive("nothing:?")
    assert not owner.is_alive(f"{2**22 + 1}:?")
