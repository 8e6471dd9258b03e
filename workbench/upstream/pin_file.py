"""approved_tools.json: what was approved of which server, in the data folder, shared by every process.

Servers are told by what they are (config/identity.py). Version 1 told them by their names; its pins wait
under ``by_name`` until the server that they mean is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

import orjson

from workbench.core.model import JsonValue
from workbench.upstream.private_json import write_private
from workbench.util.dataclass import dataclass
from workbench.util.files import read_regular

FILE_NAME = "approved_tools.json"
VERSION = 2
_MOST_BYTES = 256 << 20
MOST_FORMS = 16
MOST_TOOLS = 20_000
"""Of one server: one that names other tools in every listing must not fill the file of all."""
_MOST_DEFINED = 16 << 20
"""Bytes of one server's definitions in the file; what is past it is told by its hash alone."""


class DamagedPins(Exception):
    """The file is none of ours any more: it was cut, or something else is in it."""


class UnusablePins(Exception):
    """The file cannot be read, or a newer version made it: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What was approved of one tool."""

    forms: tuple[str, ...] = ()
    """The forms that are approved, the last one first."""
    definition: dict[str, JsonValue] | None = None
    """The last approved definition; None: only its hash was kept."""
    waiting: tuple[str, ...] = ()
    """Other forms that were seen since."""
    varying: str | None = None
    """The structure that is approved whatever its texts say; they differ at each start."""
    old_hash: str | None = None
    """From version 1: a hash of the definition as it was sent."""


@dataclass(slots=True)
class PinnedServer:
    name: str
    """As it was last called, for people who read the file."""
    tools: dict[str, Pin] = field(default_factory=dict)


@dataclass(slots=True)
class PinFile:
    """The content of the file."""

    servers: dict[str, PinnedServer] = field(default_factory=dict)
    """By identity."""
    by_name: dict[str, dict[str, str]] = field(default_factory=dict)
    """From version 1: server name -> tool -> hash."""
    damaged: str | None = None
    """Where a damaged file was put: since then nothing is approved unseen."""


def read_pins(path: Path) -> PinFile:
    """Read the file. Raises FileNotFoundError, DamagedPins and UnusablePins."""
    try:
        data = read_regular(path, _MOST_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnusablePins(error.strerror or str(error)) from error
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DamagedPins(str(error)) from error
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise UnusablePins(f"a newer Workbench made it (version {version})")
    try:
        return _read_names(document) if version == 1 else _read(document)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise DamagedPins("it is no file of approved tools") from error


def write_pins(path: Path, pins: PinFile) -> None:
    """Write the whole file. Raises OSError."""
    document: dict[str, object] = {
        "version": VERSION,
        "servers": {
            identity: {
                "name": server.name,
                "tools": dict(_pins_to_file(server.tools)),
            }
            for identity, server in pins.servers.items()
        },
    }
    if pins.by_name:
        document["by_name"] = pins.by_name
    if pins.damaged is not None:
        document["damaged"] = pins.damaged
    write_private(path, document)


def _read(document: Any) -> PinFile:
    if document["version"] != VERSION:
        raise ValueError
    servers = {
        _text(identity): PinnedServer(
            _text(server["name"]),
            {_text(name): _pin(entry) for name, entry in server["tools"].items()},
        )
        for identity, server in document["servers"].items()
    }
    damaged = document.get("damaged")
    return PinFile(
        servers, _hashes(document.get("by_name", {})), None if damaged is None else _text(damaged)
    )


def _read_names(document: Any) -> PinFile:
    return PinFile(by_name=_hashes(document["servers"]))


def _hashes(servers: Any) -> dict[str, dict[str, str]]:
    return {
        _text(server): {_text(tool): _text(pin) for tool, pin in tools.items()}
        for server, tools in servers.items()
    }


def _pin(entry: Any) -> Pin:
    known = entry.get("definition")
    if known is not None and not isinstance(known, dict):
        raise TypeError
    varying, old_hash = entry.get("varying"), entry.get("hash")
    return Pin(
        tuple(map(_text, entry.get("forms", ()))),
        known,
        tuple(map(_text, entry.get("waiting", ()))),
        None if varying is None else _text(varying),
        None if old_hash is None else _text(old_hash),
    )


def _pins_to_file(pins: Mapping[str, Pin]) -> Iterator[tuple[str, dict[str, object]]]:
    room = _MOST_DEFINED
    for name, pin in pins.items():
        room -= len(orjson.dumps(pin.definition))
        yield name, _pin_to_file(pin if room >= 0 else replace(pin, definition=None))


def _pin_to_file(pin: Pin) -> dict[str, object]:
    entry: dict[str, object] = {
        "forms": list(pin.forms),
        "definition": pin.definition,
        "waiting": list(pin.waiting),
        "varying": pin.varying,
        "hash": pin.old_hash,
    }
    return {name: value for name, value in entry.items() if value}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def with_form(pin: Pin, form: str, known: dict[str, JsonValue]) -> Pin:
    """The pin once this form of the definition is approved; earlier ones stay approved."""
    return replace(
        pin,
        forms=(form, *(one for one in pin.forms if one != form))[:MOST_FORMS],
        definition=known,
        waiting=tuple(one for one in pin.waiting if one != form),
        old_hash=None,
    )


def with_waiting(pin: Pin, form: str) -> Pin:
    """The pin once this form was seen and is not approved."""
    return replace(pin, waiting=(*pin.waiting, form)[-MOST_FORMS:])
