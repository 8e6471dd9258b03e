"""Changing the configuration file from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from workbench.cli.common import Failure, config_file

_T = TypeVar("_T")


def edit(change: Callable[[], _T]) -> _T:
    """Change the configuration file. Raises Failure."""
    from workbench.config import ConfigError

    try:
        return change()
    except ConfigError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error


def keeps_demo(arguments: argparse.Namespace) -> bool:
    """Whether the demo server is in force while nothing is said of servers: not in a new FILE."""
    return not arguments.config or config_file(arguments).exists()


def print_demo_stays() -> None:
    print("the demo server and the samples stay until: workbench servers remove demo")
