"""``workbench config show | set | path | check``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workbench.cli.common import EXIT_OK, Failure, config_file, open_config
from workbench.cli.output import print_json, print_table
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line


def add_parser(groups: Any, name: str) -> None:
    config = command(groups, name, "The configuration.", "workbench config show")
    actions = config.add_subparsers(dest="action", required=True)
    showing = command(
        actions, "show", "Every key, its value and where it comes from.",
        "workbench config show --json", run=show,
    )  # fmt: skip
    showing.add_argument("--json", action="store_true")
    setting = command(
        actions, "set", "Set one key in the file; comments stay.",
        "workbench config set enable_code_execution true", run=set_key,
    )  # fmt: skip
    setting.add_argument("key", metavar="KEY")
    setting.add_argument("value", metavar="VALUE")
    command(actions, "path", "The file in use.", "workbench config path", run=path)
    checking = command(
        actions, "check", "Check the file.", "workbench config check --config my.toml", run=check
    )
    checking.add_argument("--json", action="store_true")


def show(arguments: argparse.Namespace) -> int:
    config = open_config(arguments)
    from workbench.config import KEYS

    rows = [
        {
            "key": key.name,
            "value": config.values[key.name],
            "origin": str(config.origins[key.name]),
            "allowed": key.allowed,
            "help": key.help,
        }
        for key in KEYS
    ]
    if arguments.json:
        print_json({"path": str(config.path) if config.path else None, "keys": rows})
    else:
        print_table(
            ("key", "value", "from", "allowed"),
            [(row["key"], row["value"], row["origin"], row["allowed"]) for row in rows],
        )
    return EXIT_OK


def set_key(arguments: argparse.Namespace) -> int:
    from workbench.config import ConfigError
    from workbench.config.editing import set_value

    file = config_file(arguments)
    try:
        set_value(file, arguments.key, arguments.value)
    except ConfigError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error
    return EXIT_OK


def path(arguments: argparse.Namespace) -> int:
    """The file in use, or the one that a change would make."""
    print(clean_line(str(config_file(arguments))))
    return EXIT_OK


def check(arguments: argparse.Namespace) -> int:
    """Exit 0: it can be used; 2: it cannot, the problems are on stderr (or in the JSON)."""
    from workbench.config import ConfigError
    from workbench.config.opening import open_config as opened

    file = Path(arguments.config) if arguments.config else None
    try:
        config = opened(file)
    except ConfigError as error:
        if arguments.json:
            print_json({"ok": False, "problems": str(error).splitlines()})
            raise Failure("the configuration cannot be used") from error
        raise Failure(str(error)) from error
    import os

    unset = {
        name: missing
        for name, server in config.servers.items()
        if (missing := server.unset(os.environ))
    }
    if arguments.json:
        path_text = str(config.path) if config.path else None
        print_json({"ok": True, "path": path_text, "unset_variables": unset})
        return EXIT_OK
    print(f"{clean_line(str(config.path or 'no file, defaults'))}: ok")
    for server in config.servers.values():
        if server.held:
            name = clean_line(server.name)
            print(f"server {name}: not started until the folder is trusted: workbench trust")
    for name, missing in unset.items():
        print(f"server {clean_line(name)}: not set in the environment: {', '.join(missing)}")
    return EXIT_OK
