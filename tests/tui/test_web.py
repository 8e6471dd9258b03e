"""``--web`` in a real browser: a key pressed there runs the script; other sites get nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.listening import free_port
from workbench.cli.main import main
from workbench.history import Store

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
_PATIENCE_S = 40.0
TOKEN = "a-token-for-the-browser"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1280,800",
)  # fmt: skip


@contextlib.contextmanager
def running(*command: str, **environ: str) -> Any:
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def answer(client: aiohttp.ClientSession, url: str) -> Any:
    """GET until the server is up."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while True:
        try:
            async with client.get(url) as response:
                return await response.json(content_type=None) if "json" in url else response.status
        except aiohttp.ClientError:
            assert asyncio.get_running_loop().time() < deadline, url
            await asyncio.sleep(0.1)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    port, data = free_port(), tmp_path / "data"
    words = (
        sys.executable,
        "-m",
        "workbench",
        "--data-dir",
        str(data),
        "--web",
        f"127.0.0.1:{port}",
    )
    with running(*words, XDG_CONFIG_HOME=str(tmp_path / "config"), WORKBENCH_TOKEN=TOKEN):
        yield port, data


@pytest.mark.slow
@pytest.mark.skipif(_CHROMIUM is None, reason="chromium is not installed")
async def test_a_key_pressed_in_a_browser_runs_the_script(
    web: tuple[int, Path], tmp_path: Path
) -> None:
    port, data = web
    assert _CHROMIUM is not None
    debug = free_port()
    flags = (*_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", f"--remote-debugging-port={debug}")
    async with aiohttp.ClientSession() as client:
        assert await answer(client, f"http://127.0.0.1:{port}/{TOKEN}/") == 200
        with running(_CHROMIUM, *flags, f"http://127.0.0.1:{port}/?token={TOKEN}"):
            targets: list[dict[str, Any]] = []
            while not any(target["type"] == "page" for target in targets):
                targets = await answer(client, f"http://127.0.0.1:{debug}/json")
            page = next(target for target in targets if target["type"] == "page")
            async with client.ws_connect(page["webSocketDebuggerUrl"]) as devtools:
                await until_painted(devtools)
                # The click gives the terminal the keyboard; F5 before it would reload the page.
                for kind in ("mousePressed", "mouseReleased"):
                    click = {"type": kind, "x": 300, "y": 350, "button": "left", "clickCount": 1}
                    await devtools.send_json(
                        {"id": 1, "method": "Input.dispatchMouseEvent", "params": click}
                    )
                await asyncio.sleep(0.5)
                for kind in ("rawKeyDown", "keyUp"):
                    key = {"type": kind, "key": "F5", "code": "F5", "windowsVirtualKeyCode": 116}
                    await devtools.send_json(
                        {"id": 2, "method": "Input.dispatchKeyEvent", "params": key}
                    )
                await until_executed(data / "history.sqlite3")


async def until_painted(devtools: aiohttp.ClientWebSocketResponse) -> None:
    """Wait until the page has been sent a screen: textual-serve marks its body then."""
    question = {"expression": "document.body.className"}
    for _ in range(int(_PATIENCE_S / 0.25)):
        await devtools.send_json({"id": 3, "method": "Runtime.evaluate", "params": question})
        while (reply := await devtools.receive_json()).get("id") != 3:
            pass
        if "first-byte" in str(reply["result"]["result"].get("value")):
            await asyncio.sleep(2)  # the app's own first paint follows
            return
        await asyncio.sleep(0.25)
    pytest.fail("the page never had a screen")


async def until_executed(history: Path) -> None:
    for _ in range(int(_PATIENCE_S / 0.25)):
        await asyncio.sleep(0.25)
        if history.exists():
            store = Store(history)
            executed = store.list_executions(source="tui", status="ok")
            store.close()
            if executed:
                return
    pytest.fail("nothing ran")


async def test_other_sites_and_hosts_are_refused(web: tuple[int, Path]) -> None:
    port, _ = web
    async with aiohttp.ClientSession() as client:
        url = f"http://127.0.0.1:{port}/{TOKEN}/"
        assert await answer(client, url) == 200
        for headers, status in (
            ({"Host": f"evil.example:{port}"}, 421),
            ({"Host": f"localhost:{port}@evil.example"}, 421),
            ({"Host": "127.0.0.1:1"}, 421),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": f"http://localhost:{port}"}, 200),
        ):
            async with client.get(url, headers=headers) as response:
                assert response.status == status, headers
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{url}ws", headers={"Origin": "http://evil.example"})


@pytest.mark.parametrize(
    "address", ["0.0.0.0:8322", "example.org:80", "127.0.0.1:x", "127.0.0.1:99999", "127.0.0.1:²"]
)
def test_only_loopback_and_only_ports(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--web", address]) == 2
    assert "--web" in capsys.readouterr().err


@pytest.mark.slow
async def test_nothing_is_to_be_had_without_the_token(web: tuple[int, Path]) -> None:
    port, _ = web
    site = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as client:
        assert await answer(client, f"{site}/{TOKEN}/") == 200
        for path in ("/", "/ws", "/static/js/textual.js", "/wrong-token-for-the-web/", "/?token=x"):
            async with client.get(site + path) as response:
                assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{site}/ws")
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        for url, headers in ((f"{site}/?token={TOKEN}", {}), (f"{site}/", bearer)):
            async with client.get(url, headers=headers, allow_redirects=False) as response:
                assert response.headers["Location"] == f"/{TOKEN}/"


async def test_the_page_loads_from_nowhere_else(web: tuple[int, Path]) -> None:
    port, _ = web
    url = f"http://127.0.0.1:{port}/{TOKEN}/"
    async with aiohttp.ClientSession() as client:
        assert await answer(client, url) == 200
        async with client.get(url) as response:
            text = await response.text()
            policy = response.headers["Content-Security-Policy"]
        assert set(re.findall(r"(?:https?|wss?)://[^/\"]+", text)) == {f"ws://127.0.0.1:{port}"}
        assert f"connect-src 'self' ws://127.0.0.1:{port};" in policy
        for file in re.findall(r'(?:src|href)="(static/[^"]+)"|url\("(static/[^"]+)"\)', text):
            async with client.get(url + "".join(file)) as response:
                assert response.status == 200, file


@pytest.mark.slow
async def test_a_generated_token_is_shown_in_the_address(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "workbench", "--data-dir", str(tmp_path), "--web", "127.0.0.1:0"]
    environ = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "WORKBENCH_TOKEN": ""}
    with subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split()[-1]
            async with aiohttp.ClientSession() as client:
                assert await answer(client, url) == 200
                assert await answer(client, url.rsplit("/", 2)[0]) == 401
        finally:
            process.terminate()
        assert process.stderr.read() == ""
        assert process.wait(20) == 0


def test_a_port_in_use_and_a_poor_token_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["--web", f"127.0.0.1:{taken.getsockname()[1]}"]) == 2
    assert "in use" in capsys.readouterr().err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_TOKEN", "has/a/slash/and/more")
        assert main(["--web", "127.0.0.1:0"]) == 2
    assert "WORKBENCH_TOKEN must be" in capsys.readouterr().err
