"""Whether a name or an address is this machine's own, as every door that listens on loopback asks."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@/\s]+)(?::(?P<port>[0-9]{1,5}))?")
_PAGE = re.compile(r"https?://(?P<authority>[^/]+)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Of a host without port: ``localhost``, ``127.x.x.x`` or ``::1`` (``[::1]`` too)."""
    if host.lower() == "localhost":
        return True
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def is_loopback_authority(authority: str, port: int | None = None) -> bool:
    """Of a ``Host`` header: ``HOST`` or ``HOST:PORT``; with ``port``, this one and no other."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None or not is_loopback(found["host"]):
        return False
    given = int(found["port"]) if found["port"] else None
    return (given is None or given <= 65_535) if port is None else given == port


def is_loopback_page(origin: str, port: int | None = None) -> bool:
    """Of an ``Origin`` header: a page that this machine itself serves (at ``port``)."""
    found = _PAGE.fullmatch(origin)
    return found is not None and is_loopback_authority(found["authority"], port)
