"""Every key of every screen and widget of ours is a command: one home, which ``[keys]`` can change."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widgets import TextArea

import workbench.tui
from tests.tui.conftest import MakeApp, app_opened, until
from workbench.config import Config, demo_server
from workbench.tui.commands import BY_ID, COMMANDS, TITLES, Command, meet
from workbench.tui.commands.shown import split
from workbench.tui.dialogs.help import HelpScreen
from workbench.tui.dialogs.purposes import PURPOSES, purpose_of
from workbench.tui.history.screen import HistoryScreen
from workbench.tui.widgets.guarded_screen import GuardedScreen
from workbench.tui.widgets.key_footer import KeyFooter
from workbench.tui.widgets.pane_screen import PANES, PaneScreen

_TEXT_AREA = {
    (binding.key, binding.action) for binding in TextArea.BINDINGS if isinstance(binding, Binding)
}


def node_classes() -> Iterator[type[DOMNode]]:
    """Every app, screen and widget class of ours."""
    for module in pkgutil.walk_packages(workbench.tui.__path__, "workbench.tui."):
        importlib.import_module(module.name)
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("workbench.tui"):
                yield kind


CLASSES = sorted(set(node_classes()), key=lambda kind: kind.__qualname__)


def test_the_help_begins_with_what_each_pane_and_screen_is_for() -> None:
    screens = [kind for kind in CLASSES if issubclass(kind, GuardedScreen)]
    for kind in screens:
        own = [each for each in vars(kind).get("BINDINGS", ()) if isinstance(each, Binding)]
        places = [BY_ID[binding.id].place for binding in own if binding.id]
        if places and not issubclass(kind, ModalScreen) and {"main", "ways"}.isdisjoint(places):
            assert purpose_of(places), f"{kind} has no purpose"
    assert all(purpose_of([pane]) for pane in PANES)
    for purpose in PURPOSES.values():
        assert len(purpose.split(". ")) == 2, purpose


def own_bindings(kind: type[DOMNode]) -> list[Binding]:
    return [each for each in vars(kind).get("BINDINGS", ()) if isinstance(each, Binding)]


def test_no_key_is_declared_outside_the_registry() -> None:
    assert len(CLASSES) > 40
    outside = []
    for kind in CLASSES:
        assert all(isinstance(each, Binding) for each in vars(kind).get("BINDINGS", ())), kind
        for binding in own_bindings(kind):
            command = BY_ID.get(binding.id or "")
            if command is None:
                # What an editor of Textual's has already: its keys of the cursor.
                kept = {(key, binding.action) for key in split(binding.key)}
                known = {(key, action) for keys, action in _TEXT_AREA for key in split(keys)}
                if not kept <= known:
                    outside.append(f"{kind.__qualname__}: {binding.key}")
            elif (binding.key, binding.action) != (command.keys, command.action):
                outside.append(f"{kind.__qualname__}: {binding.id} is declared otherwise")
    assert outside == []


def owners() -> dict[str, list[type[DOMNode]]]:
    """Command -> the classes that bind it."""
    found: dict[str, list[type[DOMNode]]] = {}
    for kind in CLASSES:
        for binding in own_bindings(kind):
            found.setdefault(binding.id or "", []).append(kind)
    return found


def test_every_command_with_keys_is_bound_somewhere_and_does_something_there() -> None:
    bound = owners()
    for command in COMMANDS:
        if not command.keys:
            continue
        assert command.id in bound, f"{command.id} has keys that no screen and no widget takes"
        action = command.action.partition("(")[0]
        whose, _, name = action.rpartition(".")
        for kind in bound[command.id]:
            place: type = {"app": App, "screen": PaneScreen}.get(whose, kind)
            name = f"action_{name.removeprefix('action_')}"
            assert hasattr(place, name), f"{kind.__qualname__} cannot {command.id}"


def test_every_place_has_a_title_and_commands() -> None:
    assert {command.place for command in COMMANDS} == set(TITLES)
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def clashes(one: Command, other: Command) -> list[str]:
    return sorted(set(split(one.keys)) & set(split(other.keys)))


def test_no_key_means_two_things_at_one_place() -> None:
    for index, one in enumerate(COMMANDS):
        for other in COMMANDS[index + 1 :]:
            if one.place == other.place:
                assert not clashes(one, other), (one.id, other.id)


@pytest.mark.parametrize("place", ["app", "main", "ways"])
def test_commands_with_priority_hide_no_key_of_what_has_the_focus(place: str) -> None:
    for one in COMMANDS:
        for other in COMMANDS:
            if one.place == place != other.place and other.place != "palette":
                hidden = meet(one.place, other.place) and clashes(one, other)
                # A dialog and a tried tool are screens of their own; theirs come first there.
                assert not hidden or other.place in ("help", "jump", "try", "sides"), (one, other)


@pytest.mark.slow
@pytest.mark.anyio
async def test_keys_of_screens_and_widgets_are_changed_by_the_configuration(
    make_app: MakeApp,
) -> None:
    """The key acts, and the line of keys, the help and the palette all say the same."""
    keys = {"history-sort": "o", "list-last": "ctrl+e", "json-copy": "c"}
    app = make_app("return 1", config=Config(servers={"demo": demo_server()}, keys=keys))
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(lambda: app.runtime_now, "open")
        await pilot.press("ctrl+t")
        await until(lambda: isinstance(app.screen, HistoryScreen), "the history")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        await pilot.press("s")
        assert screen.view.order == "newest"
        await pilot.press("o")
        await until(lambda: screen.view.order != "newest", "sorted")
        shown = {
            entry.description: entry.shown for entry in app.screen.query_one(KeyFooter).entries
        }
        assert shown["Sort"] == "o"
        entries = list(app.palette.entries(app.screen))
        offered = {entry.id: entry.keys for entry in entries}
        assert offered["history-sort"] == "o"
        assert "list-last" not in offered  # nobody looks for a movement by its name
        for entry in entries:
            command = BY_ID.get(entry.id)
            if command is not None:
                assert command.place in ("app", "ways", "history", "list"), "it does nothing here"
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, HelpScreen), "the help")
        help_screen = app.screen
        assert isinstance(help_screen, HelpScreen)
        lines = help_screen._text().plain.splitlines()
        assert lines[0].startswith("Every run of a script, whoever ran it"), (
            "what the screen is for"
        )
        assert ["o", "Sort"] in [line.split() for line in lines]
        assert "Copy as JSON" not in help_screen._text().plain
        said: list[str] = []
        app.show_toast = lambda text, severity="information": said.append(text)  # type: ignore[method-assign]
        app.configured(replace(app.config, keys={"history-sorted": "o"}))
        assert [text.partition(":")[0] for text in said] == [
            *("keys.history-sorted", "The new settings are in force"),
        ], "no word on the theme, which is right"
