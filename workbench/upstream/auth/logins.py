"""What a login to a server left: tokens and how to renew them, in the system keyring or a file of its owner.

A login belongs to what a server is (``config.identity``) and is used towards one origin only. A folder a
server lies in the data folder; where the keyring has the tokens, the file there says only under which name.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import orjson

from workbench.config.identity import identity
from workbench.core.model import JsonValue
from workbench.upstream.private_json import write_private
from workbench.util import keychain
from workbench.util.dataclass import dataclass
from workbench.util.files import changing, read_regular

if TYPE_CHECKING:
    from workbench.config import ServerSettings

Place = Literal["keyring", "file"]

_FOLDER = "logins"
_FILE = "login.json"
_VERSION = 1
_MOST_BYTES = 1 << 20
_PORTS = {"http": 80, "https": 443}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Login:
    """One login. Secrets are in no ``repr``."""

    origin: str
    """``scheme://host:port`` of the server that the tokens are for."""
    access_token: str = field(repr=False)
    token_endpoint: str
    client_id: str
    refresh_token: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    client_method: str | None = None
    """How the client shows who it is: ``none``, ``client_secret_post`` or ``client_secret_basic``."""
    expires_at: float | None = None
    """Seconds since 1970; None: nobody said."""
    scope: str | None = None
    resource: str | None = None
    """What the tokens are asked for (RFC 8707)."""

    @classmethod
    def from_json(cls, value: JsonValue) -> Login:
        """Raises ValueError for what is no login."""
        if not isinstance(value, dict):
            raise ValueError("no object")
        known = {
            one.name: value[one.name] for one in fields(cls) if value.get(one.name) is not None
        }
        expires_at = known.pop("expires_at", None)
        if not all(isinstance(text, str) for text in known.values()):
            raise ValueError("a member is no text")
        if expires_at is not None and not isinstance(expires_at, int | float):
            raise ValueError("expires_at is no number")
        try:
            return cls(expires_at=expires_at, **known)
        except TypeError as error:
            raise ValueError("a member is missing") from error


class Logins:
    """The logins of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def load(self, settings: ServerSettings) -> Login | None:
        """The login of a server (settings expanded), if there is one and it is for its origin."""
        assert settings.url is not None
        document = self._document(settings)
        if document is None:
            return None
        value: JsonValue = document.get("login")
        try:
            if isinstance(entry := document.get("keyring"), str):
                secret = keychain.get(entry)
                if secret is None:
                    _log.info("server %s: the keyring does not give its login", settings.name)
                    return None
                value = orjson.loads(secret)
            login = Login.from_json(value)
        except ValueError as error:
            _log.info("server %s: its login is damaged: %s", settings.name, type(error).__name__)
            return None
        return login if login.origin == origin_of(settings.url) else None

    def save(self, settings: ServerSettings, login: Login) -> Place:
        """Keep a login, instead of the one before; where it went. Raises OSError."""
        document = self._document(settings) or {}
        known = document.get("keyring")
        entry = known if isinstance(known, str) else f"login {uuid.uuid4().hex}"
        value = asdict(login)
        path = self._path(settings)
        if keychain.put(entry, orjson.dumps(value).decode()):
            write_private(path, {"version": _VERSION, "keyring": entry})
            return "keyring"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, {"version": _VERSION, "login": value})
        return "file"

    def forget(self, settings: ServerSettings) -> bool:
        """Forget a server's login; False: there was none. Raises OSError."""
        document = self._document(settings)
        if document is not None and isinstance(entry := document.get("keyring"), str):
            keychain.drop(entry)
        folder = self._path(settings).parent
        if not folder.exists():
            return False
        shutil.rmtree(folder)
        return True

    @contextmanager
    def changing(self, settings: ServerSettings) -> Iterator[None]:
        """Hold this while a server's login is read and renewed: a refresh token is good for one use.

        Raises OSError, also where another process holds it for long.
        """
        with changing(self._path(settings)):
            yield

    def path(self, settings: ServerSettings) -> Path:
        """The file that holds a server's login, or the name it has in the keyring."""
        return self._path(settings)

    def _document(self, settings: ServerSettings) -> dict[str, JsonValue] | None:
        with suppress(OSError, ValueError):
            document = orjson.loads(read_regular(self._path(settings), _MOST_BYTES))
            if isinstance(document, dict) and document.get("version") == _VERSION:
                return document
        return None

    def _path(self, settings: ServerSettings) -> Path:
        return self._folder / identity(settings) / _FILE


def origin_of(url: str) -> str:
    """``scheme://host:port`` of an address, always with the port."""
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme)
    return f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}:{port}"
