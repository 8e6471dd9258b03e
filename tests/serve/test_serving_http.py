"""``workbench --serve --http``: who may come in, several clients at once, disconnects, the way out."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.serving import ENVELOPE, HANDSHAKE, Served, write_config
from workbench.history import Store

pytestmark = pytest.mark.anyio
Start = Callable[..., Served]
TOKEN = "a-token-for-the-tests"
ACCEPT = {"Accept": "application/json, text/event-stream"}
INITIALIZE = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE}


class Site:
    """A server, and requests to it."""

    def __init__(self, served: Served, url: str) -> None:
        self.served = served
        self.url = url

    async def post(
        self, *, token: str | None = TOKEN, content: bytes | None = None, **headers: str
    ) -> httpx2.Response:
        given = {**ACCEPT, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        async with httpx2.AsyncClient(timeout=30) as http:
            if content is not None:
                given["Content-Type"] = "application/json"
                return await http.post(self.url, content=content, headers=given)
            return await http.post(self.url, json=INITIALIZE, headers=given)

    @asynccontextmanager
    async def client(self, mode: str = "auto") -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=mode) as client,
        ):
            yield client


async def open_site(served: Served) -> Site:
    return Site(served, (await served.stderr_line()).split()[-1])


@pytest.fixture
async def site(folder: Path, start: Start) -> Site:
    write_config(folder, raw=True)
    return await open_site(start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN))


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One server for the tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("shared")
    write_config(folder, raw=True)
    async with Served(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN) as served:
        yield await open_site(served)


def statuses(folder: Path) -> list[str]:
    store = Store(folder / "data" / "history.sqlite3")
    try:
        return [row.status for row in store.list_executions()]
    finally:
        store.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  (it happens in another process)
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_only_the_token_opens(shared: Site) -> None:
    assert (await shared.post()).status_code == 200
    refused = await shared.post(token=None)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in refused.json()["error"]
    assert (await shared.post(token="a-token-for-the-testz")).status_code == 401
    assert (await shared.post(token=None, Authorization=f"Basic {TOKEN}")).status_code == 401


async def test_host_and_origin_are_checked(shared: Site) -> None:
    host = await shared.post(Host="evil.example")
    assert host.status_code == 421
    assert "evil.example" in host.json()["error"]
    page = await shared.post(Origin="http://evil.example")
    assert page.status_code == 403
    assert "http://evil.example" in page.json()["error"]
    assert (await shared.post(Origin="http://localhost:5173")).status_code == 200


async def test_what_clients_send_does_not_reach_the_terminal_as_it_is(site: Site) -> None:
    """A Host that is refused is told on stderr, which may be a terminal."""
    reader, writer = await asyncio.open_connection(*address_of(site))
    head = f"POST /mcp HTTP/1.1\r\nHost: e\x1b[31mvil\r\nAuthorization: Bearer {TOKEN}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 0\r\n\r\n".encode())
    assert b"421" in await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    assert "e␛[31mvil" in await site.served.stderr_line()


@pytest.mark.slow
async def test_a_generated_token_is_shown_once_and_works(folder: Path, start: Start) -> None:
    served = start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN="")
    site = await open_site(served)
    shown = await served.stderr_line()
    assert shown.startswith("Authorization: Bearer ")
    assert (await site.post(token=shown.split()[-1])).status_code == 200
    await served.signal(signal.SIGTERM)
    assert await served.exit_code() == 0
    assert shown.split()[-1] not in "".join(await served.rest())


async def test_a_body_over_the_limit_is_refused(folder: Path, start: Start) -> None:
    path = write_config(folder)
    path.write_text(path.read_text() + "[serve]\nmax_body_bytes = 5000\n")
    site = await open_site(start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN))
    refused = await site.post(content=b" " * 6000)
    assert refused.status_code == 413
    assert "max_body_bytes allows 5000" in refused.json()["error"]
    assert await in_chunks(site, [b" " * 1000] * 6) == 413
    assert (await site.post()).status_code == 200


async def test_who_is_refused_hears_why_once_it_has_sent_all_of_a_large_body(shared: Site) -> None:
    """Closed over what it still sends, a client would lose the answer: "connection reset"."""
    for token, status in ((TOKEN, 413), ("another", 401)):
        with socket.create_connection(address_of(shared), timeout=30) as client:
            head = f"POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            client.sendall(f"{head}Content-Length: {40 << 20}\r\n\r\n".encode())
            for _ in range(40):
                await asyncio.to_thread(client.sendall, b" " * (1 << 20))
            answer = await asyncio.to_thread(client.makefile("rb").read)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert answer.endswith(b"}")


@pytest.mark.slow  # what runs lasts longer than three requests may take on a busy machine
async def test_a_request_with_the_id_of_one_that_runs_is_refused(shared: Site) -> None:
    """It would wait for ever: one answer was sent, on the stream of the last."""
    session = {"Mcp-Session-Id": (await shared.post()).headers["mcp-session-id"]}

    def asked(code: str, request_id: Any = 7) -> bytes:
        params = {"name": "code_execution", "arguments": {"code": code}}
        asked = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}
        return json.dumps(asked).encode()

    given = {
        **ACCEPT,
        **session,
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
    }
    slow = asked("await sleep(5000); 1")
    async with (
        httpx2.AsyncClient(timeout=30) as http,
        http.stream("POST", shared.url, content=slow, headers=given) as first,
    ):
        second = await shared.post(content=asked("2"), **session)
        assert second.status_code == 400
        assert second.json()["error"]["message"] == "request id 7 is already in use"
        assert "already in use" in (await shared.post(content=asked("2", "7"), **session)).text
        assert '"value":3' in (await shared.post(content=asked("3", 8), **session)).text
        assert b'"value":1' in await first.aread()
    assert '"value":4' in (await shared.post(content=asked("4"), **session)).text


def address_of(site: Site) -> tuple[str, int]:
    address, port = site.url.split("/")[2].split(":")
    return address, int(port)


async def in_chunks(site: Site, chunks: list[bytes]) -> int:
    """The status of a request that does not say how long it is."""

    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    given = {**ACCEPT, "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    async with httpx2.AsyncClient(timeout=30) as http:
        return (await http.post(site.url, content=body(), headers=given)).status_code


async def test_a_broken_body_ends_nothing(shared: Site) -> None:
    assert (await shared.post(content=b"{")).status_code == 400
    assert (await shared.post(content=b"[" * 100_000)).status_code == 400
    assert (await shared.post()).status_code == 200


async def test_half_a_character_in_the_input_is_taken_as_everywhere(shared: Site) -> None:
    text = call_at_once(shared, "input", input="PLACE").partition(b"\r\n\r\n")[2]
    modern = {"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "tools/call"}
    broken = text.replace(b"PLACE", b"\\ud800!")
    answer = await shared.post(content=broken, **modern, Mcp_Name="code_execution")
    assert answer.json()["result"]["structuredContent"]["value"] == "\ufffd!"
    deep = text.replace(b'"PLACE"', b"[" * 300 + b"]" * 300)
    answer = await shared.post(content=deep, **modern, Mcp_Name="code_execution")
    assert answer.status_code == 400
    assert answer.json()["id"] == json.loads(text)["id"]
    assert "nested deeper than" in answer.json()["error"]["message"]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 400])
async def test_numbers_that_json_does_not_have_are_refused(shared: Site, number: str) -> None:
    """The SDK's parser takes them; a script would have seen null."""
    text = call_at_once(shared, "input", input={"deep": [0.5, "PLACE"]}).partition(b"\r\n\r\n")[2]
    modern = {"MCP_Protocol_Version": "2026-07-28", "Mcp_Method": "tools/call"}
    answer = await shared.post(
        content=text.replace(b'"PLACE"', number.encode()), **modern, Mcp_Name="code_execution"
    )
    assert "NaN, Infinity and numbers out of range are not JSON" in answer.text


async def test_who_comes_back_for_lost_events_hears_what_is_new(shared: Site) -> None:
    """Nothing is stored to be sent again: the stream begins now, and is no error."""
    session = (await shared.post()).headers["mcp-session-id"]
    given = {"Authorization": f"Bearer {TOKEN}", "Mcp-Session-Id": session, "Last-Event-ID": "7"}
    async with (
        httpx2.AsyncClient(timeout=30) as http,
        http.stream("GET", shared.url, headers={**ACCEPT, **given}) as stream,
    ):
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(("version", "told"), [("2025-06-18", False), ("2025-11-25", True)])
async def test_tasks_are_told_to_those_whose_protocol_has_them(
    shared: Site, version: str, told: bool
) -> None:
    hello = {**INITIALIZE, "params": {**HANDSHAKE, "protocolVersion": version}}
    answer = await shared.post(content=json.dumps(hello).encode())
    assert f'"protocolVersion":"{version}"' in answer.text
    assert ('"tasks":{' in answer.text) is told


@pytest.mark.slow
async def test_an_address_for_all_needs_a_flag_and_a_token(folder: Path, start: Start) -> None:
    bare = start(folder, "--http", "0.0.0.0:0", WORKBENCH_TOKEN=TOKEN)
    assert await bare.exit_code() == 2
    assert "--allow-remote" in (await bare.rest())[1]
    keyless = start(folder, "--http", "0.0.0.0:0", "--allow-remote", WORKBENCH_TOKEN="")
    assert await keyless.exit_code() == 2
    assert "WORKBENCH_TOKEN" in (await keyless.rest())[1]
    open_to_all = start(folder, "--http", "0.0.0.0:0", "--allow-remote", WORKBENCH_TOKEN=TOKEN)
    site = await open_site(open_to_all)
    site.url = site.url.replace("0.0.0.0", "127.0.0.1")
    assert (await site.post()).status_code == 200
    assert (await site.post(Host="my-machine.lan")).status_code == 200
    assert (await site.post(Origin="http://evil.example")).status_code == 403
    assert (await site.post(token=None)).status_code == 401


@pytest.mark.slow
async def test_a_port_in_use_is_an_error_that_names_it(
    shared: Site, folder: Path, start: Start
) -> None:
    port = shared.url.rsplit(":", 1)[1].split("/")[0]
    second = start(folder, "--http", f"127.0.0.1:{port}", WORKBENCH_TOKEN=TOKEN)
    assert await second.exit_code() == 2
    assert port in (await second.rest())[1]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_runs_scripts_and_hears_of_calls(shared: Site, mode: str) -> None:
    told: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async with shared.client(mode) as client:
        tools = (await client.list_tools()).tools
        assert tools[0].name == "code_execution"
        code = "call_tool('raw', 'echo', {n: input}).result.n + 1"
        result = await client.call_tool(
            "code_execution", {"code": code, "input": 41}, progress_callback=progress
        )
        assert not result.is_error
        assert result.structured_content["value"] == 42
        await until(lambda: len(told) == 2)
        assert told[0] == "#1 raw.echo started"
        code = "call_tool('raw', 'sleep', {steps: 3}).ok"
        await client.call_tool("code_execution", {"code": code}, progress_callback=progress)
        await until(lambda: len(told) == 7)
        assert told[3] == "#1 raw.sleep: 1/3 step"
        failed = await client.call_tool("code_execution", {"code": "nope()"})
        assert failed.is_error
        assert failed.structured_content["error"]["code"] == "RUNTIME_ERROR"


async def test_a_worker_serves_runs_of_one_session_and_of_no_other(
    folder: Path, start: Start
) -> None:
    write_config(folder, more='code_execution_isolation = "client"')
    site = await open_site(start(folder, "--http", "127.0.0.1:0", WORKBENCH_TOKEN=TOKEN))

    async def worker_run(client: Client) -> int | None:
        ran = await client.call_tool("code_execution", {"code": "1"})
        given = {"execution_id": ran.structured_content["execution_id"]}
        shown = (await client.call_tool("get_execution", given)).structured_content
        assert ("isolation" in shown) is ("worker_run" in shown)
        found: int | None = shown.get("worker_run")
        return found

    async with site.client("legacy") as one, site.client("legacy") as other, site.client() as none:
        assert [await worker_run(one) for _ in range(2)] == [1, 2]
        assert [await worker_run(other) for _ in range(2)] == [1, 2]
        assert await worker_run(one) == 3
        # Without a session nothing tells it from others.
        assert [await worker_run(none) for _ in range(2)] == [None, None]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_cancelling_ends_the_run(site: Site, folder: Path, mode: str) -> None:
    async with site.client(mode) as client:
        code = "call_tool('raw', 'sleep', {ms: 60000})"
        calling = asyncio.create_task(client.call_tool("code_execution", {"code": code}))
        await until(lambda: statuses(folder) == ["running"])
        calling.cancel()
        await until(lambda: statuses(folder) == ["cancelled"])


async def test_a_slow_run_does_not_block_another_client(shared: Site) -> None:
    async with shared.client() as slow, shared.client("legacy") as quick:
        code = "call_tool('raw', 'sleep', {ms: 60000})"
        calling = asyncio.create_task(slow.call_tool("code_execution", {"code": code}))
        for number in range(20):
            result = await quick.call_tool("code_execution", {"code": str(number)})
            assert result.structured_content["value"] == number
        assert not calling.done()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tool_leaves_with_a_notification(site: Site, folder: Path, mode: str) -> None:
    changed = asyncio.Event()

    async def hear(message: Any) -> None:
        if "ToolListChanged" in type(getattr(message, "root", message)).__name__:
            changed.set()

    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(
            streamable_http_client(site.url, http_client=http), mode=mode, message_handler=hear
        ) as client,
    ):
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert "code_execution" in names
        tasks = [asyncio.create_task(_listen(client, changed))] if mode == "auto" else []
        while not changed.is_set():
            write_config(folder, raw=True, enabled=False)
            try:
                await asyncio.wait_for(changed.wait(), 2)
            except TimeoutError:
                write_config(folder, raw=True, enabled=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _listen(client: Client, changed: asyncio.Event) -> None:
    async with client.listen(tools_list_changed=True) as subscription:
        async for _ in subscription:
            changed.set()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ends_in_time_with_a_run_and_a_client(
    site: Site, folder: Path, number: signal.Signals
) -> None:
    async def run() -> None:
        async with site.client() as client:
            code = "call_tool('raw', 'sleep', {ms: 60000})"
            await client.call_tool("code_execution", {"code": code})

    running = asyncio.create_task(run())
    await until(lambda: statuses(folder) == ["running"])
    await site.served.signal(number)
    assert await site.served.exit_code() == 0
    assert statuses(folder) == ["cancelled"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.slow
async def test_a_connection_that_breaks_ends_its_run(site: Site, folder: Path) -> None:
    """A handshake client that goes away without a word."""
    opened = await site.post()
    code = "call_tool('raw', 'sleep', {ms: 60000})"
    call = {"name": "code_execution", "arguments": {"code": code}}
    headers = {
        **ACCEPT,
        "Authorization": f"Bearer {TOKEN}",
        "Mcp-Session-Id": opened.headers["mcp-session-id"],
        "MCP-Protocol-Version": "2025-11-25",
    }
    async with httpx2.AsyncClient(timeout=30) as http:
        ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        await http.post(site.url, json=ready, headers=headers)
        asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
        async with http.stream("POST", site.url, json=asked, headers=headers):
            await until(lambda: statuses(folder) == ["running"])
    await until(lambda: statuses(folder) == ["cancelled"])
    assert (await site.post()).status_code == 200
    await site.served.signal(signal.SIGTERM)
    assert await site.served.exit_code() == 0
    assert (await site.served.rest())[1] == "", "clients come and go: nothing to report"


def call_at_once(site: Site, code: str, **more: Any) -> bytes:
    """A whole request of 2026-07-28 as it goes over a socket; the client asks for progress."""
    address = site.url.split("/")[2]
    meta = {**ENVELOPE, "progressToken": 1}
    params = {"name": "code_execution", "arguments": {"code": code, **more}, "_meta": meta}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    body = json.dumps(asked).encode()
    head = [
        "POST /mcp HTTP/1.1",
        f"Host: {address}",
        f"Authorization: Bearer {TOKEN}",
        *(f"{name}: {value}" for name, value in ACCEPT.items()),
        "Content-Type: application/json",
        "MCP-Protocol-Version: 2026-07-28",
        "Mcp-Method: tools/call",
        "Mcp-Name: code_execution",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.mark.slow
async def test_clients_that_do_not_read_or_write_hold_nobody_up_and_the_end_is_in_time(
    site: Site, folder: Path
) -> None:
    host, port = site.url.split("/")[2].split(":")
    many = "for (let i = 0; i < 300; i++) call_tool('raw', 'echo', {}); 'x'.repeat(3000000)"
    idle = []
    for text in (
        call_at_once(site, many),
        call_at_once(site, many)[:-5],
        b"POST /mcp HTTP/1.1\r\nHo",
    ):
        for _ in range(3):
            stuck = socket.create_connection((host, int(port)))
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stuck.sendall(text)
            idle.append(stuck)
    await until(lambda: statuses(folder) == ["ok"] * 3)
    async with site.client() as client:
        for number in range(20):
            result = await client.call_tool("code_execution", {"code": str(number)})
            assert result.structured_content["value"] == number
    await site.served.signal(signal.SIGTERM)
    assert await site.served.exit_code() == 0
    assert (await site.served.rest())[1] == ""
    for stuck in idle:
        stuck.close()


@pytest.mark.slow
@pytest.mark.parametrize("code", ["call_tool('raw', 'sleep', {ms: 60000})", "while (true) {}"])
async def test_a_request_that_is_closed_ends_its_run(site: Site, folder: Path, code: str) -> None:
    host, port = site.url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(call_at_once(site, code))
        await until(lambda: statuses(folder) == ["running"])
    await until(lambda: statuses(folder) == ["cancelled"])


@pytest.mark.slow
async def test_a_detached_run_survives_its_connection(site: Site, folder: Path) -> None:
    host, port = site.url.split("/")[2].split(":")
    code = "call_tool('raw', 'sleep', {ms: 1500}); 'done'"
    with socket.create_connection((host, int(port))) as client:
        client.sendall(call_at_once(site, code, options={"detached": True}))
        await until(lambda: statuses(folder) == ["running"])
    await until(lambda: statuses(folder) == ["ok"])
