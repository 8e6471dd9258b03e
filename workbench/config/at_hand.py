"""Servers that were typed on the command line: ``--server 'npx -y @scope/server'``, or an address."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from workbench.config.reading import ConfigError, url_problem
from workbench.config.schema import AtHand, Config, ServerSettings
from workbench.util.dataclass import dataclass
from workbench.util.os_differences import split_command

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NAMED = re.compile(r"([A-Za-z0-9_.-]{1,64})=(?=\S)")
_VARIABLE = re.compile(r"([A-Z_][A-Z0-9_]*)=(.*)", re.DOTALL)
_LAUNCHERS = re.compile(
    r"(?:python|pypy)[\d.]*|py|node|deno|bun|bunx|npx|npm|pnpm|pnpx|yarn|uvx?|pipx|docker|podman|env|sh|bash"
    r"|run|exec|tool|dlx|x|java|dotnet|go|ruby|php"
)
_FILLING = re.compile(r"(?:\A|[-_.])(?:mcp|server|servers|modelcontextprotocol)(?=[-_.]|\Z)")
_ENDING = re.compile(r"\.(?:py|js|mjs|cjs|ts|jar|exe|cmd|bat|sh|rb|php)\Z")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 48
_SAYS_NOTHING = ("www", "mcp", "api", "server", "app")


@dataclass(frozen=True, slots=True)
class _Typed:
    settings: ServerSettings
    named: bool
    """The name was typed, too."""


def servers_at_hand(texts: Iterable[str]) -> tuple[ServerSettings, ...]:
    """One server a text, each with a name of its own.

    A text is an address or a command as for a shell; ``NAME=`` before it names the server, and words like
    ``TOKEN=x`` before the command are variables for it. Raises ConfigError.
    """
    typed = [_read(text) for text in texts]
    taken: set[str] = set()
    for one in typed:
        if one.named:
            if one.settings.name in taken:
                raise ConfigError(f"--server: two servers are named {one.settings.name!r}")
            taken.add(one.settings.name)
    servers = []
    for one in typed:
        name = one.settings.name if one.named else _free(one.settings.name, taken)
        taken.add(name)
        servers.append(replace(one.settings, name=name))
    return tuple(servers)


def with_servers_at_hand(config: Config, at_hand: AtHand) -> Config:
    """The configuration with those servers: instead of its own, or beside them."""
    if not at_hand.servers:
        return config
    beside = {} if at_hand.alone or config.stand_in else dict(config.servers)
    beside.update((settings.name, settings) for settings in at_hand.servers)
    return replace(config, servers=beside, at_hand=at_hand)


def _read(text: str) -> _Typed:
    name = None
    given = text.strip()
    match = _NAMED.match(given)
    if match is not None and not _VARIABLE.match(given):
        name, given = match[1], given[match.end() :]
    if _URL.match(given):
        problem = url_problem(given)
        if problem is not None:
            raise ConfigError(f"--server {problem}")
        return _Typed(ServerSettings(name or _name_of_address(given), url=given), name is not None)
    env, words = _split(text, given)
    settings = ServerSettings(
        name or _name_of_command(words), command=words[0], args=tuple(words[1:]), env=env
    )
    return _Typed(settings, name is not None)


def _split(text: str, given: str) -> tuple[dict[str, str], list[str]]:
    """The variables and the words of a command. Raises ConfigError."""
    try:
        words = split_command(given)
    except ValueError as error:
        raise ConfigError(f"--server {text!r} cannot be read as a command: {error}") from error
    env = {}
    while words and (match := _VARIABLE.fullmatch(words[0])) is not None:
        env[match[1]] = match[2]
        del words[0]
    if not words or not words[0]:
        raise ConfigError(f"--server takes a command or an address, not {text!r}")
    if any("\0" in word for word in (*words, *env.values())):
        raise ConfigError("--server must not hold the character NUL")
    return env, words


def _name_of_command(words: Sequence[str]) -> str:
    """After the package or the file that is run: ``npx -y @scope/server-github@1`` is ``github``."""
    plain = [
        word for word in words if not word.startswith("-") and _VARIABLE.fullmatch(word) is None
    ]
    telling = (word for word in plain if not _LAUNCHERS.fullmatch(_last_part(word)))
    return _short(next(telling, words[0]))


def _name_of_address(url: str) -> str:
    """After its host: ``https://mcp.deepwiki.com/mcp`` is ``deepwiki``."""
    host = urlsplit(re.sub(r"\$\{[^}]*\}", "x", url)).hostname or ""
    if re.fullmatch(r"[\d.:a-f]*[.:][\d.:a-f]*|localhost", host):
        return _spelled(host.replace(":", "-"))
    parts = [part for part in host.split(".")[:-1] if part not in _SAYS_NOTHING]
    return _spelled(parts[-1] if parts else host)


def _short(word: str) -> str:
    name = _last_part(word)
    bare = _FILLING.sub("", name.lower()).strip("-_.").replace(".", "-")
    if not bare and word.startswith("@") and "/" in word:  # @scope/mcp: the scope tells more
        bare = word[1:].partition("/")[0]
    return _spelled(bare or name)


def _last_part(word: str) -> str:
    """``@scope/name@1.2``, ``C:\\x\\name.exe`` and ``/usr/bin/name`` are ``name``."""
    word = word if word.rfind("@") <= 0 else word[: word.rfind("@")]
    name = PureWindowsPath(PurePosixPath(word.partition("==")[0]).name).name
    return _ENDING.sub("", name) or word


def _spelled(name: str) -> str:
    plain = _NOT_IN_A_NAME.sub("-", name).strip("-.")[:_LONGEST_NAME].rstrip("-.")
    return plain or "server"


def _free(name: str, taken: Collection[str]) -> str:
    candidates = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(one for one in candidates if one not in taken)
