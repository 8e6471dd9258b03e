"""Names that a package offers, each imported from its module when it is first asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping


def lazy_name(package: str, homes: Mapping[str, tuple[str, ...]], name: str) -> object:
    """What a package's ``__getattr__`` gives: it is kept there, so that it is asked for once.

    homes: the names by the module that each is in. Raises AttributeError for any other.
    """
    for home, names in homes.items():
        if name in names:
            value: object = getattr(importlib.import_module(home), name)
            setattr(sys.modules[package], name, value)
            return value
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
