"""Servers over HTTP in processes of their own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def listening(
    script: Path, *flags: str, port: int | None = None, within_s: float = 30.0
) -> Iterator[int]:
    """``script PORT FLAGS``, once it listens; its port. It is killed at the end."""
    port = free_port() if port is None else port
    process = subprocess.Popen([sys.executable, str(script), str(port), *flags])
    try:
        end = time.monotonic() + within_s
        while not _listens(port):
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)
        yield port
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
