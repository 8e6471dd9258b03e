"""What an entry of another client says that has no place in ours: named, so that nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# fmt: off
_TAKEN = frozenset((
    "type", "transport", "transportType", "command", "args", "env", "environment", "env_vars",
    "envFile", "cwd", "working_directory", "url", "httpUrl", "serverUrl", "headers", "http_headers",
    "env_http_headers", "bearer_token_env_var", "apiKey", "requestOptions", "enabled", "disabled",
    "enabled_tools", "includeTools", "disabled_tools", "excludeTools", "disabledTools", "tools", "timeout",
    "tool_timeout_sec", "startup_timeout_ms", "startup_timeout_sec", "connectionTimeout",
))
"""What the importer reads."""
_OF_THE_CLIENT = frozenset((
    "name", "description", "title", "note", "comment", "id", "version", "gallery", "registry",
    "source", "settings", "icon", "iconPath", "level", "dev", "autoApprove", "alwaysAllow", "trust",
    "default_tools_approval_mode", "approval", "required", "bundled", "display_name", "watchPaths",
    "start_on_launch", "startup", "chatMenu", "serverInstructions", "customUserVars", "initTimeout",
    "networkTimeout", "$schema",
))
"""What is about the client: whom it asks, what it shows, when it starts a server."""
_OF_A_LOGIN = frozenset((
    "oauth", "auth", "scopes", "requiresOAuth", "authProviderType", "oauth_resource",
))
# fmt: on


def left_out(entry: Mapping[str, Any], server: str) -> Iterator[str]:
    """What to say of the members that are not taken over; ``server``: its name here."""
    rest = [
        key
        for key, value in entry.items()
        if value
        and key not in _TAKEN
        and key not in _OF_THE_CLIENT
        and not key.startswith(("_", "//"))
    ]
    login = [key for key in rest if key in _OF_A_LOGIN]
    if login:
        client = _client_id(entry)
        option = f" --client-id {client}" if client else ""
        yield (
            f"its login ({', '.join(login)}) is not taken over; where it wants one: "
            f"workbench servers login {server}{option}"
        )
    others = [key for key in rest if key not in _OF_A_LOGIN]
    if others:
        yield f"not taken over: {', '.join(others)}"


def _client_id(entry: Mapping[str, Any]) -> str | None:
    """Of the client that its owner registered there; it is no secret."""
    for key in ("oauth", "auth"):
        of = entry.get(key)
        for name in ("clientId", "client_id", "CLIENT_ID"):
            given = of.get(name) if isinstance(of, dict) else None
            if (
                isinstance(given, str)
                and given.isascii()
                and given.replace("-", "").replace(".", "").isalnum()
            ):
                return given
    return None
