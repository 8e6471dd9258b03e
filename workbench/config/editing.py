"""Changing workbench.toml in place: comments stay, and a file that would not load is never written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.config.opening import is_folders
from workbench.config.reading import (
    DEMO,
    FILE_NAME,
    ConfigError,
    demo_server,
    from_text,
    parse,
    read_text,
)
from workbench.config.schema import KEYS, SERVER_KEYS, SERVER_TABLES, ServerSettings
from workbench.config.trust import trust_own_change
from workbench.util.files import changing, write_whole

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def set_value(path: Path, name: str, text: str) -> None:
    """Set one key from text (``config set KEY VALUE``). Raises ConfigError."""
    if name.startswith("servers."):
        _set_of_server(path, name.removeprefix("servers."), text)
        return
    key = next((key for key in KEYS if key.name == name), None)
    if key is None:
        near = near_names(name, [key.name for key in KEYS])
        raise ConfigError(f"unknown key {name!r}{suggestion(near, (), '')}")
    value = from_text(key, text)
    problem = key.problem(value)
    if problem is not None:
        raise ConfigError(problem)

    def change(document: TOMLDocument) -> None:
        _put(document, name.split("."), value)

    _edit(path, change)


def _set_of_server(path: Path, name: str, text: str) -> None:
    """``NAME.KEY``, ``NAME.env.VARIABLE`` or ``NAME.headers.HEADER``. Raises ConfigError."""
    for table in SERVER_TABLES:
        server, found, variable = name.partition(f".{table}.")
        if found:
            _edit(path, partial(_set_in_table, server, table, variable, text))
            return
    server, _, last = name.rpartition(".")
    key = next((key for key in SERVER_KEYS if key.name == last), None)
    if key is None or not server:
        near = near_names(last, [*(key.name for key in SERVER_KEYS), *SERVER_TABLES])
        raise ConfigError(f"unknown key {'servers.' + name!r}{suggestion(near, (), '')}")
    value = from_text(key, text)
    problem = key.problem(value)
    if problem is not None:
        raise ConfigError(f"servers.{server}.{problem}")

    def change(document: TOMLDocument) -> None:
        if last in ("command", "url"):
            _write_demo(document)
            if _is_free(document, server):
                _put(document, ["servers", server], {})
        _servers(document, server)[server][last] = value

    _edit(path, change)


def _set_in_table(
    server: str, table: str, variable: str, text: str, document: TOMLDocument
) -> None:
    _put(_servers(document, server)[server], [table, variable], text)


def unset_value(path: Path, name: str) -> None:
    """Take one key out of the file, so that its default holds; fine where it is not in it.

    Raises ConfigError.
    """

    def change(document: TOMLDocument) -> None:
        *tables, last = name.split(".")
        table: Any = document
        for part in tables:
            table = table.get(part, {})
        table.pop(last, None)

    if path.exists():
        _edit(path, change)


def add_servers(path: Path, servers: Sequence[ServerSettings], *, keep_demo: bool = True) -> bool:
    """Add servers, all of them or none.

    keep_demo: the demo server that is in force while a file says nothing of servers stays, now as a
    table of its own: True is returned then. Raises ConfigError where a name is taken or settings are
    wrong.
    """
    wrote_demo = False

    def change(document: TOMLDocument) -> None:
        nonlocal wrote_demo
        if keep_demo and "servers" not in document:
            _write_demo(document)
            wrote_demo = True
        for settings in servers:
            if not _is_free(document, settings.name):
                raise ConfigError(f"there is a server {settings.name!r} already")
            _put(document, ["servers", settings.name], server_table(settings))

    _edit(path, change)
    return wrote_demo and not any(settings.name == DEMO for settings in servers)


def server_problem(settings: ServerSettings) -> str | None:
    """Why these settings cannot stand in a file, or None."""
    try:
        parse(server_text(settings), None, environ={})
    except ConfigError as error:
        return "; ".join(problem.partition(": ")[2] for problem in str(error).splitlines())
    return None


def server_text(settings: ServerSettings) -> str:
    """The table of a server as ``add_servers`` writes it."""
    import tomlkit

    document = tomlkit.document()
    _put(document, ["servers", settings.name], server_table(settings))
    return tomlkit.dumps(document)


def remove_server(path: Path, name: str) -> None:
    """Remove a server. Raises ConfigError where there is none of that name."""

    def change(document: TOMLDocument) -> None:
        import tomlkit

        servers = _servers(document, name)
        servers.remove(name)
        if not servers:  # an empty [servers] means none; without it the demo would come back
            document["servers"] = tomlkit.table()

    _edit(path, change)


def set_servers(path: Path, names: Sequence[str], key: str, value: Any) -> None:
    """Set one key of servers, such as ``quarantined``, of all or none. Raises ConfigError."""

    def change(document: TOMLDocument) -> None:
        for name in names:
            _servers(document, name)[name][key] = value

    _edit(path, change)


def server_table(settings: ServerSettings) -> dict[str, Any]:
    """A server as its table in the file: only what differs from the defaults."""
    plain = ServerSettings(name=settings.name)
    table: dict[str, Any] = {}
    for name in ServerSettings.__slots__:
        value = getattr(settings, name)
        if name in ("name", "held") or value == getattr(plain, name):
            continue
        if settings.demo and name in ("command", "args"):
            continue
        table[name] = (
            list(value)
            if isinstance(value, tuple)
            else dict(value)
            if isinstance(value, Mapping)
            else value
        )
    return table


def _write_demo(document: TOMLDocument) -> None:
    """Where a file says nothing of servers the demo server is in force: say it in the file."""
    if "servers" not in document:
        _put(document, ["servers", DEMO], server_table(demo_server()))


def _is_free(document: TOMLDocument, name: str) -> bool:
    """Whether a server may have this name; the demo server makes room for one that has its name."""
    servers: Any = document.get("servers", {})
    if name == DEMO and servers.get(name) == server_table(demo_server()):
        del servers[name]
    return name not in servers


def _servers(document: TOMLDocument, name: str) -> Any:
    if name == DEMO:
        _write_demo(document)
    servers = document.get("servers", {})
    if name not in servers:
        near = near_names(name, list(servers))
        raise ConfigError(f"no server {name!r}{suggestion(near, list(servers), 'there is')}")
    return servers


def _put(document: Any, names: list[str], value: Any) -> None:
    import tomlkit

    table = document
    for depth, part in enumerate(names[:-1]):
        if part not in table:
            table[part] = tomlkit.table(is_super_table=depth < len(names) - 2 or part == "servers")
        table = table[part]
    table[names[-1]] = value


def _edit(path: Path, change: Callable[[TOMLDocument], None]) -> None:
    """Apply ``change`` to the file. Raises ConfigError, and OSError where it cannot be written.

    Everything else stays: comments, order, line ends, a byte order mark, a symbolic link. Two at once
    wait for each other. A new file is its owner's only (it may hold headers).
    """
    path.resolve().parent.mkdir(parents=True, exist_ok=True)
    with changing(path):
        before, after, data = _changed(path, change)
        write_whole(path, data)
    if before is not None and path.name == FILE_NAME and is_folders(path):
        trust_own_change(path, before, after)


def _changed(
    path: Path, change: Callable[[TOMLDocument], None]
) -> tuple[Mapping[str, ServerSettings] | None, Mapping[str, ServerSettings], bytes]:
    """The servers before (None: it could not be read) and after the change, and the changed file."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    text = read_text(path) if path.exists() else ""
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    try:
        document = tomlkit.parse(text.replace("\r\n", "\n") if windows else text)
    except TOMLKitError as error:
        raise ConfigError(f"{path}: {error}") from error
    before = _servers_of(text, path)
    change(document)
    changed = tomlkit.dumps(document)
    after = parse(changed, path, environ={}).servers  # raises ConfigError: the file stays as it was
    if tomllib.loads(changed) != document.unwrap():
        raise ConfigError(
            f"{path}: it is written in a way that cannot be changed here: edit it by hand"
        )
    if windows:
        changed = changed.replace("\n", "\r\n")
    return before, after, (mark + changed).encode()


def _servers_of(text: str, path: Path) -> Mapping[str, ServerSettings] | None:
    try:
        return parse(text, path, environ={}).servers
    except ConfigError:  # the change may be what mends it
        return None
