"""``workbench history list | show | export | pin | unpin | name | prune``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from workbench.cli.common import EXIT_OK, Failure, data_dir, open_config
from workbench.cli.error_pages import with_pages
from workbench.cli.output import hanging, print_json, print_table
from workbench.cli.parsing import command
from workbench.core.model import Source, Status
from workbench.core.waits import waits_in_words
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line

if TYPE_CHECKING:
    from workbench.core.model import JsonValue
    from workbench.core.ports import HistoryKeeper
    from workbench.history import Recording


_ID = "an id, an unambiguous beginning of one, or a name"


def add_parser(groups: Any, name: str) -> None:
    history = command(groups, name, "What was executed.", "workbench history list --limit 20")
    actions = history.add_subparsers(dest="action", required=True)
    listing = command(
        actions, "list", "List executions, newest first.",
        "workbench history list --status error --source serve --json", run=list_executions,
    )  # fmt: skip
    listing.add_argument("--json", action="store_true")
    listing.add_argument("--limit", type=int, default=50, metavar="N")
    listing.add_argument("--status", choices=get_args(Status))
    listing.add_argument("--source", choices=get_args(Source))
    listing.add_argument("--tool", metavar="[SERVER.]TOOL", help="executions that called it")
    listing.add_argument("--pinned", action="store_true", help="only those that are pinned")
    showing = command(
        actions, "show", "Show one execution with its calls.",
        "workbench history show 3f9a --json", run=show,
    )  # fmt: skip
    showing.add_argument("id", metavar="ID|NAME", help=_ID)
    showing.add_argument("--json", action="store_true")
    exporting = command(
        actions, "export", "Write one execution to a file that `workbench replay` accepts.",
        "workbench history export 3f9a --output bug.json", run=export,
    )  # fmt: skip
    exporting.add_argument("id", metavar="ID|NAME", help=_ID)
    exporting.add_argument(
        "--output", "-o", metavar="F", default="-", help="a file for it; else, and for -, stdout"
    )
    pinning = command(
        actions, "pin", "Keep an execution, however old it gets or large the history.",
        "workbench history pin 3f9a", run=pin_one,
    )  # fmt: skip
    unpinning = command(
        actions, "unpin", "Let an execution go with its age again.",
        "workbench history unpin 3f9a", run=unpin_one,
    )  # fmt: skip
    naming = command(
        actions, "name", "Give an execution a name, and pin it; without NAME, take the name away.",
        "workbench history name 3f9a before-the-move\n  workbench replay before-the-move", run=name_one,
    )  # fmt: skip
    for one in (pinning, unpinning, naming):
        one.add_argument("id", metavar="ID|NAME", help=_ID)
    naming.add_argument("name", nargs="?", metavar="NAME", help="taken wherever an id is")
    pruning = command(
        actions, "prune", "Remove old executions now, but for those that are pinned.",
        "workbench history prune --max-age-days 30", run=prune,
    )  # fmt: skip
    pruning.add_argument("--max-age-days", type=int, metavar="N")
    pruning.add_argument("--max-size-mb", type=int, metavar="N")
    pruning.add_argument("--json", action="store_true")


@contextmanager
def opened_history(arguments: argparse.Namespace) -> Iterator[HistoryKeeper]:
    """The history that the flags name. Raises Failure where it cannot be read."""
    from workbench.core.runtime import open_history
    from workbench.history import HistoryError

    store = open_history(open_config(arguments), data_dir(arguments))
    try:
        if store.problem is not None:
            raise Failure(store.problem)
        yield store
    except HistoryError as error:
        raise Failure(str(error)) from error
    finally:
        store.close()


def list_executions(arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise Failure("--limit must be a whole number from 1")
    with opened_history(arguments) as store:
        rows = store.list_executions(
            limit=arguments.limit,
            status=arguments.status,
            source=arguments.source,
            tool=arguments.tool,
            pinned=arguments.pinned or None,
        )
    if arguments.json:
        print_json([row.to_json() for row in rows])
        return EXIT_OK
    pinned = any(row.pinned for row in rows)
    print_table(
        (
            "id",
            *(("pinned",) if pinned else ()),
            "started",
            "source",
            "script",
            "status",
            "calls",
            "ms",
            "error",
        ),
        [
            (
                row.label,
                *(("yes" if row.pinned else "",) if pinned else ()),
                str(row.to_json()["started_at"])[:19].replace("T", " "),
                row.source if row.client is None else f"{row.source} ({row.client})",
                row.script or row.code_start[:24],
                row.state,
                row.tool_calls,
                "" if row.duration_ms is None else f"{row.duration_ms:.1f}",
                row.error_code,
            )
            for row in rows
        ],
    )
    return EXIT_OK


def show(arguments: argparse.Namespace) -> int:
    with opened_history(arguments) as store:
        recording = store.recording(arguments.id)
    if arguments.json:
        print_json(with_pages(recording.to_json()))
    else:
        _print_recording(recording)
    return EXIT_OK


def _print_recording(recording: Recording) -> None:
    from workbench.text.jsontext import dumps

    shown = recording.to_json()
    duration = "" if recording.duration_ms is None else f" in {recording.duration_ms:.1f} ms"
    if (recording.queued_ms or 0) >= 1:
        duration += f", after {recording.queued_ms:.1f} ms of waiting for a worker"
    status = recording.status
    waits = waits_in_words(recording.waits_behind, recording.asks)
    print(f"{recording.execution_id}  {waits or status}{duration}  {shown['started_at']}")
    if recording.name is not None:
        print(f"named {clean_line(recording.name)}{'' if recording.pinned else ', not pinned'}")
    elif recording.pinned:
        print("pinned")
    client = f" ({clean_line(recording.client)})" if recording.client else ""
    script = f", script {clean_line(recording.script)}" if recording.script else ""
    print(f"from {recording.source}{client}{script}")
    print(f"\n{recording.code}\n")
    print_table(
        ("#", "line", "call", "at ms", "ms", "outcome"),
        [
            (
                call.seq,
                call.line,
                f"{call.server}.{call.tool} {call.args_text}",
                f"{call.started_ms:.1f}",
                "" if call.duration_ms is None else f"{call.duration_ms:.1f}",
                "ok" if call.ok else (call.error or {}).get("code", "not answered"),
            )
            for call in recording.calls
        ],
    )
    for line in recording.logs:
        print(hanging(f"{line['level']:5}  ", str(line["text"])))
    if recording.error is not None:
        print()
        print(hanging(f"{recording.error['code']}: ", str(recording.error["message"])))
    else:
        print(f"\nvalue: {dumps(recording.value)}")
    tokens = recording.tokens
    offered = "" if tokens.definitions is None else f", definitions {tokens.definitions:,}"
    print(
        f"\ntokens, about: answer {tokens.answer:,}, results of calls {tokens.results:,}{offered}"
    )


def export(arguments: argparse.Namespace) -> int:
    from workbench.history import portable, write_recording

    with opened_history(arguments) as store:
        recording = store.recording(arguments.id)
    if recording.status == "running":
        raise Failure(f"{recording.execution_id} is still running")
    if arguments.output == "-":
        print_json(cast("JsonValue", portable(recording)))
        return EXIT_OK
    try:
        write_recording(recording, Path(arguments.output))
    except OSError as error:
        raise Failure(f"--output: {arguments.output}: {error.strerror}") from error
    return EXIT_OK


def pin_one(arguments: argparse.Namespace) -> int:
    return _mark(arguments, lambda store, id_: store.pin(id_), "is kept, however old it gets")


def unpin_one(arguments: argparse.Namespace) -> int:
    return _mark(arguments, lambda store, id_: store.pin(id_, False), "goes with its age")


def name_one(arguments: argparse.Namespace) -> int:
    said = "has no name"
    if arguments.name is not None:
        said = f"is named {clean_line(arguments.name)}, and kept"
    return _mark(arguments, lambda store, id_: store.name(id_, arguments.name), said)


def _mark(
    arguments: argparse.Namespace, change: Callable[[HistoryKeeper, str], None], said: str
) -> int:
    with opened_history(arguments) as store:
        execution_id = store.resolve(arguments.id)
        change(store, execution_id)
    print(f"{execution_id} {said}")
    return EXIT_OK


def prune(arguments: argparse.Namespace) -> int:
    for name in ("max_age_days", "max_size_mb"):
        value = getattr(arguments, name)
        if value is not None and value < 0:
            raise Failure(f"--{name.replace('_', '-')} must be 0 or more")
    with opened_history(arguments) as store:
        removed = store.prune(arguments.max_age_days, arguments.max_size_mb)
        left = store.count()
    if arguments.json:
        print_json({"removed": removed, "left": left})
    else:
        print(f"{count(removed, 'execution')} removed, {left} left")
    return EXIT_OK
