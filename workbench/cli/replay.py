"""``workbench replay``, ``workbench diff`` and ``workbench test``."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from workbench.cli.common import (
    EXIT_FAILED,
    EXIT_OK,
    Failure,
    data_dir,
    open_config,
    open_servers,
    parse_json,
    read_text,
)
from workbench.cli.error_pages import with_pages
from workbench.cli.output import hanging, print_json, print_table
from workbench.cli.parsing import command
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.core.ports import HistoryReader
    from workbench.history import Recording
    from workbench.replay import Divergence, Replayed


def add_parser(groups: Any, name: str) -> None:
    {"replay": _add_replay, "diff": _add_diff, "test": _add_test}[name](groups)


def _add_replay(groups: Any) -> None:
    from workbench.replay.recorded_tools import Rule

    parser = command(
        groups, "replay", "Run a recorded execution again, offline, and compare.",
        "workbench replay 3f9a\n  workbench replay bug.json --code fixed.js --on-divergence live",
        run=replay_one,
    )  # fmt: skip
    parser.add_argument("recording", metavar="ID|NAME|FILE")
    parser.add_argument("--code", metavar="FILE", help="an edited script; - is stdin")
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--input", metavar="JSON", help="another input")
    given.add_argument("--input-file", metavar="F")
    parser.add_argument(
        "--on-divergence", choices=get_args(Rule), default="stop",
        help="what a call does that the record does not know (default: stop)",
    )  # fmt: skip
    parser.add_argument("--live", action="store_true", help="run on the real servers and compare")
    parser.add_argument("--json", action="store_true")


def _add_diff(groups: Any) -> None:
    parser = command(
        groups, "diff", "Compare two executions.", "workbench diff 3f9a 88c1 --json", run=diff
    )
    parser.add_argument("a", metavar="ID|NAME|FILE")
    parser.add_argument("b", metavar="ID|NAME|FILE")
    parser.add_argument("--json", action="store_true")


def _add_test(groups: Any) -> None:
    parser = command(
        groups, "test", "Replay every recording under a path against the script beside it.",
        "workbench test recordings/ --junit report.xml", run=test,
    )  # fmt: skip
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--accept", action="store_true", help="record anew what diverges")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report")
    parser.add_argument("--json", action="store_true")


# -- replay --------------------------------------------------------------------------------


def replay_one(arguments: argparse.Namespace) -> int:
    """Exit 0 identical, 1 diverged or failed, 2 usage."""
    if arguments.code == "-" and arguments.input_file == "-":
        raise Failure("--code and --input-file cannot both be stdin")
    if arguments.live and arguments.on_divergence != "stop":
        raise Failure("--live runs everything on the real servers: it takes no --on-divergence")
    live = arguments.live or arguments.on_divergence == "live"
    config = open_servers(arguments) if live else open_config(arguments)
    code = read_text(arguments.code, "--code") if arguments.code is not None else None
    changed: dict[str, Any] = {} if code is None else {"code": code}
    if arguments.input is not None:
        changed["input"] = parse_json(arguments.input, "--input")
    elif arguments.input_file is not None:
        text = read_text(arguments.input_file, "--input-file")
        changed["input"] = parse_json(text, "--input-file")

    async def run() -> Replayed:
        from workbench.core.runtime import open_runtime
        from workbench.replay.offline import run_offline
        from workbench.replay.rerun import run_live

        async with open_runtime(
            _one_worker(config), data_dir=data_dir(arguments), zygote=arguments.zygote
        ) as runtime:
            recording = load_recording(runtime.history, arguments.recording)
            if arguments.live:
                return await run_live(runtime, recording, **changed)
            return await run_offline(runtime, recording, rule=arguments.on_divergence, **changed)

    from workbench.replay.rerun import MaskedRecord

    try:
        replayed = asyncio.run(run())
    except MaskedRecord as error:
        raise Failure(str(error)) from error
    if arguments.json:
        print_json(with_pages(replayed.to_json()))
    else:
        _print_replayed(replayed)
    return EXIT_OK if replayed.verdict == "identical" else EXIT_FAILED


def load_recording(store: HistoryReader, name: str) -> Recording:
    """A recording by its file, (the beginning of) its id, or its name. Raises Failure."""
    from workbench.history import HistoryError

    if Path(name).is_file():
        return _read_file(name)
    try:
        recording = store.recording(name)
    except HistoryError as error:
        problem = f" ({store.problem})" if store.problem else ""
        raise Failure(f"{error}, and no file has this name{problem}") from error
    if recording.status == "running":
        raise Failure(f"{recording.execution_id} is still running")
    return recording


def _read_file(name: str) -> Recording:
    from workbench.history import RecordingError, read_recording

    try:
        return read_recording(Path(name))
    except RecordingError as error:
        raise Failure(str(error)) from error


def _one_worker(config: Config) -> Config:
    from dataclasses import replace

    return replace(config, pool=replace(config.pool, size=1))


def _print_replayed(replayed: Replayed) -> None:
    from workbench.text.jsontext import dumps

    original = clean_line(replayed.original.execution_id)
    calls = len(replayed.original.calls)
    print(f"{replayed.verdict}: replay of {original} ({count(calls, 'recorded call')})")
    for note in replayed.notes:
        print(hanging("note: ", note))
    if replayed.divergence is not None:
        _print_divergence(replayed.divergence)
    for line in replayed.execution.logs:
        print(hanging(f"{line.level:5}  ", line.text))
    if replayed.error is not None:
        print(hanging(f"{replayed.error['code']}: ", str(replayed.error["message"])))
    elif replayed.execution.ok:
        print(f"value: {dumps(replayed.execution.value)}")


def _print_divergence(divergence: Divergence) -> None:
    from workbench.text.jsontext import dumps

    where = f"call #{divergence.call}" if divergence.call is not None else "value, error or console"
    print(f"diverged at {where}; likely cause: {clean_line(divergence.cause or 'unknown')}")
    for name, value, line in (
        ("expected", divergence.expected, divergence.original_line),
        ("actual", divergence.actual, divergence.line),
    ):
        shown = "no such call" if value is None else dumps(value)
        if divergence.call is not None:
            print(f"  {name:8} {shown}{f'  (line {line})' if line is not None else ''}")
    for entry in divergence.diff or []:
        print(f"  {dumps(entry)}")


# -- diff ----------------------------------------------------------------------------------


def diff(arguments: argparse.Namespace) -> int:
    """Exit 0: the same; 1: not."""
    from workbench.cli.history import opened_history
    from workbench.replay import compare

    names = (arguments.a, arguments.b)
    if all(Path(name).is_file() for name in names):  # then the history is not asked
        a, b = (_read_file(name) for name in names)
    else:
        with opened_history(arguments) as store:
            a, b = (load_recording(store, name) for name in names)
    compared = compare(a, b)
    if arguments.json:
        print_json(with_pages(compared))
    else:
        _print_compared(compared)
    return EXIT_OK if compared["same"] else EXIT_FAILED


def _print_compared(compared: dict[str, Any]) -> None:
    def name(call: Any) -> str:
        return "" if call is None else f"#{call['seq']} {call['server']}.{call['tool']}"

    def ms(call: Any) -> str:
        return "" if call is None or call["duration_ms"] is None else f"{call['duration_ms']:.1f}"

    from workbench.text.jsontext import dumps

    print_table(
        ("", "a", "ms", "b", "ms", "difference"),
        [
            (
                "=" if call["same"] else "≠",
                name(call["a"]),
                ms(call["a"]),
                name(call["b"]),
                ms(call["b"]),
                "" if call["diff"] is None else dumps(call["diff"]),
            )
            for call in compared["calls"]
        ],
    )
    for entry in compared["value_diff"] or []:
        print(f"end: {dumps(entry)}")
    print("the same" if compared["same"] else "different")


# -- recordings as tests -------------------------------------------------------------------


def test(arguments: argparse.Namespace) -> int:
    """Exit 0: every recording replays identical (or was accepted); 1: not; 2: there is none."""
    from workbench.replay.suite import find_cases, junit_report, run_cases

    for path in arguments.paths:
        if not Path(path).exists():
            raise Failure(f"{path}: no such file or folder")
    cases = find_cases([Path(path) for path in arguments.paths])
    if not cases:
        raise Failure(f"no recordings (*.json) under {', '.join(arguments.paths)}")
    config = open_servers(arguments) if arguments.accept else open_config(arguments)
    verdicts = asyncio.run(
        run_cases(
            _one_worker(config),
            cases,
            data_dir=data_dir(arguments),
            accept=arguments.accept,
            zygote=arguments.zygote,
        )
    )
    if arguments.junit is not None:
        try:
            Path(arguments.junit).write_text(junit_report(verdicts), encoding="utf-8")
        except OSError as error:
            raise Failure(f"--junit: {arguments.junit}: {error.strerror}") from error
    if arguments.json:
        print_json([verdict.to_json() for verdict in verdicts])
    else:
        for verdict in verdicts:
            print(clean_line(verdict.line))
    return EXIT_OK if all(verdict.passed for verdict in verdicts) else EXIT_FAILED
