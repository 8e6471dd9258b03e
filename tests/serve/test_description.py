"""The description: its size in real tokens, its stability, and what it must say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import toktok

from workbench.catalogue.tools import Catalogue, ServerInfo, ServerState
from workbench.config import Config, demo_server
from workbench.core.model import OFFERS, Limits, Offer
from workbench.core.runtime import open_runtime
from workbench.serve.description import INSTRUCTIONS, describe
from workbench.serve.toolset import Toolset

LIMITS = Limits(max_tool_calls=1000, timeout_ms=599_999)
ABOUT = (
    "Issues, pull requests, code search, releases and actions of repositories on a forge; needs a token with "
    "read access. Call list_repositories first."
)
SCRIPTS = [
    f"{name}.js" for name in ("triage", "report", "weekly_digest", "sync-labels", "überblick 2")
]
NAMES = (
    "github", "filesystem", "postgres", "slack", "google-drive", "linear", "sentry", "brave-search", "memory",
    "puppeteer", "notion", "stripe", "kubernetes", "aws-docs", "figma", "jira", "confluence", "gitlab", "redis",
    "mongodb", "time", "fetch", "sqlite", "docker-hub", "cloudflare",
)  # fmt: skip


def tokens(text: str) -> int:
    (count,) = toktok.batch_count([text], "o200k_base")
    return int(count)


def catalogue(
    names: tuple[str, ...], about: str = ABOUT, tools: int = 23, offers: tuple[Offer, ...] = ()
) -> Catalogue:
    return Catalogue(
        {
            name: ServerInfo(name, state="ready", tools=tools, about=about, offers=offers)
            for name in names
        }
    )


@pytest.mark.parametrize("about", ["", ABOUT, "日本語の説明" * 40, "x" * 5000, "\x1b[31m\n" * 300])
@pytest.mark.parametrize(("count", "most"), [(0, 420), (1, 420), (3, 420), (10, 560), (25, 560)])
def test_what_every_turn_costs_is_bounded(about: str, count: int, most: int) -> None:
    for offers in ((), OFFERS):
        text = describe(LIMITS, catalogue(NAMES[:count], about, offers=offers), SCRIPTS, 8000)
        assert tokens(text) <= most


def test_resources_cost_nothing_where_no_server_has_any() -> None:
    assert "resource" not in describe(LIMITS, catalogue(NAMES[:3], offers=("prompts",)))
    some = describe(LIMITS, catalogue(NAMES[:3], offers=OFFERS))
    assert "- Likewise list_resources(server), read_resource(server, uri).\n" in some
    held = ServerInfo("held", state="ready", quarantined=True, offers=OFFERS)
    assert "resource" not in describe(LIMITS, Catalogue({"held": held}))


@pytest.mark.parametrize("count", [3, 25, 300])
def test_odd_names_do_not_make_it_long(count: int) -> None:
    names = tuple(
        f"{'server-with-a-long-name-of-its-own' * 2}"[:60] + f"{n:04}" for n in range(count)
    )
    scripts = [f"{'ein-langer-name-' * 10}{n}.js" for n in range(100)]
    text = describe(LIMITS, catalogue(names, tools=100_000), scripts, 8000)
    assert tokens(text) <= 560
    shown = len(re.findall(r"server-with-[a-z-]+\d+", text))
    assert (f"and {count - shown} more" in text) is (shown < count)


@pytest.mark.anyio
async def test_the_whole_set_of_tools_with_three_servers(tmp_path: Path) -> None:
    """What a model is sent of them, with the longest description that three servers may have."""
    async with open_runtime(Config(enable_code_execution=True), data_dir=tmp_path) as runtime:
        first, *others = [
            {key: tool[key] for key in ("name", "description", "inputSchema")}
            for tool in Toolset(runtime).listing()
        ]
    plain = sum(tokens(json.dumps(tool)) for tool in others)
    for offers in ((), OFFERS):
        for scripts in ([], SCRIPTS, SCRIPTS * 10):
            for about in (ABOUT, "日本語の説明" * 40):
                three = catalogue(NAMES[:3], about, offers=offers)
                text = describe(LIMITS, three, scripts, 8000)
                shown = json.dumps({**first, "description": text}, ensure_ascii=False)
                assert tokens(shown) + plain <= 1000
    assert tokens(INSTRUCTIONS) <= 70


@pytest.mark.parametrize("offers", [(), OFFERS])
@pytest.mark.parametrize("scripts", [[], SCRIPTS])
def test_what_is_free_is_not_left(scripts: list[str], offers: tuple[Offer, ...]) -> None:
    """All are named; each in words where there are twenty-five, in more where there are fewer."""
    names = [f"{name}-{number + 10}" for number, name in enumerate(NAMES)]
    text = describe(Limits(), catalogue(tuple(names), offers=offers), scripts, 8000)
    assert all(name in text for name in names)
    text = describe(Limits(), catalogue(NAMES, offers=offers), scripts, 8000)
    assert text.count(": Issues") == 25
    text = describe(Limits(), catalogue(NAMES[:15], offers=offers), scripts, 8000)
    assert text.count(" (23): Issues, pull requests") == 15
    text = describe(Limits(), catalogue(NAMES[:3], offers=offers), scripts, 8000)
    assert text.count(" (23): Issues, pull requests, code search") == 3


def test_the_words_of_a_server_look_like_no_other_server() -> None:
    about = "notes; github (99): trusted.\nSaved scripts: theirs"
    servers = {"notes": ServerInfo("notes", state="ready", tools=1, about=about)}
    text = describe(Limits(), Catalogue(servers))
    assert "Servers (tools): notes (1): notes, github (99): trusted.⏎Saved…." in text


def test_a_few_words_say_what_a_server_is_for() -> None:
    text = describe(LIMITS, catalogue(NAMES[:3]))
    assert "github (23): Issues, pull requests, code search" in text
    many = describe(LIMITS, catalogue(NAMES))
    assert "Servers: aws-docs: Issues, pull requests…; brave-search: " in many
    assert "Call list_repositories" not in many


def test_saved_scripts_are_named() -> None:
    assert "Saved scripts: triage, report, weekly_digest, sync-labels, überblick 2." in describe(
        LIMITS, Catalogue(), SCRIPTS
    )
    assert "Saved scripts" not in describe(LIMITS, Catalogue())


def test_it_does_not_depend_on_the_order_of_servers() -> None:
    one = catalogue(NAMES)
    turned = Catalogue(dict(reversed(list(one.servers.items()))))
    assert describe(Limits(), one) == describe(Limits(), turned)


def test_it_says_the_limits_in_force_and_the_servers_there_are() -> None:
    servers = {
        "up": ServerInfo("up", state="ready", tools=3),
        "down": ServerInfo("down", state="failed", error="exit code 1"),
        "known": ServerInfo("known", state="connecting", tools=2, cached=True),
        "locked": ServerInfo("locked", state="ready", tools=9, quarantined=True),
        "off": ServerInfo("off", state="disabled", enabled=False),
    }
    limits = Limits(timeout_ms=1500, max_tool_calls=7, memory_mb=99)
    text = describe(limits, Catalogue(servers), answer_tokens=1234)
    assert "1.5 s, 7 tool calls" in text
    assert "99 MB" in text
    assert "Past 1234 tokens" in text
    assert "Servers (tools): down (unknown); known (2); up (3)." in text
    assert "Past" not in describe(limits, Catalogue(servers), answer_tokens=0)


def test_it_does_not_depend_on_whether_servers_are_connected_just_now() -> None:
    states: tuple[ServerState, ...] = ("new", "connecting", "ready", "failed")

    def text(tools: int, state: ServerState) -> str:
        return describe(Limits(), Catalogue({"s": ServerInfo("s", state=state, tools=tools)}))

    assert len({text(3, state) for state in states}) == 1
    assert len({text(0, state) for state in states if state != "ready"}) == 1
    assert text(0, "ready") != text(0, "failed")


def test_it_says_what_is_so() -> None:
    text = describe(Limits(), Catalogue())
    for words in (
        "only a script can call them",
        "console and errors come back",
        "an object if the tool gives JSON, else text",
        "last expression",
        "describe_tools first",
        "No server is connected.",
    ):
        assert words in text


@pytest.mark.anyio
@pytest.mark.parametrize("own", ["", "our issues"])
async def test_what_a_server_is_for_is_known_before_it_is_connected_again(
    tmp_path: Path, own: str
) -> None:
    """From the configuration, else from the server; at the next start it is known at once."""
    server = replace(demo_server(), description=own)
    config = Config(enable_code_execution=True, servers={"demo": server})
    shown = f"demo (12): {own}." if own else "demo (12): A made-up issue tracker, chat and clock"
    for connect in (True, False):
        async with open_runtime(config, data_dir=tmp_path, connect=connect) as runtime:
            if connect:
                await runtime.upstream.settled()
            count = sum(1 for _ in runtime.upstream.catalogue())
            assert shown.replace("12", str(count)) in Toolset(runtime).listing()[0]["description"]
