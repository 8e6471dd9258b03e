"""Which command it is, and what every command shares: the configuration, the folders, exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench import __version__
from workbench.cli.common import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_OUR_BUG,
    EXIT_USAGE,
    Failure,
    report_crash,
)
from workbench.cli.output import CannotWrite, guarded, log_to_stderr, note
from workbench.cli.parsing import Parser, add_server_option
from workbench.cli.words import WITH_VALUE, places_of_words

if TYPE_CHECKING:
    from workbench.sandbox.host.zygote_process import ZygoteProcess

# command -> the module that adds it (imported only when it is asked for, or for the whole help)
COMMANDS = {
    "code": "code",
    "history": "history",
    "replay": "replay",
    "diff": "replay",
    "test": "replay",
    "servers": "servers",
    "tools": "tools",
    "resources": "beside_tools",
    "prompts": "beside_tools",
    "stats": "stats",
    "config": "config",
    "trust": "trust",
    "secrets": "secrets",
    "keys": "launch",
    "doctor": "doctor",
    "explain": "explain",
    "completion": "completion",
}
_NO_FILE_OF_OURS = (errno.EACCES, errno.ENAMETOOLONG)
"""Of a path that was given to us: nobody but its owner looks into the folder, or no file can have that name."""
_HELP = """\
commands:
  code exec | check            run a script, or only parse it
  history list | show | export | pin | unpin | name | prune
  replay ID|NAME|FILE          run a recorded execution again, offline
  diff ID ID                   compare two executions
  test PATH…                   replay recordings as tests
  servers list | add | remove | import | sync | approve | quarantine | login
          logout | doctor | logs | restart | bench | connect | disconnect
  tools list | search | show | types | call | sample
  resources list | read        what servers have to read
  prompts list | get           what servers have to say to a model
  stats                        tokens that went to models, and those that stayed away
  config show | set | path | check
  trust                        let the servers of this folder's workbench.toml start
  secrets set | list | remove  what ${keyring:NAME} stands for
  keys                         the keys of the terminal UI
  doctor                       what of the sandbox is in force here
  explain [CODE]               what an error code means, and what to do
  completion bash | zsh | fish what a shell needs to complete these

examples:
  workbench                                  open the terminal UI
  workbench --demo                           look round with the demo server
  workbench triage.js                        open a script in it
  workbench --server 'npx -y @scope/server'  with a server that is in no file
  workbench --serve                          MCP server on stdio
  workbench --serve --http 127.0.0.1:8321    MCP server over HTTP
  workbench code exec --code '1 + 1'         run a script
  workbench COMMAND --help                   more about a command
"""


def main(argv: Sequence[str], zygote: ZygoteProcess | None = None) -> int:
    """Run one command; its exit code: 0 ok, 1 the script failed, 2 bad usage, 70 our own bug.

    zygote: of its scripts, if it runs any; the caller drops it in the end.
    """
    try:
        with guarded():
            return _run(list(argv), zygote)
    except BrokenPipeError:  # whoever read us has enough
        return EXIT_OK
    except CannotWrite as error:
        sys.stderr.write(f"workbench: stdout cannot be written: {error}\n")
        return EXIT_FAILED


def _run(argv: list[str], zygote: ZygoteProcess | None) -> int:
    try:
        return _dispatch(argv, zygote)
    except Failure as failure:
        note(str(failure))
        return failure.exit_code
    except (BrokenPipeError, CannotWrite):
        raise
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from workbench.core.records import HistoryError

        if isinstance(error, HistoryError):  # the user's file, not our bug
            note(str(error))
            return EXIT_USAGE
        if isinstance(error, OSError) and error.filename and error.errno in _NO_FILE_OF_OURS:
            note(f"{error.filename}: {error.strerror}")
            return EXIT_USAGE
        report_crash(error)
        return EXIT_OUR_BUG


def _dispatch(argv: list[str], zygote: ZygoteProcess | None) -> int:
    log_to_stderr()
    # Everything after -- belongs to a program that is named there (servers add).
    end = argv.index("--") if "--" in argv else len(argv)
    argv, rest = argv[:end], argv[end + 1 :]
    argv, servers = _taken_out(argv)
    words = [argv[place] for place in places_of_words(argv, WITH_VALUE.__contains__)]
    if not words or words[0] not in COMMANDS:
        from workbench.cli import launch

        if len(words) > 1:
            raise Failure(_no_command(words))
        given = argparse.Namespace(server=servers, zygote=zygote)
        return launch.run(face_parser().parse_args(argv, given))
    command = words[0]
    parser = Parser(prog="workbench")
    _global_options(parser)
    groups = parser.add_subparsers(dest="command", required=True)
    module = importlib.import_module(f"workbench.cli.{COMMANDS[command]}")
    module.add_parser(groups, command)
    given = argparse.Namespace(rest=rest, server=servers, zygote=zygote)
    arguments = parser.parse_args(argv, given)
    if rest and not hasattr(arguments, "command_line"):
        parser.error(f"nothing is expected after --: {' '.join(rest)}")
    if servers and not getattr(arguments, "takes_servers", False):
        parser.error(f"{' '.join(words[:2])} takes no --server")
    return int(arguments.run(arguments))


def _taken_out(argv: list[str]) -> tuple[list[str], list[str]]:
    """The words without ``--server X``, which may stand anywhere and more than once; and each X."""
    left: list[str] = []
    servers: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--server":
            servers.append(next(words, ""))
        elif word.startswith("--server="):
            servers.append(word.removeprefix("--server="))
        else:
            left.append(word)
    return left, servers


def _no_command(words: list[str]) -> str:
    """Of several words the first is a command, misspelt: a script would stand alone."""
    from workbench.catalogue.suggestions import near_names

    wrong, following = words[:2]
    nearest = near_names(wrong, COMMANDS)
    if not nearest:
        return f"there is no command {wrong!r}; the commands are: {', '.join(COMMANDS)}"
    meant = " or ".join(repr(f"{name} {following}") for name in nearest)
    return f"there is no command {wrong!r}; did you mean {meant}?"


def face_parser() -> argparse.ArgumentParser:
    """What ``workbench`` takes without a command."""
    parser = Parser(
        prog="workbench",
        description="Write, watch and replay the JavaScript that agents run over MCP tools.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
    parser.add_argument(
        "--demo",
        action="store_true",
        help="the demo server and the samples, whatever is configured",
    )
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="the terminal UI, and a picture of the session that plays (.svg, or .cast for asciinema): "
        "all that is shown, secrets too",
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="version and commit, and nothing else"
    )
    add_server_option(parser)
    _global_options(parser)
    return parser


class _Version(argparse.Action):
    """Asks for the commit only when it is wanted."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from workbench.util.commit import commit

        known = commit()
        print(f"workbench {__version__}" + (f" (commit {known})" if known else ""))
        parser.exit()


def _global_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="the configuration file")
    parser.add_argument("--data-dir", metavar="DIR", help="where history and logs are kept")
    parser.add_argument(
        "--require-history", action="store_true", help="run nothing that cannot be recorded"
    )
