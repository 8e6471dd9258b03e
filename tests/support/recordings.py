"""Recordings that somebody has changed."""

from __future__ import annotations

import hashlib
from typing import Any

from workbench.text.jsontext import canonical


def sign(changed: dict[str, Any]) -> None:
    """Give a recording the checksum of what it says now. Raises ValueError and TypeError where there is none."""
    body = {n: v for n, v in changed.items() if n not in ("format", "version", "checksum")}
    changed["checksum"] = "sha256:" + hashlib.sha256(canonical(body).encode()).hexdigest()
