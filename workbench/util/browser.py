"""Whether there is a browser in front of the person who sits at this terminal, and opening it."""

from __future__ import annotations

import asyncio
import os
import sys


def has_browser() -> bool:
    """Not over ssh: a browser that is opened here would be before nobody."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def open_browser(address: str) -> None:
    """Open an address, off the event loop."""
    import webbrowser

    await asyncio.to_thread(webbrowser.open, address)
