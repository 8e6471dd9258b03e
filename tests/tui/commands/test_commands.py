"""One declaration per command; the keys table is checked against it."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path

import pytest

from workbench.tui.commands import COMMANDS, FOOTER_ORDER, in_force, keymap, shown
from workbench.tui.keys import write_keys

_DOCS = Path(__file__).parents[3] / "docs"


def test_every_command_of_the_main_screen_has_an_action() -> None:
    """Also those without a key: the palette runs them."""
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.main.screen import WorkbenchScreen

    kinds = {"app": WorkbenchApp, "main": WorkbenchScreen, "panes": WorkbenchScreen}
    for command in COMMANDS:
        if command.place in kinds:
            assert hasattr(kinds[command.place], f"action_{command.action.partition('(')[0]}"), (
                command.id
            )


def test_keymap_takes_good_keys_and_names_the_others() -> None:
    good, problems = keymap({"run": "f11", "runn": "f10", "save": "f8"})
    assert good == {"run": "f11"}
    assert "keys.runn" in problems[0]
    assert "'run'" in problems[0]
    assert "f8 is taken by stop" in problems[1]


def test_a_key_that_would_never_reach_its_command_is_named() -> None:
    assert keymap({"json-find": "ctrl+s"})[1] == ["keys.json-find: ctrl+s is taken by save"]
    assert keymap({"trace-filter": "v"}) == ({"trace-filter": "v"}, [])
    # An own key of the main screen hides that of a pane: it was asked for.
    assert keymap({"run": "alt+r"}) == ({"run": "alt+r"}, [])
    assert keymap({"history-sort": "y"}) == ({"history-sort": "y"}, [])
    assert keymap({"history-sort": "d"})[1] == ["keys.history-sort: d is taken by history-compare"]
    # In a replay, e goes to an error before it could reach the trace: meant so, and said again without harm.
    assert keymap({"trace-next-error": "e"}) == ({"trace-next-error": "e"}, [])


def test_a_large_letter_with_alt_is_the_key_that_terminals_send() -> None:
    assert keymap({"editor-wrap": "alt+J"})[1] == [
        "keys.editor-wrap: alt+shift+j is taken by editor-join"
    ]
    assert keymap({"run": "f5, alt+X"}) == ({"run": "f5,alt+shift+x"}, [])
    assert shown("alt+shift+x") == shown("alt+X") == "alt+X"


def test_two_own_keys_may_be_swapped() -> None:
    good, problems = keymap({"run": "f8", "stop": "f5"})
    assert good == {"run": "f8", "stop": "f5"}
    assert problems == []
    assert {command.id: keys for command, keys in in_force(good)}["run"] == "f8"


def test_keys_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    write_keys({"nope": "x"}, as_json=True, out=out)
    assert {row["id"] for row in json.loads(out.getvalue())} == {c.id for c in COMMANDS}
    assert "keys.nope" in capsys.readouterr().err
    assert shown("f5,ctrl+r") == "F5, ^r"
    assert shown("exclamation_mark,ctrl+semicolon,bell") == "!, ^;, bell"


def test_the_page_has_the_keys_as_they_are() -> None:
    spec = importlib.util.spec_from_file_location("make_keys", _DOCS / "make_keys.py")
    assert spec is not None
    assert spec.loader is not None
    make_keys = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_keys)
    page = (_DOCS / "keys.md").read_text(encoding="utf-8")
    assert make_keys.with_table(page) == page, "run: python docs/make_keys.py"


def test_the_line_of_keys_has_an_order_for_every_command_in_it() -> None:
    places = ("app", "main", "panes", "ways")
    named = {command.id for command in COMMANDS if command.footer and command.place in places}
    assert named == set(FOOTER_ORDER)
