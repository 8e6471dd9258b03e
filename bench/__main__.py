"""``make bench``: every table, one after the other, on a quiet machine. ``--check``: the ratios alone."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path

_ELSEWHERE = ("soak", "check")
"""What has a target of its own."""


def _tables(folder: Path) -> list[str]:
    """The modules that print one; what they share has nothing to run."""
    return sorted(
        file.stem
        for file in folder.glob("*.py")
        if not file.stem.startswith("_")
        and file.stem not in _ELSEWHERE
        and '\nif __name__ == "__main__":' in file.read_text(encoding="utf-8")
    )


def main() -> None:
    folder = Path(__file__).parent
    if sys.argv[1:] == ["--check"]:
        sys.exit(subprocess.call([sys.executable, "-m", "bench.check"], cwd=folder.parent))
    chosen = sys.argv[1:] or _tables(folder)
    # As it is installed: compiled. Else every start would compile it anew, where nothing is written.
    compileall.compile_dir(folder.parent / "workbench", quiet=1)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in chosen:
        print(f"\n== {name} ==", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False, cwd=folder.parent)


if __name__ == "__main__":
    main()
