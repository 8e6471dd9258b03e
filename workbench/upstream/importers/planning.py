"""What an import would do: which servers are new, under which name, and which are not taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from workbench.config import ServerSettings
from workbench.config.identity import identity, way
from workbench.upstream.importers.entries import ImportedServer
from workbench.upstream.importers.names import free_name, is_candidate
from workbench.util.dataclass import dataclass

State: TypeAlias = Literal["new", "already there", "skipped"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One server of another client."""

    server: ImportedServer
    settings: ServerSettings
    """As it is to be added: quarantined, so that its owner looks at its tools first."""
    state: State
    problems: tuple[str, ...]


def plan(found: Iterable[ImportedServer], there: Mapping[str, ServerSettings]) -> list[Planned]:
    """One row a server, in the order in which they were found. ``there``: what is configured, by name."""
    taken = dict(there)
    return [_planned(server, taken) for server in found]


def _planned(server: ImportedServer, taken: dict[str, ServerSettings]) -> Planned:
    if server.refused is not None:
        return Planned(server, server.settings, "skipped", (server.refused, *server.problems))
    called = server.settings.name
    for name, there in taken.items():
        if is_candidate(name, called) and identity(there) == identity(server.settings):
            same = way(there) == way(replace(server.settings, name=name))
            differs = () if same else ("its settings here are other ones",)
            return Planned(server, there, "already there", differs)
    name = free_name(called, server.source.product, taken)
    settings = taken[name] = replace(server.settings, name=name, quarantined=True)
    renamed = (f"there is another server {called!r}",) if name != called else ()
    return Planned(server, settings, "new", (*server.problems, *renamed))
