"""Where other MCP clients keep their servers, and whose a file is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.upstream.importers.entries import Product

_CODE_EDITIONS = ("Code", "Code - Insiders", "VSCodium")
_YAML = (".yaml", ".yml")

BY_PLACE: tuple[tuple[str, Product], ...] = (
    (".codex", "Codex"),
    (".gemini", "Gemini CLI"),
    (".cursor", "Cursor"),
    (".vscode", "VS Code"),
    (".zed", "Zed"),
    ("zed", "Zed"),
    ("Zed", "Zed"),
    ("windsurf", "Windsurf"),
    ("cline_mcp_settings.json", "Cline"),
    (".lmstudio", "LM Studio"),
    (".junie", "Junie"),
    (".ai", "JetBrains AI"),
    (".continue", "Continue"),
    ("goose", "Goose"),
    ("opencode", "opencode"),
    ("opencode.json", "opencode"),
    ("opencode.jsonc", "opencode"),
    ("claude_desktop_config.json", "Claude Desktop"),
    (".mcp.json", "Claude Code"),
    (".claude.json", "Claude Code"),
)
"""A part of a file's path (of its last four) and whose file that makes it; the first that fits wins."""


def support_folder(home: Path, platform: str) -> Path:
    """Where programs keep their settings on this system."""
    if platform == "darwin":
        return home / "Library" / "Application Support"
    if platform == "win32":
        return Path(os.environ.get("APPDATA", home / "AppData" / "Roaming"))
    return home / ".config"


def places(home: Path, folder: Path, platform: str) -> Iterator[tuple[Product, Path]]:
    """Product and file, whether it is there or not; of one product the narrower scope first."""
    support = support_folder(home, platform)
    yield "Claude Code", folder / ".mcp.json"
    yield "Claude Code", home / ".claude.json"
    yield "Claude Desktop", support / "Claude" / "claude_desktop_config.json"
    yield "Cursor", folder / ".cursor" / "mcp.json"
    yield "Cursor", home / ".cursor" / "mcp.json"
    yield "VS Code", folder / ".vscode" / "mcp.json"
    for user in (support / edition / "User" for edition in _CODE_EDITIONS):
        yield "VS Code", user / "mcp.json"
        for profile in _within(user / "profiles", "*/mcp.json"):
            yield "VS Code", profile
    yield "Codex", folder / ".codex" / "config.toml"
    yield "Codex", home / ".codex" / "config.toml"
    yield "Gemini CLI", folder / ".gemini" / "settings.json"
    yield "Gemini CLI", home / ".gemini" / "settings.json"
    for name in ("opencode.json", "opencode.jsonc"):
        yield "opencode", folder / name
        yield "opencode", home / ".config" / "opencode" / name
    yield "Cline", home / ".cline" / "data" / "settings" / "cline_mcp_settings.json"
    own = Path("saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json")  # before 2026
    yield "Cline", support / "Code" / "User" / "globalStorage" / own
    yield from _of_continue(folder / ".continue")
    yield from _of_continue(home / ".continue")
    if platform == "win32":
        yield "Goose", support / "Block" / "goose" / "config" / "config.yaml"
    yield "Goose", home / ".config" / "goose" / "config.yaml"
    yield "LM Studio", home / ".lmstudio" / "mcp.json"
    for scope in (folder, home):
        yield "JetBrains AI", scope / ".ai" / "mcp" / "mcp.json"
        yield "Junie", scope / ".junie" / "mcp" / "mcp.json"
    yield "Windsurf", home / ".codeium" / "windsurf" / "mcp_config.json"
    yield "Zed", folder / ".zed" / "settings.json"
    yield "Zed", home / ".config" / "zed" / "settings.json"
    if platform == "win32":
        yield "Zed", support / "Zed" / "settings.json"


def _of_continue(folder: Path) -> Iterator[tuple[Product, Path]]:
    for name in ("config.yaml", "config.yml", "config.json"):
        yield "Continue", folder / name
    for path in _within(folder / "mcpServers", "*"):
        if path.suffix in (*_YAML, ".json"):
            yield "Continue", path


def _within(folder: Path, pattern: str) -> list[Path]:
    """In order; a folder that cannot be read has nothing."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []
