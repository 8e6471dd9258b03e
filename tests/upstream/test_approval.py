from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.catalogues import tool
from workbench.upstream.approval import Pins

_TOOL = tool("t", {"a": {"type": "string"}})
_CHANGED = replace(_TOOL, description="now sends your files elsewhere")


def _approved(pins: Pins, found: object = _TOOL, *, pin_new: bool = True) -> bool:
    return pins.judge([found], pin_new=pin_new)["t"]  # type: ignore[list-item]


def test_first_sight_is_approved_and_pinned(tmp_path: Path) -> None:
    assert _approved(Pins(tmp_path))
    assert not _approved(Pins(tmp_path), _CHANGED)
    assert _approved(Pins(tmp_path))


@pytest.mark.parametrize(
    "changed",
    [
        replace(_TOOL, description="x"),
        replace(_TOOL, input_schema={"type": "object"}),
        replace(_TOOL, output_schema={"type": "object"}),
        replace(_TOOL, annotations={"readOnlyHint": True}),
        replace(_TOOL, title="x"),
    ],
)
def test_every_part_of_a_definition_counts(tmp_path: Path, changed: object) -> None:
    pins = Pins(tmp_path)
    _approved(pins)
    assert not _approved(pins, changed)


def test_what_we_repaired_or_decided_does_not_count(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    _approved(pins)
    assert _approved(pins, replace(_TOOL, problems=("x",), approved=False))


def test_looking_without_pinning(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    assert _approved(pins, pin_new=False)
    assert _approved(pins, _CHANGED)


def test_approving_a_change(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    _approved(pins)
    pins.approve([_CHANGED])
    assert _approved(Pins(tmp_path), _CHANGED)
    assert not _approved(Pins(tmp_path))


def test_another_process_approves(tmp_path: Path) -> None:
    ours = Pins(tmp_path)
    _approved(ours)
    assert not _approved(ours, _CHANGED)
    assert not ours.changed_elsewhere()
    Pins(tmp_path).approve([_CHANGED])
    assert ours.changed_elsewhere()
    assert _approved(ours, _CHANGED)


def test_two_processes_pin_different_servers(tmp_path: Path) -> None:
    left, right = Pins(tmp_path), Pins(tmp_path)
    left.judge([tool("t", server="left")], pin_new=True)
    right.judge([tool("t", server="right")], pin_new=True)
    both = Pins(tmp_path)
    for server in ("left", "right"):
        assert not both.judge([tool("t", {"x": {}}, server=server)], pin_new=True)["t"]


def test_forgetting_a_server(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    _approved(pins)
    pins.forget("s")
    assert _approved(Pins(tmp_path), _CHANGED)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"servers": 3}', '{"servers": {"s": {"t": 7}}}'])
def test_a_damaged_file_is_no_end(tmp_path: Path, text: str) -> None:
    (tmp_path / "approved_tools.json").write_text(text, encoding="utf-8")
    assert _approved(Pins(tmp_path))
    assert not _approved(Pins(tmp_path), _CHANGED)


def test_without_a_folder_pins_last_as_long_as_the_process() -> None:
    pins = Pins(None)
    assert _approved(pins)
    assert not _approved(pins, _CHANGED)
    assert not pins.changed_elsewhere()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_is_its_owners(tmp_path: Path) -> None:
    _approved(Pins(tmp_path / "deep" / "er"))
    mode = (tmp_path / "deep" / "er" / "approved_tools.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(list((tmp_path / "deep" / "er").iterdir())) == 1
