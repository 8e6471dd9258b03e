"""Which command it is, and what every command shares: the configuration, the folders, exit codes."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from workbench import __version__
from workbench.cli.common import EXIT_OUR_BUG, EXIT_USAGE, Failure

# command -> the module that adds it (imported only when it is asked for, or for the whole help)
COMMANDS = {
    "code": "code",
    "history": "history",
    "replay": "replay",
    "diff": "replay",
    "test": "replay",
    "servers": "servers",
    "tools": "tools",
    "config": "config",
    "keys": "faces",
    "doctor": "doctor",
}
_HELP = """\
commands:
  code exec | check            run a script, or only parse it
  history list | show | export | prune
  replay ID|FILE               run a recorded execution again, offline
  diff ID ID                   compare two executions
  test PATH…                   replay recordings as tests
  servers list | add | remove | import | approve | quarantine
  tools list | search | show | types
  config show | set | path | check
  keys                         the keys of the terminal UI
  doctor                       what of the sandbox is in force here

examples:
  workbench                                  open the terminal UI
  workbench triage.js                        open a script in it
  workbench --serve                          MCP server on stdio
  workbench --serve --http 127.0.0.1:8321    MCP server over HTTP
  workbench code exec --code '1 + 1'         run a script
  workbench COMMAND --help                   more about a command
"""


def main(argv: Sequence[str]) -> int:
    """Run one command; its exit code: 0 ok, 1 the script failed, 2 bad usage, 70 our own bug."""
    try:
        return _dispatch(list(argv))
    except Failure as failure:
        print(f"workbench: {failure}", file=sys.stderr)
        return failure.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has enough
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from workbench.cli.common import report_crash

        report_crash(error)
        return EXIT_OUR_BUG


def _dispatch(argv: list[str]) -> int:
    command = _command(argv)
    # Everything after -- belongs to a program that is named there (servers add).
    end = argv.index("--") if "--" in argv else len(argv)
    argv, rest = argv[:end], argv[end + 1 :]
    if command is None:
        from workbench.cli import launch as faces

        return faces.run(_face_parser(faces).parse_args(argv))
    parser = argparse.ArgumentParser(prog="workbench", allow_abbrev=False)
    _global_options(parser)
    groups = parser.add_subparsers(dest="command", required=True)
    module = importlib.import_module(f"workbench.cli.{COMMANDS[command]}")
    module.add_parser(groups, command)
    arguments = parser.parse_args(argv, argparse.Namespace(rest=rest))
    if rest and not hasattr(arguments, "command_line"):
        parser.error(f"nothing is expected after --: {' '.join(rest)}")
    return int(arguments.run(arguments))


def _command(argv: list[str]) -> str | None:
    """The command's name, if the first word that is no option is one."""
    skip = False
    for word in argv:
        if skip:
            skip = False
        elif word in ("--config", "--data-dir"):
            skip = True
        elif not word.startswith("-"):
            return word if word in COMMANDS else None
    return None


def _face_parser(faces: object) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Write, watch and replay the JavaScript that agents run over MCP tools.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("script", nargs="?", metavar="SCRIPT", help="a script to open")
    parser.add_argument("--serve", action="store_true", help="serve MCP on stdio")
    parser.add_argument(
        "--http", nargs="?", const="", metavar="HOST:PORT", help="with --serve: over HTTP instead"
    )
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="with --http: listen on an address that is not loopback (needs a token)",
    )
    parser.add_argument(
        "--web", nargs="?", const="", metavar="HOST:PORT", help="the terminal UI in a browser"
    )
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    _global_options(parser)
    return parser


def _global_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="the configuration file")
    parser.add_argument("--data-dir", metavar="DIR", help="where history and logs are kept")


__all__ = ["EXIT_USAGE", "main"]
