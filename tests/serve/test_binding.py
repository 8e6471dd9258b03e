"""``--http``: addresses, tokens, and what is refused before anything is started."""

from __future__ import annotations

import pytest

from workbench.config import ServeSettings
from workbench.serve import UsageError
from workbench.serve.binding import read_binding

SETTINGS = ServeSettings()
TOKEN = {"WORKBENCH_TOKEN": "0123456789abcdef"}


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("", "127.0.0.1", 8321),
        ("9000", "127.0.0.1", 9000),
        (":9000", "127.0.0.1", 9000),
        ("localhost", "localhost", 8321),
        ("localhost:0", "localhost", 0),
        ("127.0.0.2:80", "127.0.0.2", 80),
        ("[::1]:9000", "::1", 9000),
        ("::1", "::1", 8321),
    ],
)
def test_addresses(address: str, host: str, port: int) -> None:
    binding = read_binding(address, SETTINGS, allow_remote=False, environ={})
    assert (binding.host, binding.port, binding.loopback) == (host, port, True)
    assert binding.generated


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:http", "127.0.0.1:70000", "[::1]:x", "²", "9" * 5_000],
    ids="{:.16}".format,
)
def test_a_bad_port_is_named(address: str) -> None:
    with pytest.raises(UsageError, match="is not a port"):
        read_binding(address, SETTINGS, allow_remote=False, environ={})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_other_machines_need_a_flag_and_a_token(host: str) -> None:
    address = f"[{host}]:80" if ":" in host else f"{host}:80"
    with pytest.raises(UsageError, match="--allow-remote"):
        read_binding(address, SETTINGS, allow_remote=False, environ=TOKEN)
    with pytest.raises(UsageError, match="WORKBENCH_TOKEN"):
        read_binding(address, SETTINGS, allow_remote=True, environ={})
    binding = read_binding(address, SETTINGS, allow_remote=True, environ=TOKEN)
    assert (binding.token, binding.loopback) == (TOKEN["WORKBENCH_TOKEN"], False)


def test_tokens_are_fresh_and_never_shown_by_accident() -> None:
    one = read_binding("", SETTINGS, allow_remote=False, environ={})
    other = read_binding("", SETTINGS, allow_remote=False, environ={})
    assert one.token != other.token
    assert len(one.token) >= 32
    assert one.token not in repr(one)


@pytest.mark.parametrize("token", ["short", "has a space in it, it has", "ümläut-ümläut-ümläut"])
def test_a_token_that_cannot_be_sent_or_is_weak_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="WORKBENCH_TOKEN"):
        read_binding("", SETTINGS, allow_remote=False, environ={"WORKBENCH_TOKEN": token})


def test_a_url_is_no_address() -> None:
    with pytest.raises(UsageError, match="without http://"):
        read_binding("http://127.0.0.1:80/mcp", SETTINGS, allow_remote=False, environ={})
