"""One declaration per command; the keys table is checked against it."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path

import pytest

from workbench.tui.commands import COMMANDS, FOOTER_ORDER, in_force, keymap, shown
from workbench.tui.keys import write_keys

_DOCS = Path(__file__).parents[2] / "docs"


def test_no_key_is_used_twice() -> None:
    keys = [key for command in COMMANDS for key in command.keys.split(",") if key]
    assert len(keys) == len(set(keys))


def test_every_command_has_an_action() -> None:
    from workbench.tui.app import WorkbenchApp
    from workbench.tui.main.screen import WorkbenchScreen

    for command in COMMANDS:
        place = WorkbenchApp if command.place == "app" else WorkbenchScreen
        assert hasattr(place, f"action_{command.action}"), command.id


def test_keymap_takes_good_keys_and_names_the_others() -> None:
    good, problems = keymap({"run": "f11", "runn": "f10", "save": "f8"})
    assert good == {"run": "f11"}
    assert "keys.runn" in problems[0]
    assert "'run'" in problems[0]
    assert "f8 is taken by stop" in problems[1]


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


def test_the_page_has_the_keys_as_they_are() -> None:
    spec = importlib.util.spec_from_file_location("make_keys", _DOCS / "make_keys.py")
    assert spec is not None
    assert spec.loader is not None
    make_keys = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_keys)
    page = (_DOCS / "tui.md").read_text(encoding="utf-8")
    assert make_keys.with_table(page) == page, "run: python docs/make_keys.py"


def test_the_line_of_keys_has_an_order_for_every_command_in_it() -> None:
    assert {command.id for command in COMMANDS if command.footer} == set(FOOTER_ORDER)
