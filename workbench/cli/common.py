"""What the command groups share."""

from __future__ import annotations

import argparse
import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import note
from workbench.core.model import JsonValue

if TYPE_CHECKING:
    from workbench.config import Config

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNREACHABLE, EXIT_OUR_BUG = 0, 1, 2, 3, 70


_UNDECODED = re.compile("[\ud800-\udfff]")
"""What Python puts for bytes of an argument that are none of the locale's letters."""


class Failure(Exception):
    """Ends a command: the message goes to stderr."""

    def __init__(self, message: str, exit_code: int = EXIT_USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def open_config(arguments: argparse.Namespace) -> Config:
    """The configuration that the flags name. Raises Failure."""
    from workbench import config

    overrides = {"history.required": True} if getattr(arguments, "require_history", False) else {}
    try:
        explicit = Path(arguments.config) if arguments.config else None
        servers = config.servers_at_hand(getattr(arguments, "server", ()))
        return config.open_config(explicit, overrides=overrides, servers=servers)
    except config.ConfigError as error:
        raise Failure(str(error)) from error


def open_servers(arguments: argparse.Namespace) -> Config:
    """``open_config`` for what starts servers: those that may not start yet are told on stderr."""
    from workbench.config.trust import held_servers

    config = open_config(arguments)
    held = [server.name for server in held_servers(config)]
    if held:
        note(
            f"{config.path} is not trusted yet, so these of its servers are not started: "
            f"{', '.join(held)}; look at what they run and let them start with: workbench trust"
        )
    return config


def config_file(arguments: argparse.Namespace) -> Path:
    """The file that a change goes to, whether it exists or not."""
    from workbench.config import FILE_NAME, find
    from workbench.core import paths

    if arguments.config:
        return Path(arguments.config)
    return find(None) or paths.config_dir() / FILE_NAME


def data_dir(arguments: argparse.Namespace) -> Path:
    from workbench.core import paths

    return paths.data_dir(arguments.data_dir)


def read_text(name: str, what: str) -> str:
    """A file's text, ``-`` for stdin. Raises Failure."""
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"{what}: {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(
            f"{what}: {name} is not UTF-8: {error.reason} at byte {error.start}"
        ) from error


def text_of(word: str, what: str) -> str:
    """A word of the command line that is text, not a path: UTF-8, whatever the locale is. Raises Failure."""
    if _UNDECODED.search(word) is None:
        return word
    try:
        return os.fsencode(word).decode("utf-8")
    except UnicodeError as error:
        raise Failure(f"{what} is not UTF-8; a file that is can be given instead") from error


def parse_json(text: str, what: str) -> JsonValue:
    """Parse JSON. Raises Failure with the position."""
    import json

    from workbench.util.digits import finite, finite_whole

    # Some editors and shells put a byte order mark in front.
    text = text_of(text, what).removeprefix("\ufeff")
    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_float=finite, parse_int=finite_whole
        )
    except json.JSONDecodeError as error:
        raise Failure(
            f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise Failure(f"{what} is not JSON: {error}") from error


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not a JSON value")


def report_crash(error: BaseException) -> None:
    """Our own bug: where, without the values (they may be secrets)."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in frames[-6:]:
        print(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}", file=sys.stderr)
    note(f"internal error: {type(error).__name__}: {error}")
