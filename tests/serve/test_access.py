"""Who may come in over HTTP."""

from __future__ import annotations

import pytest

from workbench.serve.access import Access
from workbench.serve.binding import Binding

TOKEN = "a-token-for-the-tests"
GOOD = {"host": "127.0.0.1:8321", "authorization": f"Bearer {TOKEN}", "content-length": "10"}


def access(*, loopback: bool = True) -> Access:
    return Access(Binding("h", 1, TOKEN, generated=False, max_body_bytes=100, loopback=loopback))


def heads(**changed: str | None) -> list[tuple[bytes, bytes]]:
    given = {**GOOD, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return [
        (name.encode(), value.encode("latin-1"))
        for name, value in given.items()
        if value is not None
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"host": "LocalHost"},
        {"host": "[::1]:1"},
        {"host": "127.0.0.9:65535"},
        {"origin": "http://localhost:5173"},
        {"origin": "https://127.0.0.1"},
        {"authorization": f"bearer   {TOKEN}"},
        {"content_length": "100"},
        {"content_length": None},
    ],
)
def test_it_opens(changed: dict[str, str | None]) -> None:
    assert access().refusal(heads(**changed)) is None


@pytest.mark.parametrize(
    ("changed", "status", "named"),
    [
        ({"authorization": None}, 401, "Authorization: Bearer <token>"),
        ({"authorization": f"Basic {TOKEN}"}, 401, "Authorization: Bearer <token>"),
        ({"authorization": f"Bearer {TOKEN}x"}, 401, "not the one"),
        ({"authorization": "Bearer \xe9"}, 401, "not the one"),
        ({"authorization": "Bearer "}, 401, "not the one"),
        ({"host": None}, 421, "missing"),
        ({"host": "evil.example"}, 421, "evil.example"),
        ({"host": "localhost.evil.example"}, 421, "localhost.evil.example"),
        ({"host": "localhost:1@evil"}, 421, "evil"),
        ({"host": "\x1b[2Jlocalhost"}, 421, "␛[2Jlocalhost"),
        ({"origin": "null"}, 403, "null"),
        ({"origin": "http://localhost:80.evil.example"}, 403, "evil.example"),
        ({"origin": "file://localhost"}, 403, "file://localhost"),
        ({"content_length": "101"}, 413, "allows 100"),
    ],
)
def test_it_stays_shut(changed: dict[str, str | None], status: int, named: str) -> None:
    refusal = access().refusal(heads(**changed))
    assert refusal is not None
    assert (refusal.status, named in refusal.message) == (status, True)


@pytest.mark.parametrize(("name", "status"), [("authorization", 401), ("host", 421)])
def test_a_header_that_is_there_twice_is_no_header(name: str, status: int) -> None:
    twice = [*heads(), (name.encode(), GOOD[name].encode())]
    refusal = access().refusal(twice)
    assert refusal is not None
    assert refusal.status == status


def test_a_second_origin_is_looked_at_too() -> None:
    pages = [(b"origin", b"http://localhost"), (b"origin", b"http://evil.example")]
    refusal = access().refusal([*heads(), *pages])
    assert refusal is not None
    assert refusal.status == 403


def test_on_other_addresses_any_host_and_no_page() -> None:
    assert access(loopback=False).refusal(heads(host="my-machine.lan")) is None
    refusal = access(loopback=False).refusal(heads(origin="http://localhost"))
    assert refusal is not None
    assert refusal.status == 403
