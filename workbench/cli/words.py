"""The words of a command line, before there is a parser for it: the standard library's takes long to import."""

from __future__ import annotations

from collections.abc import Callable, Sequence

WITH_VALUE = ("--config", "--data-dir", "--http", "--web", "--record")
"""Options that every command takes, or the faces, with a value."""
_RUN_SCRIPTS = (
    ("code", "exec"),
    ("replay",),
    ("test",),
    ("tools", "call"),
    ("tools", "sample"),
    ("resources", "read"),
    ("prompts", "get"),
)


def places_of_words(args: Sequence[str], takes_value: Callable[[str], bool]) -> list[int]:
    """Where the words stand that are neither options nor the value of one that takes a value."""
    places: list[int] = []
    is_value = False
    for place, word in enumerate(args):
        if is_value:
            is_value = False
        elif word.startswith("-"):
            is_value = takes_value(word)
        else:
            places.append(place)
    return places


def runs_a_script(argv: Sequence[str]) -> bool:
    """Whether it looks as if the command were going to run one, soon; it may be mistyped or refused."""
    argv = argv[: argv.index("--")] if "--" in argv else argv
    if "--serve" in argv:
        return True
    words = tuple(
        argv[place] for place in places_of_words(argv, (*WITH_VALUE, "--server").__contains__)
    )
    return any(words[: len(command)] == command for command in _RUN_SCRIPTS)
