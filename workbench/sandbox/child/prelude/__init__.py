"""The trusted prelude: JavaScript that stands between a script and the host. One file, one idea.

Each file is a function of the ``kit``, a bare object on which it finds what earlier files made and leaves
what it makes itself. They are evaluated once, in the zygote, so that a fork has them for nothing.
"""

from __future__ import annotations

import os

PARTS = (
    "base",
    "places",
    "values",
    "errors",
    "calls",
    "catalogue",
    "console",
    "time",
    "web",
    "url",
    "media",
    "intl_numbers",
    "intl_dates",
    "intl",
    "run",
)
BASE = 1_000_000
"""The prelude stands this many lines down, so that its frames can be told from the script's."""


def source() -> str:
    """A function ``(host, base, plain) => face``; ``face`` is what the worker calls: see run.js.

    plain: errors keep the stack text that the engine itself writes.
    """
    folder = os.path.dirname(__file__)
    parts: list[str] = []
    for name in PARTS:
        with open(os.path.join(folder, f"{name}.js"), encoding="utf-8") as file:
            parts.append(file.read())
    return "\n" * BASE + (
        "(host, BASE, plain) => { const kit = { __proto__: null, host, BASE, plain, G: globalThis }; "
        f"for (const part of [{','.join(parts)}]) part(kit); return kit.face; }}"
    )
