"""The commands as data, read from their parsers: what completion, the manual and the reference are made of."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """A flag, with its value's name if it takes one."""

    flags: tuple[str, ...]
    value: str | None
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional as usage shows it: ``ID``, ``[CODE]``, ``PATH…``."""

    name: str
    shown: str
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them; the first is ``workbench`` itself, with no words."""

    words: tuple[str, ...]
    summary: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        return " ".join(("workbench", *self.words))

    @property
    def usage(self) -> str:
        """The line that shows what it takes."""
        parts = [self.name, *(argument.shown for argument in self.arguments)]
        if self.commands:
            parts.append("COMMAND")
        own = [option for option in self.options if "--help" not in option.flags]
        return " ".join([*parts, *(["[options]"] if own else [])])

    def walk(self) -> Iterator[Command]:
        """Itself and all below it, groups before what is in them."""
        yield self
        for command in self.commands:
            yield from command.walk()


def outline() -> Command:
    """The root of all commands."""
    from workbench.cli.main import COMMANDS, face_parser
    from workbench.cli.parsing import Parser

    parser = Parser(prog="workbench")
    groups = parser.add_subparsers()
    for name, module in COMMANDS.items():
        importlib.import_module(f"workbench.cli.{module}").add_parser(groups, name)
    faces = _command(face_parser(), ())
    return Command((), faces.summary, (), faces.options, faces.arguments, _below(parser, ()))


def _command(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Command:
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    below = _below(parser, words)
    return Command(
        words,
        _plain(parser.description),
        _examples(parser.epilog),
        tuple(_option(action) for action in shown if action.option_strings),
        tuple(
            _argument(action)
            for action in shown
            if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
        ),
        below,
    )


def _below(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(
        _command(child, (*words, name))
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, child in action.choices.items()
    )


def _option(action: argparse.Action) -> Option:
    choices = tuple(map(str, action.choices or ()))
    value = None
    if action.nargs != 0:
        value = str(action.metavar or ("|".join(choices) if choices else action.dest.upper()))
    return Option(tuple(action.option_strings), value, choices, _plain(action.help))


def _argument(action: argparse.Action) -> Argument:
    name = str(action.metavar or action.dest)
    shown = {"?": f"[{name}]", "*": f"[{name}…]", "+": f"{name}…"}.get(str(action.nargs), name)
    return Argument(name, shown, tuple(map(str, action.choices or ())), _plain(action.help))


def _examples(epilog: str | None) -> tuple[str, ...]:
    lines = (epilog or "").splitlines()
    if not lines or not lines[0].startswith("example"):
        return ()
    return tuple(line.strip() for line in lines[1:] if line.strip())


def _plain(text: str | None) -> str:
    return (text or "").replace("%%", "%").strip()
