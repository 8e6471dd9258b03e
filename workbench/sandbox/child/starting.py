"""The forms in which a text may be a script: as it is, an object, wrapped for ``await`` and ``return``.

Runs in the worker. Only the engine's parser knows whether a text is a script, so each form is tried.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from workbench.sandbox.child.wrapping import TopLevel, Wrapped

_USE_STRICT = re.compile(r"""\s*(["'])use strict\1""")

RunText = Callable[[str, str, str], bool]
"""Runs a text made from the user's own, with the columns that were inserted; False: it does not parse."""


def start(code: str, run_text: RunText, toplevel: TopLevel) -> bool:
    """Start the script. False: it parses in no form, and nothing of it has run."""
    # `await (x)` also parses as a call of a function named await, so the word alone decides.
    if "await" in code and (started := _start_wrapped(code, run_text, toplevel)) is not None:
        return started
    # A console takes a lone {…} for an object, as Node's does (lib/repl.js).
    if _looks_like_object(code) and run_text(f"({code}\n)", code, '{"1":[[0,1]]}'):
        return True
    if run_text(code, code, ""):
        return True
    if "return" in code and (started := _start_wrapped(code, run_text, toplevel)) is not None:
        return started
    return False


def check(code: str, run_text: RunText, toplevel: TopLevel) -> bool:
    """Parse without running: a throw in front ends the script before its first statement."""
    prefix = '"use strict";throw 0;' if _USE_STRICT.match(code) else "throw 0;"
    plain = Wrapped(prefix + code, _inserted(len(prefix)))
    attempts = [plain]
    if code.startswith("#!"):
        attempts = [Wrapped(prefix + "//" + code[2:], plain.columns)]
    if _looks_like_object(code):
        attempts.insert(0, Wrapped(f"{prefix}({code}\n)", _inserted(len(prefix) + 1)))
    if "await" in code or "return" in code:
        wrapped = [toplevel.wrap(code, prefix, plainly=plainly) for plainly in (False, True)]
        attempts = [attempt for attempt in wrapped if attempt is not None] or attempts
    return any(run_text(attempt.code, code, attempt.columns) for attempt in attempts)


def _start_wrapped(code: str, run_text: RunText, toplevel: TopLevel) -> bool | None:
    """None: there is no top-level await or return to wrap."""
    for plainly in (False, True):
        wrapped = toplevel.wrap(code, plainly=plainly)
        if wrapped is None:
            return None
        if run_text(wrapped.code, code, wrapped.columns):
            return True
    return False


def _looks_like_object(code: str) -> bool:
    text = code.strip()
    return text[:1] == "{" and text[-1:] == "}"


def _inserted(length: int) -> str:
    return json.dumps({"1": [[0, length]]})
