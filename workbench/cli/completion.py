"""``workbench completion``: what a shell completes after Tab, for bash, zsh and fish."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from workbench.cli.common import EXIT_OK
from workbench.cli.outline import Command, Option, outline
from workbench.cli.parsing import command

SHELLS = ("bash", "zsh", "fish")
_FILES = ("F", "FILE", "ID|NAME|FILE", "PATH", "SCRIPT")
_FOLDERS = ("DIR",)


def add_parser(groups: Any, name: str) -> None:
    completion = command(
        groups,
        name,
        "Write what a shell needs to complete workbench's commands.",
        "source <(workbench completion bash)                                       # bash, zsh\n"
        "  workbench completion fish > ~/.config/fish/completions/workbench.fish   # fish",
        run=show,
    )
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def show(arguments: argparse.Namespace) -> int:
    """The script of one shell."""
    print(script(arguments.shell, outline()))
    return EXIT_OK


def script(shell: str, root: Command) -> str:
    """What ``shell`` has to read; ends without a newline."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](root)


def _bash(root: Command) -> str:
    """A ``case`` of where the cursor is: the words so far that are commands, and the word before."""
    names = sorted({word for one in root.walk() for word in one.words})
    parts = [
        "# workbench completion bash",
        "_workbench() {",
        "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} where= word",
        "  for word in ${COMP_WORDS[@]:1:$((COMP_CWORD-1))}; do",
        f"    case $word in {'|'.join(names)}) [[ $where$word == *' '*' '* ]] || where+=\"$word \" ;; esac",
        "  done",
        "  COMPREPLY=()",
        "  case $where$before in",
        *_bash_values(root),
        "  esac",
        "  case $where in",
    ]
    for one in root.walk():
        where = "".join(f"{word} " for word in one.words)
        flags, words = _flags(one), [below.words[-1] for below in one.commands]
        words += [choice for argument in one.arguments for choice in argument.choices]
        files = "-f " if any(argument.name in _FILES for argument in one.arguments) else ""
        offer = f"{files}-W {_quoted(' '.join(words))}"
        parts += [
            f"    {_quoted(where)}) if [[ $current == -* ]]; then",
            f'      COMPREPLY=($(compgen -W {_quoted(" ".join(flags))} -- "$current"))',
            f'    else COMPREPLY=($(compgen {offer} -- "$current")); fi ;;',
        ]
    return "\n".join([*parts, "  esac", "}", "complete -o filenames -F _workbench workbench"])


def _bash_values(root: Command) -> Iterable[str]:
    for one in root.walk():
        where = "".join(f"{word} " for word in one.words)
        for option in one.options:
            if option.value is None:
                continue
            patterns = "|".join(_quoted(where + flag) for flag in option.flags)
            if option.choices:
                offer = f"-W {_quoted(' '.join(option.choices))}"
            elif option.value in _FILES:
                offer = "-f"
            elif option.value in _FOLDERS:
                offer = "-d"
            else:
                yield f"    {patterns}) return ;;"
                continue
            yield f'    {patterns}) COMPREPLY=($(compgen {offer} -- "$current")); return ;;'


def _zsh(root: Command) -> str:
    """zsh loads the functions of bash's completion."""
    load = ["autoload -U +X compinit && compinit", "autoload -U +X bashcompinit && bashcompinit"]
    return "\n".join(["# workbench completion zsh", *load, *_bash(root).splitlines()[1:]])


def _fish(root: Command) -> str:
    parts = ["# workbench completion fish", "complete -c workbench -e"]
    top = " ".join(below.words[-1] for below in root.commands)
    for one in root.walk():
        if not one.words:
            here = f"not __fish_seen_subcommand_from {top}"
        else:
            here = " && ".join(f"__fish_seen_subcommand_from {word}" for word in one.words)
            if one.commands:
                inner = " ".join(below.words[-1] for below in one.commands)
                here += f" && not __fish_seen_subcommand_from {inner}"
        condition = f"-n {_quoted(here)}"
        for below in one.commands:
            summary = _quoted(below.summary)
            parts.append(f"complete -c workbench {condition} -f -a {below.words[-1]} -d {summary}")
        parts += [
            f"complete -c workbench {condition} {_fish_option(option)}" for option in one.options
        ]
        for argument in one.arguments:
            if argument.choices:
                words = _quoted(" ".join(argument.choices))
                parts.append(f"complete -c workbench {condition} -f -a {words}")
    return "\n".join(parts)


def _fish_option(option: Option) -> str:
    words = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
    ]
    if option.choices:
        words.append(f"-x -a {_quoted(' '.join(option.choices))}")
    elif option.value in (*_FILES, *_FOLDERS):
        words.append("-r")
    elif option.value is not None:
        words.append("-x")
    if option.help:
        words.append(f"-d {_quoted(option.help)}")
    return " ".join(words)


def _flags(one: Command) -> list[str]:
    return [flag for option in one.options for flag in option.flags if flag.startswith("--")]


def _quoted(text: str) -> str:
    """In single quotes, for any of the three."""
    return "'" + text.replace("'", "'\\''") + "'"
