"""``workbench --demo``: the bundled server and the samples, whatever is configured here."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.common import Failure, data_dir
from workbench.cli.output import note

_FOLDER = "demo"
_TEXT = """\
# Of workbench --demo, which reads no other configuration. Change or delete it as you like.

[servers.demo]
demo = true
"""


def use_demo(arguments: argparse.Namespace) -> None:
    """Have the configuration and the data of a folder of its own: nothing of the user's is read or changed.
    Raises Failure."""
    for name in ("config", "server"):
        if getattr(arguments, name):
            raise Failure(f"--demo has a configuration of its own: it goes without --{name}")
    folder = data_dir(arguments) / _FOLDER
    arguments.data_dir = str(folder)
    arguments.config = str(_configuration(folder))


def _configuration(folder: Path) -> Path:
    """Its file; one that cannot be used is put aside, for the demo must always start. Raises Failure."""
    from workbench.config import FILE_NAME, ConfigError, open_config
    from workbench.core.paths import make_private
    from workbench.util.files import put_aside, write_whole

    file = folder / FILE_NAME
    try:
        make_private(folder)
        if file.exists():
            try:
                open_config(file)
            except ConfigError as error:
                note(f"{error}; it is {put_aside(file)} now, and the demo begins anew")
        if not file.exists():
            write_whole(file, _TEXT.encode())
    except OSError as error:
        raise Failure(f"the demo needs a folder to write to: {error}") from error
    return file
