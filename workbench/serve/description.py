"""What a model reads about ``code_execution``: short, complete, and the same from call to call.

Its size is bounded (900 tokens with ten servers, held by a test): every agent pays for it in every turn,
and for all of its prompt anew when the text changes. So the text depends on the configuration and on what
the servers are known to offer, never on whether they are connected just now.
"""

from __future__ import annotations

from workbench.catalogue.tools import Catalogue, ServerInfo
from workbench.core.model import Limits

INSTRUCTIONS = (
    "Workbench runs JavaScript over the tools of many MCP servers. Find tools with search_tools, read "
    "their parameters with describe_tools, then do the work in one code_execution script; "
    "get_execution shows every call that a run made."
)

_MOST_LISTED = 700
_TEXT = """\
Run JavaScript that calls the tools of the connected MCP servers. Only what the script returns comes \
back: what the calls return on the way stays out of your context.

Use it for more than one call: loops, chains, joining and filtering results, calls in parallel. For a \
single call without logic, call that tool directly where you can.

A script sees
- call_tool(server, tool, args): blocks and never throws; gives {{ok: true, result}} or \
{{ok: false, error: {{code, message}}}}. Check ok.
- await tools.<server>.<tool>(args): gives the result itself, throws a ToolError (code, message) if the \
call fails. Promise.all runs calls in parallel. Other names in brackets: tools["a-b"]["c d"](args).
- call_tools([{{server, tool, args}}, …]): at most 100 calls in parallel, envelopes in their order.
- search_tools(query), describe_tool(server, tool), list_tools(server): the catalogue, not counted.
- input (the request's input, default {{}}), console.log, await sleep(ms).
No imports, files, network or timers, and nothing is left of earlier runs.

The value is that of the last expression, or of a top-level return, as JSON. Top-level await works.

Compose (made-up names):
const open = await tools.tracker.list_issues({{state: "open"}});
const all = await Promise.all(open.map(i => tools.tracker.get_issue({{id: i.id}})));
all.filter(i => i.comments.length > 3).map(i => i.title)

Check ok:
const r = call_tool("tracker", "get_issue", {{id: input.id}});
r.ok ? r.result.title : `no title: ${{r.error.code}}`

Limits: {limits}.
{servers}
Look parameters up with describe_tools before you write a script; do not guess them."""


def describe(limits: Limits, catalogue: Catalogue) -> str:
    """The description, with the limits in force and the servers there are."""
    return _TEXT.format(limits=_limits(limits), servers=_servers(catalogue))


def _limits(limits: Limits) -> str:
    calls = (
        f"{limits.max_tool_calls} tool calls" if limits.max_tool_calls else "any number of calls"
    )
    return (
        f"{_seconds(limits.timeout_ms)}, {calls}, {limits.max_parallel} at once in a batch, "
        f"{limits.memory_mb} MB memory, {_size(limits.max_result_bytes)} result"
    )


def _servers(catalogue: Catalogue) -> str:
    shown = [_server(info) for _, info in sorted(catalogue.servers.items()) if _offered(info)]
    if not shown:
        return "No server is connected."
    listed: list[str] = []
    room = _MOST_LISTED
    for text in shown:
        room -= len(text) + 2
        if room < 0:
            break
        listed.append(text)
    more = f" and {len(shown) - len(listed)} more" if len(listed) < len(shown) else ""
    return f"Servers (tools): {', '.join(listed)}{more}."


def _offered(info: ServerInfo) -> bool:
    return info.enabled and not info.quarantined


def _server(info: ServerInfo) -> str:
    """A count once known stays through failures and restarts (upstream keeps the last listing)."""
    known = info.tools or info.cached or info.state == "ready"
    return f"{info.name} ({info.tools if known else 'unknown'})"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g} s"


def _size(count: int) -> str:
    return f"{count / (1 << 20):.3g} MB" if count >= 1 << 20 else f"{count} bytes"
