"""What search and completion cost in a catalogue of 10 000 tools.

python -m bench.catalogue [TOOLS]
"""

from __future__ import annotations

import platform
import random
import statistics
import string
import sys
import time
from collections.abc import Callable

from workbench.catalogue.tools import Catalogue, ServerInfo, ToolInfo
from workbench.tui.editor.hints.code_completion import complete

_ROUNDS = 15
_SERVERS = 50
_VERBS = [
    "create",
    "list",
    "get",
    "update",
    "delete",
    "search",
    "send",
    "archive",
    "merge",
    "close",
    "open",
    "assign",
    "sync",
]
_QUERIES = (
    "",
    "s",
    "create",
    "creat",
    "serach",
    "list the open issues of a repository",
    "a b c d e f g",
    "zzzzzz",
)
_TYPED = ("tools.", "tools.server7.", "tools.server7.cre", "call_tool('server7', '", "create")


def main(tools: int) -> None:
    """Print the tables."""
    catalogue = made(tools)
    print(f"{platform.machine()}, Python {platform.python_version()}, {tools} tools\n")
    began = time.perf_counter()
    catalogue.search("x")
    print(f"{'index, once, ms':44}{(time.perf_counter() - began) * 1000:8.1f}")
    for query in _QUERIES:
        _row(f"search {query!r}", lambda query=query: catalogue.search(query, 10))
    for typed in _TYPED:
        _row(f"complete {typed}", lambda typed=typed: complete(catalogue, typed, (0, len(typed))))


def _row(name: str, ask: Callable[[], object]) -> None:
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    print(f"{name + ', ms':44}{statistics.median(took):8.2f}{max(took):8.2f} at most")


def made(tools: int) -> Catalogue:
    """A catalogue of so many tools, the same each time."""
    chance = random.Random(1)
    nouns = [
        "".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9))) for _ in range(4000)
    ]
    words = [*_VERBS, *["a", "the", "of", "in", "to", "issue", "issues", "repository"], *nouns]
    weights = [200 / (place + 1) for place in range(len(words))]

    def text(count: int) -> str:
        return " ".join(chance.choices(words, weights, k=count))

    servers: dict[str, dict[str, ToolInfo]] = {}
    for number in range(tools):
        server = f"server{number % _SERVERS}"
        name = f"{chance.choice(_VERBS)}_{chance.choice(nouns)}_{number}"
        fields = {
            chance.choice(nouns): {"type": "string", "description": text(8)} for _ in range(5)
        }
        schema = {"type": "object", "properties": fields}
        servers.setdefault(server, {})[name] = ToolInfo(server, name, text(25), input_schema=schema)
    return Catalogue({name: ServerInfo(name) for name in servers}, servers)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
