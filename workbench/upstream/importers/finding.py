"""All servers of the other clients here, or of some files; a file that cannot be read stops no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.upstream.importers.clients import CannotImport, read, sources
from workbench.upstream.importers.entries import ImportedServer, Product
from workbench.upstream.importers.variables import Variables
from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """What is in the files of other clients."""

    servers: list[ImportedServer]
    secrets: Mapping[str, str]
    """The variables that stand for secrets, with them."""
    products: list[Product]
    """Whose files were read, also those without a server."""
    unreadable: list[str]
    """What is to be said of files that cannot be read."""


def read_clients(files: Sequence[str] = ()) -> Found:
    """What is in the files, or in those of the clients here."""
    variables = Variables()
    found = Found([], variables.secrets, [], [])
    for source in [Path(file) for file in files] or sources():
        try:
            servers = read(source, variables)
        except CannotImport as error:
            found.unreadable.append(str(error))
            continue
        found.servers.extend(servers)
        owners = [one.source.product for one in servers]
        found.products.extend(owners if isinstance(source, Path) else [source.product])
    return found
