"""What differs between other clients' files and our configuration, client by client. Nothing is changed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from workbench.config import ServerSettings
from workbench.config.identity import identity
from workbench.core.model import JsonValue
from workbench.upstream.importers.entries import ImportedServer, Product, hidden
from workbench.upstream.importers.names import is_candidate
from workbench.upstream.importers.ourselves import is_workbench
from workbench.upstream.importers.variables import masked
from workbench.util.dataclass import dataclass

State: TypeAlias = Literal["same", "different", "only there", "only here", "not comparable"]
_REFERENCE = r"\$\{[^}]+\}"
_DEFAULTS = ServerSettings("")


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is another one there. None: it is not set on that side. No secret is in it."""

    key: str
    there: str | None
    here: str | None

    def to_json(self) -> dict[str, JsonValue]:
        return {"key": self.key, "there": self.there, "here": self.here}


@dataclass(frozen=True, slots=True)
class Row:
    """A server of a client, or one of ours that the client has not."""

    state: State
    there: str | None
    """As the client calls it."""
    here: str | None
    file: Path | None
    """Where the client has it."""
    differences: tuple[Difference, ...] = ()
    note: str = ""

    @property
    def differs(self) -> bool:
        return self.state in ("different", "only there", "only here")

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "state": self.state,
            "there": self.there,
            "here": self.here,
            "file": str(self.file) if self.file is not None else None,
            "differences": [one.to_json() for one in self.differences],
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Client:
    """One client beside our configuration."""

    product: Product
    rows: tuple[Row, ...]
    through_workbench: bool
    """It has Workbench as a server: what is only here reaches it that way."""

    @property
    def differs(self) -> bool:
        return any(row.differs for row in self.rows)


def compared(
    found: Iterable[ImportedServer],
    ours: Mapping[str, ServerSettings],
    made: Mapping[str, str],
    products: Iterable[Product] = (),
) -> list[Client]:
    """One entry a client, in the order in which they were found; ``products``: also without a server.

    made: the variables that the import made up, with the secrets that they stand for: none is shown.
    """
    by_product: dict[Product, list[ImportedServer]] = {product: [] for product in products}
    for server in found:
        by_product.setdefault(server.source.product, []).append(server)
    own = {name: settings for name, settings in ours.items() if not settings.demo}
    return [_client(product, servers, own, made) for product, servers in by_product.items()]


def _client(
    product: Product,
    servers: Sequence[ImportedServer],
    ours: Mapping[str, ServerSettings],
    made: Mapping[str, str],
) -> Client:
    through = any(is_workbench(one.settings.command or "", one.settings.args) for one in servers)
    first: dict[str, ImportedServer] = {}
    for server in servers:
        if not is_workbench(server.settings.command or "", server.settings.args):
            first.setdefault(server.name, server)  # of one name the narrower scope is in force
    theirs, left = list(first.values()), dict(ours)
    partners = _partners(theirs, left)
    rows = [_row(one, partner, made) for one, partner in zip(theirs, partners, strict=True)]
    if not through:
        rows += [Row("only here", None, name, None) for name in left]
    return Client(product, tuple(rows), through)


def _partners(
    servers: Sequence[ImportedServer], left: dict[str, ServerSettings]
) -> list[ServerSettings | None]:
    """Which of ours each is: the same server first, else one of the same name. Takes them out of ``left``."""
    partners: list[ServerSettings | None] = [None] * len(servers)

    def take(wanted: Iterator[tuple[int, str]]) -> None:
        for at, name in wanted:
            if partners[at] is None and name in left:
                partners[at] = left.pop(name)

    usable = [(at, one) for at, one in enumerate(servers) if one.refused is None]
    ids = {name: identity(settings) for name, settings in left.items()}
    take(
        (at, name)
        for at, one in usable
        for name, known in ids.items()
        if known == identity(one.settings) and is_candidate(name, one.settings.name)
    )
    take((at, name) for at, one in usable for name in list(ids) if name == one.settings.name)
    take((at, name) for at, one in usable for name in ids if ids[name] == identity(one.settings))
    return partners


def _row(server: ImportedServer, ours: ServerSettings | None, made: Mapping[str, str]) -> Row:
    file = server.source.path
    if server.refused is not None:
        return Row("not comparable", server.name, None, file, note=server.refused)
    if ours is None:
        return Row("only there", server.name, None, file)
    differences = tuple(_differences(server.settings, ours, made))
    note = "" if is_candidate(ours.name, server.settings.name) else f"called {ours.name!r} here"
    state: State = "different" if differences else "same"
    return Row(state, server.name, ours.name, file, differences, note)


def _differences(
    there: ServerSettings, here: ServerSettings, made: Mapping[str, str]
) -> Iterator[Difference]:
    shown, own_secrets = hidden(here)
    theirs, ours = _texts(there), _texts(shown)
    for key in (*theirs, *(key for key in ours if key not in theirs)):
        one, two = theirs.get(key), ours.get(key)
        if not _is_same(one, two, made, own_secrets):
            said = _masked(one, made), _masked(two, own_secrets)
            yield Difference(key, *said if said[0] != said[1] else (said[0], f"another {said[1]}"))


def _texts(settings: ServerSettings) -> dict[str, str]:
    """What is compared, by key. What a client does not say counts as our default, and is left out."""
    found: dict[str, str] = {}
    if settings.command is not None:
        found["command"] = shlex.join([settings.command, *settings.args])
    if settings.url is not None:
        found["url"] = settings.url
    if settings.cwd is not None:
        found["cwd"] = settings.cwd
    found |= {f"env.{name}": value for name, value in settings.env.items()}
    found |= {f"headers.{name.lower()}": value for name, value in settings.headers.items()}
    if not settings.enabled:
        found["enabled"] = "false"
    if settings.allow_tools is not None:
        found["allow_tools"] = ", ".join(settings.allow_tools)
    if settings.deny_tools:
        found["deny_tools"] = ", ".join(settings.deny_tools)
    for key in ("call_timeout_ms", "connect_timeout_ms"):
        value = getattr(settings, key)
        if value != getattr(_DEFAULTS, key):
            found[key] = str(value)
    return found


def _is_same(
    there: str | None, here: str | None, made: Mapping[str, str], own: Mapping[str, str]
) -> bool:
    """Whether two texts are; a secret in clear and a reference in its place count as the same."""
    if there is None or here is None:
        return there == here
    one, two = _in_clear(there, made), _in_clear(here, own)
    return one == two or _fits(there, two, made) or _fits(here, one, own)


def _in_clear(text: str, made: Mapping[str, str]) -> str:
    return re.sub(_REFERENCE, lambda found: made.get(found[0][2:-1], found[0]), text)


def _fits(pattern: str, text: str, made: Mapping[str, str]) -> bool:
    """Whether ``text`` has a reference wherever ``pattern`` has a secret, and is the same beside them."""
    parts = re.split(f"({_REFERENCE})", pattern)
    secrets = [at % 2 == 1 and part[2:-1] in made for at, part in enumerate(parts)]
    expression = "".join(
        f"(?:{_REFERENCE})" if secret else re.escape(part)
        for part, secret in zip(parts, secrets, strict=True)
    )
    return any(secrets) and re.fullmatch(expression, text) is not None


def _masked(text: str | None, made: Mapping[str, str]) -> str | None:
    return None if text is None else masked(text, made)
