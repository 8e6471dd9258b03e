"""``workbench`` and ``python -m workbench``."""

from __future__ import annotations

import sys

from workbench.util.allocating import start_without_collector
from workbench.util.own_python import forget_current_folder


def main() -> None:
    """Run the command line; its exit code is the process's."""
    start_without_collector()
    from workbench.cli.main import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    forget_current_folder()
    main()
