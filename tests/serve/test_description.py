"""The description: its size, its stability, and what it must say."""

from __future__ import annotations

import re

import pytest

from workbench.catalogue.tools import Catalogue, ServerInfo, ServerState
from workbench.core.model import Limits
from workbench.serve.description import describe

_PIECE = re.compile(r"[A-Za-z]+|[0-9]{1,3}|\s+|[^\sA-Za-z0-9]")


def tokens(text: str) -> int:
    """More tokens than a BPE tokenizer makes of English and code.

    Every sign is a token of its own, digits go in threes, words in pieces of five letters; a single
    space belongs to the word behind it, other white space is one token.
    """
    count = 0
    for piece in _PIECE.findall(text):
        if piece.isalpha():
            count += -(-len(piece) // 5)
        elif piece != " ":
            count += 1
    return count


def ten_servers(name_length: int = 12) -> Catalogue:
    names = [
        f"{'server-with-a-long-name-of-its-own' * 2}"[: name_length - 1] + str(n) for n in range(10)
    ]
    return Catalogue({name: ServerInfo(name, state="ready", tools=40) for name in names})


@pytest.mark.parametrize("name_length", [12, 64])
def test_at_most_900_tokens_with_ten_servers(name_length: int) -> None:
    limits = Limits(max_tool_calls=1000, timeout_ms=599_999)
    assert tokens(describe(limits, ten_servers(name_length))) <= 900


def test_a_hundred_servers_are_bounded_and_counted() -> None:
    servers = {f"s{n:03}": ServerInfo(f"s{n:03}", state="ready", tools=n) for n in range(300)}
    text = describe(Limits(), Catalogue(servers))
    assert tokens(text) <= 1100
    shown = len(re.findall(r"s\d{3} \(", text))
    assert f"and {300 - shown} more" in text


def test_it_does_not_depend_on_the_order_of_servers() -> None:
    catalogue = ten_servers()
    turned = Catalogue(dict(reversed(list(catalogue.servers.items()))))
    assert describe(Limits(), catalogue) == describe(Limits(), turned)


def test_it_says_the_limits_in_force_and_the_servers_there_are() -> None:
    servers = {
        "up": ServerInfo("up", state="ready", tools=3),
        "down": ServerInfo("down", state="failed", error="exit code 1"),
        "known": ServerInfo("known", state="connecting", tools=2, cached=True),
        "locked": ServerInfo("locked", state="ready", tools=9, quarantined=True),
        "off": ServerInfo("off", state="disabled", enabled=False),
    }
    text = describe(Limits(timeout_ms=1500, max_tool_calls=7, memory_mb=99), Catalogue(servers))
    assert "1.5 s, 7 tool calls" in text
    assert "99 MB" in text
    assert "Servers (tools): down (unknown), known (2), up (3)." in text


def test_it_does_not_depend_on_whether_servers_are_connected_just_now() -> None:
    states: tuple[ServerState, ...] = ("new", "connecting", "ready", "failed")

    def text(tools: int, state: ServerState) -> str:
        return describe(Limits(), Catalogue({"s": ServerInfo("s", state=state, tools=tools)}))

    assert len({text(3, state) for state in states}) == 1
    assert len({text(0, state) for state in states if state != "ready"}) == 1
    assert text(0, "ready") != text(0, "failed")


def test_it_says_when_to_use_it_and_when_not() -> None:
    text = describe(Limits(), Catalogue())
    for words in ("more than one call", "call that tool directly", "Check ok", "last expression"):
        assert words in text
    assert "No server is connected." in text
