"""What the command groups share."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.model import JsonValue

if TYPE_CHECKING:
    from workbench.config import Config

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_UNREACHABLE, EXIT_OUR_BUG = 0, 1, 2, 3, 70
_GAP = "  "


class Failure(Exception):
    """Ends a command: the message goes to stderr."""

    def __init__(self, message: str, exit_code: int = EXIT_USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def command(
    groups: Any, name: str, summary: str, example: str, run: Any = None
) -> argparse.ArgumentParser:
    """A parser for a command, with an example in its help."""
    parser: argparse.ArgumentParser = groups.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    # Also after the command's name; what was given before it stays.
    parser.add_argument(
        "--config", metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--data-dir", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    if run is not None:
        parser.set_defaults(run=run)
    return parser


def open_config(
    arguments: argparse.Namespace, overrides: Mapping[str, JsonValue] | None = None
) -> Config:
    """The configuration that the flags name. Raises Failure."""
    from workbench.config import ConfigError, find, load

    try:
        explicit = Path(arguments.config) if arguments.config else None
        return load(find(explicit), overrides=overrides)
    except ConfigError as error:
        raise Failure(str(error)) from error


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


def print_json(value: JsonValue) -> None:
    """Indented for a person, on one line for a program."""
    if sys.stdout.isatty():
        import json

        from workbench.text.sanitize import clean

        print(clean(json.dumps(value, indent=2, ensure_ascii=False)))
    else:
        from workbench.text.jsontext import dumps

        sys.stdout.write(dumps(value) + "\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Aligned columns; what comes from outside is made safe to show."""
    from workbench.text.sanitize import clean_line

    cells = [list(headers)]
    cells += [[clean_line(_cell(cell), 72) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    for row in cells:
        print(
            _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _cell(value: object) -> str:
    """As the configuration file and JSON spell it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


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


def parse_json(text: str, what: str) -> JsonValue:
    """Parse JSON. Raises Failure with the position."""
    import json

    try:
        return json.loads(text, parse_constant=_no_constant)
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
    print(f"workbench: internal error: {type(error).__name__}: {error}", file=sys.stderr)
