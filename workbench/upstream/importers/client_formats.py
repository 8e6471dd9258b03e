"""Entries of clients with a form of their own, in the form that the other clients share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.upstream.importers.entries import Entry, Product

_WAYS = ("command", "url", "serverUrl", "httpUrl")
_NOT_STARTED_BY_A_COMMAND = ("builtin", "platform", "frontend", "inline_python")


def tables(document: Entry, product: Product) -> Iterator[Any]:
    """Name -> entry, the ones that win first. What is no table in the file is none here either."""
    settings = document.get("mcp")
    match product:
        case "Codex":
            yield _named(document.get("mcp_servers"))
        case "Zed":
            yield document.get("context_servers")
        case "Goose":
            yield _each(document.get("extensions"), _of_goose)
        case "Continue":
            yield _each(_named(document.get("mcpServers")), _of_continue)
            yield _of_older_continue(document)
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
            yield _named(document.get("mcpServers"))
            yield document.get("mcp_servers")
            yield from (each for key, each in document.items() if key.endswith(".mcpServers"))
            if document and all(map(_is_server, document.values())):  # nothing but servers
                yield document


def _is_server(entry: Any) -> bool:
    return isinstance(entry, dict) and any(isinstance(entry.get(key), str | list) for key in _WAYS)


def _each(table: Any, shape: Any) -> Any:
    """Every entry that is a table in the shared form; what is none stays, to be told of."""
    if not isinstance(table, dict):
        return None
    return {
        name: shape(entry) if isinstance(entry, dict) else entry for name, entry in table.items()
    }


def _named(servers: Any) -> Any:
    """A list of entries that have their names in them, as a table; of two of one name the first."""
    if not isinstance(servers, list):
        return servers
    table: dict[str, Any] = {}
    for number, entry in enumerate(servers, 1):
        given = entry if isinstance(entry, dict) else {}
        name = given.get("name") or given.get("uses") or f"server {number}"
        table.setdefault(str(name), entry)
    return table


def _of_goose(entry: Entry) -> Entry:
    kind = entry.get("type")
    if kind in _NOT_STARTED_BY_A_COMMAND:
        return {
            "refused": f"it is part of Goose itself (type {kind}): there is no command to take over"
        }
    return {
        "type": kind,
        "command": entry.get("cmd"),
        "args": entry.get("args"),
        "env": entry.get("envs"),
        "env_vars": entry.get("env_keys"),
        "url": entry.get("uri"),
        "headers": entry.get("headers"),
        "enabled": entry.get("enabled", True),
        "enabled_tools": entry.get("available_tools") or None,  # an empty list means all of them
        "tool_timeout_sec": entry.get("timeout"),
    }


def _of_continue(entry: Entry) -> Entry:
    if "uses" in entry:
        return {
            "refused": "a block of Continue's hub says what it is: there is no command to take over"
        }
    options = entry.get("requestOptions")
    headers = options.get("headers") if isinstance(options, dict) else None
    headers = dict(headers) if isinstance(headers, dict) else {}
    if isinstance(entry.get("apiKey"), str):
        headers.setdefault("Authorization", f"Bearer {entry['apiKey']}")
    given = {"headers": headers} if headers else {}
    return {**entry, **given, "startup_timeout_ms": entry.get("connectionTimeout")}


def _of_older_continue(document: Entry) -> Any:
    """``config.json`` had them nested, and without names."""
    experimental = document.get("experimental")
    servers = (
        experimental.get("modelContextProtocolServers") if isinstance(experimental, dict) else None
    )
    if not isinstance(servers, list):
        return None
    found = [
        one["transport"]
        for one in servers
        if isinstance(one, dict) and isinstance(one.get("transport"), dict)
    ]
    return {f"continue-{number}": entry for number, entry in enumerate(found, 1)}
