"""Scripts that have a name: where they are, and a name that cannot lead out of there."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.config import DEMO, Config
from workbench.core import paths
from workbench.text.sanitize import clean
from workbench.util.here import here

_MOST_BYTES = 255
"""Of a file's name, with its suffix."""


class UnknownScript(Exception):
    """No script has this name; the message names the nearest."""


def script_folders(config: Config) -> list[Path]:
    """Where names are looked up, first match wins: the configured folder, else ``scripts`` beside the
    file or here; then the samples that come with Workbench, where the server is that they call."""
    if config.scripts_dir is not None:
        folders = [config.scripts_dir]
    else:
        base = config.path.parent if config.path is not None else here()
        folders = [base / "scripts", here() / "scripts"]
    folders = list(dict.fromkeys(folders))
    # The samples call the demo server: without it they are of no use, to agents least of all.
    return [*folders, _samples()] if DEMO in config.servers else folders


def _samples() -> Path:
    return paths.bundled("sample_scripts")


def script_names(config: Config) -> list[str]:
    """The names of all scripts, with ``.js`` or ``.ts``."""
    found = {
        file.name
        for folder in script_folders(config)
        for suffix in paths.SCRIPT_SUFFIXES
        for file in folder.glob(f"*{suffix}")
        if is_script_name(file.name) and _is_inside(file, folder)
    }
    return sorted(found)


def samples_instead(config: Config) -> list[str]:
    """The samples, where there is no other script to offer and their server is not configured: to
    be read, and run once it is."""
    if script_names(config):
        return []
    return sorted(
        file.name for suffix in paths.SCRIPT_SUFFIXES for file in _samples().glob(f"*{suffix}")
    )


def sample_needs(config: Config, file: Path) -> str | None:
    """What a sample calls and is not configured; None: the file is none, or can be run as it is."""
    return _needs(file.name) if DEMO not in config.servers and file.parent == _samples() else None


def _needs(name: str) -> str:
    return (
        f"{name} is a sample that calls the server 'demo', and there is none: add it to "
        "workbench.toml with [servers.demo] and demo = true, or start workbench --demo"
    )


def find_script(config: Config, name: str, *, to_read: bool = False) -> Path:
    """The file of the script ``name`` (with or without ``.js`` or ``.ts``). to_read: also a sample whose server
    is not configured. Raises UnknownScript."""
    wanted = (
        [name]
        if name.endswith(paths.SCRIPT_SUFFIXES)
        else [name + suffix for suffix in paths.SCRIPT_SUFFIXES]
    )
    file_name = wanted[0]
    if not is_script_name(file_name):
        raise UnknownScript(
            f"{name!r} is not the name of a script: a name, not a path, such as triage"
        )
    folders = script_folders(config)
    for folder in [*folders, _samples()] if to_read else folders:
        for one in wanted:
            file = _file_in(folder, one)
            if file is not None and _is_inside(file, folder):
                return file
    if DEMO not in config.servers and (_samples() / file_name).is_file():
        raise UnknownScript(_needs(file_name))
    known = script_names(config)
    raise UnknownScript(
        f"no script {name!r}{suggestion(near_names(file_name, known), known, 'there is')}"
    )


def is_script_name(file_name: str) -> bool:
    """A name in any language, and no way out of a folder on any system."""
    if not file_name or file_name[0] in ".-" or any(sign in file_name for sign in "/\\:"):
        return False
    # What cannot be seen or encoded is no part of a name; spaces at its ends would not be seen.
    bare = file_name.removesuffix(".js").removesuffix(".ts")
    if (
        clean(file_name) != file_name
        or "\n" in file_name
        or "\t" in file_name
        or bare != bare.strip()
    ):
        return False
    return bool(bare) and len(file_name.encode()) <= _MOST_BYTES


def _file_in(folder: Path, name: str) -> Path | None:
    """The file of this name, however its letters are composed: macOS writes ``ü`` as two characters."""
    file = folder / name
    if file.is_file():
        return file
    if name.isascii() or not folder.is_dir():
        return None
    wanted = unicodedata.normalize("NFC", name)
    same = (one for one in folder.iterdir() if unicodedata.normalize("NFC", one.name) == wanted)
    return next((one for one in same if one.is_file()), None)


def _is_inside(file: Path, folder: Path) -> bool:
    """A link out of the folder is a path in disguise."""
    return file.is_file() and file.resolve().parent == folder.resolve()
