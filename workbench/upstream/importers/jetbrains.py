"""The settings of JetBrains IDEs, in which their AI Assistant kept its servers before 2025.3, in the form that
the other clients share.

``options/llm.mcpServers.xml`` of an IDE and ``.idea/workspace.xml`` of a project. What is written there
since then is only whether a server is switched on: the servers themselves are in ``.ai/mcp/mcp.json``.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_COMPONENTS = ("McpApplicationServerCommands", "McpProjectServerCommands")


def loads(text: str, path: Path) -> dict[str, Any]:
    """The servers of a file as ``mcpServers``. Raises ValueError where it is no XML.

    path: of the file, for what stands for its project's folder.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("it declares entities")
    try:
        root = ElementTree.fromstring(text)  # no entity is declared in it
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    meant = {"$USER_HOME$": str(Path.home()), "$PROJECT_DIR$": str(path.parent.parent)}
    servers: dict[str, Any] = {}
    for entry in _entries(root):
        name, server = _server(entry, meant)
        if name and ("command" in server or "url" in server):
            servers.setdefault(name, server)
    return {"mcpServers": servers}


def _entries(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for component in root.iter("component"):
        if component.get("name") in _COMPONENTS:
            for child in component:
                yield from child if child.tag in ("commands", "urls") else (child,)


def _server(entry: ElementTree.Element, meant: dict[str, str]) -> tuple[str, dict[str, Any]]:
    def spelled(value: str) -> str:
        for macro, path in meant.items():
            value = value.replace(macro, path)
        return value

    given = {
        option.get("name", ""): spelled(option.get("value", ""))
        for option in entry.findall("option")
    }
    server: dict[str, Any] = {
        ours: given[theirs]
        for ours, theirs in (
            ("command", "programPath"),
            ("url", "url"),
            ("cwd", "workingDirectory"),
        )
        if given.get(theirs)
    }
    for ours, pairs, key in (
        ("env", entry.findall("envs//env"), "name"),
        ("headers", entry.findall("option[@name='headers']//entry"), "key"),
    ):
        named = {pair.get(key, ""): spelled(pair.get("value", "")) for pair in pairs}
        if named:
            server[ours] = named
    if given.get("arguments"):
        server["args"] = _words(given["arguments"])
    if given.get("enabled") == "false":
        server["enabled"] = False
    return given.get("name", ""), server


def _words(line: str) -> list[str]:
    """Arguments of one line, as an IDE splits them: only quotation marks are special."""
    words = shlex.shlex(line, posix=True)
    words.whitespace_split, words.escape, words.quotes, words.commenters = True, "", '"', ""
    try:
        return list(words)
    except ValueError:  # a quotation mark that is not closed
        return line.split()
