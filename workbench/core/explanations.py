"""What every error code means: when it comes, what to do, and the shortest script that shows it.

``workbench explain CODE`` and docs/code_execution/api-reference.md are made from this; a test runs the
examples against the demo server and holds the list against ``ErrorCode``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from workbench.core.model import ErrorCode
from workbench.util.dataclass import dataclass

Of = Literal["call", "execution", "both", "replay"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One code. ``example`` is a script; ``options`` are those of its request."""

    code: ErrorCode
    of: Of
    """Whose code it is: of one call's envelope, of an execution, of either."""
    when: str
    cure: str
    example: str | None = None
    """None: it does not come from a script alone."""
    options: Mapping[str, int | tuple[str, ...]] = field(default_factory=dict)


_CODES = (
    Explanation(
        ErrorCode.INVALID_ARGS,
        "call",
        "The arguments are no object, or the tool's input schema refuses them. Nothing was sent, no budget used.",
        "The message names the field and near names; `describe_tool(server, tool)` shows what the tool takes.",
        'call_tool("demo", "list_issues", { sate: "open" }).error.code',
    ),
    Explanation(
        ErrorCode.NOT_FOUND,
        "call",
        "There is no such server or tool.",
        "The message names the nearest ones; `list_tools()` lists all.",
        'call_tool("demo", "get_isue", { id: 1 }).error.code',
    ),
    Explanation(
        ErrorCode.SERVER_NOT_ALLOWED,
        "both",
        "The server is outside this request's `allowed_servers`. An empty list allows none.",
        "Add the server to `allowed_servers`, or leave the option out: then every configured server is allowed.",
        'call_tool("demo", "now", {}).error.code',
        {"allowed_servers": ()},
    ),
    Explanation(
        ErrorCode.SERVER_QUARANTINED,
        "both",
        "The server's owner has not released it; imported servers begin so. Or it stands in a folder's own "
        "`workbench.toml` that is not trusted yet.",
        "Look at its tools, then: `workbench servers quarantine --off NAME`; or look at what would run, and let "
        "it, with `workbench trust`.",
    ),
    Explanation(
        ErrorCode.TOOL_NOT_APPROVED,
        "both",
        "The tool's definition is another than the one that was approved, or it waits for its first approval.",
        "`workbench servers approve NAME` shows both, side by side, and approves.",
    ),
    Explanation(
        ErrorCode.TOOL_DENIED,
        "both",
        "`allow_tools` or `deny_tools` of the server keeps this tool back.",
        "Its owner can change the list in `[servers.NAME]`; use another tool.",
    ),
    Explanation(
        ErrorCode.MAX_TOOL_CALLS_EXCEEDED,
        "both",
        "The budget of `max_tool_calls` is spent. A script that goes on (100 refused calls) is ended with this code.",
        "Raise `max_tool_calls`, or return what there is when a call says so.",
        'call_tool("demo", "now", {}); call_tool("demo", "now", {}).error.code',
        {"max_tool_calls": 1},
    ),
    Explanation(
        ErrorCode.UPSTREAM_ERROR,
        "both",
        "The server answered with an error, died, does not answer, or is being connected again past the call's time limit.",
        "The message has the server's own words, `details` its code and data; `workbench servers list` its state.",
        'call_tool("demo", "deploy", { service: "web" }).error.code',
    ),
    Explanation(
        ErrorCode.TIMEOUT,
        "both",
        "Of a call: not answered within the server's `call_timeout_ms`. Of an execution: `timeout_ms` of wall clock is over; "
        "the message says what it was doing.",
        "Raise the limit, do calls in parallel, or ask for less.",
        "for (;;) {}",
        {"timeout_ms": 100},
    ),
    Explanation(
        ErrorCode.SERIALIZATION_ERROR,
        "both",
        "The script's value, a call's arguments or its result are not JSON, or too large.",
        "Of what is too large return less, or raise `max_result_bytes`. Of what is no JSON the message has the path and "
        "its usual cure: `[...map]`, `String(big)`, `await`.",
        "({ when: { map: new Map() } })",
    ),
    Explanation(
        ErrorCode.SYNTAX_ERROR,
        "execution",
        "The script does not parse; nothing has run.",
        "Line and column speak of your text; `workbench code check` parses without running.",
        "const = 1",
    ),
    Explanation(
        ErrorCode.RUNTIME_ERROR,
        "execution",
        "An exception that nothing caught, or a promise that nothing can settle.",
        "`stack`, `line` and `column` say where.",
        "null.x",
    ),
    Explanation(
        ErrorCode.MEMORY_LIMIT_EXCEEDED,
        "execution",
        "The script's heap passed `code_execution_memory_mb`. Nothing in the script can catch it.",
        "Keep less: filter page by page. Or raise the limit.",
        "const kept = []; for (;;) kept.push(new Array(1000).fill({}))",
    ),
    Explanation(
        ErrorCode.CANCELLED,
        "execution",
        "Who ran it stopped it, its client went away, or Workbench was shut down. A served run with `detached: true` "
        "goes on without its client.",
        "Run it again; its record replays up to where it was stopped.",
    ),
    Explanation(
        ErrorCode.SANDBOX_CRASHED,
        "execution",
        "The worker died or could not be started. No other run is disturbed.",
        "`workbench doctor` says what is in force here; the message has the worker's last words.",
    ),
    Explanation(
        ErrorCode.QUEUE_FULL,
        "execution",
        "`code_execution_queue_size` executions wait already.",
        "Try again later, or raise `code_execution_pool_size`.",
    ),
    Explanation(
        ErrorCode.QUEUE_TIMEOUT,
        "execution",
        "No worker became free within `code_execution_queue_timeout_ms`. The wait is not charged to `timeout_ms`.",
        "Raise `code_execution_pool_size`, or shorten what runs.",
    ),
    Explanation(
        ErrorCode.INVALID_REQUEST,
        "execution",
        "An option is unknown or out of range, both or neither of `code` and `script` are given, or code or input are too large.",
        "The message says which.",
        "1",
        {"timeout_ms": 0},
    ),
    Explanation(
        ErrorCode.DISABLED,
        "execution",
        "The served `code_execution` is switched off. The terminal UI and the command line always run.",
        "`workbench config set enable_code_execution true`; a running server follows.",
    ),
    Explanation(
        ErrorCode.DIVERGED,
        "replay",
        "In a replay: a call that the record does not have. The replay stops there, or, with "
        "`--on-divergence fail-call`, the call fails.",
        "`workbench replay` prints the expected and the actual call.",
    ),
)
EXPLANATIONS: Mapping[str, Explanation] = {str(one.code): one for one in _CODES}
"""By code, in the order of the reference."""
