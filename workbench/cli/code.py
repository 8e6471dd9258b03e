"""``workbench code exec`` and ``workbench code check``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from workbench.cli.common import (
    EXIT_FAILED,
    EXIT_OK,
    Failure,
    data_dir,
    open_config,
    open_servers,
    parse_json,
    read_text,
    text_of,
)
from workbench.cli.error_pages import with_pages
from workbench.cli.output import CannotWrite, note, print_json
from workbench.cli.parsing import add_server_option, command
from workbench.core.events import Event
from workbench.core.model import ErrorCode, Execution, ExecutionOptions, ExecutionRequest

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.core.runtime import Runtime

_BY_SIGNAL = 128
"""Of a shell: the exit code of what a signal ended is this and its number."""
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def add_parser(groups: Any, name: str) -> None:
    code = command(groups, name, "Run or check a script.", "workbench code exec --code '1 + 1'")
    actions = code.add_subparsers(dest="action", required=True)
    run = command(
        actions,
        "exec",
        "Run a script; its result is JSON on stdout.",
        "workbench code exec --file triage.js --input '{\"limit\": 5}' --timeout 10000",
        run=execute,
    )
    _source(run, named=True)
    given = run.add_mutually_exclusive_group()
    given.add_argument("--input", metavar="JSON", help="the script's `input`")
    given.add_argument("--input-file", metavar="F", help="a file with it; - is stdin")
    run.add_argument("--timeout", metavar="MS", type=int, help="wall clock, 1 to 600000 ms")
    run.add_argument("--max-tool-calls", metavar="N", type=int, help="0 is unlimited")
    run.add_argument("--max-parallel", metavar="N", type=int, help="width of a batch, 1 to 32")
    run.add_argument(
        "--allowed-servers", metavar="a,b", help="only these servers; an empty text: none"
    )
    run.add_argument(
        "--plain", action="store_true", help="lines of words while it runs, instead of JSON"
    )
    add_server_option(run)
    check = command(
        actions,
        "check",
        "Check the syntax; nothing runs.",
        "workbench code check --file triage.js",
        run=check_syntax,
    )
    _source(check, named=False)


def _source(parser: argparse.ArgumentParser, *, named: bool) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--code", metavar="JS", help="the script itself")
    source.add_argument("--file", metavar="F", help="a file with it; - is stdin")
    if named:
        source.add_argument("--script", metavar="NAME", help="a script of the scripts folder")


def execute(arguments: argparse.Namespace) -> int:
    """One run; exit 0 ok, 1 the script failed, 2 bad usage, 130 or 143 ended by SIGINT or SIGTERM."""
    if arguments.file == "-" and arguments.input_file == "-":
        raise Failure("--file and --input-file cannot both be stdin")
    config = open_servers(arguments)
    code, script = _read_code(arguments, config)
    servers = arguments.allowed_servers
    options = checked(
        timeout_ms=arguments.timeout,
        max_tool_calls=arguments.max_tool_calls,
        max_parallel=arguments.max_parallel,
        allowed_servers=None
        if servers is None
        else tuple(name.strip() for name in servers.split(",") if name.strip()),
    )
    request = ExecutionRequest(
        code=code, input=_read_input(arguments), options=options, source="cli", script=script
    )
    if arguments.plain:
        return _run_plain(arguments, config, always(request), script)
    return run_and_print(arguments, config, always(request))


def checked(**options: Any) -> ExecutionOptions:
    """The options of a run. Raises Failure for one that is out of its range."""
    from workbench.core.request_checks import check_options

    made = ExecutionOptions(**options)
    problem = check_options(made)
    if problem is not None:
        raise Failure(problem)
    return made


def always(request: ExecutionRequest) -> Callable[[Runtime], Awaitable[ExecutionRequest]]:
    """For ``run_and_print``: this request, whatever servers there are."""

    async def same(_: Runtime) -> ExecutionRequest:
        return request

    return same


def _run_plain(
    arguments: argparse.Namespace,
    config: Config,
    request: Callable[[Runtime], Awaitable[ExecutionRequest]],
    script: str | None,
) -> int:
    """One run, told line by line as it happens."""
    from workbench.cli.plain import PlainTrace

    unwritten: list[Exception] = []

    def write(line: str) -> None:
        if unwritten:
            return
        try:
            print(line, flush=True)
        except (BrokenPipeError, CannotWrite) as error:
            unwritten.append(error)  # nobody hears of it any more; the run goes on, and is recorded

    execution, ended_by = asyncio.run(
        run_once(arguments, config, request, listener=PlainTrace(write, script))
    )
    if unwritten:
        raise unwritten[0]
    for warning in execution.warnings:
        note(f"warning: {warning}")
    return exit_code(execution, ended_by)


def run_and_print(
    arguments: argparse.Namespace,
    config: Config,
    request: Callable[[Runtime], Awaitable[ExecutionRequest]],
) -> int:
    """One run, its result on stdout; the exit code."""
    execution, ended_by = asyncio.run(run_once(arguments, config, request))
    print_json(with_pages(execution.to_json()))
    for warning in execution.warnings:
        note(f"warning: {warning}")
    if execution.error is not None and sys.stderr.isatty():  # not for an agent that pays for words
        note(f"more about it: workbench explain {execution.error.code}")
    return exit_code(execution, ended_by)


def exit_code(execution: Execution, ended_by: int | None) -> int:
    """0 ok, 1 the script failed, 130 or 143 ended by a signal."""
    if execution.error is None:
        return EXIT_OK
    if execution.error.code == ErrorCode.CANCELLED and ended_by is not None:
        return _BY_SIGNAL + ended_by
    return EXIT_FAILED


def check_syntax(arguments: argparse.Namespace) -> int:
    """``{ok}`` or ``{ok, error}`` on stdout; exit 0 it parses, 1 it does not."""
    config = open_config(arguments)
    code, _ = _read_code(arguments, config)

    async def check() -> int:
        from workbench.core.engine import Engine
        from workbench.core.model import PoolSettings

        engine = Engine(limits=config.limits, pool=PoolSettings(size=1))
        try:
            error = await engine.check(code)
        finally:
            await engine.close()
        if error is None:
            print_json({"ok": True})
            return EXIT_OK
        print_json(with_pages({"ok": False, "error": error.to_json()}))
        return EXIT_FAILED

    return asyncio.run(check())


async def run_once(
    arguments: argparse.Namespace,
    config: Config,
    request: Callable[[Runtime], Awaitable[ExecutionRequest]],
    listener: Callable[[Event], None] | None = None,
) -> tuple[Execution, int | None]:
    """The execution, and the signal that ended it, if one did. listener: is told of every event."""
    from dataclasses import replace

    from workbench.core.runtime import open_runtime

    # One script needs one worker.
    config = replace(config, pool=replace(config.pool, size=1))
    async with open_runtime(
        config, data_dir=data_dir(arguments), zygote=arguments.zygote
    ) as runtime:
        wanted = await request(runtime)
        running = asyncio.ensure_future(runtime.engine.run(wanted, listener=listener))

        ended_by: list[int] = []

        def cancel(number: int) -> None:
            ended_by.append(number)
            for execution_id in runtime.engine.running:
                runtime.engine.cancel(execution_id)

        loop = asyncio.get_running_loop()
        for name in _SIGNALS:
            with suppress(NotImplementedError, AttributeError):  # Windows
                number = getattr(signal, name)
                loop.add_signal_handler(number, cancel, number)
        execution = await running
        return execution, ended_by[0] if ended_by else None


def _read_code(arguments: argparse.Namespace, config: Config) -> tuple[str, str | None]:
    """The script's text, and its name where it has one."""
    if arguments.code is not None:
        return text_of(arguments.code, "--code"), None
    if arguments.file is not None:
        from pathlib import Path

        name = None if arguments.file == "-" else Path(arguments.file).name
        return read_text(arguments.file, "--file"), name
    from workbench.core.scripts import UnknownScript, find_script, is_script_name

    try:
        file = find_script(config, arguments.script)
    except UnknownScript as error:
        told = "" if is_script_name(arguments.script) else "; --file takes a path, or - for stdin"
        raise Failure(f"--script: {error}{told}") from error
    return read_text(str(file), "--script"), file.name


def _read_input(arguments: argparse.Namespace) -> Any:
    if arguments.input is not None:
        return parse_json(arguments.input, "--input")
    if arguments.input_file is not None:
        return parse_json(read_text(arguments.input_file, "--input-file"), "--input-file")
    return {}
