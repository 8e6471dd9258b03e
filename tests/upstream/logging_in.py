"""A server behind a login, and a browser that goes through it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import httpx2

from tests.support.listening import listening
from workbench.upstream.auth.redirect_page import RedirectPage

_SERVER = Path(__file__).with_name("oauth_server.py")


def guarded(how: str = "open") -> AbstractContextManager[int]:
    return listening(_SERVER, how, within_s=60)


async def browser(address: str, loopback: RedirectPage) -> None:
    """Follow the authorization server back to the page, like a browser whose owner says yes."""
    async with httpx2.AsyncClient(follow_redirects=True) as client:
        answer = await client.get(address)
        assert answer.status_code == 200, answer.text
