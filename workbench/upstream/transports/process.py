"""A server that is a child process: its pipes, its stderr, its end. POSIX; elsewhere the SDK's own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from workbench.config import nesting
from workbench.mcp.asked import OnRequest, nothing
from workbench.mcp.conversation import OnNotification
from workbench.mcp.peer import LONGEST_ANSWER, Peer
from workbench.text.sanitize import without_styles
from workbench.util.os_differences import passed_environment
from workbench.util.read_size import ReadSize
from workbench.util.system import widen_pipe

_STDERR_LINES = 200
_STDERR_WIDTH = 2_000
_STDERR_HEAD = 2
_STDERR_TAIL = 3
# How long it may take to leave after its stdin closed, and after SIGTERM.
_LEAVE_S = 0.8
_SHORT_LEAVE_S = 0.1
_TERM_S = 0.4
_KILL_S = 0.5
_ORPHANS_S = 0.05
# stdout may still hold the last answers when the exit is known.
_LAST_WORDS_S = 0.2


class CannotStart(Exception):
    """The command could not be started; the message says why."""


def child_environment(
    environ: Mapping[str, str], own: Mapping[str, str], *, inherit: bool
) -> dict[str, str]:
    """The environment of a server: all of ours or the harmless part, and what is set for it."""
    passed = environ if inherit else {k: environ[k] for k in passed_environment() if k in environ}
    marked = {nesting.VARIABLE: environ[nesting.VARIABLE]} if nesting.VARIABLE in environ else {}
    return {**passed, **own, **marked}


class StderrRing:
    """The last lines that a server wrote to stderr. Outlives the process."""

    def __init__(self, on_lines: Callable[[Sequence[str]], None] | None = None) -> None:
        """on_lines: given the lines as they come."""
        self._on_lines = on_lines
        self._lines: deque[str] = deque(maxlen=_STDERR_LINES)
        self._open = b""
        self._fresh = 0
        self._head: list[str] = []
        """The first lines of this process that say something; its cause stands there (npm's 404)."""

    def mark(self) -> None:
        """A new process starts: what is there already is of an earlier one."""
        self._fresh = 0
        self._head = []

    def feed(self, data: bytes) -> None:
        *lines, self._open = (self._open + data).split(b"\n")
        if len(self._open) > _STDERR_WIDTH:
            lines.append(self._open)
            self._open = b""
        texts = list(map(_line, lines))
        for line in texts:
            self._lines.append(line)
            if len(self._head) < _STDERR_HEAD and line.strip():
                self._head.append(line)
        self._fresh += len(lines)
        if self._on_lines is not None and texts:
            self._on_lines(texts)

    def lines(self) -> list[str]:
        """The last lines, the oldest first."""
        return [*self._lines, _line(self._open)] if self._open else list(self._lines)

    def summary(self) -> list[str]:
        """The first and the last lines of this process that say something, and what is between cut."""
        fresh = self._fresh + (1 if self._open else 0)
        lines = [line for line in self.lines()[-fresh:] if line.strip()] if fresh else []
        if len(lines) <= _STDERR_HEAD + _STDERR_TAIL and fresh <= _STDERR_LINES:
            return lines
        return [*self._head, "…", *lines[-_STDERR_TAIL:]]


class StdioServer:
    """One running server process. Made by ``start``; ``stop`` it always."""

    def __init__(
        self,
        on_notification: OnNotification,
        stderr: StderrRing,
        longest: int = LONGEST_ANSWER,
        on_request: OnRequest = nothing,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._stderr = stderr
        self._process: asyncio.subprocess.Process | None = None
        self._transports: list[asyncio.BaseTransport] = []
        self._stdin: asyncio.WriteTransport | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.gone = asyncio.Event()
        """Set when it is over: the process ended, closed its stdin or stdout, or is beyond use."""
        self.peer = Peer(
            on_notification, longest=longest, on_close=self.gone.set, on_request=on_request
        )

    @property
    def returncode(self) -> int | None:
        return self._process.returncode if self._process is not None else None

    @classmethod
    async def start(
        cls,
        command: str,
        args: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | None,
        stderr: StderrRing,
        on_notification: OnNotification,
        longest: int = LONGEST_ANSWER,
        on_request: OnRequest = nothing,
    ) -> StdioServer:
        """Start the process with pipes of its own, in a session of its own.

        longest: bytes of one message that it sends. on_request: answers what it asks. Raises CannotStart.
        """
        server = cls(on_notification, stderr, longest, on_request)
        child_in, our_in = os.pipe()
        our_out, child_out = os.pipe()
        our_err, child_err = os.pipe()
        widen_pipe(our_in, our_out)
        ours = [our_in, our_out, our_err]
        try:
            server._process = await asyncio.create_subprocess_exec(
                command,
                *args,
                stdin=child_in,
                stdout=child_out,
                stderr=child_err,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
            await server._connect(ours)
        except BaseException as error:
            for fd in ours:
                os.close(fd)
            if server._process is not None:
                await server.stop(patient=False)
            if isinstance(error, OSError | ValueError):
                raise CannotStart(_why(error, command, cwd)) from None
            raise
        finally:
            for fd in (child_in, child_out, child_err):
                os.close(fd)
        return server

    async def stop(self, *, patient: bool = True) -> None:
        """Close its stdin, wait, terminate, kill: its whole process group. 1.7 s at most.

        patient: give it time to leave by itself; not for one that never answered.
        """
        self.peer.close(self.peer_end() if self.gone.is_set() else "the connection was closed")
        if self._stdin is not None:
            self._stdin.abort() if self._stdin.get_write_buffer_size() else self._stdin.close()
        try:
            for number, patience in (
                (None, _LEAVE_S if patient else _SHORT_LEAVE_S),
                (signal.SIGTERM, _TERM_S),
                (signal.SIGKILL, _KILL_S),
            ):
                if number is not None:
                    self._signal(number)
                if await self._ended(patience):
                    break
            if self._signal(signal.SIGTERM):  # what it started and left behind
                await asyncio.sleep(_ORPHANS_S)
        finally:
            self._signal(signal.SIGKILL)
            if self._watcher is not None:
                self._watcher.cancel()
            for transport in self._transports:
                transport.close()
            self.gone.set()

    def kill(self) -> None:
        """End it now, without waiting."""
        if self.returncode is None:
            self._signal(signal.SIGKILL)

    def peer_end(self) -> str:
        """Why nothing more comes: the exit, and what it wrote last."""
        code = self.returncode
        if code is None:
            how = "the server closed its output"
        elif code < 0:
            how = f"the server was ended by {_signal_name(-code)}"
        else:
            how = f"the server exited with code {code}"
        return self.with_stderr(how)

    def with_stderr(self, message: str) -> str:
        """The message and what the server wrote to stderr first and last."""
        said = self._stderr.summary()
        return f"{message}; stderr: {' | '.join(said)}" if said else message

    async def last_words(self, patience: float) -> str:
        """``peer_end``, once the exit code is known or ``patience`` seconds are over.

        Where we ended it: why.
        """
        if self.peer.closed_by is not None and self.returncode is None:
            return self.peer.closed_by
        await self._ended(patience)
        await asyncio.sleep(0)  # the last of stderr may have come with the exit
        return self.peer_end()

    async def _connect(self, ours: list[int]) -> None:
        """Put the event loop on our ends of the pipes; takes each descriptor out of ``ours``."""
        loop = self._loop
        write, _ = await loop.connect_write_pipe(
            lambda: _Stdin(self.peer, self.gone), os.fdopen(ours.pop(0), "wb", 0)
        )
        self._transports.append(write)
        self._stdin = write
        self.peer.attach(write)
        out, _ = await loop.connect_read_pipe(
            lambda: _Stdout(self.peer, self.gone), os.fdopen(ours.pop(0), "rb", 0)
        )
        self._transports.append(out)
        err, _ = await loop.connect_read_pipe(
            lambda: _Stderr(self._stderr), os.fdopen(ours.pop(0), "rb", 0)
        )
        self._transports.append(err)
        self._watcher = loop.create_task(self._watch())

    async def _watch(self) -> None:
        """A grandchild may hold stdout open after the process ended: the exit counts too."""
        assert self._process is not None
        await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await self.gone.wait()
        self.peer.close(self.peer_end())
        self.gone.set()

    async def _ended(self, patience: float) -> bool:
        assert self._process is not None
        try:
            async with asyncio.timeout(patience):  # wait_for loses a cancellation (before 3.12)
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    def _signal(self, number: int) -> bool:
        """Send a signal to its process group; False: there is none any more."""
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


class _Stdin(asyncio.BaseProtocol):
    def __init__(self, peer: Peer, gone: asyncio.Event) -> None:
        self._peer = peer
        self._gone = gone

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()  # who does not listen any more is gone, whatever it still says

    def pause_writing(self) -> None:
        self._peer.pause()

    def resume_writing(self) -> None:
        self._peer.resume()


class _Stdout(asyncio.Protocol):
    def __init__(self, peer: Peer, gone: asyncio.Event) -> None:
        self._peer = peer
        self._gone = gone
        self._read_size: ReadSize | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._read_size = ReadSize(transport)

    def data_received(self, data: bytes) -> None:
        if self._read_size is not None:
            self._read_size.came(len(data))
        self._peer.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._peer.finish()
        self._gone.set()


class _Stderr(asyncio.Protocol):
    def __init__(self, ring: StderrRing) -> None:
        self._ring = ring

    def data_received(self, data: bytes) -> None:
        self._ring.feed(data)


def _line(line: bytes) -> str:
    return without_styles(line[:_STDERR_WIDTH].decode("utf-8", "replace")).rstrip("\r")


def _why(error: OSError | ValueError, command: str, cwd: str | None) -> str:
    if isinstance(error, FileNotFoundError):
        if cwd is not None and not os.path.isdir(cwd):
            return f"no such folder: cwd {cwd!r}"
        return f"command not found: {command!r}"
    if isinstance(error, PermissionError):
        return f"not allowed to run {command!r}"
    return f"cannot run {command!r}: {error}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
