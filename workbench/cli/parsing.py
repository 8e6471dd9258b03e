"""The parsers of the commands: each has an example in its help, and a mistyped word is told what is near."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from workbench.cli.words import places_of_words
from workbench.text.sanitize import clean_line, shortened
from workbench.text.sizes import MOST_WHOLE


def _whole(text: str) -> int:
    """What every flag takes that is a number. Raises ArgumentTypeError."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a whole number, not {shortened(repr(text), 60)}"
        ) from None
    if abs(value) > MOST_WHOLE:
        raise argparse.ArgumentTypeError(f"must be at most {MOST_WHOLE}")
    return value


class Parser(argparse.ArgumentParser):
    """argparse, with near names for what it refuses."""

    scattered: str | None = None
    """Of the positional that takes all further words, wherever they stand: options may be between them."""

    names_a_tool = False
    """Its first words are SERVER TOOL; SERVER.TOOL, as lists and scripts write it, is taken for both: then
    TOOL is empty, for which server is meant is known where the servers are (``tools_call.named_tool``)."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("allow_abbrev", False)
        if sys.version_info >= (3, 14):
            given.setdefault("color", False)  # stdout shows what is written, and obeys nothing
        super().__init__(**given)
        self.register("type", int, _whole)

    def error(self, message: str) -> NoReturn:
        super().error(clean_line(message))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            told = near(str(value), map(str, action.choices), "choose from")
            raise argparse.ArgumentError(action, f"invalid choice: {str(value)!r}{told}")

    def parse_known_args(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        namespace: argparse.Namespace | None = None,
    ) -> tuple[argparse.Namespace, list[str]]:
        if self.names_a_tool and args:
            args = self._with_room_for_tool(args)
        known, extra = super().parse_known_args(args, namespace)
        if self.scattered is not None and not any(word.startswith("-") for word in extra):
            setattr(known, self.scattered, [*(getattr(known, self.scattered) or ()), *extra])
            extra = []
        if extra and self._subparsers is None:
            self._refuse(extra)
        return known, extra

    def _with_room_for_tool(self, args: Sequence[str]) -> Sequence[str]:
        """With an empty TOOL where SERVER.TOOL is one word. Options may stand before it, and before what
        follows: a tool's name there means that it is a server's name with a dot."""
        places = places_of_words(args, self._takes_value)
        if not places or not all(args[places[0]].partition(".")):
            return args
        following = [args[place] for place in places[1:2]]
        if any(word[:1] not in ("{", "[") and "=" not in word for word in following):
            return args
        return [*args[: places[0] + 1], "", *args[places[0] + 1 :]]

    def _takes_value(self, flag: str) -> bool:
        option = self._option_string_actions.get(flag)
        return option is not None and option.nargs != 0

    def _refuse(self, extra: list[str]) -> NoReturn:
        flags = [flag for flag in self._option_string_actions if flag.startswith("--")]
        wrong = next((word for word in extra if word.startswith("-")), "")
        told = near(wrong.partition("=")[0], flags, "") if wrong else ""
        self.error(f"unrecognized arguments: {' '.join(extra)}{told}")


def command(groups: Any, name: str, summary: str, example: str, run: Any = None) -> Parser:
    """A parser for a command, with an example in its help."""
    parser: Parser = groups.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Also after the command's name; what was given before it stays.
    parser.add_argument(
        "--config", metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--data-dir", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument(
        "--require-history",
        action="store_true",
        default=argparse.SUPPRESS,
        help=argparse.SUPPRESS,
    )
    if run is not None:
        parser.set_defaults(run=run)
    return parser


def add_server_option(parser: argparse.ArgumentParser) -> None:
    """The command may use servers that are typed there and then: ``arguments.server`` (main takes it out)."""
    parser.add_argument(
        "--server",
        metavar="'COMMAND …'",
        default=argparse.SUPPRESS,
        help="a server that is in no file, or its address; may be repeated, NAME= may stand before it",
    )
    parser.set_defaults(takes_servers=True)


def near(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """The end of a message about a word that is none of ``known``."""
    from workbench.catalogue.suggestions import near_names, suggestion

    words = list(known)
    return suggestion(near_names(wrong, words), words if otherwise else (), otherwise)
