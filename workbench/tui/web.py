"""``--web``: the terminal UI in a browser, through textual-serve (the optional extra ``web``)."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from workbench.config import Config

_DEFAULT_PORT = 8322


def serve(config: Config, *, data_dir: Path, address: str) -> int:
    """Serve until interrupted; the exit code. Each browser tab gets a process of its own."""
    try:
        from textual_serve.server import Server
    except ImportError:
        sys.stderr.write("workbench: --web needs textual-serve: install workbench-mcp[web]\n")
        return 2
    host, _, port = address.rpartition(":") if ":" in address else ("", "", address)
    if port and not port.isdigit():
        sys.stderr.write(f"workbench: --web takes [HOST:]PORT, not {address!r}\n")
        return 2
    command = [sys.executable, "-m", "workbench", "--data-dir", str(data_dir)]
    if config.path is not None:
        command += ["--config", str(config.path)]
    Server(shlex.join(command), host=host or "127.0.0.1", port=int(port or _DEFAULT_PORT)).serve()
    return 0
