"""The zygote as its parent sees it: makes workers, kills them, tells how they ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from workbench.sandbox.host.worker import Worker, WorkerExit
from workbench.sandbox.host.zygote_process import ZygoteProcess, start_zygote

_CLOSE_S = 1.0


class _Command(NamedTuple):
    text: bytes
    attached: socket.socket | None = None
    """The new worker's end of its connection; ours to close once it is sent."""


class ForkServer:
    """Starts the zygote, asks it for forks. Restarting a dead one is the pool's decision."""

    def __init__(
        self,
        *,
        on_forked: Callable[[Worker], None],
        on_not_forked: Callable[[str], None],
        on_worker_gone: Callable[[Worker], None],
        on_dead: Callable[[], None],
        words: deque[str],
    ) -> None:
        """words: where the last lines of the zygote's and its workers' stderr go.

        on_not_forked hears why a fork that was asked for did not come.
        """
        self._on_forked = on_forked
        self._on_not_forked = on_not_forked
        self._on_worker_gone = on_worker_gone
        self._on_dead = on_dead
        self._words = words
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._unsent: deque[_Command] = deque()
        self._is_full = False
        """It takes no command for now, and is waited for."""
        self._asked: deque[Worker] = deque()
        self._workers: dict[int, Worker] = {}
        self._lines = b""
        self._runs = 1

    @property
    def forking(self) -> int:
        """Workers that were asked for and have not come yet."""
        return len(self._asked)

    def start(self, ahead: ZygoteProcess | None = None) -> None:
        """Start the process, or take the one that was started ahead (forks asked for before it is ready wait).

        Raises OSError where the system does not let it.
        """
        self._process, ours = ahead or start_zygote()
        ours.setblocking(False)
        self._control = ours
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, self._readable)
        assert self._process.stderr is not None
        os.set_blocking(self._process.stderr.fileno(), False)
        loop.add_reader(self._process.stderr, self._stderr_readable)

    def fork(self, memory_bytes: int) -> None:
        """Ask for one worker; ``on_forked`` gives it. Raises OSError: no descriptor is left for it."""
        if self._control is None:
            return
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)  # here: the sandbox has no call for it
        worker = Worker(ours, memory_bytes, kill=self.kill, gone=self._on_worker_gone)
        self._asked.append(worker)
        self._command(_Command(b"F %d\n" % memory_bytes, theirs))

    def prepare(self, runs: int) -> None:
        """Let the workers that are forked from now on run up to so many scripts each."""
        if runs != self._runs:
            self._runs = runs
            self._command(_Command(b"R %d\n" % runs))

    def kill(self, worker: Worker) -> None:
        if self._workers.get(worker.pid) is worker:  # else its number may be another one's by now
            self._command(_Command(b"K %d\n" % worker.pid))

    async def close(self) -> None:
        """End the zygote and with it every worker."""
        for worker in [*self._asked, *self._workers.values()]:
            worker.close()
        self._hang_up()
        process = self._process
        if process is None:
            return
        try:
            await asyncio.to_thread(process.wait, _CLOSE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)
        self._forget_process()

    # -- commands ----------------------------------------------------------------------------

    def _command(self, command: _Command) -> None:
        self._unsent.append(command)
        if len(self._unsent) == 1:
            self._send()

    def _send(self) -> None:
        """Send what there is room for; the rest when there is room again."""
        control = self._control
        while control is not None and self._unsent:
            text, attached = self._unsent[0]
            try:
                if attached is None:
                    control.send(text)
                else:
                    socket.send_fds(control, [text], [attached.fileno()])
            except (BlockingIOError, InterruptedError):
                asyncio.get_running_loop().add_writer(control, self._send)
                self._is_full = True
                return
            except OSError:
                self._died()
                return
            self._unsent.popleft()
            if attached is not None:
                attached.close()
        if control is not None and self._is_full:
            asyncio.get_running_loop().remove_writer(control)
            self._is_full = False

    # -- what it says ------------------------------------------------------------------------

    def _readable(self) -> None:
        assert self._control is not None
        try:
            data = self._control.recv(65536)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._died()
            return
        *lines, self._lines = (self._lines + data).split(b"\n")
        for line in lines:
            kind, said = line[:1], line[2:]
            if kind == b"F":
                worker = self._asked.popleft()
                worker.pid = int(said)
                self._workers[worker.pid] = worker
                self._on_forked(worker)
            elif kind == b"N":
                self._asked.popleft().close()
                self._on_not_forked(said.decode())
            else:
                pid, status = map(int, said.split())
                gone = self._workers.pop(pid, None)
                if gone is not None:
                    gone.ended(WorkerExit(status))

    def _stderr_readable(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._process.stderr.fileno(), 65536)
            if not data:
                asyncio.get_running_loop().remove_reader(self._process.stderr)
            self._words.extend(data.decode("utf-8", "replace").splitlines())

    def _died(self) -> None:
        if self._control is None:
            return
        self._hang_up()
        if self._process is not None:
            self._stderr_readable()  # why it died
            self._process.kill()  # it closed its end: if it lives at all, it is of no use
            self._process.wait()
            self._forget_process()
        for worker in [*self._asked, *self._workers.values()]:
            worker.ended(WorkerExit(9))
        for worker in self._asked:
            worker.close()
        self._asked.clear()
        self._workers.clear()
        self._on_dead()

    def _hang_up(self) -> None:
        control, self._control = self._control, None
        if control is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(control)
            loop.remove_writer(control)
            self._is_full = False
            control.close()
        for command in self._unsent:
            if command.attached is not None:
                command.attached.close()
        self._unsent.clear()

    def _forget_process(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stderr is not None:
            asyncio.get_running_loop().remove_reader(process.stderr)
            process.stderr.close()
