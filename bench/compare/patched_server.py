"""Servers whose time limit is fixed in their code (30 s), with that of the comparison; run in their own environments.

python patched_server.py toolplane|mcp_gway CONFIGURATION
"""

from __future__ import annotations

import os
import sys

seconds = int(os.environ["TIMEOUT_MS"]) / 1000
name, configuration = sys.argv[1:]
if name == "toolplane":
    from toolplane.backends.monty import MontyBackend
    from toolplane.cli import main

    if os.environ.get("LIMITED"):
        MontyBackend.__init__.__kwdefaults__["timeout_seconds"] = seconds
    sys.argv = ["toolplane", "serve", "mcp", "--config", configuration]
    sys.exit(main())
else:
    from mcp_gway import cli, code_mode

    made = code_mode.CodeMode.__init__

    def patched(self, *args, **more):
        made(self, *args, **more)
        if os.environ.get("LIMITED"):
            self.tool_execution_timeout = seconds

    code_mode.CodeMode.__init__ = patched
    sys.argv = ["mcp-gway", "serve", "--log-level", "error", "--registry-dir", configuration]
    cli.main()
