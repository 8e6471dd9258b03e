"""Tool listings of earlier connections, so that a catalogue is there before the servers answered."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from workbench.core.model import OFFERS, Offer
from workbench.upstream.private_json import write_private

_log = logging.getLogger(__name__)
_FOLDER = "listings"
_VERSION = 2
_MOST_FILES = 200
_MOST_BYTES = 8 << 20


class Listing(NamedTuple):
    """What a server offers, and what it is for in its own words."""

    tools: list[dict[str, Any]]
    about: str = ""
    offers: tuple[Offer, ...] = ()
    """What it has beside tools."""


class ListingCache:
    """One file a server in the data folder: its tools as it sent them last.

    A server is told by how it is reached (``way``): two that are called the same do not disturb each other.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / _FOLDER if folder is not None else None

    def load(self, way: str) -> Listing | None:
        """The listing of the server that is reached so."""
        if self._folder is None:
            return None
        path = self._folder / f"{way[:32]}.json"
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
        if document.get("way") != way:
            return None
        tools = document.get("tools")
        if not isinstance(tools, list):
            return None
        about, offers = document.get("about"), document.get("offers")
        return Listing(
            [
                tool
                for tool in tools
                if isinstance(tool, dict) and isinstance(tool.get("name"), str)
            ],
            about if isinstance(about, str) else "",
            tuple(offer for offer in OFFERS if isinstance(offers, list) and offer in offers),
        )

    def save(self, way: str, listing: Listing) -> None:
        """Keep a listing; one that is kept already is not written again."""
        if self._folder is None or self.load(way) == listing:
            return
        path = self._folder / f"{way[:32]}.json"
        try:
            write_private(path, {"version": _VERSION, "way": way, **listing._asdict()})
            self._prune(self._folder)
        except (OSError, TypeError) as error:
            _log.warning("cannot keep the listing %s: %s", path, error)

    @staticmethod
    def _prune(folder: Path) -> None:
        """Of servers that are reached otherwise now, only the latest listings stay."""
        files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST_FILES]:
            file.unlink(missing_ok=True)
