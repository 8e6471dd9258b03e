"""The faces that are no command: the terminal UI, the server; and ``workbench keys``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.common import EXIT_OK, Failure, data_dir, open_config, open_servers
from workbench.cli.parsing import command

if TYPE_CHECKING:
    from workbench.config import Config


def add_parser(groups: Any, name: str) -> None:
    keys = command(groups, name, "The keys of the terminal UI.", "workbench keys", run=print_keys)
    keys.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """The terminal UI, or a server."""
    if not arguments.serve:
        for flag in ("http", "allow_remote"):
            if getattr(arguments, flag):
                raise Failure(f"--{flag.replace('_', '-')} goes with --serve")
    elif arguments.script is not None or arguments.web is not None:
        raise Failure("--serve takes neither a script nor --web")
    record = None if arguments.record is None else _recorded_to(arguments)
    if arguments.demo:
        from workbench.cli.demo import use_demo

        use_demo(arguments)
    if arguments.serve:
        return _serve(arguments)
    config = open_servers(arguments)
    folder = data_dir(arguments)
    script = None if arguments.script is None else _script(config, arguments.script)
    from workbench import tui

    if arguments.web is not None:
        return tui.run_web(config, data_dir=folder, address=arguments.web)
    if not _has_terminal():
        raise Failure(
            "the terminal UI needs a terminal; without one: workbench code exec, workbench --serve, "
            "workbench --web"
        )
    return tui.run(config, data_dir=folder, script=script, record=record)


def _serve(arguments: argparse.Namespace) -> int:
    config = open_servers(arguments)
    folder = data_dir(arguments)
    from workbench import serve

    try:
        return serve.run(
            config,
            data_dir=folder,
            http=arguments.http,
            allow_remote=arguments.allow_remote,
            zygote=arguments.zygote,
        )
    except serve.UsageError as error:
        raise Failure(str(error)) from error


def _recorded_to(arguments: argparse.Namespace) -> Path:
    """The new file of ``--record``. Raises Failure."""
    file = Path(arguments.record).absolute()
    if arguments.serve or arguments.web is not None:
        raise Failure("--record is of the terminal UI: it goes with neither --serve nor --web")
    if file.suffix not in (".svg", ".cast"):
        raise Failure(f"--record writes .svg or .cast, not {file.name}")
    if file.exists():
        raise Failure(f"{file} is there already: name another file")
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        raise Failure(f"nothing can be written to {file.parent}")
    return file


def _script(config: Config, named: str) -> Path:
    """A file, there or new (``.js``), or a script of the scripts folder by its name. Raises Failure."""
    file = Path(named)
    if file.is_dir():
        raise Failure(f"{file} is a folder, not a script")
    if file.exists() or file.suffix:
        return file
    from workbench.catalogue.suggestions import near_names, suggestion
    from workbench.cli.main import COMMANDS
    from workbench.core.scripts import UnknownScript, find_script

    try:
        return find_script(config, named)
    except UnknownScript as error:
        near = near_names(named, COMMANDS)
        if near:
            said = f"there is no command and no script {named!r}{suggestion(near, COMMANDS, '')}"
            raise Failure(said) from error
        raise Failure(f"{error} (a new file needs its .js: {named}.js)") from error


def _has_terminal() -> bool:
    """Whether a screen can be drawn: Textual reads stdin and writes to stderr, but in a browser."""
    if "TEXTUAL_DRIVER" in os.environ:
        return True
    return all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__))


def print_keys(arguments: argparse.Namespace) -> int:
    from workbench import tui

    tui.print_keys(open_config(arguments), as_json=arguments.json)
    return EXIT_OK
