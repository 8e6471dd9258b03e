"""What a worker runs before it has a job, and the zygote before it forks (``runner``).

They go the ways that most scripts take: what is touched there for the first time, nobody waits for later.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from workbench.sandbox import job as jobs
from workbench.sandbox.frames import pack
from workbench.util import system

if TYPE_CHECKING:
    from workbench.sandbox.child.runner import Runner


class _Limits(NamedTuple):
    timeout_ms: int = 60_000
    memory_mb: int = 64
    max_result_bytes: int = 1 << 24


_SEED = (1, 2, 3, 4)
_WAITS_AND_IS_TYPED = f"""\
interface A {{ b: string }}
async function f(a: string, b = 1): Promise<A[]> {{
  return new Map<string, A>() as A[];
}}
if (0) {{
  const a: A = await call_tool("")!;
}}
// {" " * 8_000}
0"""
"""As long as scripts are: memory for texts of that length is had then."""
REHEARSED = (
    jobs.run(
        'const a = 1;\nconst r = await call_tool("a", "b", { a: a, b: 1 });\nreturn r.ok;',
        "{}",
        _Limits(),
        seed=_SEED,
    ),
    b'1\n{"ok":true,"result":1,"content":[]}',
)
LONGER = (jobs.run(_WAITS_AND_IS_TYPED, "{}", _Limits(), seed=_SEED),)
WARMING = jobs.run(
    "console.log(Date.now()); await call_tool('a', 'b', {}); call_tool('a', 'b')",
    "{}",
    _Limits(),
    seed=_SEED,
)
"""With calls; the zygote's own."""


def touch_memory() -> None:
    """Have what a script of 100 lines takes of the C library's memory, and give it back: its text some times
    over (160 kB), then small blocks (180 kB). Their pages are of this process by then, and each that is not
    costs the script 2.5 µs."""
    [b"\1" * 10_000 for _ in range(16)]
    [b"\1" * size for size in range(600, 3_000, 24)]


def warm_up(runner: Runner, work: Callable[[Runner, int], None], times: int) -> None:
    """Do so often in this process what a worker does, with calls (``work``: of the runner, on a descriptor),
    so that a fork finds the interpreter's code and caches as they will be.

    Only in the zygote: in each child the same would dirty, and so copy, the pages it shares.
    """
    for _ in range(times):
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        for frame in (
            WARMING,
            b'1\n{"ok":true,"result":1}',
            b'0\n{"ok":true,"result":1}',
        ):
            ours.sendall(pack(frame))
        work(runner, theirs.fileno())
        ours.close()
        theirs.close()
        system.set_alarm(0)
        runner.forget_job()
