"""The system's keyring (macOS Keychain, Windows Credential Manager, Secret Service), where there is one.

By the optional package ``keyring``. Where it is missing, or has nothing but a plain file or nothing at all
behind it, there is no keyring: callers have another place.
"""

from __future__ import annotations

import importlib
import logging
from types import ModuleType

_SERVICE = "workbench"
_LEAST_PRIORITY = 1
"""From here on a backend is one that its authors recommend: no plain file, no fake."""

_log = logging.getLogger(__name__)


def put(entry: str, secret: str) -> bool:
    """Keep a secret under a name of ours. False: it is not kept (no keyring, locked, too long)."""
    backend = _backend()
    if backend is None:
        return False
    try:
        backend.set_password(_SERVICE, entry, secret)
        return bool(backend.get_password(_SERVICE, entry) == secret)
    except Exception as error:  # what a backend raises depends on the system
        _log.info("the system keyring keeps nothing: %s", type(error).__name__)
        return False


def get(entry: str) -> str | None:
    """The secret of that name, or None."""
    backend = _backend()
    if backend is None:
        return None
    try:
        secret = backend.get_password(_SERVICE, entry)
    except Exception as error:
        _log.info("the system keyring gives nothing: %s", type(error).__name__)
        return None
    return secret if isinstance(secret, str) else None


def drop(entry: str) -> bool:
    """Forget the secret of that name. False: it was not there, or the keyring does not let go of it."""
    backend = _backend()
    if backend is None:
        return False
    try:
        backend.delete_password(_SERVICE, entry)
    except Exception as error:
        _log.info("the system keyring drops nothing: %s", type(error).__name__)
        return False
    return True


def _backend() -> ModuleType | None:
    try:
        keyring = importlib.import_module("keyring")
        if keyring.get_keyring().priority < _LEAST_PRIORITY:
            return None
    except Exception as error:  # no package, or a backend that cannot be loaded
        _log.info("no system keyring: %s", type(error).__name__)
        return None
    return keyring
