"""Which servers know the older handshake only: asking them for more costs a request, or a whole start.

Kept a file a server in the data folder, so that a process does not pay for what another one learned.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from workbench.config.identity import identity
from workbench.upstream.private_json import write_private

if TYPE_CHECKING:
    from workbench.config import ServerSettings
    from workbench.upstream.transports.link import Era

_log = logging.getLogger(__name__)
_FOLDER = "eras"
_VERSION = 1


class Eras:
    """What is known of servers by how they are reached, whatever they are called here."""

    def __init__(self, folder: Path | None) -> None:
        """folder: the data folder; None: kept in memory only."""
        self._folder = folder / _FOLDER if folder is not None else None
        self._handshakes: dict[str, str] = {}
        """Way to reach it -> the server's own name and version, of those of the older era."""

    def is_handshake(self, settings: ServerSettings) -> bool:
        """Whether this server was last spoken to by the older handshake."""
        key = identity(settings)
        if key not in self._handshakes:
            known = self._load(key)
            if known is None:
                return False
            self._handshakes[key] = known
        return True

    def learn(self, settings: ServerSettings, era: Era, server: str) -> None:
        """Keep how a server was connected. One of another version than last time is asked again."""
        key = identity(settings)
        known = self._handshakes.get(key)
        if era == "handshake" and known in (None, server):
            if known is None:
                self._handshakes[key] = server
                self._save(key, server)
        else:
            self.forget(settings)

    def forget(self, settings: ServerSettings) -> None:
        """The server may have changed: it will be asked for the newest protocol again."""
        key = identity(settings)
        if self._handshakes.pop(key, None) is not None and self._folder is not None:
            try:
                self._path(self._folder, key).unlink(missing_ok=True)
            except OSError as error:
                _log.info("cannot forget the era of %s: %s", settings.name, error)

    def _load(self, key: str) -> str | None:
        if self._folder is None:
            return None
        try:
            document = orjson.loads(self._path(self._folder, key).read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            return None
        server = document.get("server")
        return server if isinstance(server, str) else None

    def _save(self, key: str, server: str) -> None:
        if self._folder is None:
            return
        try:
            path = self._path(self._folder, key)
            write_private(path, {"version": _VERSION, "era": "handshake", "server": server})
        except (OSError, TypeError) as error:
            _log.info("cannot keep the era of a server: %s", error)

    @staticmethod
    def _path(folder: Path, key: str) -> Path:
        return folder / f"{key}.json"
