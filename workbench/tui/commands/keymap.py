"""Commands as bindings, and what the ``[keys]`` table makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from textual.binding import Binding

from workbench.catalogue.suggestions import near_names, suggestion
from workbench.tui.commands.command import Command, Place, meet
from workbench.tui.commands.registry import BY_ID, COMMANDS
from workbench.tui.commands.shown import shown, split


def bindings(*places: Place) -> list[Binding]:
    """The bindings of places, in the order in which they are declared. Those of the app and of the main
    screen have priority: an editor's own keys must not hide them."""
    return [
        Binding(
            ",".join(split(command.keys)),
            command.action,
            command.footer or command.title,
            show=command.footer is not None,
            priority=command.has_priority,
            id=command.id,
        )
        for command in COMMANDS
        if command.place in places and command.keys
    ]


def keymap(own: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The usable part of the ``[keys]`` table, and what is wrong with the rest.

    A key that would never reach its command is wrong: another of the same place has it, or one that comes
    first. An own key of the app or the main screen may hide one of a pane: that is what was asked for.
    """
    good: dict[str, str] = {}
    problems = []
    taken: dict[str, list[Command]] = {}
    for command in COMMANDS:
        if command.id not in own:
            _take(taken, command, command.keys)
    for name, keys in own.items():
        mine = BY_ID.get(name)
        if mine is None:
            near = near_names(name, BY_ID)
            main = [command.id for command in COMMANDS if command.place in ("app", "main")]
            problems.append(f"keys.{name}: no such command{suggestion(near, main, 'there are')}")
            continue
        clashes = [
            f"{key} is taken by {other.id}"
            for key in split(keys)
            for other in taken.get(key, ())
            if _hides(other, mine) and not _meant(key, mine, other)
        ]
        if clashes:
            problems.append(f"keys.{name}: {'; '.join(clashes)}")
            continue
        _take(taken, mine, keys)
        good[name] = ",".join(split(keys))
    return good, problems


def _hides(other: Command, mine: Command) -> bool:
    """Whether a key of both never means mine."""
    if other.place == mine.place:
        return True
    return other.has_priority and meet(mine.place, other.place)


def _meant(key: str, one: Command, other: Command) -> bool:
    """Whether both have the key from the start: the inner one is hidden on purpose, or hides the outer."""
    return key in split(one.keys) and key in split(other.keys)


def _take(taken: dict[str, list[Command]], command: Command, keys: str) -> None:
    for key in split(keys):
        taken.setdefault(key, []).append(command)


def in_force(own: Mapping[str, str]) -> Iterable[tuple[Command, str]]:
    """Every command with the keys it has after the ``[keys]`` table."""
    return _in_force(tuple(own.items()))


@lru_cache(maxsize=4)
def _in_force(own: tuple[tuple[str, str], ...]) -> tuple[tuple[Command, str], ...]:
    """They are asked for with each painting of a line that names keys, and take 2 ms to find."""
    good, _ = keymap(dict(own))
    return tuple((command, good.get(command.id, command.keys)) for command in COMMANDS)


def key_of(name: str, own: Mapping[str, str]) -> str:
    """How a command is reached, as people write it: its keys, else its name in the palette."""
    for command, keys in in_force(own):
        if command.id == name and keys:
            return shown(keys)
    return f"{shown('ctrl+p')} {name}"


def first_key(name: str, own: Mapping[str, str]) -> str:
    """As ``key_of``, of several keys the first."""
    return key_of(name, own).partition(",")[0]
