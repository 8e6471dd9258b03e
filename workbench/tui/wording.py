"""Words and figures of the screens: durations, sizes, statuses, one-line messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from workbench.text.plurals import agrees, count
from workbench.text.sanitize import clean_line
from workbench.tui.glyphs import SIGNS as SIGNS
from workbench.tui.glyphs import Shown as Shown

if TYPE_CHECKING:
    from workbench.catalogue.tools import ServerInfo
    from workbench.core.model import Execution, ScriptError

COLOURS: dict[Shown, str] = {
    "queued": "$warning",
    "asking": "$warning",
    "running": "$accent",
    "ok": "$success",
    "error": "$error",
    "timeout": "$warning",
    "cancelled": "$warning",
    "crashed": "$error",
    "interrupted": "$warning",
}
_MESSAGE = 400


def duration(ms: float) -> str:
    """``7 ms``, ``412 ms``, ``2.318 s``, ``3:04``."""
    if ms < 999.5:  # as it is rounded: 1.000 s, not 1000 ms
        return f"{ms:.0f} ms"
    if ms < 59_999.5:
        return f"{ms / 1000:.3f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


def size(count: int) -> str:
    """``812 B``, ``3.4 kB``, ``12 MB``."""
    if count < 1000:
        return f"{count} B"
    number, unit = (count / 1e3, "kB") if count < 999_500 else (count / 1e6, "MB")
    return f"{number:.1f} {unit}" if number < 10 else f"{number:,.0f} {unit}"


def local_time(at: float) -> str:
    """Seconds since the epoch as people here write it."""
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"


def with_key(name: str, key: str) -> Content:
    """A name whose letter that is its key stands out; a key that is none of its letters follows it."""
    at = name.lower().find(key.lower()) if len(key) == 1 else -1
    if at < 0:
        return Content.assemble(name, (f" {key}", "$text-accent"))
    return Content(name).stylize("underline", at, at + 1)


def chip(text: str, colour: str) -> Content:
    """A verdict on a tint of its colour (``$success``, …): what one looks for first on a screen."""
    name = colour.removeprefix("$")
    return Content.styled(f" {text} ", f"bold $text-{name} on ${name}-muted")


def verdict(status: Shown, ms: float | None = None) -> Content:
    """How a run stands as a chip: ``✔ OK 391 ms``, ``⧖ TIMEOUT 30.000 s``."""
    took = "" if ms is None else f" {duration(ms)}"
    return chip(f"{SIGNS[status]} {status.upper()}{took}", COLOURS[status])


def judged(verdict: str) -> Content:
    """What a replay came to, as a chip: ``✔ IDENTICAL``, ``≠ DIVERGED``."""
    same = verdict == "identical"
    return chip(f"{'✔' if same else '≠'} {verdict.upper()}", "$success" if same else "$warning")


def waiting_words(servers: Iterable[ServerInfo]) -> str:
    """``2 tools wait`` (for approval); empty where none does."""
    waiting = sum(server.waiting for server in servers)
    return f"{count(waiting, 'tool')} {agrees(waiting, 'wait')}" if waiting else ""


def tokens_short(number: int) -> str:
    """About how many tokens: ``310``, ``1.2k``, ``56k``, ``2.4M``."""
    if number < 1000:
        return str(number)
    for unit, size in (("k", 1_000), ("M", 1_000_000)):
        if number < 9.95 * size:
            return f"{number / size:.1f}{unit}"
        if number < 999.5 * size:
            return f"{number / size:.0f}{unit}"
    return f"{number / 1e9:.1f}G"


def error_line(error: ScriptError, script: str) -> str:
    """An error in one line: ``RUNTIME_ERROR at triage.js:9:23 — no such column``."""
    return f"{error_place(error, script)} — {clean_line(error.message, _MESSAGE)}"


def error_place(error: ScriptError, script: str) -> str:
    """``RUNTIME_ERROR at triage.js:9:23``, without its message."""
    where = ""
    if error.line is not None:
        column = f":{error.column}" if error.column is not None else ""
        where = f" at {clean_line(script)}:{error.line}{column}"
    return f"{error.code}{where}"


def summed_up(execution: Execution, upstream_ms: float | None = None) -> list[str]:
    """How a run ended, with what it used: its time, and (where told) whose it was."""
    parts = [duration(execution.duration_ms), count(execution.tool_calls, "call")]
    return [*parts, *costs(execution, upstream_ms)]


def costs(execution: Execution, upstream_ms: float | None = None) -> list[str]:
    """Whose time a run took (where ``upstream_ms`` is told), and its memory: what neither its verdict nor the
    title of its trace says."""
    parts = []
    if upstream_ms is not None:
        if execution.queued_ms >= 1:
            parts.append(f"queued {duration(execution.queued_ms)}")
        if execution.cpu_ms is not None:
            parts.append(f"script {duration(execution.cpu_ms)}")
        if execution.tool_calls:
            parts.append(f"upstream {duration(upstream_ms)}")
    if execution.memory_bytes:  # 0: less than can be told
        mb = execution.memory_bytes / (1 << 20)
        parts.append(f"{mb:.1f} MB" if mb >= 0.05 else size(execution.memory_bytes))
    return parts
