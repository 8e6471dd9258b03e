"""Whether the servers of a folder's own ``workbench.toml`` may start: a cloned folder starts nobody's commands.

What was trusted is remembered server by server, by its whole command: one that is changed, by a pull or an
editor, waits again. It is kept in the user's configuration folder, which no cloned folder can bring along.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import orjson

from workbench.config.identity import way
from workbench.config.schema import Config, ServerSettings
from workbench.core import paths
from workbench.core.model import JsonValue
from workbench.text.sanitize import clean_line
from workbench.util.files import changing, read_regular, write_whole

_log = logging.getLogger(__name__)
NOT_TRUSTED = "it stands in a folder's own workbench.toml that is not trusted yet: workbench trust"
_FILE = "trusted_folders.json"
_VERSION = 1
_MOST_BYTES = 16 << 20


def trust_file() -> Path:
    """The file in which the trusted ones are remembered."""
    return paths.config_dir() / _FILE


def hold_back(config: Config) -> Config:
    """The configuration with those servers held that nobody has trusted yet."""
    trusted = _trusted(config.path)
    servers = {
        name: settings
        if settings.demo or way(settings) in trusted
        else replace(settings, held=True)
        for name, settings in config.servers.items()
    }
    return replace(config, servers=servers)


def held_servers(config: Config) -> list[ServerSettings]:
    """The servers that wait for ``workbench trust``."""
    return [settings for settings in config.servers.values() if settings.held]


def what_would_run(servers: Iterable[ServerSettings]) -> list[str]:
    """For a person who is asked: each server's command or address, what it gets, and where it runs."""
    lines: list[str] = []
    for server in servers:
        state = "waits" if server.held else "trusted"
        what, *rest = how_it_runs(server)
        lines.append(clean_line(f"{server.name} ({state}): ") + what)
        lines += [f"    {line}" for line in rest]
    return lines


def how_it_runs(server: ServerSettings) -> list[str]:
    """Its command or address, a line for each variable or header, where it runs; safe to show."""
    words = [server.command or "", *server.args]
    lines = [clean_line(server.url if server.url is not None else shlex.join(words))]
    lines += [
        clean_line(f"{name} = {value}")
        for name, value in (*server.env.items(), *server.headers.items())
    ]
    return [*lines, f"in {clean_line(server.cwd)}"] if server.cwd is not None else lines


def trust(path: Path, servers: Iterable[ServerSettings], *, only: bool = False) -> None:
    """Let these servers of the file start, as they are now. Raises OSError.

    only: and none of those that were trusted before.
    """
    ways = {way(settings) for settings in servers}
    file = trust_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with changing(file):
        folders = _read(file)
        name = str(path.resolve())
        known = set() if only else set(folders.get(name, ()))
        folders[name] = sorted(known | ways)
        # A folder that is gone is forgotten: another one may take its place.
        there = {key: kept for key, kept in folders.items() if kept and Path(key).exists()}
        document = {"version": _VERSION, "folders": there}
        write_whole(file, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))


def trust_own_change(
    path: Path, before: Mapping[str, ServerSettings], after: Mapping[str, ServerSettings]
) -> None:
    """What our own commands wrote is what their user typed: it starts, whatever else waits in the file."""
    known = {way(settings) for settings in before.values()}
    written = [settings for settings in after.values() if way(settings) not in known]
    if not written:
        return
    try:
        trust(path, written)
    except OSError as error:
        _log.warning(
            "cannot write %s: %s: the server waits for: workbench trust", trust_file(), error
        )


def _trusted(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        return frozenset(_read(trust_file()).get(str(path.resolve()), ()))
    except OSError as error:
        _log.warning("cannot read %s: %s", trust_file(), error)
        return frozenset()


def _read(file: Path) -> dict[str, list[str]]:
    """Path of the file -> what is trusted in it. A damaged file trusts nothing. Raises OSError."""
    try:
        document: JsonValue = orjson.loads(read_regular(file, _MOST_BYTES))
    except FileNotFoundError:
        return {}
    except orjson.JSONDecodeError:
        document = None
    folders = document.get("folders") if isinstance(document, dict) else None
    if not isinstance(folders, dict):
        _log.warning("%s is damaged: no folder is trusted", file)
        return {}
    return {
        name: [one for one in ways if isinstance(one, str)]
        for name, ways in folders.items()
        if isinstance(ways, list)
    }
