"""Which commit this is: written into the package when it was built, or asked of git in a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def commit() -> str | None:
    """Its first twelve digits; None where nobody knows."""
    try:
        return (_PACKAGE / "_commit").read_text(encoding="utf-8").strip() or None
    except OSError:
        pass
    root = _PACKAGE.parent
    if not (root / ".git").exists():
        return None
    words = ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None
