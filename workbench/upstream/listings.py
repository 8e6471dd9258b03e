"""Tool listings of earlier connections, so that a catalogue is there before the servers answered."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from workbench.upstream.approval import write_private

_log = logging.getLogger(__name__)
_FOLDER = "listings"
_VERSION = 1
_MOST_BYTES = 8 << 20


class ListingCache:
    """One file a server in the data folder: its tools as it sent them last."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / _FOLDER if folder is not None else None

    def load(self, server: str, identity: str) -> list[dict[str, Any]] | None:
        """The listing of ``server``, if it was started the same way then (``identity``)."""
        if self._folder is None:
            return None
        path = self._path(self._folder, server)
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            document = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("cannot read the listing %s: %s", path, error)
            return None
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            return None
        if document.get("server") != server or document.get("identity") != identity:
            return None
        tools = document.get("tools")
        if not isinstance(tools, list):
            return None
        return [
            tool for tool in tools if isinstance(tool, dict) and isinstance(tool.get("name"), str)
        ]

    def save(self, server: str, identity: str, tools: Sequence[dict[str, Any]]) -> None:
        """Keep a listing; one that is kept already is not written again."""
        if self._folder is None or self.load(server, identity) == list(tools):
            return
        path = self._path(self._folder, server)
        document = {
            "version": _VERSION,
            "server": server,
            "identity": identity,
            "tools": list(tools),
        }
        try:
            write_private(path, document)
        except (OSError, TypeError) as error:
            _log.warning("cannot keep the listing %s: %s", path, error)

    @staticmethod
    def _path(folder: Path, server: str) -> Path:
        """A server's name may be no file name."""
        return folder / f"{hashlib.sha256(server.encode()).hexdigest()[:24]}.json"
