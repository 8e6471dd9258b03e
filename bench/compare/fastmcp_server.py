"""FastMCP's CodeMode in front of the upstream, on stdio; runs in FastMCP's own environment."""

from __future__ import annotations

import os
import sys

from fastmcp.client.transports import StdioTransport
from fastmcp.experimental.transforms.code_mode import CodeMode, MontySandboxProvider
from fastmcp.server import create_proxy

limits = {
    "max_feed_duration_secs": int(os.environ["TIMEOUT_MS"]) / 1000,
    "max_memory": int(os.environ["MEMORY_MB"]) << 20,
}
behind = StdioTransport(command=sys.executable, args=[sys.argv[1]], keep_alive=True)
server = create_proxy(behind, name="compare")
server.add_transform(
    CodeMode(sandbox_provider=MontySandboxProvider(limits=limits), max_tool_calls=None)
)
server.run(transport="stdio", show_banner=False)
