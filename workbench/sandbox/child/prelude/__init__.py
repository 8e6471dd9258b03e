"""The trusted prelude: JavaScript that stands between a script and the host. One file, one idea.

Each file is a function of the ``kit``, a bare object on which it finds what earlier files made and leaves
what it makes itself. They are evaluated once, in the zygote, so that a fork has them for nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

PARTS = (
    "base",
    "places",
    "values",
    "errors",
    "contents",
    "calls",
    "catalogue",
    "console",
    "time",
    "media",
    "locales",
    "run",
)
_LIBRARIES = {
    "web": (("web",), "makeWeb"),
    "url": (("url",), "makeURL"),
    "intl": (("intl_numbers", "intl_dates", "intl"), "makeIntl"),
}
"""Large and rarely used: a worker evaluates one when a script first names what is in it."""
BASE = 1_000_000
"""The prelude stands this many lines down, so that its frames can be told from the script's."""


def source() -> str:
    """A function ``(host, base, plain) => face``; ``face`` is what the worker calls: see run.js.
    It is to stand ``BASE`` lines down (``lowered``).

    plain: errors keep the stack text that the engine itself writes.
    """
    return (
        "(host, BASE, plain) => { const kit = { __proto__: null, host, BASE, plain, G: globalThis }; "
        f"for (const part of [{_texts(PARTS)}]) part(kit); return kit.face; }}"
    )


def lowered(source: str) -> str:
    """The source as it is evaluated. Not to be kept: the lines are two megabytes, which each fork would
    pay for."""
    return "\n" * BASE + source


def libraries() -> dict[str, str]:
    """The texts of the libraries by name: each a function of the kit, whose value makes what is in it."""
    return {
        name: f"(kit => {{ for (const part of [{_texts(parts)}]) part(kit); return kit.{make}; }})"
        for name, (parts, make) in _LIBRARIES.items()
    }


def _texts(names: Iterable[str]) -> str:
    folder = os.path.dirname(__file__)
    texts: list[str] = []
    for name in names:
        with open(os.path.join(folder, f"{name}.js"), encoding="utf-8") as file:
            texts.append(file.read())
    return ",".join(texts)
