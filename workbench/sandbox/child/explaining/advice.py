"""What a failed script is told beside the engine's words: what would be right, with the line corrected.

Scripts come from models more than from people; the next attempt is written from this message. Runs in the
worker when a script has failed already, so it may take its time; nothing here decides how a script runs.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from workbench.sandbox.child.explaining import (
    as_sent,
    callbacks,
    empty_results,
    languages,
    misuse,
    tool_advice,
    tool_paths,
    unawaited,
    unwrapping,
)
from workbench.sandbox.child.explaining.absent_members import absent_member
from workbench.sandbox.child.explaining.declared import declared_twice, set_again
from workbench.sandbox.child.explaining.empty_results import uncalled
from workbench.sandbox.child.explaining.languages import is_shell_command
from workbench.sandbox.child.explaining.script_tree import FailureSite
from workbench.sandbox.child.explaining.tool_advice import Ask
from workbench.sandbox.child.grammars import (
    FUNCTIONS,
    all_nodes,
    enclosing_function,
    statements,
    words,
)

_MOST_AWAITS = 200
_GLOBALS = (
    "call_tool", "call_tools", "list_tools", "search_tools", "describe_tool", "describe_tools", "tools",
    "read_resource", "list_resources", "get_prompt", "list_prompts",
    "input", "console", "sleep", "ToolError", "setTimeout", "structuredClone",
)  # fmt: skip
_NO_NETWORK = "a script has no network"
_NO_MODULES = "a script has no modules: what it may use is global"
_PYTHONS = "that is Python's"
_A_SHELL_COMMAND = "this is a shell command, and a script is JavaScript that calls tools"
_TOOLS_FOR = {"SQL": "query database sql", "a shell script": "run command shell"}
"""What a tool that runs a script in another language would be found by."""
_NOT_DEFINED: dict[str, tuple[str, str]] = {
    # name: what to say, and what a tool that can do it would be found by
    "fetch": (_NO_NETWORK, "fetch url http web page"),
    "XMLHttpRequest": (_NO_NETWORK, "fetch url http web page"),
    "axios": (_NO_NETWORK, "fetch url http web page"),
    "WebSocket": (_NO_NETWORK, "fetch url http web page"),
    "require": (_NO_MODULES, ""),
    "module": (_NO_MODULES + "; end with the value, or module.exports = value", ""),
    "exports": ("end with the value, or export default value", ""),
    "process": ("a script has no process and no environment: what it needs comes in `input`", ""),
    "Deno": ("a script has no process and no files", "read file"),
    "Bun": ("a script has no process and no files", "read file"),
    "fs": ("a script has no files", "read write file"),
    "__dirname": ("a script has no files", "read write file"),
    "__filename": ("a script has no files", "read write file"),
    "Buffer": ("use TextEncoder, TextDecoder, btoa and atob, or Uint8Array.fromBase64(text)", ""),
    "AbortController": ("race with a sleep: await Promise.race([work, sleep(1000)])", ""),
    "AbortSignal": ("race with a sleep: await Promise.race([work, sleep(1000)])", ""),
    "EventTarget": ("a script has no events: call the functions, or await them", ""),
    "EventEmitter": ("a script has no events: call the functions, or await them", ""),
    "Worker": ("a script has no threads: Promise.all runs calls in parallel", ""),
    "delay": ("write await sleep(ms)", ""),
    "wait": ("write await sleep(ms)", ""),
    "print": ("write console.log(…)", ""),
    "window": ("a script is in no browser: globals are on globalThis", ""),
    "document": ("a script is in no browser", ""),
    "localStorage": ("nothing is kept from one run to the next: return what is needed", ""),
    "alert": ("write console.log(…)", ""),
    "global": ("write globalThis", ""),
    "Temporal": ("Date and Intl are there", ""),
    "WeakRef": ("it would make runs differ from their replay", ""),
    "navigator": ("a script is in no browser", ""),
    "None": ("this is Python, and a script is JavaScript: null", ""),
    "True": ("this is Python, and a script is JavaScript: true", ""),
    "False": ("this is Python, and a script is JavaScript: false", ""),
    "code_execution": ("this is the script already: call the tools here", ""),
    "MCPClient": ("write await tools.<server>.<tool>(args)", ""),
    "javascript": ("the name of the language is no part of the script: leave it out", ""),
    "js": ("the name of the language is no part of the script: leave it out", ""),
    "typescript": ("the name of the language is no part of the script: leave it out", ""),
    "ts": ("the name of the language is no part of the script: leave it out", ""),
    "len": (f"{_PYTHONS}: value.length", ""),
    "str": (f"{_PYTHONS}: String(value)", ""),
    "int": (f"{_PYTHONS}: parseInt(value)", ""),
    "float": (f"{_PYTHONS}: Number(value)", ""),
    "sum": (f"{_PYTHONS}: list.reduce((all, one) => all + one, 0)", ""),
    "sorted": (f"{_PYTHONS}: list.toSorted((a, b) => a - b)", ""),
    "range": (f"{_PYTHONS}: Array.from({{ length: n }}, (_, i) => i)", ""),
    "enumerate": (f"{_PYTHONS}: list.entries()", ""),
    "isinstance": (f"{_PYTHONS}: typeof value, Array.isArray(value)", ""),
    "json": (f"{_PYTHONS}: JSON.stringify(value), JSON.parse(text)", ""),
    "time": (f"{_PYTHONS}: Date.now(), await sleep(ms)", ""),
    "datetime": (f"{_PYTHONS}: new Date()", ""),
    "args": ("the request's input is `input`", ""),
    "params": ("the request's input is `input`", ""),
    "inputs": ("the request's input is `input`", ""),
    "arguments": ("the request's input is `input`", ""),
    "event": ("the request's input is `input`", ""),
    "context": ("the request's input is `input`", ""),
    "mcp": ("write await tools.<server>.<tool>(args)", ""),
    "client": ("write await tools.<server>.<tool>(args)", ""),
    "servers": ("write await tools.<server>.<tool>(args)", ""),
    "codemode": ("write await tools.<server>.<tool>(args)", ""),
    "Client": ("write await tools.<server>.<tool>(args)", ""),
    "ClientSession": ("write await tools.<server>.<tool>(args)", ""),
    "mcpClient": ("write await tools.<server>.<tool>(args)", ""),
    "__interfaces": ("list_tools() and describe_tool(server, tool) tell what there is", ""),
    "__getToolInterface": ("write describe_tool(server, tool)", ""),
    "$": ("a script is in no browser", ""),
    "self": ("write globalThis", ""),
    "McpError": ("what a call throws is a ToolError: its code, server, tool and message", ""),
    "exit": ("a script ends with its value: return value", ""),
    "notify": ("write console.log(…)", ""),
    "store": ("nothing is kept from one run to the next: return what is needed", ""),
    "load": ("nothing is kept from one run to the next: what is needed comes in `input`", ""),
    "Headers": (_NO_NETWORK, "fetch url http web page"),
    "Request": (_NO_NETWORK, "fetch url http web page"),
    "Response": (_NO_NETWORK, "fetch url http web page"),
    "FormData": (_NO_NETWORK, "fetch url http web page"),
}
_INSTEAD_OF = {
    "Object.groupBy, toSorted and structuredClone are there": "lodash lodash-es underscore ramda _ R",
    "Date and Intl are there": "moment moment-timezone dayjs date-fns date-fns-tz luxon",
    "a tool's arguments are checked before each call": "zod z joi yup ajv valibot",
    "call_tools(calls, { max_parallel }) bounds how many run at once": "p-limit p-map p-queue pLimit pMap",
    "write await sleep(ms)": "timers/promises",
    "write a loop around await and sleep(ms)": "p-retry async-retry",
    "crypto.randomUUID() and crypto.getRandomValues(array) are there": "crypto uuid nanoid uuidv4",
    "URL is global": "url",
    "await tools.<server>.<tool>(args) calls a tool": "@modelcontextprotocol mcp-use mcp-client fastmcp",
}
_INSTEAD = {name: instead for instead, names in _INSTEAD_OF.items() for name in names.split()}
"""What does the work of a library, by the names that it is imported, required or expected by."""
_MODULES = {
    "fs": "read write file", "fs/promises": "read write file",
    "http": "fetch url http", "https": "fetch url http", "node-fetch": "fetch url http",
    "axios": "fetch url http", "got": "fetch url http", "undici": "fetch url http",
    "child_process": "run command shell", "pg": "query database sql", "sqlite3": "query database sql",
    "mysql": "query database sql", "nodemailer": "send mail",
}  # fmt: skip


_DATA = re.compile(r"\.(?:json|csv|txt|md|ya?ml)\Z")
"""Files that are imported for what is in them."""


class Advice(NamedTuple):
    """What becomes of a failure's message."""

    message: str
    line: int | None = None
    column: int | None = None
    """A better place, where one is known."""


def advise(site: FailureSite, failure: dict[str, Any], ask: Ask | None) -> Advice | None:
    """What the failure of a script (a ``done`` frame) should say instead; None: nothing better is known."""
    told = _advise(site, failure, ask)
    if told is not None and ";" in told.message:
        return told
    message = failure.get("message", "") if told is None else told.message
    behind = _behind(site, failure.get("code", ""), message, ask)
    return told if behind is None else Advice(f"{message}; {behind}")


_OF_NOTHING = re.compile(
    r"undefined|NaN|null|not iterable|is not a function|invalid date", re.IGNORECASE
)


def _behind(site: FailureSite, code: str, message: str, ask: Ask | None) -> str | None:
    """Why there was nothing, or a Promise, where something was to be: what was written long before."""
    if code == "SERIALIZATION_ERROR" and ("Promise" in message or "NaN" in message):
        told = unawaited.promise_read(site, or_left=True)
        return told or (absent_member(site, ask) if "NaN" in message else None)
    if code == "INVALID_ARGS" and "missing field" in message:
        told = unawaited.promise_read(site) or unwrapping.missing_argument(site, message, ask)
        return told or absent_member(site, ask)
    if code != "RUNTIME_ERROR" or _OF_NOTHING.search(message) is None:
        return None
    return (
        unawaited.promise_read(site, or_left="undefined" in message)
        or callbacks.without_return(site, ask)
        or empty_results.of_settled(site.code)
        or absent_member(site, ask)
    )


def _advise(site: FailureSite, failure: dict[str, Any], ask: Ask | None) -> Advice | None:
    message: str = failure.get("message", "")
    if failure.get("code") == "SYNTAX_ERROR":
        return _syntax(site, message, ask)
    if failure.get("code") == "NOT_FOUND":
        told = tool_advice.not_found(site, ask)
        return None if told is None else Advice(f"{message}; {told}")
    if failure.get("code") == "INVALID_ARGS" and "args must be an object, not " in message:
        told = tool_paths.by_its_name(site, ask) or tool_advice.fields_of(
            site, _tool_of(failure), ask
        )
        return None if told is None else Advice(f"{message}; {told}")
    if failure.get("code") == "INVALID_ARGS":
        told = tool_paths.wrapped_arguments(site, message)
        return None if told is None else Advice(f"{message}; {told}")
    if failure.get("code") == "SERIALIZATION_ERROR":
        told = uncalled(site, message)
        return None if told is None else Advice(f"{message}; {told}")
    if failure.get("code") != "RUNTIME_ERROR":
        return None
    if (found := re.match(r"ReferenceError: (.+) is not defined\Z", message)) is not None:
        told = tool_advice.call_in_another_dialect(site, ask) or _not_defined(site, found[1], ask)
    elif (found := re.search(r"could not load module '(.*)'\Z", message, re.DOTALL)) is not None:
        told = _module(found[1], ask)
        place = next(
            (node.start_byte for node in all_nodes(site.root) if node.type == "import"), None
        )
        if place is not None:
            return Advice(f"{message}; {told}", *site.place_of(place))
    elif (told := set_again(site, message)) is None:
        return misuse.advise(site, message, failure, ask)
    return None if told is None else Advice(f"{message}; {told}")


def _tool_of(failure: dict[str, Any]) -> str:
    """``demo.get_issue`` of a ToolError; empty: nobody knows."""
    details = failure.get("details") or {}
    return ".".join(str(details[part]) for part in ("server", "tool") if part in details)


# -- syntax --------------------------------------------------------------------------------


_WHOLE = re.compile(
    r"must be inside|redefinition|cannot delete|invalid increment|[Dd]uplicate|already|label|lvalue|only valid"
)
"""What is wrong with a script that is not cut off, though it may stand at its end."""


def _syntax(site: FailureSite, message: str, ask: Ask | None) -> Advice | None:
    code = site.code
    if is_shell_command(code):
        return Advice(f"{message}; {_A_SHELL_COMMAND}")
    if (sent := as_sent.of_syntax(site, message)) is not None:
        return Advice(f"{message}; {sent}")
    waiting = _await_in_no_async_function(site)
    if waiting is not None:
        return waiting
    if (told := callbacks.of_an_object(site)) is not None:
        return Advice(f"{message}; {told}")
    for node in statements(site.root):
        if node.type == "import_statement" or (
            node.type == "export_statement" and node.child_by_field_name("source") is not None
        ):
            module = node.child_by_field_name("source")
            name = site.text(module).strip("'\"") if module is not None else ""
            names = tool_advice.names_imported(site, node)
            if names and set(_GLOBALS).issuperset(names):
                told = f"{', '.join(names)}: global in a script; leave the line out"
            else:
                told = _module(name, ask if _DATA.search(name) else None) + tool_advice.imported(
                    site, node, names, name, ask
                )
            return Advice(f"SyntaxError: import: {told}")
    if (language := languages.named(code)) is not None:
        told = f"this looks like {language}, and a script is JavaScript"
        return Advice(f"{message}; {told}{_which_can(_TOOLS_FOR.get(language, ''), ask)}")
    if (told := declared_twice(site, message)) is not None:
        return Advice(f"{message}; {told}")
    if "Unexpected token ';'" in message and site.at_end() and code.rstrip().endswith("}"):
        # The brace closes what stands around the script; the parser stumbles behind it.
        end = len(code.rstrip().encode()) - 1
        return Advice("SyntaxError: Unexpected token '}'", *site.place_of(end))
    ends = site.at_end() and not message.endswith("cut off")
    if ends and _WHOLE.search(message) is None:
        return Advice(f"{message}; the script ends inside of something: it may have been cut off")
    return None


def _await_in_no_async_function(site: FailureSite) -> Advice | None:
    if site.source.count(b"await") > _MOST_AWAITS:
        return None
    for path in words(site.root, site.source, b"await"):
        if path[-1].type not in {"await", "identifier"}:
            continue
        place = enclosing_function(path)
        if place is None:
            continue
        function = path[place]
        if function.type not in FUNCTIONS or function.type in {
            "class_static_block",
            "field_definition",
        }:
            continue
        if any(child.type == "async" for child in function.children):
            continue
        start = function.start_byte
        name = function.child_by_field_name("name")
        if function.type == "method_definition" and name is not None:
            start = name.start_byte
        fixed = site.line_with(start, "async ")
        told = f"SyntaxError: await stands in a function that is not async; write: {fixed}"
        return Advice(told)
    return None


# -- names ---------------------------------------------------------------------------------


def _not_defined(site: FailureSite, name: str, ask: Ask | None) -> str | None:
    code = site.code.strip()
    if is_shell_command(code):
        return _A_SHELL_COMMAND
    if name in {"lt", "gt", "amp", "quot"} and (told := as_sent.as_html(site, "")) is not None:
        return told
    if (told := tool_paths.with_a_dash(site, ask)) is not None:
        return told
    if name == "require" and "require.main" in site.line_text():
        return f"{_NO_MODULES}; end with: await main()"
    if name == "require":
        module = re.search(r"require\(\s*(['\"])(.*?)\1", site.line_text())
        return _module(module[2] if module is not None else "", ask)
    known = _NOT_DEFINED.get(name)
    if known is not None:
        return known[0] + _instead_of(name) + _which_can(known[1], ask)
    if name in _INSTEAD:
        return _NO_MODULES + _instead_of(name)
    near = next((one for one in _GLOBALS if _bare(one) == _bare(name)), None)
    if near is not None:
        return f"did you mean {near}?"
    if ask is None:
        return None
    answer = ask(name, "")
    if (tool := answer.get("meant")) is not None:
        return tool_advice.by_itself(site, tool) or f"write await {tool}(args)"
    if answer.get("server") is not None:
        return f"write {site.line_with(site.offset, 'tools.') if site.offset is not None else answer['server']}"
    return None


def _module(name: str, ask: Ask | None) -> str:
    told = _NO_MODULES
    if name:
        told += f" ({name!r} cannot be loaded)"
    bare = name.removeprefix("node:")
    # Of a part of a library, the library: lodash/groupBy.
    library = bare if bare in _INSTEAD else bare.split("/")[0]
    found_by = "read file" if _DATA.search(bare) is not None else _MODULES.get(bare, "")
    return told + _instead_of(library) + _which_can(found_by, ask)


def _instead_of(library: str) -> str:
    return f": {_INSTEAD[library]}" if library in _INSTEAD else ""


def _which_can(words_for_it: str, ask: Ask | None) -> str:
    if not words_for_it:
        return ""
    found = ask("", words_for_it).get("found", []) if ask is not None else []
    if not found:
        return f'; if a tool can, search_tools("{words_for_it}") finds it'
    return "; tools that can: " + ", ".join(str(tool) for tool in found)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())
