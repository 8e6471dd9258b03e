"""Workbench as a server of another client: its entry in that client's own file, put in and taken out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from workbench.upstream.importers import jsonc_edit
from workbench.upstream.importers.client_files import user_files
from workbench.upstream.importers.entries import Product
from workbench.util.dataclass import dataclass
from workbench.util.files import changing, read_regular, write_whole

NAME = "workbench"
Shape: TypeAlias = Literal["plain", "typed", "opencode", "zed"]
_MOST_BYTES = 64 << 20


class CannotConnect(Exception):
    """A client's file cannot be changed; the message says why. It is as it was."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose file Workbench can write itself into."""

    name: str
    product: Product
    file: Path
    table: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Change:
    file: Path
    before: str
    after: str


_CLIENTS: tuple[tuple[str, Product, str, Shape], ...] = (
    ("claude-code", "Claude Code", "mcpServers", "typed"),
    ("claude-desktop", "Claude Desktop", "mcpServers", "plain"),
    ("cline", "Cline", "mcpServers", "plain"),
    ("codex", "Codex", "mcp_servers", "plain"),
    ("cursor", "Cursor", "mcpServers", "plain"),
    ("gemini", "Gemini CLI", "mcpServers", "plain"),
    ("jetbrains", "JetBrains AI", "mcpServers", "plain"),
    ("junie", "Junie", "mcpServers", "plain"),
    ("lmstudio", "LM Studio", "mcpServers", "plain"),
    ("opencode", "opencode", "mcp", "opencode"),
    ("vscode", "VS Code", "servers", "typed"),
    ("windsurf", "Windsurf", "mcpServers", "plain"),
    ("zed", "Zed", "context_servers", "zed"),
)
"""Name on the command line, product, the table of its file, the shape of an entry."""


def clients(*, home: Path | None = None, platform: str = sys.platform) -> dict[str, Client]:
    """Name on the command line -> client, with the file of this user."""
    home = home if home is not None else Path.home()
    file = user_files(home, platform)
    return {
        name: Client(name, product, file[product], table, shape)
        for name, product, table, shape in _CLIENTS
    }


def connected(client: Client, words: Sequence[str]) -> Change:
    """What the file would be with Workbench, started by ``words``, in it. Raises CannotConnect."""
    entry = _entry(client, words)
    if client.file.suffix == ".toml":
        return _change(client, lambda text: _put_toml(text, client.table, entry))
    return _change(client, lambda text: jsonc_edit.put(text, (client.table, NAME), entry))


def disconnected(client: Client) -> Change:
    """What the file would be without Workbench. Raises CannotConnect."""
    if client.file.suffix == ".toml":
        return _change(client, lambda text: _remove_toml(text, client.table))
    return _change(client, lambda text: jsonc_edit.remove(text, (client.table, NAME)))


def write(change: Change) -> Path | None:
    """Write the change, with the file as it was beside it; where that is. Raises CannotConnect, OSError."""
    change.file.parent.mkdir(parents=True, exist_ok=True)
    with changing(change.file):
        if _text(change.file) != change.before:
            raise CannotConnect(f"{change.file} was changed just now: try again")
        backup = None
        if change.file.exists():
            backup = change.file.with_name(change.file.name + ".before-workbench")
            write_whole(backup, change.before.encode())
        write_whole(change.file, change.after.encode())
    return backup


def _change(client: Client, edit: Callable[[str], str]) -> Change:
    try:
        before = _text(client.file)
        blank = before if before.strip() or client.file.suffix == ".toml" else "{}\n"
        after = edit(blank)
    except OSError as error:
        raise CannotConnect(f"{client.file}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:  # what no parser of ours reads is left alone
        raise CannotConnect(f"{client.file} is left as it is: {error}") from error
    return Change(client.file, before, before if after == blank else after)


def _text(file: Path) -> str:
    try:
        return read_regular(file, _MOST_BYTES).decode("utf-8")
    except FileNotFoundError:
        return ""


def _entry(client: Client, words: Sequence[str]) -> dict[str, Any]:
    command, *args = words
    if client.shape == "opencode":
        return {"type": "local", "command": list(words), "enabled": True}
    if client.shape == "typed":
        return {"type": "stdio", "command": command, "args": args}
    if client.shape == "zed":
        return {"source": "custom", "command": command, "args": args, "env": {}}
    return {"command": command, "args": args}


def _put_toml(text: str, table: str, entry: dict[str, Any]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    if table not in document:
        document[table] = tomlkit.table(is_super_table=True)
    document[table][NAME] = entry
    return tomlkit.dumps(document)


def _remove_toml(text: str, table: str) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    servers = document.get(table)
    if not isinstance(servers, dict) or NAME not in servers:
        return text
    del servers[NAME]
    if not servers:
        del document[table]
    return tomlkit.dumps(document)
