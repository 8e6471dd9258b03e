"""The zygote: imports the engine and builds a context with the prelude once, then forks on demand.

Control socket (a stream): the parent sends ``F MEMORY_BYTES\\n`` with the new worker's socket attached,
``K PID\\n``, or ``R RUNS\\n`` (how many scripts those may run that are forked from now on); the zygote answers
lines: ``F PID`` (forked), ``N WHY`` (not forked), ``X PID STATUS RSS_BYTES`` (that one ended). It ends when the
parent's end closes; its children end with it.

What stands between two forks is plain on purpose: a fork makes each page of this process one that is copied
when Python next touches it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import os
import select
import signal
import socket
import sys
from collections import deque
from functools import partial
from typing import NoReturn

from workbench.sandbox import job as jobs
from workbench.sandbox.child import quickjs_engine, rejections
from workbench.sandbox.child.channel import Channel
from workbench.sandbox.child.hardening import Hardening, Late, take
from workbench.sandbox.child.rehearsals import warm_up
from workbench.sandbox.child.runner import Runner, leave
from workbench.sandbox.child.starting.starter import Starter
from workbench.util import system

_EXIT_BROKEN = 71
_REHEARSALS = 16
"""Here, before the first fork: so often until the interpreter has made of its code and caches what it makes of
them, which each worker would do again in pages of its own."""
_DESCRIPTORS = 64
_HIGHEST_DESCRIPTOR = 1024


class Zygote:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        starter = Starter()
        self._hardening = Hardening()
        unchanged = self._hardening.as_it_is()
        # On a context of its own: what it leaves free behind is 2.4 MB that scripts get beside their limit.
        warm_up(
            Runner(starter, quickjs_engine.maker()),
            lambda runner, descriptor: _work(runner, descriptor, (), unchanged, {}),
            _REHEARSALS,
        )
        make_engine = quickjs_engine.maker(tracks_rejections=rejections.possible())
        self._runner = Runner(starter, make_engine)
        for number in range(_REHEARSALS):
            self._runner.rehearse(number % 2 == 0)
        self._make_more = partial(Runner, starter, make_engine)
        self._later: list[Runner] = []
        """For further scripts of a worker's client."""
        self._children: set[int] = set()
        self._received: deque[int] = deque()
        self._lines = b""

    def run(self) -> NoReturn:
        """Serve the parent until it is gone."""
        self._hardening.prepare()
        self._hardening.die_with_parent()
        gc.collect()
        system.give_back_memory()
        gc.freeze()  # a collection in a child would touch, and so copy, every page
        gc.disable()
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        ready = select.poll()
        ready.register(self._control, select.POLLIN)
        ready.register(wake_read, select.POLLIN)
        while True:
            for descriptor, _ in ready.poll():
                if descriptor == wake_read:
                    os.read(wake_read, 4096)
                    self._reap()
                else:
                    self._obey()

    def _obey(self) -> None:
        try:
            data, ancillary, _, _ = self._control.recvmsg(
                4096, socket.CMSG_SPACE(_DESCRIPTORS * array.array("i").itemsize)
            )
        except ConnectionResetError:  # it left with an answer of ours unread
            leave()
        for _, _, content in ancillary:
            descriptors = array.array("i")
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
            self._received.extend(descriptors)
        if not data:
            leave()
        *commands, self._lines = (self._lines + data).split(b"\n")
        for command in commands:
            number = int(command[2:])
            if command[:1] == b"F":
                self._fork(number)
            elif command[:1] == b"R":
                self._prepare(number)
            elif number in self._children:  # not reaped yet, so the number is still this child's
                os.kill(number, signal.SIGKILL)

    def _prepare(self, runs: int) -> None:
        """Have a runner for each script of a worker: made here, they cost a fork next to nothing."""
        while len(self._later) < runs - 1:
            self._later.append(self._make_more())
            self._later[-1].rehearse(True)
        for number, runner in enumerate((self._runner, *self._later), 1):
            runner.is_followed = number < runs
        gc.collect()
        system.give_back_memory()
        gc.freeze()
        self._hardening.measure()

    def _fork(self, memory_bytes: int) -> None:
        if not self._received:  # the kernel drops it where this process may have no more
            self._answer("N no descriptor is left for its connection")
            return
        descriptor = self._received.popleft()
        late = self._hardening.late(memory_bytes)
        try:
            pid = os.fork()
        except OSError as error:  # no process or no memory for one: others go on
            os.close(descriptor)
            self._answer(f"N {error}")
            return
        if pid == 0:
            self._become_worker(descriptor, late)
        os.close(descriptor)
        self._children.add(pid)
        self._answer(f"F {pid}")

    def _become_worker(self, descriptor: int, late: Late) -> NoReturn:
        try:
            others = ((3, descriptor), (descriptor + 1, _HIGHEST_DESCRIPTOR))
            steps = self._hardening.steps
            runner = self._runner
            _work(runner, descriptor, others, late, steps)
            for later in self._later:
                if not runner.goes_on:
                    break
                runner = later
                runner.serve(Channel(descriptor), steps)
        except EOFError:
            leave()
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(2, f"worker: {error!r}\n".encode())
            leave(_EXIT_BROKEN)
        leave()

    def _reap(self) -> None:
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._children.discard(pid)
            self._answer(f"X {pid} {status}")

    def _answer(self, line: str) -> None:
        try:
            self._control.sendall(line.encode() + b"\n")
        except OSError:
            leave()


def _work(
    runner: Runner,
    descriptor: int,
    others: tuple[tuple[int, int], ...],
    late: Late,
    steps: dict[str, bool],
) -> None:
    """All that a worker does for its first script. Few calls, few objects: each page that Python touches here
    is copied first.

    others: the descriptors that it inherits and does not need. late: what it gives up itself, ``steps`` what
    holds. With neither, the zygote does it too, for what the interpreter makes of code that ran some times.
    """
    for first, end in others:
        os.closerange(first, end)
    take(late, steps)
    channel = Channel(descriptor)
    longer = False
    while channel.takes(jobs.REHEARSE):
        runner.rehearse(longer)
        longer = True
    runner.serve(channel, steps)


def main() -> NoReturn:
    """``argv[1]``: the number of the control socket's descriptor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    Zygote(control).run()


if __name__ == "__main__":
    main()
