"""The manual page docs/workbench.1 and the reference docs/command-line.md, made from the commands' parsers.

python docs/make_manual.py
"""

from __future__ import annotations

from pathlib import Path

from workbench.cli.outline import Argument, Command, Option, outline

FOLDER = Path(__file__).parent
_ABOUT = (
    "Agents write JavaScript that calls MCP tools. Workbench is where such a script is written, watched and run again: "
    "without a command it opens the terminal UI, with --serve it is an MCP server, and each command does one thing and ends."
)
_EXITS = (
    (0, "It went well. Of replay and diff: identical."),
    (
        1,
        "What was asked for has failed: the script, a replay or test that diverged, a server that doctor or bench cannot use, a login "
        "that was not given, stdout that cannot be written.",
    ),
    (2, "Bad usage, a bad configuration, a history that cannot be used; nothing was run."),
    (70, "A bug of ours; the report says where it is kept."),
    (130, "Ended by SIGINT; 128 and the signal's number for SIGTERM (143) and SIGHUP (129)."),
)
_SHAPES = (
    "Results are JSON on stdout; everything else is on stderr. --json is there where a table is shown without it. `-` as a file is stdin.",
    "An error in JSON has `docs`, the address of its code's page; `workbench explain CODE` says in the terminal what is there.",
    "--config, --data-dir and --require-history may stand before or after any command.",
    "Text of outsiders (servers, scripts, tools) reaches the terminal with control characters shown, not obeyed.",
)
_FILES = (
    (
        "workbench.toml",
        "the configuration: in this folder, else in the user's configuration folder",
    ),
    ("history.sqlite3", "what was executed, in the data folder"),
    ("main.log", "a line for each execution and call, in the data folder"),
)
_ENVIRONMENT = (
    ("WORKBENCH_DATA_DIR", "as --data-dir"),
    ("WORKBENCH_TOKEN", "the token that --serve --http asks for"),
    ("WORKBENCH_…", "any key of the configuration, in capitals, dots as underscores"),
)


def reference(root: Command) -> str:
    """docs/command-line.md."""
    lines = [
        "# Command line",
        "",
        "Made from the parsers by docs/make_manual.py; `workbench COMMAND --help` says the same. `workbench completion bash|zsh|fish` completes it.",
        "",
        *(f"- {shape}" for shape in _SHAPES),
        "",
        "| exit code | means |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in _EXITS),
    ]
    for command in root.walk():
        lines += ["", f"{'#' * (2 + min(1, len(command.words) // 2))} {command.name}", ""]
        lines += [command.summary or _ABOUT, "", f"`{command.usage}`", ""]
        lines += [f"    {example}" for example in command.examples]
        lines += [""] if command.examples else []
        if command.commands:
            lines += ["| command | |", "|---|---|"]
            lines += [
                f"| [`{below.words[-1]}`](#{below.name.replace(' ', '-')}) | {_cell(below.summary)} |"
                for below in command.commands
            ]
            lines.append("")
        rows = [(f"`{one.shown}`", _said(one)) for one in command.arguments]
        rows += [
            (f"`{_spelt(one)}`", _said(one)) for one in command.options if one.flags[0] != "-h"
        ]
        if rows:
            lines += ["| | |", "|---|---|", *(f"| {_cell(a)} | {_cell(b)} |" for a, b in rows)]
    return "\n".join(lines).rstrip() + "\n"


def manual(root: Command) -> str:
    """docs/workbench.1, in man's macros."""
    lines = [
        '.\\" Made by docs/make_manual.py.',
        '.TH WORKBENCH 1 "" "Workbench" "User Commands"',
        ".SH NAME",
        "workbench \\- write, watch and replay the JavaScript that agents run over MCP tools",
        ".SH SYNOPSIS",
        ".B workbench",
        "[\\fISCRIPT\\fR] [\\fIoptions\\fR]",
        ".br",
        ".B workbench",
        "\\fICOMMAND\\fR [\\fIoptions\\fR]",
        ".SH DESCRIPTION",
        _roff(_ABOUT),
    ]
    for shape in _SHAPES:
        lines += [".PP", _roff(shape)]
    lines += [".SH OPTIONS", *_options(root)]
    lines.append(".SH COMMANDS")
    for command in root.walk():
        if command.words and not command.commands:
            lines += [
                f".SS {_roff(command.usage.removeprefix('workbench '))}",
                _roff(command.summary),
            ]
            lines += _options(command)
            if command.examples:
                lines += [".PP", ".EX", *map(_roff, command.examples), ".EE"]
    lines.append(".SH EXIT STATUS")
    for code, meaning in _EXITS:
        lines += [".TP", f".B {code}", _roff(meaning)]
    for title, rows in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        lines.append(f".SH {title}")
        for name, what in rows:
            lines += [".TP", f".B {_roff(name)}", _roff(what)]
    return "\n".join(lines) + "\n"


def _options(command: Command) -> list[str]:
    lines = []
    for one in (*command.arguments, *command.options):
        if isinstance(one, Option):
            if one.flags[0] == "-h":
                continue
            shown = f"\\fB{_roff(', '.join(one.flags))}\\fR" + (
                f" \\fI{_roff(one.value)}\\fR" if one.value else ""
            )
        else:
            shown = f"\\fI{_roff(one.name)}\\fR"
        lines += [".TP", shown, _roff(_said(one))]
    return lines


def _said(one: Option | Argument) -> str:
    choices = (
        f" ({', '.join(one.choices)})" if one.choices and one.choices[0] not in one.help else ""
    )
    return (
        one.help or _USUAL.get(one.name if isinstance(one, Argument) else one.flags[-1], "")
    ) + choices


# Those that say the same in every command, and so say nothing in --help.
_USUAL = {
    "--json": "JSON instead of a table",
    "ID": "an execution's id, or an unambiguous beginning of one",
    "ID|FILE": "an execution, or a recording in a file",
    "NAME": "a server",
    "PATH": "files and folders",
}


def _spelt(one: Option) -> str:
    return ", ".join(one.flags) + (f" {one.value}" if one.value else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def pages() -> dict[Path, str]:
    """What is made, and where it stands."""
    root = outline()
    return {FOLDER / "command-line.md": reference(root), FOLDER / "workbench.1": manual(root)}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
