"""``workbench`` and ``python -m workbench``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.cli.words import runs_a_script
from workbench.util.allocating import start_without_collector
from workbench.util.own_python import forget_current_folder

if TYPE_CHECKING:
    from workbench.sandbox.host.zygote_process import ZygoteProcess


def main() -> None:
    """Run the command line; its exit code is the process's."""
    start_without_collector()
    zygote = _ahead(sys.argv[1:])
    try:
        from workbench.cli.main import main as run

        sys.exit(run(sys.argv[1:], zygote))
    finally:
        if zygote is not None:
            zygote.drop()


def _ahead(argv: list[str]) -> ZygoteProcess | None:
    """The zygote of a command that runs a script, by its words: it begins before anything else is imported.
    Where they mislead it is not needed, and dropped. Where one of the standard streams is closed its socket
    would take that place (``cli.output.guarded`` takes it first): there it begins later."""
    if not runs_a_script(argv) or None in (sys.stdin, sys.stdout, sys.stderr):
        return None
    from workbench.sandbox.host.zygote_process import zygote_ahead

    return zygote_ahead()


if __name__ == "__main__":
    forget_current_folder()
    main()
