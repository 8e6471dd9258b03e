"""Files of the data folder that only their owner reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from workbench.util.files import write_whole


def write_private(path: Path, value: Mapping[str, object]) -> None:
    """Write JSON so that a reader sees the old file or the new one; only its owner can read it.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
