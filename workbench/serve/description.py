"""What a model reads about ``code_execution``: short, true, and the same from call to call.

Every agent pays for it in every turn, and for all of its prompt anew when the text changes. So its size is
bounded (420 tokens with three servers, 560 with twenty-five, held by a test), and it depends on the
configuration and on what the servers are known to provider, never on whether they are connected just now.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from workbench.catalogue.tools import Catalogue, ServerInfo
from workbench.core.model import Limits
from workbench.text.sanitize import clean_line
from workbench.text.tokens import cost, estimate
from workbench.util.dataclass import dataclass

INSTRUCTIONS = (
    "Workbench runs JavaScript over the tools of many MCP servers. The order of work: search_tools finds "
    "tools, describe_tools gives their parameters, one code_execution script calls them and returns only what "
    "is needed; get_execution shows what a run did, or more of its result."
)

_FEW = 3
_MOST_WITH_FEW, _MOST = 408, 560
"""Tokens of it all, with so few servers and with more. With few, the set of tools is to have 1 000 at most: the
others and the schema of this one are 590."""
_COUNTED = 0.95
"""What the estimate of the text below is multiplied with to be its count."""
_SURE = 0.93
"""How much of the room is given away by estimates."""
_SCRIPTS_TOKENS = 32
_MOST_WORDS = 14
"""Tokens of what a server is for with the signs around it, where there is room."""
_LEAST_WORDS = 3
_MOST_LETTERS = 200
"""Of what a server is for are looked at; in most languages three times as much as ever fits."""
_ENOUGH_WORDS = 6
"""Where each has fewer, they are worth more than how many tools there are."""
_TEXT = """\
Run JavaScript that calls tools of the servers below; only a script can call them. Its value, console and \
errors come back; what calls return stays out of your context unless the script returns it.

In a script:
- await tools.<server>.<tool>(args): the result, an object if the tool gives JSON, else text; throws ToolError \
(code, message). Promise.all runs calls in parallel. Other names: tools["a-b"]["c d"](args).
- call_tool(server, tool, args): {{ok: true, result}} or {{ok: false, error: {{code, message}}}}, never throws.
- call_tools([{{server, tool, args}}, …]): up to 100 in parallel.{more}
- search_tools(query), describe_tool(server, tool), input, console.log, await sleep(ms); return image(result) \
to see the images of a result.
No imports, files or network. The value is the last expression or a top-level return; top-level await works.\
{answer}

Example (made-up names):
const open = await tools.tracker.list_issues({{state: "open"}});
const all = await Promise.all(open.map(i => tools.tracker.get_issue({{id: i.id}})));
all.filter(i => i.comments.length > 3).map(i => i.title)

Limits: {limits}.
{servers}{scripts}
Read parameters with describe_tools first; do not guess them."""


def describe(
    limits: Limits,
    catalogue: Catalogue,
    scripts: Sequence[str] = (),
    answer_tokens: int = 0,
) -> str:
    """The description, with the limits in force, the servers and the saved scripts there are."""
    offered = [info for _, info in sorted(catalogue.servers.items()) if _offered(info)]
    text = partial(
        _TEXT.format,
        answer=_answer(answer_tokens),
        limits=_limits(limits),
        more=_more(offered),
        scripts=_scripts(scripts),
    )
    most = _MOST_WITH_FEW if len(offered) <= _FEW else _MOST
    room = most - _COUNTED * estimate(text(servers=_servers([], 0)))
    return text(servers=_servers(offered, room * _SURE))


def _answer(tokens: int) -> str:
    if not tokens:
        return ""
    return f" Past {tokens} tokens you get a preview; get_execution has the rest."


def _more(offered: Sequence[ServerInfo]) -> str:
    """How resources are read, where a server has any: it costs nobody else a token."""
    if not any("resources" in info.offers for info in offered):
        return ""
    return "\n- Likewise list_resources(server), read_resource(server, uri)."


def _limits(limits: Limits) -> str:
    calls = (
        f"{limits.max_tool_calls} tool calls" if limits.max_tool_calls else "any number of calls"
    )
    return (
        f"{_seconds(limits.timeout_ms)}, {calls}, {limits.max_parallel} at once, "
        f"{limits.memory_mb} MB memory, {_size(limits.max_result_bytes)} result"
    )


def _servers(offered: Sequence[ServerInfo], room: float) -> str:
    """room: tokens, of names first, then of what each server is for, then of how many tools it has."""
    if not offered:
        return "No server is connected."
    names = [info.name for info in offered]
    cuts = [_cuts(info) for info in offered] if estimate("; ".join(names)) <= room else []
    counted = _listed([_server(info) for info in offered], cuts, room)
    bare = _listed(names, cuts, room)
    if counted.words < min(bare.words, _ENOUGH_WORDS):
        return f"Servers: {bare.text}."
    return f"Servers (tools): {counted.text}."


@dataclass(frozen=True)
class _Listed:
    text: str
    words: int
    """Tokens at most of what each server is for; -1: not even all of the names."""


@dataclass(frozen=True)
class _Cut:
    tokens: float
    text: str
    """``: Issues, pull…``, as it stands behind a name."""


def _listed(names: Sequence[str], cuts: Sequence[Sequence[_Cut]], room: float) -> _Listed:
    whole = "; ".join(names)
    taken = estimate(whole)
    if taken > room:
        return _Listed(_first(names, room), -1)
    for most in range(_MOST_WORDS, _LEAST_WORDS - 1, -1):
        chosen = [_longest(each, most) for each in cuts]
        if taken + sum(cut.tokens for cut in chosen) <= room:
            entries = zip(names, chosen, strict=True)
            return _Listed("; ".join(f"{name}{cut.text}" for name, cut in entries), most)
    return _Listed(whole, 0)


def _first(names: Sequence[str], room: float) -> str:
    """Those that there is room for, in number the others."""
    shown: list[str] = []
    for name in names:
        longer = [*shown, name]
        if estimate("; ".join(longer)) > room:
            break
        shown = longer
    return f"{'; '.join(shown)} and {len(names) - len(shown)} more"


def _cuts(info: ServerInfo) -> list[_Cut]:
    """What a server is for up to each of its words, until it is too much."""
    # A semicolon would end the entry: no server's words are to look like another server.
    words = clean_line(info.about, _MOST_LETTERS).replace(";", ",").split()
    cuts: list[_Cut] = []
    for number in range(1, len(words) + 1):
        shown = " ".join(words[:number]).rstrip(".,")
        text = f": {shown}{'' if number == len(words) else '…'}"
        cuts.append(_Cut(cost(text), text))
        if cuts[-1].tokens > _MOST_WORDS:
            break
    return cuts


def _longest(cuts: Sequence[_Cut], most: int) -> _Cut:
    """most: tokens."""
    return max(
        (cut for cut in cuts if cut.tokens <= most),
        key=lambda cut: cut.tokens,
        default=_Cut(0.0, ""),
    )


def _scripts(names: Sequence[str]) -> str:
    """The saved scripts that ``script`` may name."""
    shown: list[str] = []
    room = float(_SCRIPTS_TOKENS)
    for name in names:
        bare = name.removesuffix(".js").removesuffix(".ts")
        room -= estimate(bare) + 1
        if room < 0:
            break
        shown.append(bare)
    if not shown:
        return ""
    more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
    return f"\nSaved scripts: {', '.join(shown)}{more}."


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
