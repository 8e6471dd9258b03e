"""What a server is: the program that is started, or the address. Not its name, which every file gives anew."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from workbench.config.schema import ServerSettings
from workbench.text.jsontext import canonical
from workbench.util.here import expanded, here


def identity(settings: ServerSettings) -> str:
    """Of the server itself: approvals belong to it. A hash, since arguments may hold secrets."""
    if settings.demo:
        return _hash(["demo"])
    if settings.url is not None:
        return _hash(["url", _address(settings.url)])
    words = [settings.command or "", *settings.args]
    return _hash(["command", *words, *_folder(words, settings.cwd)])


def way(settings: ServerSettings) -> str:
    """Of the server and of how it is reached: what changes it makes another connection of it."""
    return _hash(
        [
            settings.command,
            list(settings.args),
            dict(settings.env),
            settings.cwd,
            settings.url,
            dict(settings.headers),
            settings.protocol,
            settings.inherit_env,
            # What it may ask is agreed on as it is connected. Names of listings from before stay as they were.
            *([list(settings.roots)] if settings.roots is not None else []),
            *([settings.elicitation] if settings.elicitation != "decline" else []),
        ]
    )


def _folder(words: list[str], cwd: str | None) -> list[str]:
    """The folder, where a word means a file in it: there ``server.py`` is another one elsewhere."""
    folder = expanded(cwd) if cwd is not None else here()
    if any(_is_file_there(word, folder) for word in words):
        return [str(folder.absolute())]
    return []


def _is_file_there(word: str, folder: Path) -> bool:
    if not word or word.startswith("-") or "\0" in word or os.path.isabs(word):
        return False
    try:
        return (folder / word).exists()
    except OSError:
        return False


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    where = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="")
    return where.geturl().rstrip("/")


def _hash(parts: list[object]) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def file_name(settings: ServerSettings) -> str:
    """Of what is kept of a server in a file of its own: by what it is, whatever it is called."""
    return identity(settings)[:32]
