"""Servers from the configuration files of other MCP clients.

Read only, never started: a preview of what would be added, with what to look at before. What an entry
means is in ``foreign``.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.upstream.importers import jsonc
from workbench.upstream.importers.entries import Entry, ImportedServer, Product, Source, translate

__all__ = ["CannotImport", "ImportedServer", "Product", "Source", "read", "sources"]

_MOST_BYTES = 64 << 20


class CannotImport(Exception):
    """A file that cannot be read as any client's configuration; the message says why."""


def sources(
    *, home: Path | None = None, folder: Path | None = None, platform: str = sys.platform
) -> list[Source]:
    """The configuration files of other clients that exist, for this user and this folder."""
    home = home if home is not None else Path.home()
    folder = folder if folder is not None else Path.cwd()
    found: dict[Path, Source] = {}
    for product, path in _places(home, folder, platform):
        if path.is_file():
            found.setdefault(path, Source(product, path))
    return list(found.values())


def read(source: Source | Path) -> list[ImportedServer]:
    """The servers of a file, in its order. A path alone: the product is told by what is in it.

    Raises CannotImport.
    """
    path = source if isinstance(source, Path) else source.path
    document = _document(path)
    if isinstance(source, Path):
        source = Source(_product(document, path), path)
    servers: dict[str, ImportedServer] = {}
    for name, entry in _entries(document, source):
        if name not in servers:  # the narrower scope comes first
            servers[name] = translate(name, entry, source)
    return list(servers.values())


# -- files ---------------------------------------------------------------------------------


def _places(home: Path, folder: Path, platform: str) -> Iterator[tuple[Product, Path]]:
    if platform == "darwin":
        support = home / "Library" / "Application Support"
    elif platform == "win32":
        support = Path(os.environ.get("APPDATA", home / "AppData" / "Roaming"))
    else:
        support = home / ".config"
    yield "Claude Code", folder / ".mcp.json"
    yield "Claude Code", home / ".claude.json"
    yield "Claude Desktop", support / "Claude" / "claude_desktop_config.json"
    yield "Cursor", folder / ".cursor" / "mcp.json"
    yield "Cursor", home / ".cursor" / "mcp.json"
    yield "VS Code", folder / ".vscode" / "mcp.json"
    yield "VS Code", support / "Code" / "User" / "mcp.json"
    yield "Codex", folder / ".codex" / "config.toml"
    yield "Codex", home / ".codex" / "config.toml"
    yield "Gemini CLI", folder / ".gemini" / "settings.json"
    yield "Gemini CLI", home / ".gemini" / "settings.json"
    for name in ("opencode.json", "opencode.jsonc"):
        yield "opencode", folder / name
        yield "opencode", home / ".config" / "opencode" / name
    yield "Windsurf", home / ".codeium" / "windsurf" / "mcp_config.json"
    yield "Zed", folder / ".zed" / "settings.json"
    yield "Zed", home / ".config" / "zed" / "settings.json"


def _document(path: Path) -> Entry:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CannotImport(f"{path}: larger than {_MOST_BYTES >> 20} MiB")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        document = tomllib.loads(text) if path.suffix == ".toml" else jsonc.loads(text)
    except OSError as error:
        raise CannotImport(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise CannotImport(f"{path}: not {kind}: {error}") from None
    if not isinstance(document, dict):
        raise CannotImport(f"{path}: not a table of settings")
    return document


def _product(document: Entry, path: Path) -> Product:
    if path.suffix == ".toml":
        return "Codex"
    if "context_servers" in document:
        return "Zed"
    if isinstance(document.get("servers"), dict) and "mcpServers" not in document:
        return "VS Code"
    if isinstance(document.get("mcp"), dict):
        return "opencode"
    by_part: tuple[tuple[str, Product], ...] = (
        (".gemini", "Gemini CLI"),
        (".cursor", "Cursor"),
        ("windsurf", "Windsurf"),
        ("claude_desktop_config.json", "Claude Desktop"),
    )
    for part, product in by_part:
        if part in path.parts:
            return product
    return "Claude Code"


def _entries(document: Entry, source: Source) -> Iterator[tuple[str, Entry]]:
    """Name and settings of each server in a file, the ones that win first."""
    for table in _tables(document, source):
        if not isinstance(table, dict):
            continue
        for name, entry in table.items():
            if isinstance(entry, dict):
                yield name, entry


def _tables(document: Entry, source: Source) -> Iterator[Any]:
    match source.product:
        case "Codex":
            yield document.get("mcp_servers")
        case "Zed":
            yield document.get("context_servers")
        case "opencode":
            table = document.get("mcp")
            if isinstance(table, dict):
                yield table["servers"] if isinstance(table.get("servers"), dict) else table
        case "VS Code":
            yield document.get("servers")
            yield document.get("mcpServers")
        case _:
            projects = document.get("projects")  # what Claude Code keeps for single folders
            for project in projects.values() if isinstance(projects, dict) else ():
                if isinstance(project, dict):
                    yield project.get("mcpServers")
            yield document.get("mcpServers")
