"""Pinned tool definitions: a tool whose definition changed since it was approved is not called.

A server can change what a tool says it does after its owner looked at it. The first definition seen of
a server that is not quarantined is approved; the next one that differs waits for its owner.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from workbench.catalogue.tools import ToolInfo
from workbench.util.files import write_whole

_log = logging.getLogger(__name__)
_FILE = "approved_tools.json"
_VERSION = 1


class Pins:
    """Approved definitions, server -> tool -> hash, in one file of the data folder.

    Several processes share the file: it is read again when another one wrote it. One that cannot be
    read or written costs the memory of approvals, never a call.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder is not None else None
        self._pins: dict[str, dict[str, str]] = {}
        self._stamp: tuple[int, int] | None = None

    def judge(self, tools: Iterable[ToolInfo], *, pin_new: bool) -> dict[str, bool]:
        """Whether each tool of one server is approved, by its name; one never seen before is.

        pin_new: what was never seen is pinned as it is now.
        """
        self._refresh()
        verdicts: dict[str, bool] = {}
        fresh = False
        for tool in tools:
            known = self._pins.get(tool.server, {}).get(tool.name)
            if known is None and pin_new:
                self._pins.setdefault(tool.server, {})[tool.name] = tool.fingerprint()
                fresh = True
            verdicts[tool.name] = known is None or known == tool.fingerprint()
        if fresh:
            self._save()
        return verdicts

    def approve(self, tools: Iterable[ToolInfo]) -> None:
        """Pin these definitions as they are now."""
        self._refresh()
        for tool in tools:
            self._pins.setdefault(tool.server, {})[tool.name] = tool.fingerprint()
        self._save()

    def forget(self, server: str) -> None:
        """Drop what is pinned for a server: its next definitions are first seen."""
        self._refresh()
        if self._pins.pop(server, None) is not None:
            self._save()

    def changed_elsewhere(self) -> bool:
        """Whether another process wrote the file since it was read here."""
        return self._stamp != self._now()

    def _now(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _refresh(self) -> None:
        now = self._now()
        if now is None or now == self._stamp or self._path is None:
            return
        self._stamp = now
        try:
            self._pins = _checked(orjson.loads(self._path.read_bytes()))
        except (OSError, ValueError) as error:
            _log.warning("cannot read %s: %s; tools are approved as first seen", self._path, error)

    def _save(self) -> None:
        if self._path is None:
            return
        try:
            write_private(self._path, {"version": _VERSION, "servers": self._pins})
        except OSError as error:
            _log.warning("cannot write %s: %s", self._path, error)
        self._stamp = self._now()


def write_private(path: Path, value: Mapping[str, object]) -> None:
    """Write JSON so that a reader sees the old file or the new one; only its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


def _checked(document: object) -> dict[str, dict[str, str]]:
    servers = document.get("servers") if isinstance(document, dict) else None
    if not isinstance(servers, dict):
        raise ValueError("it is not a file of approved tools")
    return {
        server: {tool: pin for tool, pin in pins.items() if isinstance(pin, str)}
        for server, pins in servers.items()
        if isinstance(pins, dict)
    }
