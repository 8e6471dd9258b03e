"""Names of servers as workbench.toml can spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import chain, count

from workbench.config import is_server_name

_LONGEST = 48
"""Room is left for what makes a name the only one."""
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def spelled(name: str) -> str:
    """``My Server`` is ``My-Server``; what has no letter of ours in it is ``server``."""
    if is_server_name(name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = _NOT_IN_A_NAME.sub("-", plain).strip("-.")[:_LONGEST].rstrip("-.")
    return words or "server"


def free_name(name: str, product: str, taken: Collection[str]) -> str:
    """``name`` where nobody has it, else one that tells them apart: ``api-cursor``, ``api-2``."""
    numbered = (f"{name[:_LONGEST]}-{number}" for number in count(2))
    candidates = chain([name, f"{name[:_LONGEST]}-{spelled(product.lower())}"], numbered)
    return next(one for one in candidates if one not in taken)


def is_candidate(name: str, wanted: str) -> bool:
    """Whether a server that wanted one name may have been given the other."""
    return name == wanted or name.startswith(f"{wanted[:_LONGEST]}-")
