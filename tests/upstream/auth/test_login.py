"""Logging in to HTTP servers: a published authorization server, real requests, a browser of a few lines."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.http_fakes import Asked, Reply, serving
from tests.support.listening import free_port
from tests.support.servers import call, managing
from tests.upstream.logging_in import browser, guarded
from workbench.config import ServerSettings
from workbench.core.model import ErrorCode
from workbench.upstream.auth.flow import Client, LoginFailed, log_in
from workbench.upstream.auth.logins import Login, Logins
from workbench.upstream.auth.redirect_page import RedirectPage

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with guarded() as port:
        yield port


def _settings(port: int) -> ServerSettings:
    return ServerSettings("web", url=f"http://127.0.0.1:{port}/mcp")


async def _door(port: int, name: str) -> dict[str, int]:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/{name}")
        return dict(answer.json()) if name == "seen" else {}


@pytest.mark.slow
async def test_a_server_that_wants_a_login_says_how_and_then_works(
    port: int, tmp_path: Path
) -> None:
    settings, logins = _settings(port), Logins(tmp_path)
    async with managing(settings, data_dir=tmp_path) as manager:
        await manager.settled("web")
        error = manager.catalogue().servers["web"].error
        assert error is not None
        assert "HTTP 401" in error
        assert error.endswith("run: workbench servers login web")
        login = await log_in(settings, browser, scope="read")
        assert logins.save(settings, login) == "file"
        await manager.reconnect("web")
        assert manager.catalogue().servers["web"].error is None
        assert (await call(manager, "web", "echo", {"n": 1})).result == {"n": 1}
        file = logins.path(settings)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert login.access_token not in repr(login)

        # Tokens that are over are renewed once, however many calls find out, and nobody is asked.
        before = (await _door(port, "seen"))["/token"]
        await _door(port, "expire")
        answers = await asyncio.gather(*(call(manager, "web", "echo", {"n": n}) for n in range(8)))
        assert [answer.result for answer in answers] == [{"n": n} for n in range(8)]
        assert (await _door(port, "seen"))["/token"] == before + 1
        kept = logins.load(settings)
        assert kept is not None
        assert kept.access_token != login.access_token
        assert kept.refresh_token is not None

        # Rights are asked for on top of those that were given.
        refused = await call(manager, "web", "write", {})
        assert refused.error is not None
        assert refused.error.message.endswith("run: workbench servers login web --scope 'write'")
        more = await log_in(settings, browser, scope="write", before=replace(kept, scope="read"))
        assert set((more.scope or "").split()) == {"read", "write"}
        logins.save(settings, more)
        await manager.reconnect("web")
        assert (await call(manager, "web", "write", {"n": 2})).result == {"n": 2}

        # What cannot be renewed asks for a person again, and a login elsewhere is noticed.
        await _door(port, "forget")
        over = await call(manager, "web", "echo")
        assert over.error is not None
        assert over.error.code is ErrorCode.UPSTREAM_ERROR
        assert over.error.message.endswith("run: workbench servers login web")
        assert more.access_token not in over.error.message
        logins.save(settings, await log_in(settings, browser))
        await call(manager, "web", "echo")  # the session was the old login's, and is lost with it
        assert (await call(manager, "web", "echo", {"n": 3})).result == {"n": 3}
        assert logins.forget(settings)
        assert not logins.forget(settings)


@pytest.mark.slow
async def test_a_token_that_ends_soon_is_renewed_before_it_is_sent(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, logins = _settings(port), Logins(tmp_path)
    login = await log_in(settings, browser)
    logins.save(settings, replace(login, expires_at=time.time() + 5))
    before = (await _door(port, "seen"))["/token"]
    with monkeypatch.context() as patch:
        patch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")  # none is asked for loopback
        async with managing(settings, data_dir=tmp_path) as manager:
            assert (await call(manager, "web", "echo", {"n": 1})).result == {"n": 1}
    assert (await _door(port, "seen"))["/token"] == before + 1
    kept = logins.load(settings)
    assert kept is not None
    assert kept.expires_at is not None
    assert kept.expires_at > time.time() + 600


@pytest.mark.slow
async def test_a_failed_login_shows_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "http_proxy", f"http://127.0.0.1:{free_port()}"
    )  # none is asked for loopback
    with guarded("closed") as port:
        with pytest.raises(LoginFailed) as failed:
            await log_in(_settings(port), browser)
        assert str(failed.value).startswith(
            "challenge ✔ resource ✔ discovery ✔ registration ✘ HTTP 404"
        )
        # A client that nobody knows gets no further than the authorization server's own page.
        asked: list[str] = []

        async def show(address: str, loopback: RedirectPage) -> None:
            asked.append(address)
            state = parse_qs(urlsplit(address).query)["state"][0]
            assert not loopback.take(f"{loopback.address}?code=x&state=wrong")
            assert loopback.take(f"{loopback.address}?error=access_denied&state={state}")

        with pytest.raises(LoginFailed) as failed:
            await log_in(_settings(port), show, client=Client("mine"))
        assert str(failed.value).endswith("discovery ✔ authorization ✘ access_denied")
        assert parse_qs(urlsplit(asked[0]).query)["client_id"] == ["mine"]


@pytest.mark.slow
async def test_the_page_hears_its_own_login_only(port: int) -> None:
    heard: list[int] = []

    async def show(address: str, loopback: RedirectPage) -> None:
        async with httpx2.AsyncClient() as client:
            for path, host in (
                ("/callback?code=forged&state=guess", None),
                ("/other", None),
                ("/callback?code=forged&state=guess", "evil.example"),
            ):
                headers = {"host": host} if host else {}
                asked = await client.get(f"http://127.0.0.1:{loopback.port}{path}", headers=headers)
                heard.append(asked.status_code)
        await browser(address, loopback)

    await log_in(_settings(port), show)
    assert heard == [400, 404, 400]


async def test_tokens_go_to_their_origin_only(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    def stranger(asked: Asked) -> Reply:
        seen.append(asked.headers)
        return Reply(404)

    async with serving(stranger) as other:

        def leads_away(asked: Asked) -> Reply:
            assert asked.headers.get("authorization") == "Bearer secret-token"
            return Reply(307, headers={"location": other.url})

        async with serving(leads_away) as fake:
            settings = ServerSettings("web", url=fake.url)
            login = Login(_origin(fake.url), "secret-token", "http://127.0.0.1:1/token", "me")
            Logins(tmp_path).save(settings, login)
            async with managing(settings, data_dir=tmp_path) as manager:
                await manager.settled("web")
                assert "not followed" in str(manager.catalogue().servers["web"].error)
        assert seen == []
        # The same login, found under another address, is none.
        elsewhere = ServerSettings("web", url=other.url)
        Logins(tmp_path).save(elsewhere, login)
        async with managing(elsewhere, data_dir=tmp_path) as manager:
            await manager.settled("web")
        assert seen
        assert not [headers for headers in seen if "authorization" in headers]


async def test_a_token_that_the_server_echoes_is_masked(tmp_path: Path) -> None:
    def echoes(asked: Asked) -> Reply:
        return Reply(500, asked.headers.get("authorization", "").encode(), kind="text/plain")

    async with serving(echoes) as fake:
        settings = ServerSettings("web", url=fake.url)
        login = Login(_origin(fake.url), "opaque0123", "http://127.0.0.1:1/token", "me")
        Logins(tmp_path).save(settings, login)
        async with managing(settings, data_dir=tmp_path) as manager:
            await manager.settled("web")
            error = str(manager.catalogue().servers["web"].error)
    assert "masked" in error
    assert "opaque0123" not in error


async def test_secrets_travel_over_https_or_not_at_all(tmp_path: Path) -> None:
    """An authorization server on plain HTTP elsewhere gets nothing, and no one is sent there."""
    metadata = {"resource": "", "authorization_servers": ["http://login.example"]}

    def leads(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(200, json.dumps({**metadata, "resource": fake.url}).encode())
        return Reply(401, headers={"www-authenticate": "Bearer"})

    async with serving(leads) as fake:
        with pytest.raises(LoginFailed, match=r"discovery ✘ http://login\.example.* is not https"):
            await log_in(ServerSettings("web", url=fake.url), browser)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 1, "login": {}}'])
async def test_a_damaged_login_is_none(tmp_path: Path, text: str) -> None:
    settings, logins = ServerSettings("web", url="http://127.0.0.1:1/mcp"), Logins(tmp_path)
    logins.path(settings).parent.mkdir(parents=True)
    logins.path(settings).write_text(text)
    assert logins.load(settings) is None


def _origin(url: str) -> str:
    return f"http://127.0.0.1:{urlsplit(url).port}"
