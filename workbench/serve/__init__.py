"""The MCP face: ``workbench --serve`` on stdio or streamable HTTP.

Nothing here imports mcp or uvicorn; the HTTP binding does when it is asked for.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config import nesting
from workbench.text.sanitize import clean

if TYPE_CHECKING:
    from workbench.config import Config
    from workbench.sandbox.host.zygote_process import ZygoteProcess

__all__ = ["UsageError", "run"]


class UsageError(Exception):
    """Flags that cannot be obeyed; the message says which and what would be right."""


class _CleanFormatter(logging.Formatter):
    """Libraries log what clients send (a ``Host`` header), and stderr may be a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def run(
    config: Config,
    *,
    data_dir: Path,
    http: str | None = None,
    allow_remote: bool = False,
    zygote: ZygoteProcess | None = None,
) -> int:
    """Serve until the client goes away or a signal comes. Returns the exit code.

    ``workbench --serve`` calls it with ``http=None``: stdio.

    http: of ``--http HOST:PORT``; also ``HOST``, ``PORT``, ``:PORT``, and ``""`` for ``serve.host`` and
    ``serve.port`` of the configuration. The bearer token is read from the environment variable that
    ``serve.token_env`` names; without one, a token is made and shown once on stderr.
    allow_remote: of ``--allow-remote``; without it an address that is not loopback is refused, and
    with it a token must be in the environment.
    zygote: what scripts are forked from, started ahead.

    Raises UsageError before anything is started.
    """
    refused = nesting.refusal(os.environ, config.path)
    if refused is not None:
        raise UsageError(refused)
    if not logging.getLogger().handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_CleanFormatter())
        logging.basicConfig(handlers=[handler], level=logging.WARNING)
    if http is None:
        from workbench.serve.serving import serve_stdio

        if sys.stdin.isatty():
            sys.stderr.write(
                "workbench: serving MCP on stdin and stdout, for a client to start; ctrl+D ends it\n"
            )

        asyncio.run(serve_stdio(config, data_dir, zygote))
    else:
        from workbench.serve.binding import read_binding
        from workbench.serve.serving import serve_http

        binding = read_binding(http, config.serve, allow_remote)
        asyncio.run(serve_http(config, data_dir, binding, zygote))
    return 0
