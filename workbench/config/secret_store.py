"""Secrets that ``workbench secrets`` keeps for configurations: in the system keyring, else in a file.

A keyring cannot be listed: the names are in the file in any case, a value only where there is no keyring.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import orjson

from workbench.core import paths
from workbench.core.model import JsonValue
from workbench.util import keychain
from workbench.util.files import changing, read_regular, write_whole
from workbench.util.here import expanded

_FILE = "secrets.json"
_VERSION = 1
_MOST_BYTES = 16 << 20
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_MOST_VALUE = 64 << 10

_log = logging.getLogger(__name__)


class DamagedSecrets(ValueError):
    """The file of secrets cannot be read; nothing is written over it."""


def is_secret_name(name: str) -> bool:
    return _NAME.match(name) is not None


def secrets_file() -> Path:
    """Where the names are, and the values that no keyring keeps."""
    return paths.config_dir() / _FILE


def secret(name: str) -> str | None:
    """The value of a secret, or None."""
    try:
        kept = _read().get(name)
    except (OSError, DamagedSecrets) as error:
        _log.warning("secrets: %s", error)
        return None
    if kept is None:
        return None
    return kept if isinstance(kept, str) else keychain.get(_entry(name))


def secret_in_file(path: str) -> str | None:
    """What a file holds, without the line end; None: it cannot be read."""
    try:
        text = read_regular(expanded(path), _MOST_VALUE).decode("utf-8")
    except (OSError, ValueError, RuntimeError) as error:
        _log.info("secret file: %s", error)
        return None
    return text.rstrip("\r\n")


def secret_names() -> dict[str, bool]:
    """Name -> whether the keyring has it. Raises OSError, DamagedSecrets."""
    return {name: not isinstance(kept, str) for name, kept in sorted(_read().items())}


def set_secret(name: str, value: str) -> bool:
    """Keep a secret; True: in the keyring, False: in the file. Raises OSError, DamagedSecrets."""
    file = secrets_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with changing(file):
        kept = _read()
        in_keyring = keychain.put(_entry(name), value)
        kept[name] = None if in_keyring else value
        _write(kept)
    return in_keyring


def remove_secret(name: str) -> bool:
    """Forget a secret; False: there was none. Raises OSError, DamagedSecrets."""
    file = secrets_file()
    if not file.exists():
        return False
    with changing(file):
        kept = _read()
        if name not in kept:
            return False
        if kept.pop(name) is None:
            keychain.drop(_entry(name))
        _write(kept)
    return True


def _entry(name: str) -> str:
    return f"secret {name}"


def _read() -> dict[str, JsonValue]:
    file = secrets_file()
    try:
        document = orjson.loads(read_regular(file, _MOST_BYTES))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise DamagedSecrets(f"{file} is damaged: mend or remove it") from None
    kept = document.get("secrets") if isinstance(document, dict) else None
    if not isinstance(kept, dict) or document.get("version") != _VERSION:
        raise DamagedSecrets(f"{file} is damaged: mend or remove it")
    return kept


def _write(kept: dict[str, JsonValue]) -> None:
    document = {"version": _VERSION, "secrets": kept}
    write_whole(
        secrets_file(), orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    )
