"""``workbench secrets set | list | remove``: what ``${keyring:NAME}`` in the configuration stands for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.cli.common import EXIT_OK, Failure
from workbench.cli.output import print_json, print_table
from workbench.cli.parsing import command
from workbench.text.sanitize import clean_line

_MOST = 64 << 10


def add_parser(groups: Any, name: str) -> None:
    secrets = command(
        groups, name, "Secrets that the configuration refers to as ${keyring:NAME}.",
        "workbench secrets list",
    )  # fmt: skip
    actions = secrets.add_subparsers(dest="action", required=True)
    setting = command(
        actions, "set", "Keep a secret: typed in unseen, or from stdin; never an argument.",
        "workbench secrets set github\n  pass show github | workbench secrets set github", run=keep,
    )  # fmt: skip
    setting.add_argument("name", metavar="NAME")
    listing = command(
        actions, "list", "The names of the secrets that are kept, and where.",
        "workbench secrets list --json", run=show,
    )  # fmt: skip
    listing.add_argument("--json", action="store_true")
    removing = command(
        actions, "remove", "Forget a secret.", "workbench secrets remove github", run=remove
    )
    removing.add_argument("name", metavar="NAME")


def keep(arguments: argparse.Namespace) -> int:
    from workbench.config.secret_store import is_secret_name, secrets_file, set_secret

    name = arguments.name
    if not is_secret_name(name):
        raise Failure(
            f"a secret's name must be 1 to 64 of letters, digits, '_', '-' and '.', not {name!r}"
        )
    value = _value(name)
    with _as_failures():
        in_keyring = set_secret(name, value)
    where = "the system keyring"
    if not in_keyring:
        where = (
            f"{clean_line(str(secrets_file()))}, which only you can read (no keyring is at hand)"
        )
    print(f"kept in {where}; refer to it as ${{keyring:{name}}}")
    return EXIT_OK


def show(arguments: argparse.Namespace) -> int:
    from workbench.config.secret_store import secret_names

    with _as_failures():
        names = secret_names()
    places = [(name, "keyring" if in_keyring else "file") for name, in_keyring in names.items()]
    if arguments.json:
        print_json([{"name": name, "kept_in": place} for name, place in places])
    elif places:
        print_table(("name", "kept in"), places)
    else:
        print("no secrets are kept: workbench secrets set NAME")
    return EXIT_OK


def remove(arguments: argparse.Namespace) -> int:
    from workbench.catalogue.suggestions import near_names, suggestion
    from workbench.config.secret_store import remove_secret, secret_names

    name = arguments.name
    with _as_failures():
        if not remove_secret(name):
            known = secret_names()
            near = suggestion(near_names(name, known), known, "there is")
            raise Failure(f"no secret {name!r}{near}")
    print(f"removed {name}")
    return EXIT_OK


def _value(name: str) -> str:
    """What is typed or piped, without its line end. Raises Failure."""
    if sys.stdin.isatty():
        import getpass

        text = getpass.getpass(f"the secret {name} (not shown): ")
    else:
        data = sys.stdin.buffer.read(_MOST + 1)
        try:
            text = data.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise Failure(f"the secret is not UTF-8: {error.reason}") from None
    if not text:
        raise Failure("the secret is empty: type it in, or give it on stdin")
    if len(text.encode()) > _MOST or not text.isprintable():
        raise Failure("a secret is one line of at most 65,536 bytes; longer ones: ${file:PATH}")
    return text


@contextmanager
def _as_failures() -> Iterator[None]:
    from workbench.config.secret_store import DamagedSecrets, secrets_file

    try:
        yield
    except DamagedSecrets as error:
        raise Failure(str(error)) from None
    except OSError as error:
        raise Failure(f"{secrets_file()}: {error.strerror or error}") from error
