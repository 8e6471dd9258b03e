"""The configuration that a face starts with, and goes on with when its file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.config.at_hand import with_servers_at_hand
from workbench.config.reading import FILE_NAME, find, load, stamp
from workbench.config.schema import AtHand, Config, ServerSettings, Stamp
from workbench.config.trust import hold_back, trust_file
from workbench.core import paths
from workbench.core.model import JsonValue


def open_config(
    explicit: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, JsonValue] | None = None,
    servers: tuple[ServerSettings, ...] = (),
) -> Config:
    """The configuration in force for who names FILE, or none.

    servers: typed at hand; they are beside those of a FILE that was named, else there are no others.

    The servers of a folder's own file are held until they are trusted (config/trust.py); a file that
    was named by hand is trusted as it is. Raises ConfigError.
    """
    path = find(explicit)
    found = explicit is None and is_folders(path)
    at_hand = AtHand(servers, alone=explicit is None)
    return read_config(path, environ, overrides, found=found, at_hand=at_hand)


def read_config(
    path: Path | None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, JsonValue] | None = None,
    *,
    found: bool,
    at_hand: AtHand = AtHand(),  # noqa: B008 (it is frozen)
) -> Config:
    """``load``; found: it is a folder's own file, which nobody named. Raises ConfigError."""
    before = state_of(path, found=found) if path is not None else None
    config = replace(load(path, environ, overrides), found=found, stamp=before)
    return with_servers_at_hand(hold_back(config) if found else config, at_hand)


def is_folders(path: Path | None) -> bool:
    """Whether a file that ``find`` found is the current folder's own, not the user's."""
    return path is not None and path.resolve() != (paths.config_dir() / FILE_NAME).resolve()


def state_of(path: Path, *, found: bool) -> Stamp | None:
    """What changes whenever the file, or what is trusted of it, changes; None where it is not there."""
    own = stamp(path)
    if own is None or not found:
        return own
    return (*own, *(stamp(trust_file()) or ()))
