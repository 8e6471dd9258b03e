"""``make bench``: every table, one after the other, on a quiet machine."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    folder = Path(__file__).parent
    chosen = sys.argv[1:] or sorted(
        file.stem
        for file in folder.glob("*.py")
        if not file.stem.startswith("_") and file.stem != "terminal"  # a helper of tui_typing
    )
    # As it is installed: compiled. Else every start would compile it anew, where nothing is written.
    compileall.compile_dir(folder.parent / "workbench", quiet=1)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in chosen:
        print(f"\n== {name} ==", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False, cwd=folder.parent)


if __name__ == "__main__":
    main()
