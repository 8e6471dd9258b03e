"""Where other MCP clients keep their servers, and whose a file is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.upstream.importers.entries import Product

_CODE_EDITIONS = ("Code", "Code - Insiders", "VSCodium")
_YAML = (".yaml", ".yml")
_OPENCODE = ("opencode.json", "opencode.jsonc")
# The same in a folder of the user's and in a project.
_CODEX = Path(".codex", "config.toml")
_CURSOR = Path(".cursor", "mcp.json")
_GEMINI = Path(".gemini", "settings.json")
_JETBRAINS = Path(".ai", "mcp", "mcp.json")
_JUNIE = Path(".junie", "mcp", "mcp.json")

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


def user_files(home: Path, platform: str) -> dict[Product, Path]:
    """The file in which each client keeps the servers of this user, whether it is there or not."""
    support = support_folder(home, platform)
    return {
        "Claude Code": home / ".claude.json",
        "Claude Desktop": support / "Claude" / "claude_desktop_config.json",
        "Cline": home / ".cline" / "data" / "settings" / "cline_mcp_settings.json",
        "Codex": home / _CODEX,
        "Cursor": home / _CURSOR,
        "Gemini CLI": home / _GEMINI,
        "JetBrains AI": home / _JETBRAINS,
        "Junie": home / _JUNIE,
        "LM Studio": home / ".lmstudio" / "mcp.json",
        "VS Code": support / _CODE_EDITIONS[0] / "User" / "mcp.json",
        "Windsurf": home / ".codeium" / "windsurf" / "mcp_config.json",
        "Zed": home / ".config" / "zed" / "settings.json",
        "opencode": _opencode(home / ".config" / "opencode"),
    }


def places(home: Path, folder: Path, platform: str) -> Iterator[tuple[Product, Path]]:
    """Product and file, whether it is there or not; of one product the narrower scope first."""
    support, user = support_folder(home, platform), user_files(home, platform)
    yield "Claude Code", folder / ".mcp.json"
    yield "Claude Code", user["Claude Code"]
    yield "Claude Desktop", user["Claude Desktop"]
    yield "Cursor", folder / _CURSOR
    yield "Cursor", user["Cursor"]
    yield "VS Code", folder / ".vscode" / "mcp.json"
    for own in (support / edition / "User" for edition in _CODE_EDITIONS):
        yield "VS Code", own / "mcp.json"
        for profile in _within(own / "profiles", "*/mcp.json"):
            yield "VS Code", profile
    yield "Codex", folder / _CODEX
    yield "Codex", user["Codex"]
    yield "Gemini CLI", folder / _GEMINI
    yield "Gemini CLI", user["Gemini CLI"]
    for name in _OPENCODE:
        yield "opencode", folder / name
        yield "opencode", home / ".config" / "opencode" / name
    yield "Cline", user["Cline"]
    old = Path("saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json")  # before 2026
    yield "Cline", support / "Code" / "User" / "globalStorage" / old
    yield from _of_continue(folder / ".continue")
    yield from _of_continue(home / ".continue")
    if platform == "win32":
        yield "Goose", support / "Block" / "goose" / "config" / "config.yaml"
    yield "Goose", home / ".config" / "goose" / "config.yaml"
    yield "LM Studio", user["LM Studio"]
    for scope in (folder, home):
        yield "JetBrains AI", scope / _JETBRAINS
        yield "Junie", scope / _JUNIE
    # Before 2025.3; of several versions the newest first.
    yield "JetBrains AI", folder / ".idea" / "workspace.xml"
    for path in reversed(_within(support / "JetBrains", "*/options/llm.mcpServers.xml")):
        yield "JetBrains AI", path
    yield "Windsurf", user["Windsurf"]
    yield "Zed", folder / ".zed" / "settings.json"
    yield "Zed", user["Zed"]
    if platform == "win32":
        yield "Zed", support / "Zed" / "settings.json"


def _opencode(folder: Path) -> Path:
    """The one of its names that there is, else the first."""
    there = (folder / name for name in _OPENCODE if (folder / name).is_file())
    return next(there, folder / _OPENCODE[0])


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
