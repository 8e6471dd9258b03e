"""What the tools screen says of a server or a tool."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from workbench.catalogue.annotations import in_words
from workbench.catalogue.health import ServerHealth
from workbench.catalogue.inference import SeenType
from workbench.catalogue.tools import ServerInfo, ToolInfo
from workbench.core.records import ToolStatistics
from workbench.text.jsontext import loads
from workbench.text.plurals import agrees, count
from workbench.text.sanitize import clean, clean_line
from workbench.tui.editor.tool_help import said_of
from workbench.tui.wording import duration

_TAIL = 12
_MOST_NAMED = 8
_MOST_ERROR = 200
"""Characters of the newest error below the figures; a longer one stands whole at the end of the page."""
_MOST_WHOLE = 20_000


def gone(server: str) -> str:
    """What is said of a server that the configuration has just lost."""
    return f"{clean_line(server, 60)} is not configured any more"


def about_server(server: ServerInfo, health: ServerHealth, waiting: Sequence[str] = ()) -> Content:
    """What is known of a server, and the keys for what can be done about it.

    waiting: the names of its tools that wait for approval, where nothing beside the page has them.
    """
    lines = [
        Content.styled(clean_line(server.name), "bold"),
        Content(f"{server.transport}, {server.state}, {count(server.tools, 'tool')}"),
    ]
    if not server.enabled:
        lines.append(Content.styled("switched off in the configuration", "dim"))
    if server.cached:
        lines.append(Content.styled("from an earlier connection: not answered yet", "dim"))
    if server.error:
        lines += [Content(""), Content.styled(clean(server.error), "$text-error")]
        lines.append(
            Content("u shows what would run" if _is_held(server) else "r connects it anew")
        )
    if server.quarantined and not _is_held(server):
        said = "Quarantined: every call is refused; x releases it"
        lines += [Content(""), Content.styled(said, "$text-warning")]
    if server.waiting:
        wait = f"{count(server.waiting, 'tool')} {agrees(server.waiting, 'wait')}"
        said = f"! {wait} for approval; a shows what changed"
        lines += [Content(""), Content.styled(said, "$text-warning")]
        names = ", ".join(clean_line(name, 60) for name in waiting[:_MOST_NAMED])
        more = f" and {len(waiting) - _MOST_NAMED:,} more" if len(waiting) > _MOST_NAMED else ""
        lines += [Content(f"  {names}{more}")] if names else []
    lines += [Content(""), *_facts(server, health)]
    if health.stderr:
        head = Content.styled("Its last lines on stderr", "bold")
        lines += [
            Content(""),
            head + Content.styled("  e shows all that is kept", "$foreground 70%"),
        ]
        lines += [Content(clean_line(line)) for line in health.stderr[-_TAIL:]]
    return Content("\n").join(lines)


def _is_held(server: ServerInfo) -> bool:
    return server.state == "untrusted"


def _facts(server: ServerInfo, health: ServerHealth) -> list[Content]:
    """A line each: its name in a column of its own, then what it is."""
    facts = [("command" if server.transport == "stdio" else "address", health.what)]
    if health.cwd is not None:
        facts.append(("folder", health.cwd))
    if health.variables:
        facts.append(("variables", ", ".join(health.variables)))
    if health.program:
        facts.append(("server", health.program))
    if health.protocol is not None:
        facts.append(("protocol", health.protocol))
    if health.connected_s is not None:
        facts.append(("connected", f"for {duration(health.connected_s * 1000)}"))
    if health.connects:
        facts.append(("reconnects", f"{health.reconnects:,}"))
    if health.p50_ms is not None and health.p95_ms is not None:
        times = f"p50 {duration(health.p50_ms)} · p95 {duration(health.p95_ms)}"
        facts.append(("latency", f"{times} · {count(health.calls, 'call')} answered"))
    if health.logged_in is not None:
        said = "kept; L logs out" if health.logged_in else "none; l logs in, where it asks for one"
        facts.append(("login", said))
    facts.append(("trust", f"{health.trust} · {_TRUST[health.trust]}"))
    width = max(len(name) for name, _ in facts)
    return [
        Content.styled(f"{name:<{width}}  ", "$foreground 70%") + Content(clean_line(text))
        for name, text in facts
    ]


_TRUST = {
    "first-use": "what changes waits",
    "pin": "every tool waits first",
    "always": "definitions may change",
}


def about_tool(
    tool: ToolInfo, statistics: Content, seen: SeenType | None = None, error: str = ""
) -> Content:
    """What is known of a tool: how its last calls went, then what it is.

    seen: what its results were like, where it does not declare that. error: what ``whole_error`` gave.
    """
    name, *rest = said_of(tool, seen)
    lines = [name, statistics]
    words = in_words(tool.annotations)
    if words:
        style = "$text-warning" if "may destroy" in words else "$foreground 70%"
        lines.append(Content.styled(f"Its server says: {', '.join(words)}", style))
    if not tool.approved:
        said = f"! {tool.hold or 'it waits for approval'}: a shows it"
        lines.append(Content.styled(clean_line(said), "$text-warning"))
    for paragraph in rest:
        lines += [Content(""), paragraph]
    if tool.problems:
        lines += [Content(""), Content.styled("Repaired in what the server sent", "bold")]
        lines += [Content(clean_line(problem)) for problem in tool.problems]
    if error:
        lines += [Content(""), Content.styled("The newest error, whole", "bold"), Content(error)]
    return Content("\n").join(lines)


def statistics_line(found: ToolStatistics | None) -> Content:
    """``Last 50 calls · p50 380 ms · p95 910 ms · 2 % failed``, below it the newest error."""
    if found is None:
        return Content.styled("Not called yet", "dim")
    calls = "Its one call" if found.calls == 1 else f"Last {found.calls:,} calls"
    line = Content(f"{calls} · p50 {duration(found.p50_ms)} · p95 {duration(found.p95_ms)} · ")
    if not found.failed:
        return line + Content("none failed")
    rate = f"{found.error_rate:.0%}" if found.error_rate >= 0.01 else "under 1%"
    line += Content.styled(f"{found.failed:,} failed ({rate})", "$text-error")
    if found.last_error is None:
        return line
    said = clean_line(_error_text(found.last_error), _MOST_ERROR)
    below = " (whole below, J reads on)" if whole_error(found) else ""
    return line + Content("\n") + Content.styled(f"Newest error{below}: {said}", "dim")


def whole_error(found: ToolStatistics | None) -> str:
    """The newest error, where ``statistics_line`` has not all of it; else nothing."""
    if found is None or found.last_error is None:
        return ""
    text = clean(_error_text(found.last_error))
    if len(text) <= _MOST_ERROR and "\n" not in text:
        return ""
    left_out = f"\n… {len(text) - _MOST_WHOLE:,} characters more are in the history"
    return text[:_MOST_WHOLE] + (left_out if len(text) > _MOST_WHOLE else "")


def _error_text(text: str) -> str:
    """The message of an error that is kept as JSON."""
    try:
        error = loads(text)
    except ValueError:
        return text
    return str(error.get("message", text)) if isinstance(error, dict) else text
