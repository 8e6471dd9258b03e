"""``make servers``: try every published server, write docs/compatibility.md.

python -m bench.published [NAME …] [--subset] [--jobs N] [--cache DIR] [--no-page]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import re
import sys
from pathlib import Path

from bench.published.catalogue import Published, published
from bench.published.trial import Trial, trial

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "compatibility.md"
_TRIAL_S = 900
_PATH = re.compile(r"(?:file://)?(?:/[\w.@+-]+){3,}")
"""Of this machine: no business of the page's."""


async def _all(chosen: list[Published], cache: Path, jobs: int) -> list[Trial]:
    gate = asyncio.Semaphore(jobs)

    async def one(server: Published) -> Trial:
        async with gate:
            try:
                seen = await asyncio.wait_for(trial(server, cache), _TRIAL_S)
            except Exception as error:  # one server never ends the bench
                seen = Trial(server, problems=[f"the bench: {type(error).__name__}: {error}"])
        words = "; ".join(seen.problems + seen.notes)
        print(
            f"{seen.verdict:9} {server.name:22} {seen.era:11} {seen.tools} {words[:200]}",
            flush=True,
        )
        return seen

    return await asyncio.gather(*(one(server) for server in chosen))


def _page(trials: list[Trial]) -> str:
    usable = [seen for seen in trials if seen.usable]
    works = [seen for seen in usable if seen.verdict == "works"]
    rows = []
    for seen in sorted(trials, key=lambda seen: (seen.server.registry, seen.server.name)):
        words = "; ".join(seen.problems + [note for note in seen.notes if "no account" not in note])
        said = _PATH.sub("…", words).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
        rows.append(
            f"| {seen.server.package} | {seen.server.version} | {seen.sdk} | {seen.transport} | {seen.era} "
            f"| {'' if seen.tools is None else seen.tools} | {seen.verdict} | {said[:240]} |"
        )
    return f"""# Servers that were tried

Made by `make servers` on {datetime.datetime.now(datetime.UTC):%Y-%m-%d}; nobody here wrote these servers. Each is installed from npm or PyPI and started without an account
(a dummy token where it wants one). It has to connect, list the tools that the MCP SDK's own client lists, answer two harmless calls from a script with the
same outcome and the value that its content says, replay that run offline, and after a restart offer the same tools with none held back.

**{len(works)} of {len(usable)}** servers that the SDK's own client can talk to here work. "not here": the server could not be installed or started on this machine (no
account, no internet, no database); the reason stands beside it.

| package | version | made with | transport | protocol | tools | verdict | notes |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def main() -> int:
    """Exit 1 where a server that the SDK's client can use does not work here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--subset", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=_ROOT / ".published")
    parser.add_argument("--no-page", action="store_true")
    arguments = parser.parse_args()
    chosen = [
        server
        for server in published()
        if (not arguments.names or server.name in arguments.names)
        and (server.subset or not arguments.subset)
    ]
    trials = asyncio.run(_all(chosen, arguments.cache.absolute(), arguments.jobs))
    failed = [seen for seen in trials if seen.verdict == "fails"]
    if not (arguments.names or arguments.subset or arguments.no_page):
        _PAGE.write_text(_page(trials), encoding="utf-8")
        print(f"\nwritten: {_PAGE.relative_to(_ROOT)}")
    print(f"{len(trials)} tried, {len(failed)} fail")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
