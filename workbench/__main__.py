"""``workbench`` and ``python -m workbench``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; its exit code is the process's."""
    from workbench.cli.main import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
