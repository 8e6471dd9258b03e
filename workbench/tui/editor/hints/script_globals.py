"""The names that every script has, with what is said of them where they are offered."""

from __future__ import annotations

GLOBALS: tuple[tuple[str, str, str], ...] = (
    ("input", "any", "The JSON value that the execution was given."),
    ("tools", "tools.SERVER.TOOL(args): Promise", "Every tool as an asynchronous function."),
    ("call_tool", "(server, tool, args?) => envelope", "Call one tool and wait for its answer."),
    ("call_tools", "([{server, tool, args}], options?) => envelope[]", "Call tools in parallel."),
    (
        "read_resource",
        "(server, uri) => envelope",
        "What a server has to read, by its address or a link.",
    ),
    ("list_resources", "(server) => envelope", "Its resources, and templates of more."),
    ("get_prompt", "(server, name, args?) => envelope", "The messages of a prompt."),
    ("list_prompts", "(server) => envelope", "Its prompts with their arguments."),
    ("list_tools", "(server?) => envelope", "The tools of one server, or of all."),
    ("search_tools", "(query, limit?) => envelope", "Find tools by words."),
    ("describe_tool", "(server, tool) => envelope", "One tool with its schemas."),
    ("describe_tools", "([names]) => {tools, missing}", "Declarations of many tools."),
    ("console", "log, info, warn, error, debug", "Lines that are kept with the execution."),
    ("image", "(result) => content blocks", "The images in what a tool gave, for a model to see."),
    ("sleep", "(ms) => Promise", "Wait; counts against the time limit."),
)
_OVER_ALL = "(promises) => Promise"
MEMBERS: dict[str, tuple[tuple[str, str], ...]] = {
    "console": tuple((name, "(...values)") for name in ("log", "info", "warn", "error", "debug")),
    "Promise": (
        ("all", _OVER_ALL),
        ("allSettled", _OVER_ALL),
        ("race", _OVER_ALL),
        ("any", _OVER_ALL),
        ("resolve", "(value) => Promise"),
    ),
    "JSON": (("stringify", "(value, replacer?, indent?) => string"), ("parse", "(text) => any")),
    "Object": (
        ("keys", "(object) => string[]"),
        ("values", "(object) => any[]"),
        ("entries", "(object) => [string, any][]"),
        ("fromEntries", "(entries) => object"),
        ("assign", "(target, ...sources) => object"),
        ("groupBy", "(items, item => key) => object of lists"),
    ),
    "Map": (("groupBy", "(items, item => key) => Map of lists"),),
    "Array": (("isArray", "(value) => boolean"), ("from", "(items, map?) => any[]")),
    "Math": tuple(
        (name, "(...numbers) => number")
        for name in ("max", "min", "round", "floor", "ceil", "abs", "random", "sqrt")
    ),
    "Date": (("now", "() => number"), ("parse", "(text) => number")),
    "Number": (("isInteger", "(value) => boolean"), ("isFinite", "(value) => boolean")),
}
"""What is called of objects that every script has."""
TYPES = ("string", "number", "boolean", "any", "unknown", "Record", "Array", "Promise")
