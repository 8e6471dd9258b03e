"""Servers from the configuration files of other MCP clients.

Read only, never started: a preview of what would be added, with what to look at before. What an entry
means is in ``entries``.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.upstream.importers import jsonc
from workbench.upstream.importers.entries import Entry, ImportedServer, Product, Source, translate
from workbench.upstream.importers.variables import Variables
from workbench.util.files import read_regular

__all__ = ["CannotImport", "ImportedServer", "Product", "Source", "read", "sources"]

_MOST_BYTES = 64 << 20
_GEMINI_SETTINGS = ("allowed", "excluded", "serverCommand")


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


def read(source: Source | Path, variables: Variables | None = None) -> list[ImportedServer]:
    """The servers of a file, in its order. A path alone: the product is told by what is in it.

    variables: of the whole import, where more than one file is read. Raises CannotImport.
    """
    path = source if isinstance(source, Path) else source.path
    document = _document(path)
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


def support_folder(home: Path, platform: str) -> Path:
    """Where programs keep their settings on this system."""
    if platform == "darwin":
        return home / "Library" / "Application Support"
    if platform == "win32":
        return Path(os.environ.get("APPDATA", home / "AppData" / "Roaming"))
    return home / ".config"


def _places(home: Path, folder: Path, platform: str) -> Iterator[tuple[Product, Path]]:
    support = support_folder(home, platform)
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
    cline = Path("saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json")
    yield "Cline", support / "Code" / "User" / "globalStorage" / cline
    yield "LM Studio", home / ".lmstudio" / "mcp.json"
    yield "Junie", folder / ".junie" / "mcp" / "mcp.json"
    yield "Junie", home / ".junie" / "mcp" / "mcp.json"
    yield "Windsurf", home / ".codeium" / "windsurf" / "mcp_config.json"
    yield "Zed", folder / ".zed" / "settings.json"
    yield "Zed", home / ".config" / "zed" / "settings.json"


def _document(path: Path) -> Entry:
    kind = "TOML" if path.suffix == ".toml" else "JSON"
    try:
        text = read_regular(path, _MOST_BYTES).decode("utf-8-sig", "replace")
        document = tomllib.loads(text) if kind == "TOML" else jsonc.loads(text)
    except OSError as error:
        raise CannotImport(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise CannotImport(f"{path}: not {kind}: {error}") from None
    if not isinstance(document, dict):
        raise CannotImport(f"{path}: not a table of settings")
    return document


_BY_PLACE: tuple[tuple[str, Product], ...] = (
    (".codex", "Codex"),
    (".gemini", "Gemini CLI"),
    (".cursor", "Cursor"),
    (".vscode", "VS Code"),
    (".zed", "Zed"),
    ("zed", "Zed"),
    ("windsurf", "Windsurf"),
    ("cline_mcp_settings.json", "Cline"),
    (".lmstudio", "LM Studio"),
    (".junie", "Junie"),
    ("opencode", "opencode"),
    ("opencode.json", "opencode"),
    ("opencode.jsonc", "opencode"),
    ("claude_desktop_config.json", "Claude Desktop"),
    (".mcp.json", "Claude Code"),
    (".claude.json", "Claude Code"),
)


def _product(document: Entry, path: Path) -> Product:
    """Whose file it is: by its place, else by what is in it."""
    if path.suffix == ".toml":
        return "Codex"
    place = path.resolve().parts[-3:]
    for part, product in _BY_PLACE:
        if part in place and any(isinstance(table, dict) for table in _tables(document, product)):
            return product
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
    for table in _tables(document, source.product):
        if isinstance(table, dict):
            yield from table.items()


def _tables(document: Entry, product: Product) -> Iterator[Any]:
    settings = document.get("mcp")
    match product:
        case "Codex":
            yield document.get("mcp_servers")
        case "Zed":
            yield document.get("context_servers")
        case "opencode" if isinstance(settings, dict):
            yield settings["servers"] if isinstance(settings.get("servers"), dict) else settings
        case "opencode":
            return
        case "VS Code":
            yield document.get("servers")
            yield document.get("mcpServers")
            yield settings.get("servers") if isinstance(settings, dict) else None
        case _:
            projects = document.get("projects")  # what Claude Code keeps for single folders
            for project in projects.values() if isinstance(projects, dict) else ():
                if isinstance(project, dict):
                    yield project.get("mcpServers")
            yield document.get("mcpServers")
