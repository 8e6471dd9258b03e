"""References in a server's settings: ``${VAR}``, ``${VAR:-default}``, ``${keyring:NAME}``, ``${file:PATH}``.

In braces throughout: a bare ``file:data.db`` is what many a server takes as its argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workbench.config.secret_store import secret, secret_in_file

_REFERENCE = re.compile(r"\$\{(?:(keyring|file):(?!-)([^}]+)|([A-Za-z_]\w*)(?::-([^}]*))?)\}")
_SECRET = re.compile(r"\$\{(?:keyring|file):(?!-)[^}]")


def resolved(text: str, environ: Mapping[str, str]) -> str:
    """The text with its references replaced; one that leads to nothing stays as it is written."""

    def value(found: re.Match[str]) -> str:
        known = _value(found, environ)
        return known if known is not None else found[0]

    return _REFERENCE.sub(value, text)


def unresolved(texts: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """The references that lead to nothing: ``VAR``, ``keyring:NAME``, ``file:PATH``."""
    return sorted(
        {
            found[3] or f"{found[1]}:{found[2]}"
            for text in texts
            for found in _REFERENCE.finditer(text)
            if _value(found, environ) is None
        }
    )


def asks_outside(texts: Iterable[str]) -> bool:
    """Whether a keyring or a file is to be asked, which may take a while."""
    return any(_SECRET.search(text) for text in texts)


def _value(found: re.Match[str], environ: Mapping[str, str]) -> str | None:
    kind, name, variable, default = found.groups()
    if kind == "keyring":
        return secret(name)
    if kind == "file":
        return secret_in_file(name)
    return environ.get(variable, default)
