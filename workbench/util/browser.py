"""Opening the browser of the person who sits at this terminal (``os_differences.has_browser``)."""

from __future__ import annotations

import asyncio


async def open_browser(address: str) -> None:
    """Open an address, off the event loop."""
    import webbrowser

    await asyncio.to_thread(webbrowser.open, address)
