"""Servers from the configuration files of other MCP clients.

Read only, never started: a preview of what would be added, with what to look at before. What an entry
means is in ``entries``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from workbench.upstream.importers import jsonc
from workbench.upstream.importers.client_files import BY_PLACE, places
from workbench.upstream.importers.client_formats import tables
from workbench.upstream.importers.entries import Entry, ImportedServer, Product, Source, translate
from workbench.upstream.importers.plugins import plugin_files, plugin_servers
from workbench.upstream.importers.variables import Variables
from workbench.util.files import read_regular
from workbench.util.here import here

__all__ = ["CannotImport", "ImportedServer", "Product", "Source", "read", "sources"]

_MOST_BYTES = 64 << 20
_KINDS = {".toml": "TOML", ".yaml": "YAML", ".yml": "YAML", ".xml": "XML"}
_GEMINI_SETTINGS = ("allowed", "excluded", "serverCommand")


class CannotImport(Exception):
    """A file that cannot be read as any client's configuration; the message says why."""


def sources(
    *, home: Path | None = None, folder: Path | None = None, platform: str = sys.platform
) -> list[Source]:
    """The configuration files of other clients that exist, for this user and this folder."""
    home = home if home is not None else Path.home()
    folder = folder if folder is not None else here()
    found: dict[Path, Source] = {}
    plugins: Iterator[tuple[Product, Path]] = (
        ("Claude Code", path) for path in plugin_files(home, folder)
    )
    for product, path in chain(places(home, folder, platform), plugins):
        if path.is_file():
            found.setdefault(path, Source(product, path))
    return list(found.values())


def read(source: Source | Path, variables: Variables | None = None) -> list[ImportedServer]:
    """The servers of a file, in its order. A path alone: the product is told by what is in it.

    variables: of the whole import, where more than one file is read. Raises CannotImport.
    """
    path = source if isinstance(source, Path) else source.path
    document = plugin_servers(_document(path), path)
    if isinstance(source, Path):
        source = Source(_product(document, path), path)
    variables = variables if variables is not None else Variables()
    servers: dict[str, ImportedServer] = {}
    for name, entry in _entries(document, source):
        if name not in servers:  # the narrower scope comes first
            servers[name] = translate(name, entry, source, variables)
    if source.product == "Gemini CLI":
        return [_as_gemini_allows(server, document) for server in servers.values()]
    return list(servers.values())


# -- files ---------------------------------------------------------------------------------


def _document(path: Path) -> Entry:
    kind = _KINDS.get(path.suffix, "JSON")
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8-sig", "replace")
        document = _loads(text, kind, path)
    except OSError as error:
        raise CannotImport(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise CannotImport(f"{path}: not {kind}: {error}") from None
    if not isinstance(document, dict):
        raise CannotImport(f"{path}: not a table of settings")
    return document


def _loads(text: str, kind: str, path: Path) -> Any:
    if kind == "TOML":
        return tomllib.loads(text)
    if kind == "YAML":
        from workbench.upstream.importers import yaml_reading

        return yaml_reading.loads(text)
    if kind == "XML":
        from workbench.upstream.importers import jetbrains

        return jetbrains.loads(text, path)
    return jsonc.loads(text)


def _product(document: Entry, path: Path) -> Product:
    """Whose file it is: by its place, else by what is in it."""
    if path.suffix == ".toml":
        return "Codex"
    if path.suffix == ".xml":
        return "JetBrains AI"
    place = path.resolve().parts[-4:]
    for part, product in BY_PLACE:
        if part in place and any(isinstance(table, dict) for table in tables(document, product)):
            return product
    if path.suffix in (".yaml", ".yml"):
        return "Goose" if isinstance(document.get("extensions"), dict) else "Continue"
    settings = document.get("mcp")
    if "context_servers" in document:
        return "Zed"
    if isinstance(document.get("mcpServers"), dict):
        own = isinstance(settings, dict) and any(key in settings for key in _GEMINI_SETTINGS)
        return "Gemini CLI" if own else "Claude Code"
    if isinstance(document.get("servers"), dict):
        return "VS Code"
    if isinstance(settings, dict):
        return "VS Code" if "servers" in settings else "opencode"
    return "Claude Code"


def _as_gemini_allows(server: ImportedServer, document: Entry) -> ImportedServer:
    """Its ``mcp`` section may switch servers off."""
    rules = document.get("mcp")
    allowed, excluded = (
        rules.get(key) if isinstance(rules, dict) else None for key in ("allowed", "excluded")
    )
    off = isinstance(excluded, list) and server.name in excluded
    if off or (isinstance(allowed, list) and server.name not in allowed):
        return replace(server, settings=replace(server.settings, enabled=False))
    return server


def _entries(document: Entry, source: Source) -> Iterator[tuple[str, Any]]:
    """Name and settings of each server in a file, the ones that win first."""
    for table in tables(document, source.product):
        for name, entry in table.items() if isinstance(table, dict) else ():
            yield str(name), entry
