"""``Workbench``: the engine, its servers and its history behind one object."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias, get_args

from workbench.catalogue.tools import ServerInfo, ToolInfo
from workbench.config import Config, open_config, parse
from workbench.core import paths
from workbench.core.engine import Listener
from workbench.core.events import Event
from workbench.core.model import (
    ErrorCode,
    Execution,
    ExecutionOptions,
    ExecutionRequest,
    JsonValue,
    Outcome,
    ScriptError,
    ToolCall,
)
from workbench.core.policy import Policy
from workbench.core.request_checks import limits_of
from workbench.core.runtime import Runtime, open_runtime
from workbench.history import Recording, read_recording, write_recording
from workbench.library.given_tools import GivenTools, ToolFunction
from workbench.library.json_values import json_problem
from workbench.replay.offline import run_offline
from workbench.replay.recorded_tools import Rule
from workbench.replay.replaying import NOT_GIVEN, Replayed

if TYPE_CHECKING:
    from workbench.core.ports import Tools

FilePath: TypeAlias = str | PathLike[str]
GivenToolsMapping: TypeAlias = Mapping[str, Mapping[str, JsonValue | ToolFunction]]


class Workbench:
    """Runs scripts over MCP tools, records them, replays them. Use it with ``async with``.

    configuration: what ``workbench.toml`` may say, as a mapping
    (``{"servers": {"git": {"command": "uvx", "args": ["mcp-server-git"]}}}``), or a ``Config``.
    Nothing is read from files or the environment, and no server is there but those named.
    tools: Python values and functions to be called like the tools of servers (``GivenTools``); where
    they are given, scripts see them instead of the servers.
    data_dir: where the history is kept; None: in a folder that goes when the workbench closes.

    Raises ConfigError for a configuration that ``workbench config check`` would refuse.
    """

    def __init__(
        self,
        configuration: Config | Mapping[str, JsonValue] | None = None,
        *,
        tools: GivenToolsMapping | None = None,
        data_dir: FilePath | None = None,
    ) -> None:
        self._config = _config_from(configuration)
        self._given = GivenTools(tools) if tools is not None else None
        self._data_dir = Path(data_dir) if data_dir is not None else None
        self._stack = AsyncExitStack()
        self._opened: Runtime | None = None

    @classmethod
    def from_file(cls, file: FilePath | None = None, *, data_dir: FilePath | None = None) -> Self:
        """The workbench that ``workbench --config FILE --data-dir DIR`` uses, its history included.

        file: None: ./workbench.toml (its servers once they are trusted: ``workbench trust``), else the
        user's own. data_dir: None: the user's own. Raises ConfigError.
        """
        config = open_config(Path(file) if file is not None else None)
        return cls(config, data_dir=paths.data_dir(data_dir))

    async def __aenter__(self) -> Self:
        if self._opened is not None:
            raise RuntimeError("this workbench is open already")
        folder = self._data_dir
        if folder is None:
            made = tempfile.TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True)
            folder = Path(self._stack.enter_context(made))
        self._opened = await self._stack.enter_async_context(
            open_runtime(self._config, data_dir=folder)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened = None
        await self._stack.aclose()

    async def run(
        self,
        code: str,
        *,
        input: JsonValue = NOT_GIVEN,
        timeout_ms: int | None = None,
        max_tool_calls: int | None = None,
        max_parallel: int | None = None,
        allowed_servers: Sequence[str] | None = None,
        tools: GivenToolsMapping | None = None,
        script: str | None = None,
        on_event: Listener | None = None,
    ) -> Execution:
        """Run one script to its end. Returns for every failure of the script: see ``execution.error``.

        input: any JSON value, ``{}`` where none is given. timeout_ms: wall clock, 1 to 600 000.
        max_tool_calls: 0 is unlimited. allowed_servers: None: all; empty: none.
        tools: instead of the workbench's own tools, for this run. script: a name for the record.
        on_event: called in the event loop with each event as it happens.
        Cancelling the task cancels the script.
        """
        _check_text("code", code)
        if script is not None:
            _check_text("script", script)
        if isinstance(allowed_servers, str):
            raise TypeError(f"allowed_servers is a list of names: [{allowed_servers!r}]")
        if allowed_servers is not None and not isinstance(allowed_servers, Iterable):
            raise TypeError(
                f"allowed_servers is a list of names, not {type(allowed_servers).__name__}"
            )
        if on_event is not None and not callable(on_event):
            raise TypeError(f"on_event is a function, not {type(on_event).__name__}")
        allowed = tuple(allowed_servers) if allowed_servers is not None else None
        options = ExecutionOptions(timeout_ms, max_tool_calls, max_parallel, allowed)
        request = ExecutionRequest(
            code=code,
            input={} if input is NOT_GIVEN else input,
            options=options,
            source="cli",
            client="python",
            script=script,
        )
        engine = self._runtime.engine
        problem = json_problem(request.input)
        if problem is not None:
            wrong = ScriptError(ErrorCode.INVALID_REQUEST, f"input is not JSON: {problem}")
            return await engine.refuse(replace(request, input="«not JSON»"), wrong)
        given = GivenTools(tools) if tools is not None else self._given
        answering: Tools | None = None
        if given is not None:
            answering = Policy(given, limits_of(options, engine.limits))
        return await engine.run(request, tools=answering, listener=on_event)

    async def stream(
        self,
        code: str,
        *,
        input: JsonValue = NOT_GIVEN,
        timeout_ms: int | None = None,
        max_tool_calls: int | None = None,
        max_parallel: int | None = None,
        allowed_servers: Sequence[str] | None = None,
        tools: GivenToolsMapping | None = None,
        script: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """``run``, as its events while they happen; the last is ``ExecutionFinished``.

        Leaving the iteration (with ``contextlib.aclosing`` at once) cancels the script.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        running = asyncio.ensure_future(
            self.run(
                code,
                input=input,
                timeout_ms=timeout_ms,
                max_tool_calls=max_tool_calls,
                max_parallel=max_parallel,
                allowed_servers=allowed_servers,
                tools=tools,
                script=script,
                on_event=events.put_nowait,
            )
        )
        running.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            await running
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def call(
        self, server: str, tool: str, args: dict[str, JsonValue] | None = None
    ) -> Outcome:
        """One tool call, under the same policy as a script's. Not recorded. Never raises for a failure:
        see ``outcome.ok``, ``outcome.result``, ``outcome.error``.
        """
        runtime = self._runtime
        _check_text("server", server)
        _check_text("tool", tool)
        problem = json_problem(args)
        if problem is not None:
            message = f"{server}.{tool}: the arguments are not JSON: {problem}"
            return Outcome.failed(ErrorCode.SERIALIZATION_ERROR, message, dispatched=False)
        upstream = self._given if self._given is not None else runtime.upstream
        policy = Policy(upstream, runtime.engine.limits)
        call = ToolCall("", 1, server, tool, {} if args is None else args)
        return await policy.call(call, lambda _: None)

    async def list_tools(self, server: str | None = None) -> list[ToolInfo]:
        """Every tool of one server or of all; waits until it has answered or failed.

        For all, a server whose tools are known from an earlier process is not waited for.
        """
        upstream = self._given if self._given is not None else self._runtime.upstream
        await upstream.settled(server)
        return [tool for tool in upstream.catalogue() if server in (None, tool.server)]

    def servers(self) -> dict[str, ServerInfo]:
        """Every server by name: its state, its trouble, its protocol. As of now; nothing is waited for."""
        upstream = self._given if self._given is not None else self._runtime.upstream
        return dict(upstream.catalogue().servers)

    async def recording(self, execution_id: str) -> Recording:
        """The record of an execution in this workbench's history; a prefix of its id will do.

        Raises UnknownExecution.
        """
        _check_text("execution_id", execution_id)
        history = self._runtime.history
        await history.committed()
        return await asyncio.to_thread(history.recording, execution_id)

    async def replay(
        self,
        recording: Recording | FilePath,
        *,
        code: str | None = None,
        input: JsonValue = NOT_GIVEN,
        rule: Rule = "stop",
    ) -> Replayed:
        """Run a recorded script again from its record, no server asked, and compare.

        recording: the record, or a file that ``history export`` wrote (raises RecordingError).
        code, input: instead of the recorded ones. rule: what an unrecorded call does: ``stop``,
        ``fail-call``, or ``live`` (asks the real server). Raises ValueError for an input that is not JSON, and
        for another rule.
        """
        if code is not None:
            _check_text("code", code)
        if rule not in get_args(Rule):
            raise ValueError(f"rule is one of {', '.join(get_args(Rule))}, not {rule!r}")
        if input is not NOT_GIVEN and (problem := json_problem(input)) is not None:
            raise ValueError(f"input is not JSON: {problem}")
        if not isinstance(recording, Recording):
            recording = await asyncio.to_thread(load_recording, recording)
        return await run_offline(self._runtime, recording, code=code, input=input, rule=rule)

    @property
    def _runtime(self) -> Runtime:
        if self._opened is None:
            raise RuntimeError("open the workbench first: async with Workbench(…) as workbench:")
        return self._opened


def load_recording(file: FilePath) -> Recording:
    """Read a file of ``workbench history export``. Raises RecordingError."""
    return read_recording(Path(file))


def save_recording(recording: Recording, file: FilePath) -> None:
    """Write a recording as a file of its own, for another machine or a test. Raises OSError."""
    write_recording(recording, Path(file))


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a string, not {type(value).__name__}")


def _config_from(given: Config | Mapping[str, JsonValue] | None) -> Config:
    if isinstance(given, Config):
        return given
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"configuration is a mapping or a Config, not {type(given).__name__}")
    import tomli_w

    document = {"servers": {}, **(given or {})}
    return parse(tomli_w.dumps(document), None, environ={})
