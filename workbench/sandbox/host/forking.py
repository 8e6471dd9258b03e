"""The zygote as its parent sees it: makes workers, kills them, tells how they ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

from workbench.sandbox.host.worker import Worker, WorkerExit

_ROOT = Path(__file__).resolve().parents[3]
_CLOSE_S = 1.0


class ForkServer:
    """Starts the zygote, asks it for forks. Restarting a dead one is the pool's decision."""

    def __init__(
        self,
        *,
        on_forked: Callable[[Worker], None],
        on_worker_gone: Callable[[Worker], None],
        on_dead: Callable[[], None],
    ) -> None:
        self._on_forked = on_forked
        self._on_worker_gone = on_worker_gone
        self._on_dead = on_dead
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._asked: deque[Worker] = deque()
        self._workers: dict[int, Worker] = {}
        self._lines = b""
        self.stderr: deque[str] = deque(maxlen=50)
        """The zygote's and its workers' last words."""

    def start(self) -> None:
        """Start the process (it is ready some 50 ms later; forks asked for before simply wait)."""
        ours, theirs = socket.socketpair()
        program = (
            f"import sys; sys.path.insert(0, {str(_ROOT)!r}); "
            "from workbench.sandbox.child.zygote import main; main()"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", program, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,  # never the terminal: a dying worker would write into the TUI
            pass_fds=[theirs.fileno()],
            env={"TZ": "UTC", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )
        theirs.close()
        ours.setblocking(False)
        self._control = ours
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, self._readable)
        assert self._process.stderr is not None
        os.set_blocking(self._process.stderr.fileno(), False)
        loop.add_reader(self._process.stderr, self._stderr_readable)

    def fork(self, memory_bytes: int) -> None:
        """Ask for one worker; ``on_forked`` gives it."""
        control = self._control
        if control is None:
            return
        ours, theirs = socket.socketpair()
        worker = Worker(ours, kill=self.kill, gone=self._on_worker_gone)
        self._asked.append(worker)
        try:
            socket.send_fds(control, [b"F %d\n" % memory_bytes], [theirs.fileno()])
        except OSError:
            self._died()
        finally:
            theirs.close()

    def kill(self, worker: Worker) -> None:
        if self._control is not None and worker.pid in self._workers:
            try:
                self._control.send(b"K %d\n" % worker.pid)
            except OSError:
                self._died()

    async def close(self) -> None:
        """End the zygote and with it every worker."""
        control, self._control = self._control, None
        loop = asyncio.get_running_loop()
        for worker in [*self._asked, *self._workers.values()]:
            worker.close()
        if control is not None:
            loop.remove_reader(control)
            control.close()
        process = self._process
        if process is None:
            return
        try:
            await asyncio.to_thread(process.wait, _CLOSE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)
        if process.stderr is not None:
            loop.remove_reader(process.stderr)
            process.stderr.close()

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
            message = json.loads(line)
            if "forked" in message:
                worker = self._asked.popleft()
                worker.pid = message["forked"]
                self._workers[worker.pid] = worker
                self._on_forked(worker)
            else:
                gone = self._workers.pop(message["exit"], None)
                if gone is not None and not gone.exit.done():
                    gone.exit.set_result(WorkerExit(message["status"], message["rss"]))

    def _stderr_readable(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._process.stderr.fileno(), 65536)
            if not data:
                asyncio.get_running_loop().remove_reader(self._process.stderr)
            self.stderr.extend(data.decode("utf-8", "replace").splitlines())

    def _died(self) -> None:
        control, self._control = self._control, None
        if control is None:
            return
        asyncio.get_running_loop().remove_reader(control)
        control.close()
        for worker in [*self._asked, *self._workers.values()]:
            if not worker.exit.done():
                worker.exit.set_result(WorkerExit(9))
        for worker in self._asked:
            worker.close()
        self._asked.clear()
        self._workers.clear()
        self._on_dead()
