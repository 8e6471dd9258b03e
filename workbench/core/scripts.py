"""Scripts that have a name: where they are, and a name that cannot lead out of there."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.config import DEMO, Config
from workbench.core import paths

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")


class UnknownScript(Exception):
    """No script has this name; the message names the nearest."""


def script_folders(config: Config) -> list[Path]:
    """Where names are looked up, first match wins: the configured folder, else ``scripts`` beside the
    file or here; then the samples that come with Workbench, where the server is that they call."""
    if config.scripts_dir is not None:
        folders = [config.scripts_dir]
    else:
        base = config.path.parent if config.path is not None else Path.cwd()
        folders = [base / "scripts", Path.cwd() / "scripts"]
    folders = list(dict.fromkeys(folders))
    # The samples call the demo server: without it they are of no use, to agents least of all.
    return [*folders, _samples()] if DEMO in config.servers else folders


def _samples() -> Path:
    return paths.bundled("sample_scripts")


def script_names(config: Config) -> list[str]:
    """The names of all scripts, with ``.js``."""
    found = {
        file.name
        for folder in script_folders(config)
        for file in folder.glob("*.js")
        if file.is_file()
    }
    return sorted(found)


def find_script(config: Config, name: str) -> Path:
    """The file of the script ``name`` (with or without ``.js``). Raises UnknownScript."""
    if _NAME.match(name) is None:
        raise UnknownScript(f"{name!r} is not a script's name: a name, not a path")
    file_name = name if name.endswith(".js") else f"{name}.js"
    for folder in script_folders(config):
        file = folder / file_name
        # A link out of the folder is a path in disguise.
        if file.is_file() and file.resolve().parent == folder.resolve():
            return file
    if DEMO not in config.servers and (_samples() / file_name).is_file():
        raise UnknownScript(
            f"{file_name} is a sample that calls the server 'demo', and there is none: add it to "
            "workbench.toml with [servers.demo] and demo = true"
        )
    known = script_names(config)
    raise UnknownScript(
        f"no script {name!r}{suggestion(near_names(file_name, known), known, 'there is')}"
    )
