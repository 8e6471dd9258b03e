"""The servers that Claude Code's plugins bring: a file in each plugin's folder, ours to find by its list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.upstream.importers import jsonc
from workbench.util.files import read_regular

_MOST_BYTES = 16 << 20


def plugin_files(home: Path, folder: Path) -> Iterator[Path]:
    """The files of the plugins that are installed for this user or folder, and not switched off."""
    claude = home / ".claude"
    installed = _table(claude / "plugins" / "installed_plugins.json").get("plugins")
    off = _switched_off(claude, folder)
    for name, installs in installed.items() if isinstance(installed, dict) else ():
        if name in off:
            continue
        for install in installs if isinstance(installs, list) else [installs]:
            root = _root(install, folder)
            if root is not None:
                yield root / ".mcp.json"
                yield root / ".claude-plugin" / "plugin.json"


def plugin_servers(document: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """The document with its servers under ``mcpServers``: a plugin may leave that out, or name a file."""
    if path.name not in (".mcp.json", "plugin.json"):
        return document
    servers = document.get("mcpServers")
    if isinstance(servers, str):
        root = path.parent.parent if path.name == "plugin.json" else path.parent
        file = (root / servers).resolve()
        inside = root.resolve() in file.parents  # a plugin's file names files of its own
        return plugin_servers(_table(file), file) if inside and file != path.resolve() else {}
    if servers is None and path.name == ".mcp.json":
        return {"mcpServers": {name: one for name, one in document.items() if _is_server(one)}}
    return document


def _is_server(entry: Any) -> bool:
    return isinstance(entry, dict) and any(key in entry for key in ("command", "url", "type"))


def _root(install: Any, folder: Path) -> Path | None:
    if not isinstance(install, dict) or not isinstance(install.get("installPath"), str):
        return None
    project = install.get("projectPath")
    if isinstance(project, str) and Path(project) not in (folder, *folder.parents):
        return None
    return Path(install["installPath"])


def _switched_off(claude: Path, folder: Path) -> set[str]:
    switches: dict[str, Any] = {}
    own = folder / ".claude"
    for file in (claude / "settings.json", own / "settings.json", own / "settings.local.json"):
        enabled = _table(file).get("enabledPlugins")
        switches.update(enabled if isinstance(enabled, dict) else {})
    return {name for name, on in switches.items() if on is False}


def _table(file: Path) -> dict[str, Any]:
    """A file's table; one that is not there or cannot be read has nothing."""
    try:
        found = jsonc.loads(read_regular(file, _MOST_BYTES).decode("utf-8-sig", "replace"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
