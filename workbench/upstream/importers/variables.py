"""Secrets in the entries of other clients become references to variables, each with a name of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import chain

SECRET = "«secret»"
_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_NOT_IN_A_NAME = re.compile(r"\W+", re.ASCII)


def is_variable(name: str) -> bool:
    """Whether an environment variable may be called so."""
    return _NAME.match(name) is not None and name.isascii()


def as_variable(words: str) -> str:
    """``github X-Api-Key`` is ``GITHUB_X_API_KEY``."""
    name = _NOT_IN_A_NAME.sub("_", words).strip("_").upper()
    return name if not name[:1].isdigit() else f"MCP_{name}"


def masked(text: str, secrets: Collection[str]) -> str:
    """A text that may be shown: in place of the variables that stand for secrets it says that one is there."""
    return _REFERENCE.sub(lambda found: SECRET if found[1] in secrets else found[0], text)


class Variables:
    """The variables that one import asks for: two secrets never get the same one."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    @property
    def secrets(self) -> Mapping[str, str]:
        """Variable -> the secret that it is to hold."""
        return self._secrets

    def named_for(self, secret: str, name: str, server: str) -> str:
        """The variable that is to hold ``secret``, which stands in the server's setting ``name``."""
        words = f"{server} {name.strip('-') or 'secret'}"
        own = [name] if is_variable(name) and name.isupper() else []
        numbered = (as_variable(f"{words} {number}") for number in range(2, 10_000))
        for variable in chain(own, (as_variable(words),), numbered):
            if self._secrets.setdefault(variable, secret) == secret:
                return variable
        raise ValueError("too many secrets of one name")
